/* oxlint-disable unicorn/no-thenable -- the published JSON of a fault plan calls it "then" */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Emulators, emulatedAccounts, startEmulators } from "./all.ts";
import { parseFaultPlan } from "./core/faults.ts";
import { mixedPlan } from "./core/mixed-plan.ts";

const running: Emulators[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulators) => emulators.stop()));
});

async function start(options: Parameters<typeof startEmulators>[0] = {}): Promise<Emulators> {
  const emulators = await startEmulators(options);
  running.push(emulators);
  return emulators;
}

/** The control plane of each, by name. */
function controls(emulators: Emulators): Record<string, string> {
  const { intercom, salesforce, slack, smtp, enrichment } = emulators;
  return {
    intercom: intercom.url,
    salesforce: salesforce.url,
    slack: slack.url,
    smtp: smtp.controlUrl,
    enrichment: enrichment.url,
  };
}

test("all five answer their control plane, and their accounts connect", async () => {
  const emulators = await start();
  for (const url of Object.values(controls(emulators))) {
    const answer = await fetch(`${url}/__emulator/ledger`);
    expect(await answer.json()).toEqual([]);
  }
  const { intercom, salesforce, slack } = emulators.connections();
  const me = await fetch(`${intercom.url}/me`, {
    headers: { authorization: `Bearer ${emulatedAccounts.intercom.token}` },
  });
  expect(await me.json()).toMatchObject({ app: { id_code: emulatedAccounts.intercom.workspaceId } });
  const token = await fetch(`${salesforce.url}/services/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: emulatedAccounts.salesforce.clientId,
      client_secret: emulatedAccounts.salesforce.clientSecret,
    }),
  });
  expect(await token.json()).toHaveProperty("access_token");
  const workspace = await fetch(`${slack["apiUrl"]}auth.test`, {
    headers: { authorization: `Bearer ${emulatedAccounts.slack.botToken}` },
  });
  expect(await workspace.json()).toMatchObject({ ok: true });
});

test("a plan reaches each emulator in its part, and a new plan takes the old one's place", async () => {
  const emulators = await start({ faults: mixedPlan(0.2, 9) });
  for (const vendor of ["intercom", "salesforce", "slack", "smtp", "enrichment"] as const) {
    expect(emulators[vendor].faults.current().rules.length).toBeGreaterThan(2);
    expect(emulators[vendor].faults.current().seed).toBe(9);
  }
  emulators.applyFaults(parseFaultPlan({ slack: { rules: [{ then: { kind: "hang" } }] } }));
  expect(emulators.slack.faults.current().rules).toHaveLength(1);
  expect(emulators.salesforce.faults.current().rules).toEqual([]);
});

test("reset empties every ledger and takes the faults away", async () => {
  const emulators = await start({ faults: mixedPlan(0.2, 9) });
  await fetch(`${emulators.slack.apiUrl}auth.test`).catch(() => undefined);
  expect(emulators.slack.ledger.entries()).toHaveLength(1);
  await emulators.settled();
  await emulators.reset();
  expect(emulators.slack.ledger.entries()).toEqual([]);
  expect(emulators.smtp.faults.current().rules).toEqual([]);
});

test("when one port is taken, none of the five is left running", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => {
    taken.listen(0, "127.0.0.1", resolve);
  });
  const { port } = taken.address() as AddressInfo;
  const free = await freePort();
  await expect(startEmulators({ ports: { intercom: free, enrichment: port } })).rejects.toThrow("EADDRINUSE");
  await expect(fetch(`http://127.0.0.1:${free}/`)).rejects.toThrow("fetch failed");
  taken.close();
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}

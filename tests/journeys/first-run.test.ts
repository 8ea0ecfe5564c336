/** From nothing to a first decision in shadow mode, through the API alone: what the admin's first pages call. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emulatedAccounts } from "../../emulators/all.ts";
import { findAuditRows } from "../../src/access/audit-queries.ts";
import {
  clearFaults,
  faultOn,
  openTestHouse,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { personOf } from "../support/people.ts";

let house: TestHouse;
let cookie: string;
beforeAll(async () => {
  house = await openTestHouse({ environments: [] });
  cookie = await personOf(house, "ana@ourcompany.example", "admin");
});
afterAll(() => house.close());

// A test reads what it needs; the shapes are proved by the description.
interface Body {
  readonly detail: string;
  readonly url: string;
  readonly findings: readonly { readonly level: string }[];
  readonly notes: readonly { readonly result: string }[];
  readonly arrivals: readonly unknown[];
}

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${house.service.url}/api/v1${path}`, {
    method,
    headers: {
      cookie,
      origin: String(house.service.url),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const intercom = () => ({
  apiUrl: house.emulators.intercom.url,
  allowPrivateAddresses: true,
  token: emulatedAccounts.intercom.token,
  clientSecret: emulatedAccounts.intercom.clientSecret,
});
const ONE = "/environments/first";
const accountOf = async (kind: string) => {
  const { body } = await call("GET", `${ONE}/connections`);
  return (body as unknown as { kind: string }[]).find((one) => one.kind === kind);
};
const levels = ({ body }: { readonly body: Body }) => new Set(body.findings.map(({ level }) => level));

describe("an environment", () => {
  test("is not made of a token that Intercom refuses", async () => {
    const asked = { name: "first", intercom: { ...intercom(), token: "wrong" } };
    const reply = await call("POST", "/environments", asked);
    expect(reply.status).toBe(422);
    expect(reply.body.detail).toContain("Intercom");
    expect((await call("GET", "/environments")).body).toEqual([]);
  });

  test("is made in shadow mode, of the workspace that the token belongs to", async () => {
    const template = "saas-default";
    const asked = { name: "first", template, intercom: intercom() };
    const { body } = await call("POST", "/environments", asked);
    expect(body).toEqual({ name: "first", mode: "shadow", review: "optional", live: 1, drafts: 0 });
    expect((await call("POST", "/environments", asked)).body.detail).toContain("already");
    expect(await accountOf("intercom")).toMatchObject({
      id: "first-intercom",
      settings: { workspace: emulatedAccounts.intercom.workspaceId },
      secrets: { token: { setBy: "ana@ourcompany.example" } },
      webhook: `${house.service.url}/webhooks/intercom/first-intercom`,
    });
  });

  test("shows where Intercom sends, the ping that came, and what was turned away", async () => {
    const { body } = await call("GET", `${ONE}/connections/intercom/door`);
    expect(body).toMatchObject({ arrivals: [], notes: [] });
    const url = body.url;
    house.emulators.intercom.setWebhooks(url);
    house.emulators.intercom.sendPing();
    await fetch(url, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    const results = async () => {
      const door = await call("GET", `${ONE}/connections/intercom/door`);
      return door.body.notes.map(({ result }) => result).toSorted();
    };
    await expect.poll(results).toEqual(["bad_signature", "ping"]);
  });

  test("decides about the first conversation, and sends nothing", async () => {
    const { conversation } = await writes(house, { who: "nora", text: WORDS.buying });
    expect(Object.keys(await standingsOf(house, conversation))).toEqual(["first"]);
    const door = await call("GET", `${ONE}/connections/intercom/door`);
    expect(door.body.arrivals).not.toEqual([]);
    expect(house.emulators.smtp.mails()).toEqual([]);
  });
});

describe("an account", () => {
  const salesforce = () => ({
    loginUrl: house.emulators.salesforce.url,
    clientId: emulatedAccounts.salesforce.clientId,
    clientSecret: emulatedAccounts.salesforce.clientSecret,
    allowPrivateAddresses: true,
  });

  test("is set, tested, and tells when it went well and what is missing", async () => {
    const set = await call("PUT", `${ONE}/connections/salesforce`, salesforce());
    expect(set.status).toBe(200);
    const checked = await call("POST", `${ONE}/connections/salesforce/check`);
    expect([...levels(checked)]).toContain("ok");
    expect(await accountOf("salesforce")).toMatchObject({ checked: { by: "ana@ourcompany.example" } });
    const dry = await call("POST", `${ONE}/connections/salesforce/install`, {});
    expect(dry.body).toMatchObject({ dryRun: true, problems: [] });
  });

  test("shows which value goes to which field, and asks the org for it", async () => {
    const told = await call("GET", `${ONE}/policy/mapping`);
    expect(told.status).toBe(200);
    const line = { object: "Lead", from: "contact.email", part: null, to: "Email" };
    expect(told.body).toContainEqual(expect.objectContaining({ ...line, writable: null, says: null }));
    const asked = await call("GET", `${ONE}/policy/mapping?ask=true`);
    expect(asked.body).toContainEqual(expect.objectContaining({ ...line, writable: true, says: null }));
    const refused = faultOn("GET", "/services/data/*", { kind: "status", status: 503 });
    house.emulators.salesforce.faults.set({ rules: [refused] });
    expect((await call("GET", `${ONE}/policy/mapping?ask=true`)).status).toBe(502);
    clearFaults(house);
  });

  test("keeps the secrets that are not named, but takes them to no other address", async () => {
    const { clientSecret: _, ...rest } = salesforce();
    expect((await call("PUT", `${ONE}/connections/salesforce`, { ...rest, csmField: null })).status).toBe(
      200,
    );
    expect(levels(await call("POST", `${ONE}/connections/salesforce/check`))).toContain("ok");
    const moved = { ...rest, loginUrl: "https://elsewhere.example" };
    const reply = await call("PUT", `${ONE}/connections/salesforce`, moved);
    expect([reply.status, reply.body.detail]).toEqual([422, expect.stringContaining("secrets again")]);
  });

  test("says in Salesforce's own words why it is refused", async () => {
    const wrong = { ...salesforce(), clientSecret: "wrong" };
    await call("PUT", `${ONE}/connections/salesforce`, wrong);
    expect([...levels(await call("POST", `${ONE}/connections/salesforce/check`))]).toEqual(["missing"]);
    await call("PUT", `${ONE}/connections/salesforce`, salesforce());
  });

  test("of each other kind is set and answers", async () => {
    const { slack, smtp, enrichment } = house.emulators;
    const accounts = {
      slack: { apiUrl: slack.apiUrl, token: emulatedAccounts.slack.botToken },
      email: {
        host: new URL(smtp.url).hostname,
        port: smtp.port,
        user: emulatedAccounts.smtp.user,
        password: emulatedAccounts.smtp.password,
        from: "Baton <baton@ourcompany.example>",
      },
      enrichment: { kind: "none" },
    };
    for (const [kind, given] of Object.entries(accounts)) {
      const body = kind === "enrichment" ? given : { ...given, allowPrivateAddresses: true };
      expect((await call("PUT", `${ONE}/connections/${kind}`, body)).status).toBe(200);
      expect([kind, [...levels(await call("POST", `${ONE}/connections/${kind}/check`))][0]]).toEqual([
        kind,
        "ok",
      ]);
    }
    expect(enrichment.url).toMatch(/^http/);
  });

  test("of an enrichment provider is refused with every fault of its settings", async () => {
    const given = { kind: "http", url: "https://{domain}/find", paths: { employees: "" } };
    const reply = await call("PUT", `${ONE}/connections/enrichment`, given);
    expect([reply.status, reply.body]).toEqual([
      422,
      expect.objectContaining({
        detail: expect.stringMatching(/url: needs a host without placeholders; paths\.employees: /),
      }),
    ]);
  });

  test("is taken away with its secrets; Intercom is only ever replaced", async () => {
    expect((await call("DELETE", `${ONE}/connections/slack`)).body).toMatchObject({ id: null, secrets: {} });
    expect((await call("DELETE", `${ONE}/connections/slack`)).status).toBe(404);
    expect((await call("DELETE", `${ONE}/connections/intercom`)).status).toBe(422);
  });

  test("leaves a row in the audit log for each change, without a secret in it", async () => {
    const rows = await findAuditRows(house.database.db, { environment: "first", limit: 50 });
    const actions = rows.map(({ action }) => action);
    expect(new Set(actions)).toEqual(
      new Set([
        "environment.connect",
        "policy.publish",
        "connection.set",
        "connection.check",
        "connection.install",
        "connection.remove",
      ]),
    );
    const installed = rows.find(({ action }) => action === "connection.install");
    expect([installed?.subject, JSON.parse(installed?.facts ?? "{}")]).toMatchObject([
      "first-salesforce",
      { dryRun: true, problems: 0 },
    ]);
    const text = JSON.stringify(rows);
    for (const secret of [emulatedAccounts.salesforce.clientSecret, emulatedAccounts.intercom.token])
      expect(text).not.toContain(secret);
  });
});

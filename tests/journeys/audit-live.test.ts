/** The audit of a live connection: Intercom's own past, Salesforce's records, and nothing written anywhere. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { auditPlaceOf } from "../../src/auditing.ts";
import { auditCommand } from "../../src/cli/audit.ts";
import { exportedConversation } from "../../src/connectors/intercom/exported.ts";
import { called } from "../support/called.ts";
import { clearFaults, faultOn, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ environments: [{ name: "production", mode: "shadow" }] });
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

function audit(args: readonly string[], stopped = false) {
  const { db } = house.database;
  const { vault } = house.service;
  const deps = {
    fromIntercom: exportedConversation,
    untilStopped: () => (stopped ? Promise.resolve() : new Promise<void>(() => {})),
    livePlace: async (environment: string, signal: AbortSignal) => {
      const place = await auditPlaceOf({ db, vault, clock: house.now }, environment, signal);
      return { ...place, close: async () => place.close() };
    },
  };
  return called((terminal) => auditCommand(terminal, deps), args, { clock: house.now });
}

const LIVE = ["--live", "--environment", "production"];
const crm = () => house.emulators.salesforce.state;
/** What was written to either account so far. */
const written = () =>
  [...house.emulators.intercom.ledger.entries(), ...house.emulators.salesforce.ledger.entries()].filter(
    ({ committed }) => committed,
  ).length;

describe("baton audit --live", () => {
  test("has nothing to say where nobody wrote, and asks for what it needs", async () => {
    await expect(audit(LIVE)).rejects.toThrow("no conversation of production began in the last 90 days");
    await expect(audit(["--live"])).rejects.toThrow("--live needs --environment NAME");
    await expect(audit(["file.json", ...LIVE])).rejects.toThrow("name a file or --live, not both");
    await expect(audit([])).rejects.toThrow("name an export");
    await expect(audit(["--live", "--environment", "nowhere"])).rejects.toThrow('no environment "nowhere"');
  });

  test("counts the past of Intercom like a file, with what Salesforce knows of each, and writes nothing", async () => {
    await writes(house, { who: "ana", text: WORDS.buying });
    await writes(house, { who: "bo", text: WORDS.buying, situation: "open-lead" });
    await writes(house, { who: "zed", text: WORDS.buying });
    await writes(house, { who: "dora", text: "Good morning!" });
    house.advance(3_600_000);
    const contact = crm().insert("Contact", { LastName: "Ana", Email: "Ana@ana.example" });
    crm().insert("Task", { WhoId: contact, Subject: "Called them", Status: "Completed" });
    house.advance(60_000);
    const before = written();
    const { out, code } = await audit([...LIVE, "--days", "30", "--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      source: "Intercom of production, the last 30 days",
      policy: "the live policy of production",
      census: { in: 4, buckets: { qualified: 3, "below threshold": 1 } },
      leakage: { fates: { "in time": 1, "no answer": 2 } },
      records: { there: { k: 2, of: 3 } },
    });
    expect(report.records.p90Ms.value).toBeGreaterThan(3_500_000);
    expect(report.records.p50Ms.value).toBe(0);
    expect(written()).toBe(before);
    const { out: text } = await audit(LIVE);
    expect(text).toContain("in Salesforce as a Lead or Contact: 2 of 3");
  });

  test("waits where Intercom asks to, and names what is gone meanwhile", async () => {
    house.emulators.applyFaults({
      seed: 1,
      intercom: {
        rules: [faultOn("POST", "/conversations/search", { kind: "status", status: 429 }, [1])],
      },
    });
    expect(JSON.parse((await audit([...LIVE, "--json"])).out).census.in).toBe(4);
  });

  test("ends between two pages when it is stopped, with nothing written", async () => {
    const { out, err, code } = await audit(LIVE, true);
    expect([out, code]).toEqual(["", 130]);
    expect(err).toContain("nothing was written anywhere");
  });
});

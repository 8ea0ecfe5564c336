/** The org's calls for 24 hours: from 80 % on what can wait gives way; spent, Salesforce is paused, and goes on by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { listPauses } from "../../src/handoff/pause-queries.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { durationMs } from "../../src/kernel/time.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  recordsOf,
  slackMessages,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { withMapping } from "../support/mapping.ts";

const PHONES = [{ from: "contact.phone", to: "Phone", direction: "both" }];

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    settleMs: 200,
    policy: roundTheClock(withMapping({ lead: PHONES, contact: [], account: [] })),
  });
  await writes(house, { who: "warmup", text: WORDS.buying });
});
beforeEach(() => allow(100_000));
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const org = () => house.emulators.salesforce;
const db = () => house.database.db;
const spent = () => org().state.calls.total;
const allow = (dailyLimit: number) => org().state.settings({ dailyLimit });
const issues = () => listIssues(db(), { environment: "production", all: false });

/** Somebody else in the org makes many calls; `left` of the day's are free then. */
async function othersCall(left: number): Promise<void> {
  const { crm } = (await house.service.house.place("production")).world;
  while (spent() < left * 5) await crm?.directory();
  allow(spent() + left);
  await crm?.directory();
}

describe("a day of which four fifths are spent", () => {
  test("sync, deals and owners give way, handoffs go on; what waited is written when the org has calls", async () => {
    const email = "pia@pia.example";
    const lead = org().state.insert("Lead", { LastName: "Pia", Company: "P", Email: email, Phone: "1" });
    const { id: contactId } = house.emulators.intercom.addContact({
      email,
      name: "Pia",
      phone: "1",
      role: "user",
    });
    house.advance(2_000);
    await house.service.house.sync();
    await house.settle();
    await othersCall(40);

    const { conversation } = await writes(house, { who: "hal", text: WORDS.buying });
    expect((await handoffOf(house, conversation)).status).toBe("done");

    house.advance(durationMs("2m"));
    const before = spent();
    house.emulators.intercom.changeContact({ contactId, phone: "2", customAttributes: {} });
    await house.emulators.intercom.flush();
    for (const look of ["sync", "pollDeals", "watchOwners"] as const) await house.service.house[look]();
    await sleep(1_000);
    expect(spent()).toBe(before);

    allow(100_000);
    house.advance(durationMs("15m"));
    await house.settle();
    const phone = org()
      .state.rows("Lead")
      .find(({ Id }) => Id === lead)?.["Phone"];
    expect(phone).toBe("2");
    expect(await issues()).toEqual([]);
  });
});

describe("a day that is spent", () => {
  test("pauses Salesforce with one issue; nothing fails, and all goes out once when calls are free", async () => {
    allow(spent());
    const people = ["lea", "lou", "liv"];
    const talks = [];
    for (const who of people) talks.push(await writes(house, { who, text: WORDS.buying }));
    expect(await listPauses(db(), "production")).toMatchObject([
      { destination: "salesforce", isAutomatic: true, pausedBy: "Baton", waiting: 3 },
    ]);
    const [issue, ...more] = await issues();
    expect(more).toEqual([]);
    expect(issue).toMatchObject({ destination: "salesforce", code: "REQUEST_LIMIT_EXCEEDED", affected: 1 });
    for (const words of ["calls for 24 hours are spent", "goes on by itself", `${spent()} of ${spent()}`])
      expect(issue?.message).toContain(words);

    const asked = org().ledger.entries().length;
    await house.service.house.knock();
    expect(org().ledger.entries().length - asked).toBe(1);
    expect(await listPauses(db(), "production")).toMatchObject([{ waiting: 3 }]);

    allow(100_000);
    await house.service.house.knock();
    await house.settle();
    expect(await listPauses(db(), "production")).toEqual([]);
    expect(await issues()).toEqual([]);
    for (const { conversation } of talks) {
      const handoff = await handoffOf(house, conversation);
      expect(handoff.effects.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
        "crm-write done",
        "notify done",
      ]);
      expect(recordsOf(house, handoff).filter(({ object }) => object === "Lead")).toHaveLength(1);
      expect(slackMessages(house, handoff.effects[1]?.key ?? "")).toHaveLength(1);
    }
  });

  test("between the look and the write keeps the write open; the person is told with the record", async () => {
    const body = [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }];
    const refused = {
      kind: "status",
      status: 403,
      body,
      headers: { "Sforce-Limit-Info": "api-usage=5/5" },
    } as const;
    org().faults.set({ rules: [faultOn("POST", "/services/data/*/composite", refused, [2])] });
    const { conversation } = await writes(house, { who: "mia", text: WORDS.buying });
    const waiting = await handoffOf(house, conversation);
    expect(waiting.effects.map(({ state }) => state)).toEqual(["planned", "planned"]);
    expect((await issues())[0]?.message).toContain("Spent are 5 of 5.");
    await house.service.house.knock();
    await house.settle();
    const handoff = await handoffOf(house, conversation);
    expect(handoff.status).toBe("done");
    expect(recordsOf(house, handoff).filter(({ object }) => object === "Lead")).toHaveLength(1);
    expect(slackMessages(house, handoff.effects[1]?.key ?? "")).toHaveLength(1);
  });

  test("that sync meets first pauses, too", async () => {
    allow(spent());
    house.advance(durationMs("20m"));
    await house.service.house.sync();
    expect(await listPauses(db(), "production")).toMatchObject([
      { destination: "salesforce", isAutomatic: true },
    ]);
    allow(100_000);
    await house.service.house.knock();
    expect(await listPauses(db(), "production")).toEqual([]);
  });
});

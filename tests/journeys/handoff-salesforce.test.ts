/** Salesforce's ambiguous and refusing answers to the one write of a handoff: each record is there exactly once. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../emulators/core/faults.ts";
import { madeDeals } from "../../src/cli/rehearsal/queries.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  recordsOf,
  type ShownHandoff,
  slackMessages,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
  // Signed in, people and queues read: from here on a handoff is one composite call that looks and one that writes.
  await writes(house, { who: "warmup", text: WORDS.buying });
});
afterEach(() => {
  clearFaults(house);
  house.emulators.salesforce.state.settings({
    rowLocks: [],
    duplicateRules: [],
    validationRules: [],
    dailyLimit: 100_000,
  });
});
afterAll(() => house.close());

const leadDuplicates = (match: string[]) => ({
  object: "Lead",
  name: "Standard_Rule",
  match,
  action: "block" as const,
  spelling: "duplicateResut" as const,
  message: "Use one of these records?",
});
const crm = () => house.emulators.salesforce.state;
const states = (handoff: ShownHandoff) => handoff.effects.map((effect) => `${effect.kind} ${effect.state}`);
const objects = (handoff: ShownHandoff) => recordsOf(house, handoff).map((record) => record.object);

/** Strikes the write of the next handoff: its first composite call looks. */
function strikeWrite(then: FaultRule["then"], nth: readonly number[] = [2]): void {
  house.emulators.salesforce.faults.set({
    rules: [faultOn("POST", "/services/data/*/composite", then, nth)],
  });
}

describe("a write whose answer is lost or bad leaves each record exactly once", () => {
  test.for<readonly [string, FaultRule["then"]]>([
    ["commit-then-drop", { kind: "commit-then-drop" }],
    ["commit-then-cut", { kind: "commit-then-cut" }],
    ["commit-late", { kind: "commit-late", ms: 300 }],
    ["drop", { kind: "drop" }],
    ["503", { kind: "status", status: 503 }],
    ["500", { kind: "status", status: 500 }],
    [
      "429",
      {
        kind: "status",
        status: 429,
        headers: { "retry-after": 1 },
        body: [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "ConcurrentRequests Limit exceeded." }],
      },
    ],
    ["an expired token", { kind: "expire-token" }],
    ["an answer that is no JSON", { kind: "status", status: 200, body: "<html>maintenance</html>" }],
  ])("%s", async ([name, then]) => {
    strikeWrite(then);
    const { conversation } = await writes(house, {
      who: `f${name.replaceAll(/\W/g, "")}`.toLowerCase(),
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
    expect(handoff.status).toBe("done");
    expect(objects(handoff)).toEqual(["Lead", "Baton_Conversation__c", "Task"]);
    const [write, notice] = handoff.effects;
    const leadId = recordsOf(house, handoff)[0]?.["Id"];
    expect(write?.result).toMatchObject({ about: leadId, ids: { record: leadId } });
    expect(JSON.stringify(slackMessages(house, notice?.key ?? ""))).toContain(String(leadId));
    expect(house.emulators.salesforce.ledger.entries().some((entry) => entry.fault === then.kind)).toBe(true);
  });

  test("a locked row", async () => {
    crm().settings({ rowLocks: [{ object: "Lead", nth: [1] }] });
    const { conversation } = await writes(house, { who: "lockrow", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect([handoff.status, ...objects(handoff)]).toEqual(["done", "Lead", "Baton_Conversation__c", "Task"]);
  });

  test("several of them in a row, beyond the tries of one run", { timeout: 60_000 }, async () => {
    strikeWrite({ kind: "status", status: 503 }, [2, 3, 4, 5, 6]);
    const { conversation } = await writes(house, { who: "stubborn", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect([handoff.status, ...objects(handoff)]).toEqual(["done", "Lead", "Baton_Conversation__c", "Task"]);
  });

  test("a lost answer to an Opportunity with its contact role: one role", async () => {
    strikeWrite({ kind: "commit-then-drop" });
    const { conversation } = await writes(house, {
      who: "rolf",
      situation: "contact",
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    const [opportunity] = recordsOf(house, handoff);
    expect(objects(handoff)).toEqual(["Opportunity", "Baton_Conversation__c", "Task"]);
    const roles = crm()
      .rows("OpportunityContactRole")
      .filter((role) => role["OpportunityId"] === opportunity?.["Id"]);
    expect(roles.length).toBe(1);
  });

  test("an outage while Salesforce is asked who it is delays the decision and loses nothing", async () => {
    strikeWrite({ kind: "status", status: 503 }, [1, 2]);
    const { conversation } = await writes(house, { who: "asker", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect([handoff.status, ...objects(handoff)]).toEqual(["done", "Lead", "Baton_Conversation__c", "Task"]);
  });
});

describe("a refusal that has an answer", () => {
  test("a duplicate rule: the record it matched is used, and the alert links to it", async () => {
    const leadId = crm().insert("Lead", {
      LastName: "Nguyen",
      Company: "dupe works",
      Email: "private@mail.example",
      OwnerId: crm().userByEmail("kim@ourcompany.example")?.["Id"] ?? null,
    });
    crm().settings({ duplicateRules: [leadDuplicates(["LastName", "Company"])] });
    const { conversation } = await writes(house, { who: "dupe", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Lead__c: leadId },
      { object: "Task", WhoId: leadId },
    ]);
    expect(handoff.effects[0]?.result).toMatchObject({ about: leadId });
    expect(JSON.stringify(slackMessages(house, handoff.effects[1]?.key ?? ""))).toContain(leadId);
  });

  test("a duplicate rule that matches a Contact: the conversation and the Task are the Contact's", async () => {
    const contactId = crm().insert("Contact", {
      LastName: "Nguyen",
      FirstName: "Conny",
      Email: "private@mail.example",
      OwnerId: crm().userByEmail("kim@ourcompany.example")?.["Id"] ?? null,
    });
    crm().settings({
      duplicateRules: [{ ...leadDuplicates(["LastName", "FirstName"]), against: "Contact" }],
    });
    const { conversation } = await writes(house, { who: "conny", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Contact__c: contactId, Lead__c: null },
      { object: "Task", WhoId: contactId },
    ]);
  });

  test("a duplicate rule that matches Baton's own Lead of a lost answer: nothing doubles", async () => {
    crm().settings({ duplicateRules: [leadDuplicates(["Email"])] });
    strikeWrite({ kind: "commit-late", ms: 250 });
    const { conversation } = await writes(house, { who: "dodo", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect([handoff.status, ...objects(handoff)]).toEqual(["done", "Lead", "Baton_Conversation__c", "Task"]);
  });

  test("owners who left a moment ago: the next of the route takes it and is the one who is told", async () => {
    const gone = ["ana@ourcompany.example", "ben@ourcompany.example"].map((email) =>
      String(crm().userByEmail(email)?.["Id"]),
    );
    for (const id of gone) crm().update("User", id, { IsActive: false });
    const { conversation } = await writes(house, { who: "nextup", text: WORDS.integration });
    for (const id of gone) crm().update("User", id, { IsActive: true });
    const handoff = await handoffOf(house, conversation);
    const sam = crm().userByEmail("sales-lead@ourcompany.example")?.["Id"];
    expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
    const queue = crm()
      .rows("Group")
      .find((group) => group["DeveloperName"] === "Solutions_Engineers")?.["Id"];
    const owners = recordsOf(house, handoff).map((record) => [record.object, record["OwnerId"]]);
    expect(owners.filter(([object]) => object !== "Baton_Conversation__c")).toEqual([
      ["Lead", sam],
      ["Task", sam],
      ["Task", queue],
    ]);
    const [message] = slackMessages(house, handoff.effects[1]?.key ?? "");
    expect(message?.to).toBe("sales-lead@ourcompany.example");
    expect(JSON.stringify(message?.blocks)).toContain("Sam Sinclair");
  });
});

test("the answer is lost when the next owner took it: they are told, and the pool has its turn back, once", async () => {
  const gone = ["ana@ourcompany.example", "ben@ourcompany.example"];
  const setActive = (isActive: boolean) => {
    for (const email of gone)
      crm().update("User", String(crm().userByEmail(email)?.["Id"]), { IsActive: isActive });
  };
  const turns = async () => {
    const { rows } = await sql<{ turns: number }>`
      select sum(served + adjustment)::float8 as turns from pool_members where pool = 'mid-market'`.execute(
      house.database.db,
    );
    return rows[0]?.turns;
  };
  const before = await turns();
  setActive(false);
  // The look-up, two refusals, and the write that Sam gets.
  strikeWrite({ kind: "commit-then-drop" }, [4]);
  const { conversation } = await writes(house, { who: "lostnext", text: WORDS.buying });
  setActive(true);
  const handoff = await handoffOf(house, conversation);
  expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
  expect(objects(handoff)).toEqual(["Lead", "Baton_Conversation__c", "Task"]);
  expect(slackMessages(house, handoff.effects[1]?.key ?? "")).toMatchObject([
    { to: "sales-lead@ourcompany.example" },
  ]);
  const { rows } = await sql<{ pool: string | null; member: string; moves: readonly unknown[] }>`
    select pool, member, moves from assignments where handoff_id = ${handoff.id}`.execute(house.database.db);
  expect(rows).toMatchObject([
    {
      pool: null,
      member: "sales-lead@ourcompany.example",
      moves: [
        { pool: "mid-market", turn: "taken", reason: "inactive in Salesforce when the record was written" },
      ],
    },
  ]);
  expect(await turns()).toBe(before);
});

test("a deal that a handoff makes is one that the rehearsal moves", async () => {
  const { conversation } = await writes(house, { who: "dina", situation: "contact", text: WORDS.buying });
  const deals = recordsOf(house, await handoffOf(house, conversation)).filter(
    ({ object }) => object === "Opportunity",
  );
  expect(deals).toHaveLength(1);
  expect(await madeDeals(house.database.db)).toContain(deals[0]?.["Id"]);
});

describe("a record that moves between the look-up and the write", () => {
  /** Does `change` after Salesforce was asked who this is, while the write is held up on its way. */
  async function meanwhile(who: string, change: (email: string) => void): Promise<void> {
    strikeWrite({ kind: "delay", ms: 1_500 });
    const asked = () =>
      house.emulators.salesforce.ledger
        .entries()
        .some(({ body }) => decodeURIComponent(JSON.stringify(body ?? "")).includes(`Email = '${who}@`));
    while (!asked()) await new Promise((resolve) => setTimeout(resolve, 20));
    change(`${who}@${who}.example`);
  }
  const rowOf = (object: string, email: string) =>
    crm()
      .rows(object)
      .find((row) => row["Email"] === email);

  test("a Lead that a rep converts: the conversation and the Task are the Contact's", async () => {
    const [{ conversation }] = await Promise.all([
      writes(house, { who: "connie", situation: "open-lead", text: WORDS.buying }),
      meanwhile("connie", (email) => crm().convert({ lead: String(rowOf("Lead", email)?.["Id"]) })),
    ]);
    const handoff = await handoffOf(house, conversation);
    const contactId = rowOf("Contact", "connie@connie.example")?.["Id"];
    expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Contact__c: contactId, Lead__c: null },
      { object: "Task", WhoId: contactId },
    ]);
    expect(handoff.effects[0]?.result).toMatchObject({ about: contactId });
    expect(JSON.stringify(handoff.effects[0]?.result)).toContain("merged or converted");
  });

  test("a Lead that is merged into another: the conversation and the Task are the other's", async () => {
    const winner = crm().insert("Lead", {
      LastName: "Winner",
      Company: "Works",
      Status: "Open - Not Contacted",
    });
    const [{ conversation }] = await Promise.all([
      writes(house, { who: "merle", situation: "open-lead", text: WORDS.buying }),
      meanwhile("merle", (email) => crm().merge("Lead", winner, [String(rowOf("Lead", email)?.["Id"])])),
    ]);
    const handoff = await handoffOf(house, conversation);
    expect(states(handoff)).toEqual(["crm-write done", "notify done"]);
    expect(recordsOf(house, handoff)).toMatchObject([
      { object: "Baton_Conversation__c", Lead__c: winner },
      { object: "Task", WhoId: winner },
    ]);
    expect(JSON.stringify(handoff.effects[0]?.result)).toContain("merged or converted");
  });

  test("a Lead that is deleted is made again, with the Task and the conversation on it", async () => {
    const [{ conversation }] = await Promise.all([
      writes(house, { who: "delia", situation: "open-lead", text: WORDS.buying }),
      meanwhile("delia", (email) => crm().delete("Lead", String(rowOf("Lead", email)?.["Id"]))),
    ]);
    const handoff = await handoffOf(house, conversation);
    expect([handoff.status, ...objects(handoff)]).toEqual(["done", "Lead", "Baton_Conversation__c", "Task"]);
    const { about, ids } = handoff.effects[0]?.result ?? {};
    expect(about).toBe((ids as Record<string, string>)["record"]);
    expect(JSON.stringify(handoff.effects[0]?.result)).toContain(
      "was deleted meanwhile: a new Lead takes its place",
    );
  });
});

describe("a refusal that only a person can answer", () => {
  test("a validation rule fails the handoff readably, and the owner is told all the same", async () => {
    crm().settings({
      validationRules: [{ object: "Lead", message: "Industry is required", when: { Industry: null } }],
    });
    const { conversation } = await writes(house, { who: "valid", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect(states(handoff)).toEqual(["crm-write failed", "notify done"]);
    expect(handoff.status).toBe("failed");
    expect(handoff.effects[0]?.error).toMatchObject({
      target: "salesforce",
      code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      message: expect.stringContaining("Industry is required"),
    });
    expect(recordsOf(house, handoff)).toEqual([]);
    expect(await standingsOf(house, conversation)).toEqual({ production: "failed" });
    expect(slackMessages(house, handoff.effects[1]?.key ?? "").length).toBe(1);
  });
});

/** What the operator reads of each refusal and outage: the cause, where, what was and was not done, the next step. */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../emulators/core/faults.ts";
import { durationMs } from "../../src/kernel/time.ts";
import { doneWords, type Issue, nextStep } from "../../src/issues/issue.ts";
import { affectedBy, listIssues } from "../../src/issues/queries.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  handoffsOf,
  openTestHouse,
  recordsOf,
  seedWriter,
  slackMessages,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ settleMs: 200 });
  await writes(house, { who: "warmup", text: WORDS.buying });
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const WRITE = "/services/data/*/composite";
const strikeSalesforce = (then: FaultRule["then"], nth?: readonly number[]): void =>
  house.emulators.salesforce.faults.set({ rules: [faultOn("POST", WRITE, then, nth)] });
const says = (errorCode: string, message: string, status = 400): FaultRule["then"] => ({
  kind: "status",
  status,
  body: [{ errorCode, message, fields: [] }],
});

async function issueOf(code: string): Promise<Issue> {
  const found = (await listIssues(house.database.db, { environment: "production", all: false })).find(
    (issue) => issue.code === code,
  );
  if (found === undefined) throw new Error(`no open issue with ${code}`);
  return found;
}

describe("a write that Salesforce refuses: the issue says why and what to do, the owner is told all the same", () => {
  test.for<readonly [string, FaultRule["then"], code: string, words: readonly string[]]>([
    [
      "a required field",
      says("REQUIRED_FIELD_MISSING", "Required fields are missing: [Industry]"),
      "REQUIRED_FIELD_MISSING",
      ["add it to the mapping", "Salesforce says: Required fields are missing: [Industry]"],
    ],
    [
      "a text that is too long",
      says("STRING_TOO_LONG", "Title: data value too large"),
      "STRING_TOO_LONG",
      ["a text is longer than its field", "Title: data value too large"],
    ],
    [
      "a value that is not in the list",
      says("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "bad value for restricted picklist field: Chat"),
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      ["add it in Salesforce or map another", "restricted picklist field: Chat"],
    ],
    [
      "a missing permission",
      says("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights", 403),
      "INSUFFICIENT_ACCESS_OR_READONLY",
      ["check the permission set Baton_Integration"],
    ],
    [
      "a field that was removed from the org",
      says("INVALID_FIELD", "No such column 'Baton_Key__c' on sobject of type Lead"),
      "INVALID_FIELD",
      ["run `baton salesforce check`", "Baton_Key__c"],
    ],
    [
      "several records under one key",
      {
        kind: "status",
        status: 300,
        body: ["1", "2"].map((n) => `/services/data/v66.0/sobjects/Lead/00Q00000000000${n}AAA`),
      },
      "MULTIPLE_CHOICES",
      [
        "merge or delete all but one of them, and make Baton_Key__c unique",
        "Lead 00Q000000000001AAA, Lead 00Q000000000002AAA",
      ],
    ],
    [
      "an org that moved to another host",
      {
        kind: "status",
        status: 301,
        headers: { location: "https://elsewhere.example/" },
        body: "<html>Moved</html>",
      },
      "http_301",
      ["a redirect, which is never followed with credentials. Correct the address of the connection."],
    ],
    [
      "a full org",
      says("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
      "STORAGE_LIMIT_EXCEEDED",
      ["the org's storage is full: free some or buy more"],
    ],
  ])("%s", async ([name, then, code, words]) => {
    strikeSalesforce(then, [2]);
    const who = `r${name.replaceAll(/\W/g, "")}`.toLowerCase().slice(0, 30);
    const { conversation } = await writes(house, { who, text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect(handoff.effects.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      "crm-write failed",
      "notify done",
    ]);
    const issue = await issueOf(code);
    expect(issue).toMatchObject({ destination: "salesforce", status: "open", open: 1, handoffs: 1 });
    for (const one of words) expect(issue.message).toContain(one);
    const [thing] = await affectedBy(house.database.db, issue, 1);
    expect(doneWords(thing ?? { done: [], notDone: [] })).toBe(
      "done: the message to a person; not done: the records in Salesforce",
    );
    expect(nextStep(issue)).toContain(`then \`baton issues retry ${issue.id}\``);
  });
});

test("ten minutes of 500, 502, 503 and 504 hold handoffs back; then each goes out once, and nothing is an issue", async () => {
  const { intercom, salesforce } = house.emulators;
  const anywhere = (status: number, p: number): FaultRule => ({
    ...faultOn("*", "/services/data/*", { kind: "status", status, body: "<html>Bad Gateway</html>" }),
    p,
  });
  salesforce.faults.set({
    rules: [anywhere(500, 0.25), anywhere(502, 0.33), anywhere(503, 0.5), anywhere(504, 1)],
  });
  const talks: string[] = [];
  for (const who of ["oda", "odo", "ode", "odi", "odu"]) {
    const { contactId } = seedWriter(house, { who });
    talks.push(intercom.startConversation({ contactId, body: WORDS.buying }).id);
    await intercom.flush();
    house.advance(durationMs("2m"));
    await sleep(500);
  }
  for (const conversation of talks) expect(await handoffsOf(house, conversation)).toEqual([]);
  const cameThrough = salesforce.ledger.entries().length;
  clearFaults(house);
  await house.settle();
  for (const conversation of talks) {
    const handoff = await handoffOf(house, conversation);
    expect(handoff.effects.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      "crm-write done",
      "notify done",
    ]);
    expect(recordsOf(house, handoff).map(({ object }) => object)).toEqual([
      "Lead",
      "Baton_Conversation__c",
      "Task",
    ]);
    expect(slackMessages(house, handoff.effects[1]?.key ?? "")).toHaveLength(1);
  }
  const written = salesforce.ledger
    .entries()
    .slice(cameThrough)
    .filter(({ committed, method }) => committed && method === "POST");
  expect(written).toHaveLength(talks.length);
  const open = await listIssues(house.database.db, { environment: "production", all: false });
  expect(open.filter(({ code }) => code.startsWith("http_5"))).toEqual([]);
});

test("an owner who has left Slack: the alert goes to the fallback channel, with for whom and why", async () => {
  await sql`update connections set settings = settings || '{"fallbackChannel": "#churn"}' where kind = 'slack'`.execute(
    house.database.db,
  );
  house.advance(5_000);
  const gone = { kind: "status", status: 200, body: { ok: false, error: "user_disabled" } } as const;
  house.emulators.slack.faults.set({ rules: [faultOn("POST", "/api/chat.postMessage", gone, [1])] });
  const { conversation } = await writes(house, { who: "fay", text: WORDS.buying });
  const handoff = await handoffOf(house, conversation);
  expect(handoff.status).toBe("done");
  const notice = handoff.effects.find(({ kind }) => kind === "notify");
  const [message, ...more] = slackMessages(house, notice?.key ?? "");
  expect(more).toEqual([]);
  expect(message?.to).toBe("#churn");
  expect(JSON.stringify(message?.blocks)).toContain("Meant for ");
  expect(JSON.stringify(notice?.result)).toContain("account is deactivated in Slack");
});

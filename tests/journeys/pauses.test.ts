/** A destination is paused: what goes there waits in order, the rest goes on, and everything is there once in the end. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { durationMs } from "../../src/kernel/time.ts";
import { pause, resume } from "../../src/handoff/pause.ts";
import { type Destination, listPauses } from "../../src/handoff/pause-queries.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import {
  clearFaults,
  decisionsOf,
  faultOn,
  handoffOf,
  handoffsOf,
  openTestHouse,
  recordsOf,
  slackMessages,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { timersOf } from "../support/timers.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ settleMs: 200, policy: roundTheClock(saasDefault) });
  await writes(house, { who: "warmup", employees: 900, text: WORDS.buying });
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const db = () => house.database.db;
const paused = (destination: Destination) =>
  pause(db(), { environment: "production", destination, reason: "maintenance" }, "nora", house.now());
const resumed = async (destination: Destination) => {
  const ended = await resume(db(), { environment: "production", destination }, "the test");
  await house.settle();
  return ended;
};
const states = async (conversation: string) =>
  (await handoffOf(house, conversation)).effects.map(({ kind, state }) => `${kind} ${state}`);
const messagesOf = async (conversation: string) =>
  (await handoffOf(house, conversation)).effects
    .filter(({ kind }) => kind === "notify")
    .flatMap(({ key }) => slackMessages(house, key));
const waiting = async () =>
  (await listPauses(db(), "production")).map((one) => [one.destination, one.waiting]);

/** Handoffs whose alerts do not say yet what became of them. */
const staleAlerts = async () =>
  (await sql`select 1 from alert_boards where shown < news`.execute(db())).rows.length;

test("Slack is paused: the record is written, the alert waits over a restart, and goes out once", async () => {
  await paused("slack");
  const talk = await writes(house, { who: "sam", text: WORDS.buying });
  expect(await states(talk.conversation)).toEqual(["crm-write done", "notify planned"]);
  await house.restart(durationMs("2h"));
  await house.settle();
  expect(await messagesOf(talk.conversation)).toEqual([]);
  expect(await waiting()).toEqual([["slack", 1]]);
  expect(await staleAlerts()).not.toBe(0);
  expect(await resumed("slack")).toMatchObject({ destination: "slack", pausedBy: "nora", waiting: 1 });
  expect(await states(talk.conversation)).toEqual(["crm-write done", "notify done"]);
  expect(await messagesOf(talk.conversation)).toHaveLength(1);
  expect(await staleAlerts()).toBe(0);
  expect(await resume(db(), { environment: "production", destination: "slack" }, "the test")).toBeNull();
});

test("Salesforce is paused: a conversation is heard and waits undecided, then is handed off once", async () => {
  await paused("salesforce");
  const talk = await writes(house, { who: "uma", employees: 900, text: WORDS.buying });
  expect(await decisionsOf(house, talk.conversation)).toEqual([]);
  const idle = await writes(house, { who: "idle", text: WORDS.idle });
  expect(await standingsOf(house, idle.conversation)).toEqual({ production: "below-threshold" });
  house.emulators.intercom.customerReplies({
    conversationId: talk.conversation,
    body: "Hello? Is somebody there?",
  });
  await house.settle();
  await resumed("salesforce");
  const handoff = await handoffOf(house, talk.conversation);
  expect(handoff.status).toBe("done");
  expect(recordsOf(house, handoff).filter(({ object }) => object === "Lead")).toHaveLength(1);
});

test("Intercom is paused: people are told, tags and team wait for it", async () => {
  await paused("intercom");
  const talk = await writes(house, { who: "ivy", employees: 900, text: WORDS.buying });
  expect(await states(talk.conversation)).toEqual([
    "crm-write done",
    "tag-conversation planned",
    "move-to-team planned",
    "notify done",
  ]);
  await resumed("intercom");
  const { workspace } = house.emulators.intercom;
  const stored = workspace.conversations.get(talk.conversation);
  expect(stored?.tags.map((tag) => workspace.tags.get(tag.tagId)?.name)).toEqual(["Enterprise Signal"]);
  expect(stored?.parts.filter((part) => part.type === "assignment").length).toBe(1);
});

test("timers that must ask Salesforce wait for it, and fire once", async () => {
  const talk = await writes(house, { who: "tim", text: WORDS.buying });
  await paused("salesforce");
  house.advance(durationMs("40m"));
  await house.settle();
  expect((await timersOf(house, talk.conversation)).map(({ state }) => state)).toEqual(["armed", "armed"]);
  await resumed("salesforce");
  const timers = await timersOf(house, talk.conversation);
  expect(timers.slice(0, 2).map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    "remind done",
    "breach done",
  ]);
  for (const effect of timers.flatMap(({ effects }) => effects).filter(({ kind }) => kind === "notify"))
    expect(slackMessages(house, effect.key)).toHaveLength(1);
});

describe("credentials that are revoked", () => {
  test("pause the destination by themselves: one issue, no effect fails, and all goes out when they are back", async () => {
    const revoked = { kind: "status", status: 200, body: { ok: false, error: "token_revoked" } } as const;
    house.emulators.slack.faults.set({ rules: [faultOn("POST", "*", revoked)] });
    const talks = [];
    for (const who of ["rae", "rob", "ria"]) talks.push(await writes(house, { who, text: WORDS.buying }));
    expect(await listPauses(db(), "production")).toMatchObject([
      { destination: "slack", isAutomatic: true, pausedBy: "Baton", waiting: 3 },
    ]);
    const [issue, ...more] = await listIssues(db(), { environment: "production", all: false });
    expect(more).toEqual([]);
    expect(issue).toMatchObject({ destination: "slack", code: "token_revoked", status: "open", affected: 1 });
    expect(issue?.message).toContain("install it again and store its new token");

    await house.service.house.knock();
    expect(await waiting()).toEqual([["slack", 3]]);
    clearFaults(house);
    await house.service.house.knock();
    await house.settle();
    expect(await listPauses(db(), "production")).toEqual([]);
    for (const { conversation } of talks) {
      expect(await states(conversation)).toEqual(["crm-write done", "notify done"]);
      expect(await messagesOf(conversation)).toHaveLength(1);
    }
    expect(await listIssues(db(), { environment: "production", all: false })).toEqual([]);
  });

  test("of Salesforce keep conversations undecided until they are back", async () => {
    const refused = { error: "invalid_grant", error_description: "authentication failure" };
    await house.restart(0);
    house.emulators.salesforce.faults.set({
      rules: [faultOn("POST", "/services/oauth2/token", { kind: "status", status: 400, body: refused })],
    });
    const talk = await writes(house, { who: "gil", text: WORDS.buying });
    expect(await listPauses(db(), "production")).toMatchObject([
      { destination: "salesforce", isAutomatic: true },
    ]);
    expect(await handoffsOf(house, talk.conversation)).toEqual([]);
    clearFaults(house);
    await house.service.house.knock();
    await house.settle();
    expect((await handoffOf(house, talk.conversation)).status).toBe("done");
  });

  test("do not end what a person has paused", async () => {
    await paused("slack");
    await house.service.house.knock();
    expect(await listPauses(db(), "production")).toMatchObject([
      { destination: "slack", isAutomatic: false },
    ]);
    await resumed("slack");
  });
});

test("two handoffs of one conversation keep their order over a pause", async () => {
  await paused("slack");
  const talk = await writes(house, { who: "ola", text: WORDS.buying });
  house.advance(durationMs("40d"));
  house.emulators.intercom.customerReplies({ conversationId: talk.conversation, body: WORDS.buying });
  await house.settle();
  const both = await handoffsOf(house, talk.conversation);
  expect(both.map(({ status }) => status)).toEqual(["running", "running"]);
  expect(both[1]?.effects.every(({ state }) => state === "planned")).toBe(true);
  await resumed("slack");
  const ended = await handoffsOf(house, talk.conversation);
  expect(ended.map(({ status }) => status)).toEqual(["done", "done"]);
  for (const handoff of ended)
    for (const { key } of handoff.effects.filter(({ kind }) => kind === "notify"))
      expect(slackMessages(house, key)).toHaveLength(1);
});

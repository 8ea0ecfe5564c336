/** First contact in time: reminded, escalated, handed on; and timers over restarts, new policies and shadow mode. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { durationMs } from "../../src/kernel/time.ts";
import { publishGiven } from "../../src/versions/publish.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import {
  handoffOf,
  mails,
  openTestHouse,
  recordsOf,
  type ShownHandoff,
  slackMessages,
  type Talk,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { timersOf } from "../support/timers.ts";

// By day and night, so that the journey does not depend on the hour at which it runs.
const POLICY = saasDefault
  .replace("clock: working-hours", "clock: always")
  .replace("whenAllAway: hold", "whenAllAway: ignore-hours");

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    policy: POLICY,
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
});
afterAll(() => house.close());

async function later(span: string): Promise<void> {
  house.advance(durationMs(span));
  await house.settle();
}

const timers = async ({ conversation }: Talk, environment = "production") =>
  (await timersOf(house, conversation)).filter(({ id }) => id.includes(`:${environment}:`));

const liveHandoff = async ({ conversation }: Talk) => {
  const { rows } = await sql<{ id: string }>`
    select id from handoffs where conversation_id = ${conversation} and environment = 'sandbox'`.execute(
    house.database.db,
  );
  expect(rows).toHaveLength(1);
  return handoffOf(house, conversation, "production");
};

const org = () => house.emulators.salesforce.state;

const assignmentOf = async (handoff: string) => {
  const { rows } = await sql<{
    member: string;
    turn: string | null;
    closedReason: string | null;
    moves: readonly unknown[];
  }>`
    select member, turn, closed_reason as "closedReason", moves from assignments where handoff_id = ${handoff}`.execute(
    house.database.db,
  );
  return rows[0];
};

const emailOf = ({ answer }: ShownHandoff) => {
  const { owner } = answer.owner;
  return owner.kind === "user" ? owner.email : null;
};

const servedBy = async (member: string) => {
  const { rows } = await sql<{ turns: number }>`
    select coalesce(sum(served + adjustment), 0)::float8 as turns from pool_members
    where environment = 'production' and member = ${member}`.execute(house.database.db);
  return rows[0]?.turns ?? 0;
};

describe("a lead of the pool whom nobody contacts", () => {
  test("is brought to mind, escalated, and given to the next member with the record, once", async () => {
    const talk = await writes(house, { who: "bea", text: WORDS.buying });
    const handoff = await liveHandoff(talk);
    const first = handoff.answer.owner.owner;
    const firstEmail = first.kind === "user" ? (first.email ?? "") : "";
    const otherEmail =
      firstEmail === "ana@ourcompany.example" ? "ben@ourcompany.example" : "ana@ourcompany.example";
    const before = [await servedBy(firstEmail), await servedBy(otherEmail)];

    await later("16m");
    const [remind] = await timers(talk);
    expect(remind).toMatchObject({ kind: "remind", state: "done", effects: [{ state: "done" }] });
    expect(slackMessages(house, remind?.effects[0]?.key ?? "")).toMatchObject([{ to: firstEmail }]);

    await later("15m");
    const breach = (await timers(talk)).find((one) => one.kind === "breach" && one.arming === 1);
    expect(breach).toMatchObject({ state: "done" });
    const told = (breach?.effects ?? [])
      .filter(({ kind }) => kind === "notify")
      .map(({ key }) => slackMessages(house, key).map(({ to }) => to));
    expect(told).toEqual([[firstEmail], ["sales-lead@ourcompany.example"], [otherEmail], [firstEmail]]);
    const [lead] = recordsOf(house, handoff);
    const other = org().userByEmail(otherEmail)?.["Id"];
    expect(
      org()
        .rows("Lead")
        .find((row) => row["Id"] === lead?.["Id"]),
    ).toMatchObject({ OwnerId: other });
    expect(
      org()
        .rows("Task")
        .filter((task) => task["WhoId"] === lead?.["Id"] && task["OwnerId"] === other),
    ).toHaveLength(1);
    expect([await servedBy(firstEmail), await servedBy(otherEmail)]).toEqual([
      (before[0] ?? 0) - 1,
      (before[1] ?? 0) + 1,
    ]);

    expect(await assignmentOf(handoff.id)).toMatchObject({
      member: otherEmail,
      turn: "taken",
      closedReason: null,
      moves: [{ pool: "mid-market", member: firstEmail, reason: "no contact within 30m" }],
    });
    await house.restart(0);
    await house.settle();
    expect(await servedBy(otherEmail)).toBe((before[1] ?? 0) + 1);

    await later("31m");
    const second = (await timers(talk)).filter((one) => one.arming === 2);
    expect(second).toMatchObject([
      { kind: "remind", state: "done" },
      { kind: "breach", state: "done" },
    ]);
    expect(second[1]?.effects.at(-1)).toMatchObject({ kind: "impossible", state: "skipped" });
    expect(second[1]?.effects.at(-1)?.error?.message).toContain("nobody else of the pool mid-market");
    await later("24h");
    expect((await timers(talk)).map(({ arming }) => arming)).toEqual([1, 1, 2, 2]);
  });

  test("stays with whoever took it over in Salesforce", async () => {
    const talk = await writes(house, { who: "tom", text: WORDS.buying });
    const [lead] = recordsOf(house, await liveHandoff(talk));
    const kim = String(org().userByEmail("kim@ourcompany.example")?.["Id"]);
    org().update("Lead", String(lead?.["Id"]), { OwnerId: kim });
    await later("31m");
    const breach = (await timers(talk)).find(({ kind }) => kind === "breach");
    expect(breach?.effects.at(-1)?.error?.message).toContain("Kim Keller owns it in Salesforce by now");
    expect(
      org()
        .rows("Lead")
        .find((row) => row["Id"] === lead?.["Id"]),
    ).toMatchObject({ OwnerId: kim });
  });

  test("is left alone when the new status says that the owner was in touch", async () => {
    const talk = await writes(house, { who: "sue", text: WORDS.buying });
    const handoff = await liveHandoff(talk);
    const [lead] = recordsOf(house, handoff);
    const change = { Status: "Working - Contacted", LastModifiedById: handoff.answer.owner.owner.id };
    org().update("Lead", String(lead?.["Id"]), change);
    await later("31m");
    const ended = await timers(talk);
    expect(ended).toMatchObject([{ state: "cancelled" }, { state: "cancelled" }]);
    expect(ended[0]?.reason).toContain('set the status to "Working - Contacted" in Salesforce');
    const assignment = await assignmentOf(handoff.id);
    expect(assignment).toMatchObject({ member: emailOf(handoff), moves: [] });
    expect(assignment?.closedReason).toContain("in Salesforce");
  });
});

test("in shadow mode everything is planned and nothing goes out", async () => {
  const talk = await writes(house, { who: "sven", text: WORDS.buying });
  await later("31m");
  const shadow = await timers(talk, "sandbox");
  const effects = shadow.flatMap((one) => one.effects);
  expect(effects.length).toBeGreaterThanOrEqual(4);
  expect(effects.filter(({ state }) => state !== "would" && state !== "skipped")).toEqual([]);
  expect(effects.filter(({ kind, state }) => kind === "notify" && state === "would").length).toBeGreaterThan(
    2,
  );
  for (const { key } of effects) {
    expect(slackMessages(house, key)).toEqual([]);
    expect(mails(house, key)).toEqual([]);
    expect(
      org()
        .allRows("Task")
        .filter((task) => task["Baton_Key__c"] === key),
    ).toEqual([]);
  }
});

test("a timer outlives a restart and a new policy: it fires once, as the policy said that armed it", async () => {
  const person = { contactTags: ["trial"], plan: "trial", text: WORDS.upgrade };
  const talk = await writes(house, { who: "rita", ...person });
  await publishGiven(house.database.db, {
    environment: "production",
    document: POLICY.replace("enrol: Upgrade nudge", "enrol: Win-back"),
    publisher: "test",
    comment: "",
  });
  await house.restart(durationMs("24h") + durationMs("1m"));
  await house.settle();
  const fired = (await timers(talk)).find(({ kind }) => kind === "follow-up");
  expect(fired).toMatchObject({ state: "done" });
  const { contacts, tags } = house.emulators.intercom.workspace;
  const names = [...(contacts.get(talk.contactId)?.tagIds ?? [])].map((id) => tags.get(id)?.name);
  expect(names).toContain("Upgrade nudge");
  expect(names).not.toContain("Win-back");
  await house.restart(durationMs("1h"));
  await house.settle();
  expect((await timers(talk)).find(({ kind }) => kind === "follow-up")).toEqual(fired);
});

/** Slack as a place to work: claimed, rejected, reminded, by whom it concerns, once; and the alert says what became of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import type { SlackPress } from "../../emulators/slack/interact.ts";
import { durationMs } from "../../src/kernel/time.ts";
import {
  clearFaults,
  faultOn,
  openTestHouse,
  recordsOf,
  slackMessages,
  type TestHouse,
} from "../support/house.ts";
import {
  ANA,
  assignment,
  BEN,
  messageOf,
  oldBlocks,
  POOL_POLICY,
  poolLead,
  type PoolLead,
  presses,
  shownAlert,
  turns,
  whispers,
} from "../support/slack-leads.ts";
import { timersOf } from "../support/timers.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: POOL_POLICY });
});
afterAll(() => house.close());

async function later(span: string): Promise<void> {
  house.advance(durationMs(span));
  await house.settle();
}

const slack = () => house.emulators.slack;
const org = () => house.emulators.salesforce.state;
const lead = (who: string) => poolLead(house, who);
const alertOf = (key: string) => shownAlert(house, key);
const whispersTo = (email: string) => whispers(house, email);
const assignmentOf = (one: PoolLead) => assignment(house, one);
const turnsOf = (member: string) => turns(house, member);
const leadRow = ({ handoff }: PoolLead) => recordsOf(house, handoff).find(({ object }) => object === "Lead");

const pressed = (press: SlackPress) => presses(house, press);

const timer = async ({ talk }: PoolLead, kind: string) =>
  (await timersOf(house, talk.conversation)).find((one) => one.kind === kind);

describe("claiming", () => {
  test("by the owner ends the timers of the SLA, says what was seen, and stands under the alert", async () => {
    const mine = await lead("cleo");
    expect(alertOf(mine.key)).toEqual({ lines: [], offers: ["baton-claim", "baton-reject", "baton-remind"] });
    expect((await pressed({ user: mine.owner, key: mine.key, action: "baton-claim" })).status).toBe(200);
    const breach = await timer(mine, "breach");
    expect(breach).toMatchObject({ state: "cancelled" });
    expect(breach?.reason).toMatch(/^(Ana|Ben) claimed it in Slack at 2/);
    expect((await assignmentOf(mine))?.closedReason).toContain("claimed it in Slack");
    expect(alertOf(mine.key)).toEqual({
      lines: [expect.stringMatching(/^Claimed by (Ana|Ben)$/) as string],
      offers: ["baton-reject", "baton-remind"],
    });
    await later("1h");
    expect(await timer(mine, "breach")).toMatchObject({ state: "cancelled" });
    expect((await assignmentOf(mine))?.moves).toEqual([]);
  });

  test("by another of the pool takes the lead along: record, turn and alert, and whoever had it is told", async () => {
    const theirs = await lead("dana");
    const before = [await turnsOf(theirs.owner), await turnsOf(theirs.other)];
    await pressed({ user: theirs.other, key: theirs.key, action: "baton-claim" });
    const newOwner = org().userByEmail(theirs.other)?.["Id"];
    const record = leadRow(theirs);
    expect(record).toMatchObject({ OwnerId: newOwner });
    const tasks = org()
      .rows("Task")
      .filter((task) => task["WhoId"] === record?.["Id"] && task["OwnerId"] === newOwner);
    expect(tasks).toMatchObject([{ Subject: expect.stringContaining("Claimed from") as string }]);
    expect([await turnsOf(theirs.owner), await turnsOf(theirs.other)]).toEqual([
      (before[0] ?? 0) - 1,
      (before[1] ?? 0) + 1,
    ]);
    expect(await assignmentOf(theirs)).toMatchObject({
      member: theirs.other,
      moves: [{ member: theirs.owner, reason: expect.stringContaining("claimed it in Slack") as string }],
    });
    const claim = await timer(theirs, "claim");
    expect(claim).toMatchObject({ state: "done" });
    const told = claim?.effects.find(({ kind }) => kind === "notify");
    expect(slackMessages(house, told?.key ?? "")).toMatchObject([{ to: theirs.owner }]);
    expect(alertOf(told?.key ?? "")).toEqual(alertOf(theirs.key));
  });

  test("at once by two: one has it, the other is told who", async () => {
    const one = await lead("emma");
    const sent = await Promise.all([
      slack().press({ user: ANA, key: one.key, action: "baton-claim" }),
      slack().press({ user: BEN, key: one.key, action: "baton-claim" }),
    ]);
    expect(sent.map(({ status }) => status)).toEqual([200, 200]);
    await house.settle();
    const { lines } = alertOf(one.key);
    expect(lines).toHaveLength(1);
    const isAnas = lines[0]?.endsWith("Ana") === true;
    expect(whispersTo(isAnas ? BEN : ANA).at(-1)).toMatch(isAnas ? /^Ana has it since/ : /^Ben has it since/);
    expect((await assignmentOf(one))?.member).toBe(isAnas ? ANA : BEN);
    expect(leadRow(one)).toMatchObject({ OwnerId: org().userByEmail(isAnas ? ANA : BEN)?.["Id"] });
    const claims = (await timersOf(house, one.talk.conversation)).filter(({ kind }) => kind === "claim");
    expect(claims).toHaveLength(1);
  });

  test("a second time says that it is theirs, and changes nothing", async () => {
    const mine = await lead("fred");
    await pressed({ user: mine.owner, key: mine.key, action: "baton-claim" });
    const shown = alertOf(mine.key);
    const writesBefore = house.emulators.salesforce.ledger
      .entries()
      .filter((entry) => entry.committed).length;
    // Whoever saw the alert before it was renewed may press a button that is gone by now.
    messageOf(house, mine.key).blocks = oldBlocks(mine.key);
    await pressed({ user: mine.owner, key: mine.key, action: "baton-claim" });
    expect(whispersTo(mine.owner).at(-1)).toMatch(/^You have it since/);
    expect(house.emulators.salesforce.ledger.entries().filter((entry) => entry.committed)).toHaveLength(
      writesBefore,
    );
    expect(shown.lines).toHaveLength(1);
  });
});

describe("not a lead", () => {
  const SPAM = { reason: "spam", note: "writes to everybody" };

  test("asks why, ends every timer, gives the turn back, and says so on the record", async () => {
    const bad = await lead("gina");
    const before = await turnsOf(bad.owner);
    await pressed({ user: bad.owner, key: bad.key, action: "baton-reject" });
    const [view] = slack().workspace().views.slice(-1);
    expect(view?.view).toMatchObject({ callback_id: "baton-reject", title: { text: "Not a lead" } });
    expect((await slack().submit({ user: bad.owner, values: SPAM })).status).toBe(200);
    await house.settle();
    const timers = await timersOf(house, bad.talk.conversation);
    expect(timers.filter(({ state }) => state === "armed")).toEqual([]);
    expect(timers.find(({ kind }) => kind === "breach")?.reason).toMatch(
      /^rejected by (Ana|Ben): Spam or a test \(writes to everybody\)$/,
    );
    expect(await turnsOf(bad.owner)).toBe(before - 1);
    expect((await assignmentOf(bad))?.creditReason).toContain("Spam or a test");
    const notes = org()
      .rows("Task")
      .filter((task) => task["WhoId"] === leadRow(bad)?.["Id"] && task["Status"] === "Completed");
    expect(notes).toMatchObject([{ Subject: "Not a lead: Spam or a test" }]);
    expect(alertOf(bad.key)).toEqual({
      lines: [expect.stringMatching(/^Not a lead, says (Ana|Ben): Spam or a test \(writes/) as string],
      offers: [],
    });
  });

  test("sent twice is done once", async () => {
    const bad = await lead("hugo");
    await pressed({ user: bad.owner, key: bad.key, action: "baton-reject" });
    const before = await turnsOf(bad.owner);
    const first = await slack().submit({ user: bad.owner, values: SPAM });
    const { url, headers, body } = first.request;
    const again = await fetch(url, { method: "POST", headers, body });
    const second = await slack().submit({ user: bad.owner, values: { ...SPAM, note: "again" } });
    expect([first.status, again.status, second.status]).toEqual([200, 200, 200]);
    await house.settle();
    expect(await turnsOf(bad.owner)).toBe(before - 1);
    const rejections = (await timersOf(house, bad.talk.conversation)).filter(({ kind }) => kind === "reject");
    expect(rejections).toMatchObject([{ state: "done", effects: [{ kind: "crm-write", state: "done" }] }]);
    await later("1h");
    expect((await assignmentOf(bad))?.moves).toEqual([]);
  });

  test("cannot be claimed any more", async () => {
    const bad = await lead("ines");
    const blocks = oldBlocks(bad.key);
    await pressed({ user: bad.owner, key: bad.key, action: "baton-reject" });
    await slack().submit({ user: bad.owner, values: SPAM });
    await house.settle();
    messageOf(house, bad.key).blocks = blocks;
    await pressed({ user: bad.other, key: bad.key, action: "baton-claim" });
    expect(whispersTo(bad.other).at(-1)).toMatch(/^It is no lead, says (Ana|Ben) \(Spam or a test/);
    expect(await timer(bad, "claim")).toBeUndefined();
  });
});

describe("remind me", () => {
  test("in fifteen minutes reminds whoever asked, once", async () => {
    const slow = await lead("jens");
    await pressed({ user: slow.owner, key: slow.key, action: "baton-claim" });
    await pressed({ user: slow.owner, key: slow.key, action: "baton-remind", option: "15m" });
    expect(whispersTo(slow.owner).at(-1)).toMatch(/^You will be reminded <!date/);
    await later("14m");
    expect(await timer(slow, "snooze")).toMatchObject({ state: "armed" });
    await later("2m");
    const fired = await timer(slow, "snooze");
    expect(fired).toMatchObject({ state: "done", effects: [{ kind: "notify", state: "done" }] });
    const [reminder] = slackMessages(house, fired?.effects[0]?.key ?? "");
    expect(reminder?.to).toBe(slow.owner);
    expect(JSON.stringify(reminder?.blocks)).toContain("You asked to be reminded: Jens Nguyen");
    await house.restart(durationMs("1h"));
    await house.settle();
    expect(await timer(slow, "snooze")).toEqual(fired);
  });

  test("tomorrow is nine o'clock by the clock of whoever asked", async () => {
    const slow = await lead("kate");
    await pressed({ user: slow.owner, key: slow.key, action: "baton-remind", option: "tomorrow" });
    const { dueAt = 0 } = (await timer(slow, "snooze")) ?? {};
    expect(new Date(dueAt).toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" })).toBe("09:00:00");
    expect(dueAt).toBeGreaterThan(house.now());
  });

  test("is silent once the customer was contacted, or the conversation closed", async () => {
    const answered = await lead("lars");
    const closed = await lead("mona");
    for (const { owner, key } of [answered, closed])
      await pressed({ user: owner, key, action: "baton-remind", option: "1h" });
    const admins = [...house.emulators.intercom.workspace.admins.values()];
    house.emulators.intercom.teammateReplies({
      conversationId: answered.talk.conversation,
      adminId: admins.find(({ email }) => email === answered.owner)?.id ?? "",
      body: "Let us talk.",
    });
    house.emulators.intercom.closeConversation({ conversationId: closed.talk.conversation });
    await later("61m");
    expect(await timer(answered, "snooze")).toMatchObject({
      state: "cancelled",
      reason: expect.stringContaining("answered in Intercom") as string,
    });
    expect(await timer(closed, "snooze")).toMatchObject({
      state: "cancelled",
      reason: "the conversation was closed",
    });
    expect(alertOf(answered.key)).toEqual({
      lines: [expect.stringMatching(/^Contacted: .* answered in Intercom$/) as string],
      offers: ["baton-claim", "baton-reject"],
    });
  });
});

describe("the alert says", () => {
  test("that the time was over and who has it now", async () => {
    const lost = await lead("nina");
    await later("31m");
    expect(alertOf(lost.key).lines).toEqual([
      "First contact was overdue",
      expect.stringMatching(/^Given to (Ana Alvarez|Ben Baker)$/) as string,
    ]);
  });

  test("everything, whatever Slack answers in between, and no message is posted twice", async () => {
    const rough = await lead("otto");
    const posts = () =>
      slack()
        .ledger.entries()
        .filter(({ path, committed }) => committed && path.endsWith("/chat.postMessage")).length;
    const before = posts();
    house.emulators.applyFaults({
      seed: 3,
      slack: {
        rules: [
          faultOn("POST", "/api/chat.update", { kind: "status", status: 503 }, [1]),
          faultOn("POST", "/api/chat.update", { kind: "commit-then-drop" }, [2]),
          faultOn("POST", "/api/users.info", { kind: "drop" }, [1]),
        ],
      },
    });
    await pressed({ user: rough.owner, key: rough.key, action: "baton-claim" });
    clearFaults(house);
    expect(alertOf(rough.key).lines).toHaveLength(1);
    expect(posts()).toBe(before);
  });
});

test("a write that lands late never is the last one", async () => {
  const slow = await lead("pete");
  const late = faultOn("POST", "/api/chat.update", { kind: "commit-late", ms: 300 }, [1]);
  house.emulators.applyFaults({ seed: 5, slack: { rules: [late] } });
  await slack().press({ user: slow.owner, key: slow.key, action: "baton-claim" });
  await pressed({ user: slow.owner, key: slow.key, action: "baton-reject" });
  await slack().submit({ user: slow.owner, values: { reason: "known" } });
  await house.settle();
  clearFaults(house);
  expect(alertOf(slow.key)).toEqual({
    lines: [
      expect.stringMatching(/^Claimed by/) as string,
      expect.stringMatching(/: In good hands already$/) as string,
    ],
    offers: [],
  });
});

test("somebody whom the lead does not concern is told why not", async () => {
  const mine = await lead("quin");
  await pressed({ user: "stranger@ourcompany.example", key: mine.key, action: "baton-claim" });
  expect(whispersTo("stranger@ourcompany.example").at(-1)).toContain("This lead is for others");
  expect(await timer(mine, "claim")).toBeUndefined();
  expect(alertOf(mine.key).lines).toEqual([]);
});

test("a run of the alerts that died for good is taken over", async () => {
  const mine = await lead("sven");
  await pressed({ user: mine.owner, key: mine.key, action: "baton-claim" });
  messageOf(house, mine.key).blocks = oldBlocks(mine.key);
  await sql`
    update alert_boards set news = news + 1, showing = news + 1, showing_at = to_timestamp(${house.now() / 1_000})
    where handoff_id = ${mine.handoff.id}`.execute(house.database.db);
  await later("21m");
  expect(alertOf(mine.key).lines).toEqual([expect.stringMatching(/^Claimed by/) as string]);
});

test("somebody whose address Slack hides is told what the app lacks", async () => {
  const mine = await lead("tess");
  const users = [{ id: "U0GUEST", email: "guest@elsewhere.example", hidesEmail: true }];
  await fetch(`${slack().url}/__emulator/seed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ users }),
  });
  await pressed({ user: "U0GUEST", key: mine.key, action: "baton-claim" });
  expect(whispersTo("guest@elsewhere.example").at(-1)).toContain("users:read.email");
  expect(await timer(mine, "claim")).toBeUndefined();
});

test("a press is worked after a restart that came right behind it", async () => {
  const mine = await lead("rosa");
  house.emulators.applyFaults({
    seed: 4,
    slack: { rules: [faultOn("POST", "/api/users.info", { kind: "hang" }, [1])] },
  });
  // A person of whom Baton has not asked yet, so that the run hangs on the question.
  const sent = await slack().press({
    user: "sales-lead@ourcompany.example",
    key: mine.key,
    action: "baton-claim",
  });
  expect(sent.status).toBe(200);
  clearFaults(house);
  await house.restart(durationMs("1m"));
  await house.settle();
  expect(whispersTo("sales-lead@ourcompany.example").at(-1)).toContain("This lead is for others");
  await pressed({ user: mine.owner, key: mine.key, action: "baton-claim" });
  expect(alertOf(mine.key).lines).toHaveLength(1);
});

/** Failures that a person can act on: grouped, told in words, tried again once however often it is asked, skipped, answered. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../emulators/core/faults.ts";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { answerIssue, retryIssue, skipIssue } from "../../src/issues/act.ts";
import type { Issue } from "../../src/issues/issue.ts";
import { affectedBy, findIssue, listIssues } from "../../src/issues/queries.ts";
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
  house = await openTestHouse({ settleMs: 200 });
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const db = () => house.database.db;
const ACTOR = "nora@ourcompany.example";

const slackSays = (error: string, nth?: readonly number[]): FaultRule =>
  faultOn("POST", "/api/chat.postMessage", { kind: "status", status: 200, body: { ok: false, error } }, nth);

/** The only issue with this code. */
async function issueOf(code: string): Promise<Issue> {
  const [only, ...more] = (await listIssues(db(), { environment: "production", all: true })).filter(
    (issue) => issue.code === code,
  );
  if (only === undefined || more.length > 0) throw new Error(`not one issue with ${code}`);
  return only;
}

const noticeOf = (handoff: ShownHandoff) => {
  const notice = handoff.effects.find((effect) => effect.kind === "notify");
  if (notice === undefined) throw new Error("the handoff tells nobody");
  return notice;
};

describe("alerts that Slack refuses for good", () => {
  const talks: string[] = [];

  test("are one issue that says what failed, where, for whom, and what to do next", async () => {
    house.emulators.slack.faults.set({ rules: [slackSays("is_archived")] });
    for (const who of ["ada", "bob", "cid"])
      talks.push((await writes(house, { who, text: WORDS.buying })).conversation);
    const issue = await issueOf("is_archived");
    expect(issue).toMatchObject({
      environment: "production",
      destination: "slack",
      status: "open",
      times: 3,
      affected: 3,
      open: 3,
      handoffs: 3,
    });
    expect(issue.message).toContain("The channel is archived: name another in the policy.");
    expect(issue.lastSeen).toBeGreaterThan(issue.firstSeen);
    const [thing] = await affectedBy(db(), issue, 1);
    expect(thing).toMatchObject({ state: "open", done: ["crm-write"], notDone: ["notify"] });
  });

  test("go out once each after the fix, although all of them are asked for twice at the same time", async () => {
    const { id } = await issueOf("is_archived");
    clearFaults(house);
    const asked = { issue: id, effect: null };
    const changes = await Promise.all([
      retryIssue(db(), asked, ACTOR),
      retryIssue(db(), asked, ACTOR),
      retryIssue(db(), asked, ACTOR),
    ]);
    expect(changes.map((change) => change?.changed.length).toSorted((a = 0, b = 0) => a - b)).toEqual([
      0, 0, 3,
    ]);
    await house.settle();
    for (const conversation of talks) {
      const handoff = await handoffOf(house, conversation);
      expect(handoff.status).toBe("done");
      expect(slackMessages(house, noticeOf(handoff).key)).toHaveLength(1);
      expect(recordsOf(house, handoff).filter(({ object }) => object === "Lead")).toHaveLength(1);
      expect(await standingsOf(house, conversation)).toEqual({ production: "handed-off" });
    }
    expect(await issueOf("is_archived")).toMatchObject({ status: "resolved", open: 0, affected: 3 });
    expect(await listIssues(db(), { environment: "production", all: false })).toEqual([]);
  });

  test("open the same issue again when they are seen again", async () => {
    const before = await issueOf("is_archived");
    house.emulators.slack.faults.set({ rules: [slackSays("is_archived")] });
    await writes(house, { who: "dan", text: WORDS.buying });
    expect(await issueOf("is_archived")).toMatchObject({ id: before.id, status: "open", open: 1, times: 4 });
  });

  test("that fail again for the same reason are counted, and stay open", async () => {
    const { id } = await issueOf("is_archived");
    house.emulators.slack.faults.set({ rules: [slackSays("is_archived")] });
    await retryIssue(db(), { issue: id, effect: null }, ACTOR);
    await house.settle();
    expect(await issueOf("is_archived")).toMatchObject({ status: "open", open: 1, times: 5 });
  });

  test("that fail for another reason then are another issue's", async () => {
    const { id } = await issueOf("is_archived");
    house.emulators.slack.faults.set({ rules: [slackSays("restricted_action")] });
    await retryIssue(db(), { issue: id, effect: null }, ACTOR);
    await house.settle();
    expect(await issueOf("is_archived")).toMatchObject({ status: "resolved" });
    expect(await issueOf("restricted_action")).toMatchObject({ status: "open", times: 1 });
  });

  test("are skipped with a reason, and the handoff counts as through", async () => {
    const { id } = await issueOf("restricted_action");
    const asked = { issue: id, effect: null, reason: "told by phone" };
    const change = await skipIssue(db(), asked, ACTOR, house.now());
    expect(change).toMatchObject({ action: "skip", by: ACTOR, reason: "told by phone", left: [] });
    expect(change?.changed).toHaveLength(1);
    expect((await skipIssue(db(), asked, ACTOR, house.now()))?.changed).toEqual([]);
    const issue = await issueOf("restricted_action");
    expect(issue.status).toBe("skipped");
    const [thing] = await affectedBy(db(), issue, 1);
    const handoff = await handoffOf(house, thing?.conversation ?? "");
    expect(handoff.status).toBe("done");
    expect(noticeOf(handoff)).toMatchObject({
      state: "skipped",
      error: { message: `skipped by ${ACTOR}: told by phone` },
    });
    expect(await standingsOf(house, thing?.conversation ?? "")).toEqual({ production: "handed-off" });
  });
});

test("a validation rule is one issue; one handoff is tried again alone after the fix, then all the others", async () => {
  const { salesforce } = house.emulators;
  salesforce.state.settings({
    validationRules: [{ object: "Lead", message: "Say where it comes from", when: { Rating: null } }],
  });
  const talks: string[] = [];
  for (const who of ["eva", "fay", "gus"])
    talks.push((await writes(house, { who, text: WORDS.buying })).conversation);
  const issue = await issueOf("FIELD_CUSTOM_VALIDATION_EXCEPTION");
  expect(issue).toMatchObject({ destination: "salesforce", open: 3 });
  expect(issue.message).toContain("Say where it comes from");
  salesforce.state.settings({ validationRules: [] });
  const things = await affectedBy(db(), issue, 10);
  const effect = things[0]?.subject ?? "";
  await retryIssue(db(), { issue: issue.id, effect }, ACTOR);
  await house.settle();
  expect(await issueOf("FIELD_CUSTOM_VALIDATION_EXCEPTION")).toMatchObject({ status: "open", open: 2 });
  await retryIssue(db(), { issue: issue.id, effect: null }, ACTOR);
  await house.settle();
  for (const conversation of talks) {
    const handoff = await handoffOf(house, conversation);
    expect([
      handoff.status,
      recordsOf(house, handoff).filter(({ object }) => object === "Lead").length,
    ]).toEqual(["done", 1]);
  }
});

describe("an alert that may have arrived", () => {
  const lost = async (who: string) => {
    house.emulators.slack.faults.set({
      rules: [faultOn("POST", "/api/chat.postMessage", { kind: "drop" }, [1])],
    });
    const { conversation } = await writes(house, { who, text: WORDS.buying });
    clearFaults(house);
    return { conversation, key: noticeOf(await handoffOf(house, conversation)).key };
  };

  test("is never repeated by a retry", async () => {
    await lost("hal");
    const { id, open } = await issueOf("outcome_unknown");
    expect(open).toBe(1);
    await expect(retryIssue(db(), { issue: id, effect: null }, ACTOR)).rejects.toThrow(
      "not sent again blindly",
    );
  });

  test("is done when a person says that it arrived", async () => {
    const { conversation, key } = await lost("ida");
    const { id } = await issueOf("outcome_unknown");
    const asked = { issue: id, effect: key, arrived: true };
    expect((await answerIssue(db(), asked, ACTOR, house.now()))?.changed).toHaveLength(1);
    expect((await answerIssue(db(), asked, ACTOR, house.now()))?.changed).toEqual([]);
    const handoff = await handoffOf(house, conversation);
    expect([handoff.status, noticeOf(handoff).state]).toEqual(["done", "done"]);
    expect(slackMessages(house, key)).toEqual([]);
  });

  test("is sent once more when a person says so, and only once", async () => {
    const { conversation, key } = await lost("jim");
    const { id } = await issueOf("outcome_unknown");
    const asked = { issue: id, effect: key, arrived: false };
    await Promise.all([
      answerIssue(db(), asked, ACTOR, house.now()),
      answerIssue(db(), asked, ACTOR, house.now()),
    ]);
    await house.settle();
    expect(slackMessages(house, key)).toHaveLength(1);
    expect((await handoffOf(house, conversation)).status).toBe("done");
    // Hal's is still to be answered.
    expect(await issueOf("outcome_unknown")).toMatchObject({ status: "open", open: 1 });
  });
});

test("an issue that is not there is null, and a known failure is not answered", async () => {
  expect(await findIssue(db(), "nothing")).toBeNull();
  expect(await retryIssue(db(), { issue: "nothing", effect: null }, ACTOR)).toBeNull();
  const { id } = await issueOf("is_archived");
  await expect(
    answerIssue(db(), { issue: id, effect: "x", arrived: true }, ACTOR, house.now()),
  ).rejects.toThrow("retry or skip it");
});

test("the API lists, shows, retries, skips and answers, behind its scopes", async () => {
  const { conversation } = await writes(house, { who: "kai", text: WORDS.idle });
  expect(conversation).not.toBe("");
  const tokenFor = async (scopes: typeof SCOPES | readonly ["issues:read"]) => {
    const request = { holder: ACTOR, scopes, environments: null, lifeMs: 60_000, createdBy: "the test" };
    return (await createToken(db(), request, house.now())).token;
  };
  const [all, reader] = [await tokenFor(SCOPES), await tokenFor(["issues:read"])];
  type Shown = { readonly things: readonly { readonly subject: string }[] };
  const call = async (token: string, method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(`${house.service.url}/api/v1/environments/production${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      etag: response.headers.get("etag") ?? "",
      body: (await response.json()) as Shown,
    };
  };
  const { id } = await issueOf("outcome_unknown");
  const listed = await call(reader, "GET", "/issues");
  expect(listed.body).toMatchObject([{ id, status: "open", next: expect.stringContaining("--arrived") }]);
  const shown = await call(reader, "GET", `/issues/${id}`);
  expect(shown.body).toMatchObject({
    id,
    things: [{ state: "open", words: expect.stringContaining("done: the records in Salesforce") }, {}, {}],
  });
  expect((await call(reader, "POST", `/issues/${id}/skip`, { reason: "why not" })).status).toBe(403);
  expect((await call(all, "POST", `/issues/${id}/retry`, {})).status).toBe(422);
  expect((await call(all, "POST", "/issues/none/retry", {})).status).toBe(404);
  expect((await call(all, "POST", `/issues/${id}/skip`, {})).status).toBe(400);
  const stale = { "if-match": '"0-0-open"' };
  expect((await call(all, "POST", `/issues/${id}/skip`, { reason: "late" }, stale)).status).toBe(412);
  const effect = shown.body.things[0]?.subject ?? "";
  const answered = await call(
    all,
    "POST",
    `/issues/${id}/answer`,
    { effect, arrived: true },
    { "if-match": shown.etag },
  );
  expect(answered).toMatchObject({ status: 200, body: { by: ACTOR, changed: [effect] } });
});

describe("an event that cannot be folded", () => {
  const forbid = (on: boolean) =>
    on
      ? sql`alter table conversations add constraint poison check (state::text not like '%POISON%')`.execute(
          db(),
        )
      : sql`alter table conversations drop constraint poison`.execute(db());
  const customerSays = async (conversationId: string, body: string) => {
    house.emulators.intercom.customerReplies({ conversationId, body });
    await house.emulators.intercom.flush();
  };
  const saidIn = async (conversation: string) => {
    const { rows } = await sql<{ state: { snapshot: { messages: readonly { text: string }[] } } }>`
      select state from conversations where id = ${conversation}`.execute(db());
    return rows[0]?.state.snapshot.messages.map(({ text }) => text);
  };

  let conversation = "";

  test("is parked with its reason; what came after it is heard, and other conversations are unharmed", async () => {
    const talk = await writes(house, { who: "pia", text: WORDS.idle });
    conversation = talk.conversation;
    await forbid(true);
    await customerSays(talk.conversation, "POISON");
    await house.settle();
    await customerSays(talk.conversation, "Still here");
    const other = await writes(house, { who: "leo", text: WORDS.buying });
    expect((await handoffOf(house, other.conversation)).status).toBe("done");
    expect(await saidIn(talk.conversation)).toEqual([WORDS.idle, "Still here"]);
    const issue = await issueOf("parked_event");
    expect(issue).toMatchObject({ destination: "intercom", status: "open", open: 1, handoffs: 0 });
    expect(issue.message).toContain("could not be folded");
  });

  test("is parked again when it is asked for before the fix, and heard in its place after it", async () => {
    const { id } = await issueOf("parked_event");
    const again = async () => {
      expect((await retryIssue(db(), { issue: id, effect: null }, ACTOR))?.changed).toHaveLength(1);
      expect((await retryIssue(db(), { issue: id, effect: null }, ACTOR))?.changed).toEqual([]);
      // The sweep finds it in time; the next event of its conversation brings it along at once.
      await customerSays(conversation, "Hello?");
      await house.settle();
    };
    await again();
    expect(await issueOf("parked_event")).toMatchObject({ status: "open", times: 2 });
    await forbid(false);
    await again();
    expect(await issueOf("parked_event")).toMatchObject({ status: "resolved", open: 0 });
    expect(await saidIn(conversation)).toEqual([WORDS.idle, "POISON", "Still here", "Hello?", "Hello?"]);
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from events where parked_reason like 'could not be folded%'`.execute(db());
    expect(rows).toEqual([{ n: 0 }]);
  });
});

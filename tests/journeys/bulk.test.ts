/** Many failures at once, and many conversations: a plan first, then the same for good, once however often it is asked. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scope, SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { saveDraft } from "../../src/versions/drafts.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  slackMessages,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
const talks: string[] = [];
const handoffs: string[] = [];
let idle: string;
beforeAll(async () => {
  house = await openTestHouse({
    settleMs: 200,
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
  slackSays("is_archived");
  for (const who of ["ada", "bob", "cid"]) await hears(who);
  slackSays("restricted_action");
  await hears("dan");
  clearFaults(house);
  await hears("eve");
  idle = (await writes(house, { who: "idle", text: WORDS.idle })).conversation;
});
afterAll(() => house.close());

const HERE = "production";

function slackSays(error: string): void {
  const body = { ok: false, error };
  const rule = faultOn("POST", "/api/chat.postMessage", { kind: "status", status: 200, body });
  house.emulators.slack.faults.set({ rules: [rule] });
}

async function hears(who: string): Promise<void> {
  const { conversation } = await writes(house, { who, text: WORDS.buying });
  talks.push(conversation);
  handoffs.push((await handoffOf(house, conversation, HERE)).id);
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: {
    readonly detail: string;
    readonly things?: number;
    readonly policy?: string;
    readonly counts?: readonly { readonly effect: string; readonly conversations: number }[];
    readonly changed?: readonly object[];
  };
}

async function post(
  path: string,
  body: object,
  asked: { readonly environment?: string; readonly scopes?: readonly Scope[] } = {},
): Promise<Reply> {
  const { environment = HERE, scopes = SCOPES } = asked;
  const { token } = await createToken(
    house.database.db,
    { holder: "nora", scopes, environments: null, lifeMs: 86_400_000, createdBy: "the test" },
    house.now(),
  );
  const response = await fetch(`${house.service.url}/api/v1/environments/${environment}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as Reply["body"] };
}

async function openIssues(): Promise<readonly (readonly [code: string, open: number])[]> {
  const issues = await listIssues(house.database.db, { environment: HERE, all: false });
  return issues.map(({ code, open }) => [code, open] as const).toSorted(([a], [b]) => a.localeCompare(b));
}

async function audited(): Promise<readonly object[]> {
  const { rows } = await sql<object>`
    select actor, action, environment, facts::jsonb as facts from audit_log where action like 'issue.%' order by seq`.execute(
    house.database.db,
  );
  return rows;
}

async function alertsOf(conversation: string): Promise<number> {
  const { effects } = await handoffOf(house, conversation, HERE);
  return slackMessages(house, effects.find(({ kind }) => kind === "notify")?.key ?? "").length;
}

describe("failures of many handoffs", () => {
  test("are planned without anything being written", async () => {
    const { status, body } = await post("/handoffs/retry", { handoffs, dryRun: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dryRun: true,
      things: 4,
      issues: [
        { destination: "slack", code: "is_archived", things: 3, isPaused: false },
        { destination: "slack", code: "restricted_action", things: 1, isPaused: false },
      ],
      left: [],
      aSecond: 20,
    });
    expect(await openIssues()).toEqual([
      ["is_archived", 3],
      ["restricted_action", 1],
    ]);
    expect(await audited()).toEqual([]);
    await house.settle();
    expect(await Promise.all(talks.map(alertsOf))).toEqual([0, 0, 0, 0, 1]);
  });

  test("go out once each, although they are asked for twice at the same time, with a row of the log for each issue", async () => {
    const chosen = { handoffs: handoffs.slice(1), dryRun: false };
    const replies = await Promise.all([post("/handoffs/retry", chosen), post("/handoffs/retry", chosen)]);
    expect(replies.map(({ body }) => body.things ?? -1).toSorted((a, b) => a - b)).toEqual([0, 3]);
    await house.settle();
    expect(await Promise.all(talks.map(alertsOf))).toEqual([0, 1, 1, 1, 1]);
    expect(await openIssues()).toEqual([["is_archived", 1]]);
    const row = { actor: "nora", action: "issue.retry", environment: HERE };
    expect(await audited()).toEqual([
      { ...row, facts: { things: 2 } },
      { ...row, facts: { things: 1 } },
    ]);
  });

  test("of another environment are refused, and nothing is done by halves", async () => {
    const [failed = ""] = handoffs;
    const strange = await post("/handoffs/retry", { handoffs: [failed, "handoff:none"] });
    expect([strange.status, strange.body.detail]).toEqual([
      404,
      'There is no handoff "handoff:none" in production.',
    ]);
    expect((await post("/handoffs/retry", { handoffs }, { environment: "sandbox" })).status).toBe(404);
    expect(await openIssues()).toEqual([["is_archived", 1]]);
  });

  test("are two hundred at most, and at least one, which is said in words", async () => {
    const many = Array.from({ length: 201 }, (_, i) => `handoff:${i}`);
    const refused = await post("/handoffs/retry", { handoffs: many });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain("takes at most 200 ids at a time");
    expect((await post("/handoffs/retry", { handoffs: [] })).status).toBe(400);
  });

  test("are retried by nobody who may only read", async () => {
    expect((await post("/handoffs/retry", { handoffs }, { scopes: ["handoffs:read"] })).status).toBe(403);
  });
});

describe("many issues", () => {
  const ids = async (): Promise<readonly string[]> => {
    const issues = await listIssues(house.database.db, { environment: HERE, all: true });
    return issues.map(({ id }) => id);
  };

  test("are retried together; what may have arrived is left to a person", async () => {
    house.emulators.slack.faults.set({
      rules: [faultOn("POST", "/api/chat.postMessage", { kind: "drop" }, [1])],
    });
    await hears("fay");
    clearFaults(house);
    const { body } = await post("/issues/retry", { issues: await ids() });
    expect(body).toMatchObject({
      things: 1,
      issues: [{ code: "is_archived", things: 1 }],
      left: [{ why: "it may have arrived: say at its issue whether it did", things: 1 }],
    });
    await house.settle();
    expect(await openIssues()).toEqual([["outcome_unknown", 1]]);
    expect(await alertsOf(talks[0] ?? "")).toBe(1);
  });

  test("are let be with a reason, which a plan does without", async () => {
    const issues = await ids();
    expect((await post("/issues/skip", { issues, dryRun: true })).body).toMatchObject({ things: 1 });
    expect((await post("/issues/skip", { issues })).body.detail).toContain("needs to say why");
    const reply = await post("/issues/skip", { issues, reason: "told by phone" });
    expect(reply.body).toMatchObject({ dryRun: false, things: 1, left: [] });
    expect((await post("/issues/skip", { issues, reason: "again" })).body).toMatchObject({ things: 0 });
    expect(await openIssues()).toEqual([]);
    expect((await audited()).at(-1)).toMatchObject({
      action: "issue.skip",
      facts: { things: 1, reason: "told by phone" },
    });
  });

  test("of another environment are refused", async () => {
    const issues = await ids();
    const refused = await post("/issues/retry", { issues }, { environment: "sandbox" });
    expect([refused.status, refused.body.detail]).toEqual([
      404,
      expect.stringMatching(/^There is no issue "\w+" in sandbox \(nor \d more of those asked for\)\.$/),
    ]);
  });
});

describe("many conversations", () => {
  const counted = ({ body }: Reply): Readonly<Record<string, number>> =>
    Object.fromEntries(
      (body.counts ?? [])
        .filter(({ conversations }) => conversations > 0)
        .map(({ effect, conversations }) => [effect, conversations]),
    );
  const rowsOf = async (): Promise<unknown> => {
    const { rows } = await sql`
      select (select count(*) from decisions) as decisions, (select count(*) from handoffs) as handoffs,
        (select count(*) from effects) as effects`.execute(house.database.db);
    return rows[0];
  };

  test("would be decided the same by the live policy, each once", async () => {
    const reply = await post("/conversations/replay", { conversations: [...talks, idle, idle] });
    expect([reply.status, counted(reply), reply.body.changed]).toEqual([200, { same: 7 }, []]);
    expect(reply.body.policy).toBe("v1");
  });

  test("are told apart by what a draft would change, and nothing is written", async () => {
    const { db } = house.database;
    const text = roundTheClock(saasDefault);
    const document = text.replaceAll(/threshold: \d+/g, "threshold: 500");
    expect(document).not.toBe(text);
    const draft = {
      environment: HERE,
      name: "strict",
      document,
      person: "nora",
      comment: "",
      expected: null,
    };
    expect((await saveDraft(db, draft)).kind).toBe("saved");
    const before = await rowsOf();
    const reply = await post("/conversations/replay", { conversations: [...talks, idle], draft: "strict" });
    expect(counted(reply)).toEqual({ leaves: 6, points: 1 });
    expect(reply.body.changed).toHaveLength(6);
    expect(reply.body.changed?.[0]).toMatchObject({
      effect: "leaves",
      before: { words: expect.stringContaining("Handed off") },
      after: { words: "No recipe applied.", owners: [] },
    });
    expect(await rowsOf()).toEqual(before);
    const scopes: readonly Scope[] = ["conversations:read"];
    expect(
      (await post("/conversations/replay", { conversations: [idle], draft: "strict" }, { scopes })).status,
    ).toBe(403);
    expect((await post("/conversations/replay", { conversations: [idle], draft: "none" })).status).toBe(404);
  });

  test("whose words are erased cannot be decided again", async () => {
    await sql`update decisions set erased_at = now(), inputs = '{}', brief = null, answer = '{}' where conversation_id = ${idle}`.execute(
      house.database.db,
    );
    expect(counted(await post("/conversations/replay", { conversations: [idle] }))).toEqual({
      impossible: 1,
    });
  });

  test("that the environment has not heard of are refused", async () => {
    const refused = await post("/conversations/replay", { conversations: [idle, "404404"] });
    expect([refused.status, refused.body.detail]).toEqual([
      404,
      'There is no conversation "404404" in production.',
    ]);
  });
});

describe("what is ticked goes into a file", () => {
  test.each([
    ["/handoffs.csv", () => ({ handoffs: handoffs.slice(0, 2) }), "handoff,conversation,person"],
    ["/conversations.csv", () => ({ conversations: talks.slice(0, 2) }), "conversation,bucket,person"],
  ])("by %s: those rows and no others", async (path, body, head) => {
    const { status, text } = await post(path, body());
    const lines = text.trimEnd().split("\r\n");
    expect([status, lines.length, lines[0]?.startsWith(head)]).toEqual([200, 3, true]);
    expect(lines[1]).toContain(talks[1]);
    expect(lines[2]).toContain(talks[0]);
  });

  test("unless something of it stands elsewhere", async () => {
    expect((await post("/handoffs.csv", { handoffs }, { environment: "sandbox" })).status).toBe(404);
    expect((await post("/conversations.csv", { conversations: ["404404"] })).status).toBe(404);
  });
});

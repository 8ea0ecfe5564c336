/** Slack, mail and Intercom answer badly: each message and tag is there once, or a person is shown a "maybe". */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../emulators/core/faults.ts";
import type { StoredEffect } from "../../src/handoff/queries.ts";
import { sendOnce } from "../../src/handoff/send-once.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  mails,
  openTestHouse,
  type ShownHandoff,
  slackMessages,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ settleMs: 400 });
  await writes(house, { who: "warmup", employees: 900, text: WORDS.buying });
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const noticeOf = (handoff: ShownHandoff) => {
  const notice = handoff.effects.find((effect) => effect.kind === "notify");
  if (notice === undefined) throw new Error("the handoff tells nobody");
  return notice;
};

describe("Slack: an alert whose sending", () => {
  const retryIn1s = { "retry-after": 1 };
  test.for<readonly [string, FaultRule["then"], state: string, messages: number]>([
    ["is refused by 429", { kind: "status", status: 429, headers: retryIn1s }, "done", 1],
    ["is refused by 503", { kind: "status", status: 503 }, "done", 1],
    ["happened though the connection broke", { kind: "commit-then-drop" }, "done", 1],
    ["happened though the answer was cut", { kind: "commit-then-cut" }, "done", 1],
    ["happened a moment after the connection broke", { kind: "commit-late", ms: 150 }, "done", 1],
    ["happens long after the connection broke", { kind: "commit-late", ms: 2_500 }, "maybe", 1],
    ["nobody ever sees, since the connection broke", { kind: "drop" }, "maybe", 0],
  ])("%s", async ([name, then, state, messages]) => {
    house.emulators.slack.faults.set({ rules: [faultOn("POST", "/api/chat.postMessage", then, [1])] });
    const { conversation } = await writes(house, {
      who: `s${name.replaceAll(/\W/g, "")}`.toLowerCase().slice(0, 30),
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    const notice = noticeOf(handoff);
    expect([notice.state, slackMessages(house, notice.key).length]).toEqual([state, messages]);
    expect(handoff.status).toBe(state);
    expect(notice.error?.message ?? "").toContain(state === "maybe" ? "may or may not have got this" : "");
  });

  test("is begun by two workers, one of which was taken for dead, goes out once", async () => {
    const { conversation } = await writes(house, { who: "twins", text: WORDS.buying });
    const { key } = noticeOf(await handoffOf(house, conversation));
    const { db } = house.database;
    await sql`update effects set state = 'planned', done_at = null where key = ${key}`.execute(db);
    const { rows } = await sql<StoredEffect>`select * from effects where key = ${key}`.execute(db);
    const [read] = rows;
    if (read === undefined) throw new Error("no such effect");
    const sent: string[] = [];
    const send = () =>
      sendOnce(db, { settleMs: 1, sleep: async () => {} }, read, {
        to: "ana",
        send: async () => {
          sent.push("m1");
          return { id: "m1" };
        },
        find: async () => (sent.length > 0 ? { kind: "delivered", id: "m1" } : { kind: "absent" }),
      });
    const outcomes = await Promise.all([send(), send()]);
    expect(sent).toEqual(["m1"]);
    expect(outcomes.map(({ state }) => state)).toContain("done");
  });

  test("is refused for good fails readably, and the rest of the handoff stands", async () => {
    house.emulators.slack.faults.set({
      rules: [
        faultOn("POST", "/api/chat.postMessage", {
          kind: "status",
          status: 200,
          body: { ok: false, error: "is_archived" },
        }),
      ],
    });
    const { conversation } = await writes(house, { who: "archie", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    expect(handoff.effects.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      "crm-write done",
      "notify failed",
    ]);
    expect(noticeOf(handoff).error?.message).toContain("archived");
    expect(await standingsOf(house, conversation)).toEqual({ production: "failed" });
  });
});

describe("mail: an alert whose sending", () => {
  test.for<readonly [string, FaultRule["then"], state: string, mails: number]>([
    ["is put off by 451", { kind: "status", status: 451 }, "done", 1],
    ["breaks off before the end of DATA", { kind: "drop" }, "maybe", 0],
    ["was accepted though the connection broke", { kind: "commit-then-drop" }, "maybe", 1],
    ["was accepted though the answer was cut", { kind: "commit-then-cut" }, "maybe", 1],
    ["is accepted long after the connection broke", { kind: "commit-late", ms: 1_000 }, "maybe", 1],
    ["is refused for good", { kind: "status", status: 550 }, "failed", 0],
  ])("%s", async ([name, then, state, count]) => {
    house.emulators.smtp.faults.set({ rules: [faultOn("SMTP", "*", then, [1])] });
    const { conversation } = await writes(house, {
      who: `m${name.replaceAll(/\W/g, "")}`.toLowerCase().slice(0, 30),
      employees: 900,
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    const notice = noticeOf(handoff);
    expect([notice.state, mails(house, notice.key).length]).toEqual([state, count]);
    expect(handoff.status).toBe(state);
  });
});

describe("Intercom: tag and team are there once, although", () => {
  test.for<readonly [string, path: string, FaultRule["then"]]>([
    [
      "tagging is refused by 429",
      "/conversations/*/tags",
      { kind: "status", status: 429, headers: { "X-RateLimit-Reset": "now+1" } },
    ],
    ["tagging answers 500", "/conversations/*/tags", { kind: "status", status: 500 }],
    ["tagging happened and the connection broke", "/conversations/*/tags", { kind: "commit-then-drop" }],
    ["tagging did not happen and the connection broke", "/conversations/*/tags", { kind: "drop" }],
    ["moving answers 500", "/conversations/*/parts", { kind: "status", status: 500 }],
    ["moving happened and the connection broke", "/conversations/*/parts", { kind: "commit-then-drop" }],
    ["moving happened a moment later", "/conversations/*/parts", { kind: "commit-late", ms: 100 }],
  ])("%s", async ([name, path, then]) => {
    house.emulators.intercom.faults.set({ rules: [faultOn("POST", path, then, [1])] });
    const { conversation } = await writes(house, {
      who: `i${name.replaceAll(/\W/g, "")}`.toLowerCase().slice(0, 30),
      employees: 900,
      text: WORDS.buying,
    });
    const handoff = await handoffOf(house, conversation);
    expect(handoff.status).toBe("done");
    const { workspace } = house.emulators.intercom;
    const stored = workspace.conversations.get(conversation);
    expect(stored?.tags.map((tag) => workspace.tags.get(tag.tagId)?.name)).toEqual(["Enterprise Signal"]);
    expect(stored?.parts.filter((part) => part.type === "assignment").length).toBe(1);
    expect(workspace.teams.get(stored?.teamAssigneeId ?? "")?.name).toBe("Enterprise Sales");
    expect(house.emulators.intercom.ledger.entries().some((entry) => entry.fault === then.kind)).toBe(true);
  });

  test("a team that nobody has fails that effect readably, and the owner is told", async () => {
    const { teams } = house.emulators.intercom.workspace;
    const [id, team] = [...teams].find(([, one]) => one.name === "Enterprise Sales") ?? [];
    if (id === undefined || team === undefined) throw new Error("no team to take away");
    teams.delete(id);
    house.advance(3_600_000);
    const { conversation } = await writes(house, { who: "teamless", employees: 900, text: WORDS.buying });
    teams.set(id, team);
    const handoff = await handoffOf(house, conversation);
    const moved = handoff.effects.find((effect) => effect.kind === "move-to-team");
    expect(moved?.state).toBe("failed");
    expect(noticeOf(handoff).state).toBe("done");
  });
});

import { describe, expect, test } from "vitest";
import { check } from "./check.ts";
import type { Facts, FollowUpFact, TimerWishes } from "./facts.ts";
import { alertTo, DONE, effect, GOOD, HANDOFF, post } from "./one-handoff.ts";

const WISHES: TimerWishes = { acknowledge: null, "follow-up": 1, remind: null, breach: null };

const TIMER: FollowUpFact = {
  id: `followup:${HANDOFF}:follow-up:1`,
  handoff: HANDOFF,
  conversation: "100",
  recipe: DONE.recipe,
  kind: "follow-up",
  arming: 1,
  state: "done",
  reason: null,
  dueAt: 1_000,
  readyAt: 1_000,
  startedAt: 1_500,
  effects: [effect(alertTo("f-then1-tell1", "slack"), { key: "f-then1-tell1" })],
};

const WITH_TIMER: Facts = {
  ...GOOD,
  followUps: [TIMER],
  timerWishes: { [DONE.recipe]: WISHES },
  endedAt: 10_000,
  slack: {
    calls: [...GOOD.slack.calls, { ...post, keys: ["f-then1-tell1"] }],
    keys: [...GOOD.slack.keys, "f-then1-tell1"],
  },
};

const kinds = (facts: Facts) => check(facts).problems.map(({ kind }) => kind);
const withTimer = (over: Partial<FollowUpFact>): Facts => ({
  ...WITH_TIMER,
  followUps: [{ ...TIMER, ...over }],
});
/** Nothing went out. */
const silent = (over: Partial<FollowUpFact>): Facts => ({
  ...withTimer({ effects: [], ...over }),
  slack: GOOD.slack,
});
const contacted = [{ handoff: HANDOFF, at: 500 }];

describe("a timer", () => {
  test("that fired when it was due, once, is right", () => {
    expect(check(WITH_TIMER).problems).toEqual([]);
  });

  test("that was cancelled because somebody was in touch is right", () => {
    expect(kinds({ ...silent({ state: "cancelled" }), contacts: contacted })).toEqual([]);
  });

  test.each([
    ["100", []],
    ["200", ["lost"]],
  ])("of another handoff ends with contact in its own conversation alone: %s", (conversation, wrong) => {
    const other = {
      ...TIMER,
      handoff: "another",
      id: "b",
      state: "cancelled",
      effects: [],
      conversation,
    } as const;
    const own = silent({ state: "cancelled" });
    expect(kinds({ ...own, followUps: [...own.followUps, other], contacts: contacted })).toEqual(wrong);
  });

  test("that hands a lead over tells the new owner and the old one beside what its policy names, and nobody else", () => {
    const handsOver = (effects: number): readonly string[] => {
      const told = Array.from({ length: effects }, (_, i) => ({
        ...effect(alertTo(`b${i}`, "slack"), { key: `b${i}` }),
        state: "skipped" as const,
      }));
      const followUps = [{ ...TIMER, kind: "breach" as const, effects: told }];
      const wishes = { ...WISHES, "follow-up": null, breach: 3 };
      const facts = { ...WITH_TIMER, followUps, timerWishes: { [DONE.recipe]: wishes }, slack: GOOD.slack };
      return check(facts).problems.map(({ line }) => line);
    };
    const asked = "effects where its policy asks for 3";
    for (const right of [3, 5]) expect(handsOver(right).filter((line) => line.includes(asked))).toEqual([]);
    for (const wrong of [2, 4, 6])
      expect(handsOver(wrong).filter((line) => line.includes(asked))).toHaveLength(1);
  });

  test("that is due later is right", () => {
    expect(kinds(silent({ state: "armed", dueAt: 20_000, startedAt: null }))).toEqual([]);
  });

  test.for<[string, Facts, string[]]>([
    ["was never armed", { ...WITH_TIMER, followUps: [], slack: GOOD.slack }, ["lost"]],
    [
      "was armed twice",
      {
        ...WITH_TIMER,
        followUps: [
          TIMER,
          { ...TIMER, id: "x", effects: [TIMER.effects[0] ?? effect(alertTo("", "slack"))] },
        ],
      },
      ["doubled"],
    ],
    ["is due and did not fire", silent({ state: "armed", startedAt: null }), ["lost"]],
    ["fired and never ended", withTimer({ state: "fired" }), ["lost"]],
    ["failed", silent({ state: "failed", reason: "refused" }), ["failed"]],
    ["was cancelled for nothing", silent({ state: "cancelled" }), ["lost"]],
    ["was cancelled and acted", { ...withTimer({ state: "cancelled" }), contacts: contacted }, ["doubled"]],
    ["fired although somebody was in touch", { ...WITH_TIMER, contacts: contacted }, ["doubled"]],
    ["does less than the policy asks", silent({}), ["lost"]],
    ["acts and its message is not to be seen", { ...WITH_TIMER, slack: GOOD.slack }, ["lost"]],
    [
      "acts twice outside",
      { ...WITH_TIMER, slack: { ...WITH_TIMER.slack, keys: [...WITH_TIMER.slack.keys, "f-then1-tell1"] } },
      ["doubled"],
    ],
  ])("that %s is seen", ([, facts, expected]) => {
    expect(kinds(facts)).toEqual(expected);
  });
});

test("an answer in Intercom is looked for by its teammate and its words", () => {
  const request = {
    kind: "reply",
    conversation: "100",
    admin: "7",
    text: "Thank you & soon",
    since: 0,
    notAfter: 9,
  } as const;
  const answered = (times: number): Facts => ({
    ...silent({ effects: [effect(request)] }),
    intercom: {
      ...GOOD.intercom,
      conversations: GOOD.intercom.conversations.map((one) => ({
        ...one,
        answers: Array.from({ length: times }, () => ({ admin: "7", text: "Thank you & soon" })),
      })),
    },
  });
  expect(kinds(answered(1))).toEqual([]);
  expect(kinds(answered(0))).toEqual(["lost"]);
  expect(kinds(answered(2))).toEqual(["doubled"]);
});

import { describe, expect, test } from "vitest";
import {
  remarks,
  found,
  big,
  small,
  upgrade,
  all,
  recipe,
  followed,
  type Parts,
} from "../../../tests/support/lint.ts";
import { readPolicy } from "../read.ts";
import { findingsOf } from "./finding.ts";
import type { Remark } from "./finding.ts";

test("a policy without a slip has no finding", () => {
  const used = {
    scores: {
      buying: { signals: ["enterprise", "upgrade"], threshold: 20 },
      churn: { signals: ["complaint"], threshold: 10 },
    },
    recipes: [
      recipe("churn", { score: { name: "churn", atLeast: "threshold" } }),
      recipe("buying", { score: { name: "buying", atLeast: 20 } }),
    ],
  };
  expect(remarks(used)).toEqual([]);
});

describe("recipes and signals that say something else than meant", () => {
  const tagged = { field: "conversation.tags", operator: "contains", value: "vip" };
  test("listen to nothing that brings what they ask for", () => {
    expect(found("listens-elsewhere", { recipes: [recipe("x", { on: ["tag"], when: upgrade })] })).toEqual([
      "warning at recipes.0.on: recipe x listens to tag alone",
    ]);
    expect(
      found("listens-elsewhere", {
        recipes: [recipe("x", { on: ["usage"], score: { name: "buying", atLeast: 1 } })],
      }),
    ).toHaveLength(1);
    expect(
      found("listens-elsewhere", { recipes: [recipe("x", { on: ["message"], when: tagged })] }),
    ).toHaveLength(1);
    expect(
      found("listens-elsewhere", {
        recipes: [recipe("x", { on: ["message"], when: { field: "score.buying", operator: ">", value: 2 } })],
      }),
    ).toEqual([]);
    expect(found("listens-elsewhere", { recipes: [recipe("x", { on: ["tag"], when: big })] })).toEqual([]);
    expect(
      found("listens-elsewhere", { recipes: [recipe("x", { on: ["message"], when: upgrade, and: tagged })] }),
    ).toEqual([]);
  });
  test.each([
    [{ tags: ["t"] }, ["message"], 1],
    [{ tags: ["t"] }, ["tag"], 0],
    [{ usage: { event: "e", atLeast: 1, within: "1d" } }, ["message", "tag"], 1],
    [{ usage: { event: "e", atLeast: 1, within: "1d" } }, ["usage"], 0],
    [{ attribute: big }, ["tag"], 0],
    [{ examples: ["We want to buy"] }, ["message"], 0],
  ])("a signal %j heard on %j", (signal, on, count) => {
    const signals = { enterprise: { phrases: ["SSO"] }, upgrade: signal, complaint: { phrases: ["x"] } };
    expect(
      found("listens-elsewhere", { signals, recipes: [recipe("x", { on, when: upgrade })] }),
    ).toHaveLength(count);
  });
  test("name a signal or a score that is told elsewhere", () => {
    const strange = all(
      { field: "signals", operator: "contains", value: "none" },
      { field: "score.none", operator: ">", value: 1 },
      { field: "signals", operator: "known" },
    );
    const score = { name: "none", atLeast: "threshold" };
    const strangers = { recipes: [recipe("x", { on: ["tag"], when: strange, score })] };
    expect(found("listens-elsewhere", strangers)).toEqual([]);
  });
  test("wait for an owner who may be a queue", () => {
    const waiting = (unless: string): Parts => ({
      recipes: [recipe("x", { followUp: followed(unless) })],
      routing: { routes: { default: [{ csm: {} }, { queue: "Q" }] } },
    });
    expect(found("unless-without-owner", waiting("contactedBy.owner"))).toEqual([
      "warning at recipes.0.followUp.unless: the follow-up of x waits for its owner, and a queue may own it",
    ]);
    expect(found("unless-without-owner", waiting("contacted"))).toEqual([]);
    const lost = { recipes: [recipe("x", { owner: { route: "none" } })] };
    expect(found("unless-without-owner", lost)).toEqual([]);
  });
  test("have a cap below one piece of evidence", () => {
    const signals = (cap: number): Parts => ({
      signals: {
        enterprise: { phrases: ["a"], points: 10, cap },
        upgrade: { phrases: ["b"] },
        complaint: { phrases: ["c"] },
      },
    });
    expect(found("cap-below-points", signals(5))).toEqual([
      "warning at signals.enterprise.cap: the cap 5 of signal enterprise is less than its 10 points",
    ]);
    expect(found("cap-below-points", signals(10))).toEqual([]);
  });
});

describe("what nothing uses is noted", () => {
  test("each kind by its name", () => {
    const parts = {
      signals: { enterprise: { phrases: ["a"] }, idle: { phrases: ["b"] } },
      scores: { buying: { signals: ["enterprise"], threshold: 10 }, idle: { signals: [], threshold: 0 } },
      routing: {
        routes: { default: [{ user: "u" }], idle: [{ user: "u" }] },
        pools: { idle: { members: [{ user: "u" }] } },
        lists: { idle: {} },
        territories: [{ id: "t", when: big, owner: { user: "u" } }],
      },
      feedback: { sequences: { idle: {} } },
    };
    expect(found("unused", parts)).toEqual([
      "note at signals.idle: nothing uses signal idle",
      "note at scores.idle: nothing uses score idle",
      "note at routing.routes.idle: nothing uses route idle",
      "note at routing.pools.idle: nothing uses pool idle",
      "note at routing.lists.idle: nothing uses list idle",
      "note at feedback.sequences.idle: nothing uses sequence idle",
      "note at routing.territories: nothing uses the list of territories",
    ]);
  });
  test("but not what a condition, a territory, a stage, a follow-up or a mapping names", () => {
    const parts = {
      signals: { enterprise: { phrases: ["a"] } },
      scores: {
        buying: { signals: [], threshold: 0 },
        other: { signals: [], threshold: 0 },
        third: { signals: [], threshold: 0 },
      },
      recipes: [
        recipe("x", {
          when: { field: "signals", operator: "containsAny", value: ["enterprise"] },
          and: { field: "score.buying", operator: ">=", value: 0 },
          score: { name: "third", atLeast: 0 },
          followUp: followed("contacted", [{ intercom: { enrol: "nudge" } }, { task: "T" }]),
        }),
      ],
      routing: {
        routes: {
          default: [{ list: "l" }, { territories: {} }, { pool: "q" }, { user: "u" }],
          second: [{ user: "u" }],
        },
        pools: { p: { members: [{ user: "u" }] }, q: { members: [{ user: "u" }] } },
        lists: { l: {} },
        territories: [
          { id: "t", when: big, owner: { pool: "p" } },
          { id: "u", when: small, owner: { user: "u" } },
        ],
        alsoTell: [{ when: big, route: "second" }],
      },
      feedback: {
        sequences: { nudge: {}, back: {} },
        stages: [
          { when: { field: "opportunity.isWon", operator: "known" }, enrol: "back" },
          { when: { field: "opportunity.stage", operator: "known" } },
        ],
      },
      mapping: { lead: [{ from: "score.other", to: "X__c" }] },
    };
    expect(found("unused", parts)).toEqual([]);
  });
});

describe("findings stand at their lines", () => {
  const text =
    "format: baton/policy@1\nname: T\nsignals:\n  a: { phrases: [x, '!'] }\nscores:\n  s: { signals: [a], threshold: 99 }\n";
  test("slips of the reading and remarks of the rules together, in the order of the text", () => {
    const reading = readPolicy(text);
    const remark: Remark = {
      severity: "fault",
      rule: "r",
      path: ["name"],
      message: "m",
      proof: "p",
      next: null,
    };
    expect(findingsOf(reading, [remark])).toEqual([
      { severity: "fault", rule: "r", path: "name", line: 2, message: "m", proof: "p", next: null },
      {
        severity: "warning",
        rule: "phrase-without-words",
        path: "signals.a.phrases[1]",
        line: 4,
        message: '"!" has no letter and no digit: it never matches',
        proof: null,
        next: null,
      },
    ]);
  });
  test("a policy that cannot be used has its faults alone", () => {
    expect(findingsOf(readPolicy("[]"), [])).toMatchObject([{ severity: "fault", rule: "format", path: "" }]);
    expect(
      findingsOf(readPolicy(`${text}recipes:\n  - { id: x, name: X, owner: { route: r } }\n`), []),
    ).toMatchObject([{ severity: "fault", rule: "contradiction", path: "recipes[0].owner.route", line: 8 }]);
  });
});

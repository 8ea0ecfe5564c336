import { describe, expect, test } from "vitest";
import { found, why, big, small, known, all, recipe, type Parts } from "../../../tests/support/lint.ts";

describe("scores that cannot be reached", () => {
  const trial = { field: "contact.plan", operator: "=", value: "trial" };
  const pro = { field: "contact.plan", operator: "=", value: "pro" };
  const always = { combinator: "or", rules: [known, { ...known, operator: "unknown" }] };
  const scored = (
    rule: Parts,
    signals: Parts = { enterprise: { phrases: ["a", "b"], tags: ["t"], points: 10, cap: 25 } },
  ): Parts => ({
    signals,
    scores: { buying: { signals: Object.keys(signals), threshold: 1_000, ...rule } },
  });
  test.each([
    [{}, undefined, "signals give at most 25: 25 at most"],
    [
      { engagement: { perCustomerMessage: 1, cap: 10 } },
      undefined,
      "signals give at most 25, engagement 10: 35 at most",
    ],
    [{ engagement: { perCustomerMessage: -1, cap: 10 } }, undefined, "signals give at most 25: 25 at most"],
    [
      { combine: { intercomScore: 0.2, salesforceScore: 0.1 } },
      undefined,
      "signals give at most 25, the other systems' scores 30: 55 at most",
    ],
    [
      {
        bonus: [
          { label: "Trial", when: trial, points: 5 },
          { label: "Pro", when: pro, points: 8 },
          { label: "Bad", when: small, points: -9 },
        ],
      },
      undefined,
      "signals give at most 25, Pro 8: 33 at most",
    ],
    [
      {
        bonus: [{ label: "Trial", when: trial, points: 20 }],
        multiply: [
          { label: "Pro", when: pro, by: 2 },
          { label: "Half", when: small, by: 0.5 },
        ],
      },
      undefined,
      "signals give at most 25, Pro times 2: 50 at most",
    ],
    [
      {
        bonus: Array.from({ length: 9 }, (_, at) => ({
          label: `B${at}`,
          when: at % 2 === 0 ? trial : pro,
          points: at - 1,
        })),
      },
      undefined,
      "signals give at most 25, B2 1, B3 2, B4 3, B5 4, B6 5, B7 6, B8 7: 53 at most",
    ],
    [
      {},
      {
        a: { phrases: ["x"], points: -10 },
        b: { usage: { event: "e", atLeast: 1, within: "1d" } },
        c: { attribute: big, examples: ["y"], points: 7 },
      },
      "signals give at most 24: 24 at most",
    ],
    [
      {
        bonus: [{ label: "Never", when: all(big, small), points: 900 }],
        engagement: { perCustomerMessage: 1, cap: -50 },
      },
      undefined,
      "signals give at most 25, engagement -50: 0 at most",
    ],
    [
      {
        bonus: Array.from({ length: 9 }, (_, at) => ({
          label: `B${at}`,
          when: at === 0 ? always : trial,
          points: at === 0 ? -5 : 1,
        })),
      },
      undefined,
      "signals give at most 25, B1 1, B2 1, B3 1, B4 1, B5 1, B6 1, B7 1, B8 1: 33 at most",
    ],
  ])("%j", (rule, signals, proof) => {
    expect(why("threshold-unreachable", scored(rule, signals))).toBe(proof);
  });
  test("a threshold that can be reached is none", () => {
    expect(found("threshold-unreachable", scored({ threshold: 25 }))).toEqual([]);
    expect(found("threshold-unreachable", scored({ threshold: 25.5 }))).toEqual([
      "fault at scores.buying.threshold: no conversation can reach the threshold 25.5 of buying",
    ]);
  });
  test("a gate beyond the score's reach is told once, as a gate", () => {
    const parts = { recipes: [recipe("x", { score: { name: "buying", atLeast: 21 } })] };
    expect(found("score-gate-unreachable", parts)).toEqual([
      "fault at recipes.0.score.atLeast: recipe x can never be reached: it wants a score of at least 21",
    ]);
    expect(found("never-applies", parts)).toEqual([]);
    expect(
      found("score-gate-unreachable", { recipes: [recipe("x", { score: { name: "buying", atLeast: 20 } })] }),
    ).toEqual([]);
  });
});

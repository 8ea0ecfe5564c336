import { describe, expect, test } from "vitest";
import type { Condition, FieldValue, Operator, RuleValue } from "./condition.ts";
import { decide, evaluate } from "./evaluate.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR_MS = 3_600_000;

function ask(actual: FieldValue, operator: Operator, value?: RuleValue): string {
  const condition = { field: "x", operator, ...(value === undefined ? {} : { value }) };
  const { verdict } = evaluate(condition, () => actual, NOW);
  expect(decide(condition, () => actual, NOW)).toBe(verdict);
  return verdict;
}

describe("a rule", () => {
  test.for([
    [300, ">=", 50, "yes"],
    ["300", ">=", 50, "yes"],
    [49.5, ">=", "50", "no"],
    [50, ">", 50, "no"],
    [51, ">", 50, "yes"],
    [50, "<=", 50, "yes"],
    [51, "<=", 50, "no"],
    [49, "<", 50, "yes"],
    [50, "<", 50, "no"],
    [Number.NaN, "<", 50, "unknown"],
    ["51-200", ">=", 50, "unknown"],
    ["tier 2", ">=", "2026-01-01", "unknown"],
    [["1"], ">=", 1, "unknown"],
    ["2026-01-10", "<", "2026-01-15T00:00:00Z", "yes"],
    [NOW, ">", "2026-01-15", "yes"],
    [null, ">=", 50, "no"],
    [undefined, ">=", 50, "unknown"],
    ["Trial", "=", "trial ", "yes"],
    ["ｔrial", "=", "TRIAL", "yes"],
    ["trial", "=", "pro", "no"],
    ["7", "=", 7, "yes"],
    [true, "=", "TRUE", "yes"],
    [true, "=", false, "no"],
    [["a", "b"], "=", "B", "yes"],
    [null, "=", "trial", "no"],
    [undefined, "=", "trial", "unknown"],
    ["trial", "!=", "pro", "yes"],
    ["trial", "!=", "Trial", "no"],
    [null, "!=", "pro", "yes"],
    [undefined, "!=", "pro", "unknown"],
    ["DE", "in", ["de", "fr"], "yes"],
    ["US", "in", ["de", "fr"], "no"],
    ["DE", "in", "de", "yes"],
    [null, "in", ["de"], "no"],
    ["US", "notIn", ["de"], "yes"],
    [null, "notIn", ["de"], "yes"],
    ["DE", "notIn", ["de"], "no"],
    [["bug", "vip"], "contains", "BUG", "yes"],
    [["bugs"], "contains", "bug", "no"],
    ["a bug here", "contains", "Bug", "yes"],
    [null, "contains", "bug", "no"],
    [[], "contains", "bug", "no"],
    [5, "contains", "5", "yes"],
    [["bug"], "notContains", "bug", "no"],
    [null, "notContains", "bug", "yes"],
    [["a"], "containsAny", ["b", "a"], "yes"],
    [["a"], "containsAny", ["b"], "no"],
    [["a", "b"], "containsAll", ["b", "a"], "yes"],
    [["a"], "containsAll", ["b", "a"], "no"],
    [["a"], "containsNone", ["b"], "yes"],
    [["a"], "containsNone", ["a"], "no"],
    [null, "containsNone", ["a"], "yes"],
    [undefined, "containsNone", ["a"], "unknown"],
    [NOW - HOUR_MS, "within", "1d", "yes"],
    [NOW - 25 * HOUR_MS, "within", "1d", "no"],
    [NOW - 25 * HOUR_MS, "within", 2, "yes"],
    [NOW - 25 * HOUR_MS, "within", "2", "yes"],
    [NOW + HOUR_MS, "within", "1d", "yes"],
    [(NOW - HOUR_MS) / 1_000, "within", "1d", "yes"],
    ["2026-01-15T11:00:00Z", "within", "1d", "yes"],
    ["yesterday 1", "within", "1d", "unknown"],
    [NOW, "within", "soon", "unknown"],
    [NOW, "within", ["1d"], "unknown"],
    [null, "within", "1d", "no"],
    [undefined, "within", "1d", "unknown"],
    ["2020-01-01", "olderThan", "2y", "yes"],
    ["2025-01-01", "olderThan", "2y", "no"],
    [NOW - 24 * HOUR_MS, "olderThan", "1d", "no"],
    [null, "olderThan", "2y", "no"],
    [0, "known", undefined, "yes"],
    [false, "known", undefined, "yes"],
    ["", "known", undefined, "no"],
    [[], "known", undefined, "no"],
    [null, "known", undefined, "no"],
    [undefined, "known", undefined, "no"],
    [undefined, "unknown", undefined, "yes"],
    [null, "unknown", undefined, "yes"],
    ["x", "unknown", undefined, "no"],
    ["x", "=", undefined, "unknown"],
  ] as const)("%j %s %j: %s", ([actual, operator, value, verdict]) => {
    expect(ask(actual, operator, value)).toBe(verdict);
  });
});

test("an operator that the schema does not know is a bug, not an answer", () => {
  expect(() => ask("x", "~" as Operator, 1)).toThrow("~");
});

const facts: Readonly<Record<string, FieldValue>> = { yes: 1, no: 0 };
const rule = (name: string): Condition => ({ field: name, operator: "=", value: 1 });
const verdictOf = (condition: Condition): string => {
  const { verdict } = evaluate(condition, (name) => facts[name], NOW);
  expect(decide(condition, (name) => facts[name], NOW)).toBe(verdict);
  return verdict;
};

describe("rules joined", () => {
  test.for([
    ["and", ["yes", "yes"], "yes"],
    ["and", ["yes", "no"], "no"],
    ["and", ["yes", "maybe"], "unknown"],
    ["and", ["maybe", "no"], "no"],
    ["or", ["no", "yes"], "yes"],
    ["or", ["no", "no"], "no"],
    ["or", ["no", "maybe"], "unknown"],
    ["or", ["maybe", "yes"], "yes"],
  ] as const)("by %s: %j is %s", ([combinator, names, verdict]) => {
    const rules = names.map(rule);
    expect(verdictOf({ combinator, rules })).toBe(verdict);
    const opposite = { yes: "no", no: "yes", unknown: "unknown" }[verdict];
    expect(verdictOf({ combinator, not: true, rules })).toBe(opposite);
  });
});

describe("the trace", () => {
  const textOf = (actual: FieldValue, operator: Operator, value?: RuleValue): string =>
    evaluate({ field: "f", operator, value }, () => actual, NOW).trace.text;

  test.for([
    [300, ">=", 50, "f is 300, at least 50: yes"],
    [undefined, ">=", 50, "f is not known, at least 50: unknown"],
    [null, "=", "x", "f is empty, equal to x: no"],
    ["", "=", "x", "f is empty, equal to x: no"],
    [[], "contains", "x", "f is empty, containing x: no"],
    [["a", "b"], "containsAny", ["b", "c"], "f is a, b, containing any of b, c: yes"],
    [NOW, "within", "1d", "f is 2026-01-15T12:00:00.000Z, not older than 1d: yes"],
    [NOW, "within", 3, "f is 2026-01-15T12:00:00.000Z, not older than 3 days: yes"],
    ["2026-01-15", "olderThan", "1d", "f is 2026-01-15, older than 1d: no"],
    [1e300, "olderThan", "1d", "f is 1e+300, older than 1d: no"],
    [3, "known", undefined, "f is 3, asked whether it is known: yes"],
    [undefined, "unknown", undefined, "f is not known, asked whether it is unknown: yes"],
    [3, "=", undefined, "f is 3, equal to nothing: unknown"],
    ["x".repeat(90), "=", "y", `f is ${"x".repeat(80)}…, equal to y: no`],
    [1, "in", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "f is 1, one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more: yes"],
  ] as const)("%j %s %j reads: %s", ([actual, operator, value, text]) => {
    expect(textOf(actual, operator, value)).toBe(text);
  });

  test("shows every rule of a group, also those that no longer matter", () => {
    const condition: Condition = {
      combinator: "and",
      rules: [rule("no"), { combinator: "or", not: true, rules: [rule("maybe")] }],
    };
    expect(evaluate(condition, (name) => facts[name], NOW).trace).toEqual({
      kind: "group",
      verdict: "no",
      text: "all of (no is 0, equal to 1: no; none of (maybe is not known, equal to 1: unknown): unknown): no",
      combinator: "and",
      not: false,
      rules: [
        {
          kind: "rule",
          verdict: "no",
          text: "no is 0, equal to 1: no",
          field: "no",
          operator: "=",
          value: 1,
          actual: 0,
        },
        {
          kind: "group",
          verdict: "unknown",
          text: "none of (maybe is not known, equal to 1: unknown): unknown",
          combinator: "or",
          not: true,
          rules: [
            {
              kind: "rule",
              verdict: "unknown",
              text: "maybe is not known, equal to 1: unknown",
              field: "maybe",
              operator: "=",
              value: 1,
            },
          ],
        },
      ],
    });
  });
});

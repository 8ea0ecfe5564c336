import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { policySchema } from "../policy/schema.ts";
import { compile } from "./compile.ts";
import { score } from "./score.ts";
import type { Scores } from "./scores.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;

const signals = {
  enterprise: {
    label: "Enterprise intent",
    phrases: ["SSO", "SAML", "SCIM", "enterprise"],
    points: 10,
    cap: 25,
  },
  pricing: { label: "Pricing", phrases: ["pricing"], points: 8 },
  praise: { phrases: ["great"], points: -50 },
};

function scored(rule: Record<string, unknown>, row: Record<string, unknown>): Scores {
  const buying = { signals: ["enterprise", "pricing"], threshold: 40, ...rule };
  const policy = policySchema.parse({ format: "baton/policy@1", name: "t", signals, scores: { buying } });
  return score(evidenceOfRow(rowSchema.parse({ id: 1, ...row }), NOW), compile(policy), NOW);
}

const value = (scores: Scores): number | undefined => scores.values["buying"]?.value;
const steps = (scores: Scores): unknown[] =>
  scores.contributions.map(({ kind, points, reason }) => [kind, points, reason]);

describe("a score", () => {
  test("adds the points of each different phrase and names the words", () => {
    const scores = scored({}, { text: "SSO and SAML, sso! pricing?" });
    expect(scores.values).toEqual({ buying: { value: 28, threshold: 40 } });
    expect(scores.contributions).toEqual([
      {
        score: "buying",
        kind: "signal",
        label: "Enterprise intent",
        points: 20,
        reason: 'Enterprise intent: "SSO", "SAML" (2 different ones, 10 points each).',
        signals: [0, 1, 2],
      },
      {
        score: "buying",
        kind: "signal",
        label: "Pricing",
        points: 8,
        reason: 'Pricing: "pricing" (8 points).',
        signals: [3],
      },
    ]);
  });

  test("takes off what is over a signal's cap", () => {
    expect(steps(scored({}, { text: "SSO SAML SCIM" }))).toEqual([
      ["signal", 30, 'Enterprise intent: "SSO", "SAML", "SCIM" (3 different ones, 10 points each).'],
      ["cap", -5, "Enterprise intent gives at most 25 points."],
    ]);
  });

  test("is nothing without evidence, and says nothing", () => {
    expect(scored({}, { text: "hello" })).toEqual({
      signals: [],
      values: { buying: { value: 0, threshold: 40 } },
      contributions: [],
    });
  });

  test("halves what is a half-life old, by the freshest mention; no time means no ageing", () => {
    const recency = { halfLife: "7d" };
    const turn = (text: string, days: number): object => ({ role: "user", text, at: NOW - days * DAY_MS });
    expect(steps(scored({ recency }, { turns: [turn("SSO", 7)] }))).toEqual([
      ["signal", 10, 'Enterprise intent: "SSO" (10 points).'],
      ["recency", -5, "Enterprise intent is not fresh: it counts half after 7d."],
    ]);
    expect(value(scored({ recency }, { turns: [turn("SSO", 70), turn("SSO", 0)] }))).toBe(10);
    expect(value(scored({ recency }, { turns: [turn("SSO", 0), turn("SSO", 70)] }))).toBe(10);
    expect(value(scored({ recency }, { turns: [turn("SSO", -1)] }))).toBe(10);
    expect(value(scored({ recency }, { text: "SSO" }))).toBe(10);
    expect(value(scored({ recency: { halfLife: "0d" } }, { turns: [turn("SSO", 1)] }))).toBe(0);
  });

  test("adds bonuses whose condition is certain, with the reason", () => {
    const bonus = [
      { label: "Trial user", when: { field: "contact.plan", operator: "=", value: "trial" }, points: 10 },
      {
        label: "Asked for SSO",
        when: { field: "signals", operator: "contains", value: "enterprise" },
        points: 1,
      },
    ];
    expect(steps(scored({ bonus }, { text: "hi", contact: { plan: "trial" } }))).toEqual([
      ["bonus", 10, "Trial user: contact.plan is trial, equal to trial: yes."],
    ]);
    expect(value(scored({ bonus }, { text: "SSO" }))).toBe(11);
  });

  test("counts the customer's messages up to a cap", () => {
    const engagement = { perCustomerMessage: 2, cap: 3 };
    const turns = [
      { role: "user", text: "a" },
      { role: "agent", text: "b" },
      { role: "user", text: "c" },
    ];
    expect(steps(scored({ engagement }, { text: "a" }))).toEqual([
      ["engagement", 2, "The customer wrote 1 message; each counts 2, together at most 3."],
    ]);
    expect(steps(scored({ engagement }, { turns }))).toEqual([
      ["engagement", 3, "The customer wrote 2 messages; each counts 2, together at most 3."],
    ]);
  });

  test("multiplies the sum so far, one multiplier after the other", () => {
    const at = (label: string, employees: number, by: number): object => ({
      label,
      when: { field: "company.employees", operator: ">=", value: employees },
      by,
    });
    const multiply = [at("50+", 50, 1.5), at("500+", 500, 9), at("200+", 200, 2)];
    expect(steps(scored({ multiply }, { text: "SSO", company: { employees: 200 } })).slice(1)).toEqual([
      ["multiply", 5, "50+: times 1.5, since company.employees is 200, at least 50: yes."],
      ["multiply", 15, "200+: times 2, since company.employees is 200, at least 200: yes."],
    ]);
  });

  test("adds shares of the two systems' own scores, within 0 and 100", () => {
    const combine = { intercomScore: 0.2, salesforceScore: 0.5 };
    const crm = { leads: [{ score: 40 }] };
    expect(steps(scored({ combine }, { text: "hi", contact: { score: 400 }, crm }))).toEqual([
      ["combine", 20, "Intercom gives the person 100 of 100; 0.2 of it counts."],
      ["combine", 20, "Salesforce gives the person 40 of 100; 0.5 of it counts."],
    ]);
    expect(value(scored({ combine }, { text: "hi", contact: {} }))).toBe(0);
    expect(value(scored({ combine }, { text: "hi", crm: {} }))).toBe(0);
  });

  test("is never below 0, and says so", () => {
    const scores = scored({ signals: ["praise", "pricing"] }, { text: "great pricing" });
    expect(value(scores)).toBe(0);
    expect(steps(scores).at(-1)).toEqual(["cap", 42, "A score is never below 0."]);
  });

  test("a negative cap is a floor", () => {
    const policy = policySchema.parse({
      format: "baton/policy@1",
      name: "t",
      signals: {
        bad: { phrases: ["a1", "b1"], points: -10, cap: -15 },
        good: { phrases: ["good"], points: 40 },
      },
      scores: { s: { signals: ["bad", "good"], threshold: 1 } },
    });
    expect(
      score(evidenceOfRow(rowSchema.parse({ id: 1, text: "a1 b1 good" }), NOW), compile(policy), NOW).values[
        "s"
      ]?.value,
    ).toBe(25);
  });
});

const word = fc.constantFrom("SSO", "SAML", "SCIM", "enterprise", "pricing", "hello", "we", "need", ".");
const turn = fc.record({
  role: fc.constantFrom("customer", "agent"),
  text: fc.array(word, { maxLength: 8 }).map((words) => words.join(" ")),
  at: fc.option(fc.integer({ min: NOW - 60 * DAY_MS, max: NOW })),
});
const rule = fc.record({
  engagement: fc.constant({ perCustomerMessage: 1, cap: 10 }),
  recency: fc.constantFrom({ halfLife: "7d" }, { halfLife: "1h" }),
  multiply: fc.constant([
    { label: "always", when: { field: "conversation.state", operator: "=", value: "open" }, by: 1.37 },
  ]),
});

describe("for any conversation", () => {
  test("contributions add up to the score", () => {
    fc.assert(
      fc.property(rule, fc.array(turn, { maxLength: 6 }), (rule, turns) => {
        const scores = scored({ signals: ["enterprise", "pricing", "praise"], ...rule }, { turns });
        const cents = scores.contributions.reduce((sum, { points }) => sum + Math.round(points * 100), 0);
        expect(cents).toBe(Math.round((value(scores) ?? 0) * 100));
      }),
    );
  });

  test("one more phrase never lowers it", () => {
    fc.assert(
      fc.property(rule, fc.array(turn, { maxLength: 6 }), turn, (rule, turns, more) => {
        expect(value(scored(rule, { turns: [...turns, more] }))).toBeGreaterThanOrEqual(
          value(scored(rule, { turns })) ?? 0,
        );
      }),
    );
  });

  test("the order in which the policy lists its signals is of no matter", () => {
    fc.assert(
      fc.property(rule, fc.array(turn, { maxLength: 6 }), (rule, turns) => {
        const one = scored({ signals: ["enterprise", "pricing"], ...rule }, { turns });
        expect(value(scored({ signals: ["pricing", "enterprise", "pricing"], ...rule }, { turns }))).toBe(
          value(one),
        );
      }),
    );
  });

  test("the same question gets the same answer", () => {
    fc.assert(
      fc.property(rule, fc.array(turn, { maxLength: 6 }), (rule, turns) => {
        expect(scored(rule, { turns })).toEqual(scored(rule, { turns }));
      }),
    );
  });
});

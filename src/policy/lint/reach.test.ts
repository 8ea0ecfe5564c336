import { describe, expect, test } from "vitest";
import { found, why, big, bigger, small, known, upgrade, all, recipe } from "../../../tests/support/lint.ts";

describe("what can never apply is a fault with its proof", () => {
  const clash = all(big, small);
  test("a recipe, also for its score and what it listens to", () => {
    const parts = { recipes: [recipe("x", { when: big, and: small })] };
    expect(found("never-applies", parts)).toEqual(["fault at recipes.0: recipe x can never apply"]);
    expect(why("never-applies", parts)).toBe(
      "company.employees is more than 200 and company.employees is at most 200 cannot both hold",
    );
    const low = { field: "score.buying", operator: "<", value: 5 };
    const gated = { recipes: [recipe("x", { when: low, score: { name: "buying", atLeast: 10 } })] };
    expect(why("never-applies", gated)).toBe(
      "score.buying is less than 5 and score.buying is at least 10 cannot both hold",
    );
    expect(found("never-applies", { recipes: [recipe("x", { when: big, and: bigger })] })).toEqual([]);
  });
  test("an exclusion, a record rule, a territory, a second route, a stage of feedback", () => {
    const parts = {
      exclusions: [{ id: "e", when: clash }],
      records: [
        { when: big, and: small, create: "Task" },
        { when: clash, create: "Task" },
      ],
      routing: {
        routes: { default: [{ user: "sam@us.example" }] },
        territories: [{ id: "t", when: clash, owner: { user: "u" } }],
        alsoTell: [{ when: clash, route: "default" }],
      },
      feedback: {
        stages: [
          {
            when: all(
              { field: "opportunity.isWon", operator: "=", value: true },
              { field: "opportunity.isWon", operator: "=", value: false },
            ),
          },
        ],
      },
    };
    expect(found("never-applies", parts)).toEqual([
      "fault at exclusions.0: exclusion e can never apply",
      "fault at records.0: record rule 1 can never apply",
      "fault at records.1: record rule 2 can never apply",
      "fault at routing.territories.0: territory t can never apply",
      "fault at feedback.stages.0: stage 1 can never apply",
      "fault at routing.alsoTell.0: the second route default can never apply",
    ]);
  });
  test("an attribute, a bonus, a multiplier; what is not known there counts", () => {
    const score = { field: "score.buying", operator: ">", value: 1 };
    const parts = {
      signals: {
        enterprise: { attribute: clash },
        upgrade: { attribute: upgrade },
        complaint: { attribute: big },
      },
      scores: {
        buying: {
          signals: [],
          bonus: [{ label: "B", when: score, points: 1 }],
          multiply: [{ label: "M", when: clash, by: 2 }],
          threshold: 0,
        },
      },
    };
    expect(found("never-applies", parts)).toEqual([
      "fault at signals.enterprise.attribute: the attribute of signal enterprise can never apply",
      "fault at signals.upgrade.attribute: the attribute of signal upgrade can never apply",
      'fault at scores.buying.bonus.0: bonus "B" can never apply',
      'fault at scores.buying.multiply.0: multiplier "M" can never apply',
    ]);
  });
});

describe("what something before it takes is a fault", () => {
  test("a recipe behind a wider one", () => {
    const parts = { recipes: [recipe("wide", { when: big }), recipe("narrow", { when: bigger })] };
    expect(found("shadowed", parts)).toEqual([
      "fault at recipes.1: recipe narrow can never be reached: recipe wide takes everything it would take",
    ]);
    expect(why("shadowed", parts)).toBe(
      "company.employees is more than 500 and not (company.employees is more than 200) cannot both hold",
    );
    expect(
      found("shadowed", { recipes: [recipe("narrow", { when: bigger }), recipe("wide", { when: big })] }),
    ).toEqual([]);
  });
  test("a recipe behind two that take it together", () => {
    const parts = {
      recipes: [recipe("a", { when: big }), recipe("b", { when: small }), recipe("c", { when: known })],
    };
    expect(found("shadowed", parts)).toEqual([
      "fault at recipes.2: recipe c can never be reached: recipe a, recipe b together take everything it would take",
    ]);
  });
  test("but not behind one that listens to less, asks for customers, or for more points", () => {
    for (const more of [
      { on: ["tag"] },
      { customersOnly: true },
      { score: { name: "buying", atLeast: 10 } },
    ]) {
      expect(
        found("shadowed", { recipes: [recipe("a", { when: big, ...more }), recipe("b", { when: big })] }),
      ).toEqual([]);
    }
  });
  test("an exclusion, a record rule, a territory, a stage", () => {
    const owner = { user: "u" };
    const parts = {
      exclusions: [
        { id: "e", when: big },
        { id: "f", when: bigger },
      ],
      records: [
        { when: big, create: "Task" },
        { when: bigger, create: "Task" },
      ],
      routing: {
        routes: { default: [{ user: "sam@us.example" }] },
        territories: [
          { id: "t", when: big, owner },
          { id: "u", when: bigger, owner },
        ],
      },
      feedback: {
        stages: [
          { when: { field: "opportunity.isClosed", operator: "=", value: true } },
          { when: { field: "opportunity.isClosed", operator: "=", value: "TRUE" } },
        ],
      },
    };
    expect(found("shadowed", parts)).toEqual([
      "fault at exclusions.1: exclusion f can never be reached: exclusion e takes everything it would take",
      "fault at records.1: record rule 2 can never be reached: record rule 1 takes everything it would take",
      "fault at routing.territories.1: territory u can never be reached: territory t takes everything it would take",
      "fault at feedback.stages.1: stage 2 can never be reached: stage 1 takes everything it would take",
    ]);
  });
  test("an exclusion that swallows a recipe", () => {
    const parts = { exclusions: [{ id: "large", when: big }], recipes: [recipe("x", { when: bigger })] };
    expect(found("swallowed", parts)).toEqual([
      "fault at recipes.0: recipe x can never be reached: exclusion large takes everything it would take",
    ]);
    expect(found("swallowed", { ...parts, recipes: [recipe("x", { when: known })] })).toEqual([]);
  });
});

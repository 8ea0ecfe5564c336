import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { operators } from "../condition.ts";
import type { Condition, FieldValue, Rule, RuleValue } from "../condition.ts";
import { decide } from "../evaluate.ts";
import { CUSTOMER, domainsAt, TRIGGER } from "./domain.ts";
import { whyImpossible } from "./proof.ts";
import type { Wanted } from "./proof.ts";

const NOW = Date.UTC(2026, 2, 10, 12);
const ground = { domains: domainsAt("decision", ["a", "b", "c"], { buying: 85 }), now: NOW };

const rule = (field: string, operator: Rule["operator"], value?: RuleValue): Rule => ({
  field,
  operator,
  value,
});
const and = (...rules: readonly Condition[]): Condition => ({ combinator: "and", rules });
const or = (...rules: readonly Condition[]): Condition => ({ combinator: "or", rules });
const not = (...rules: readonly Condition[]): Condition => ({ combinator: "and", not: true, rules });
const never = (condition: Condition): string | null => whyImpossible([{ condition, wanted: "yes" }], ground);
const implies = (narrow: Condition, wide: Condition): string | null =>
  whyImpossible(
    [
      { condition: narrow, wanted: "yes" },
      { condition: wide, wanted: "not-yes" },
    ],
    ground,
  );

describe("a condition that can never hold is proved so", () => {
  test.each([
    [
      and(rule("company.employees", ">", 200), rule("company.employees", "<", 50)),
      "company.employees is more than 200 and company.employees is less than 50 cannot both hold",
    ],
    [
      and(
        rule("company.employees", ">", 200),
        or(rule("company.employees", "<", 50), rule("company.employees", "=", 100)),
      ),
      "company.employees is more than 200 and company.employees is less than 50 cannot both hold; company.employees is more than 200 and company.employees is equal to 100 cannot both hold",
    ],
    [
      and(
        rule("contact.plan", "in", ["trial", "pro", "scale"]),
        rule("contact.plan", "!=", "trial"),
        rule("contact.plan", "notIn", ["Pro", "scale"]),
      ),
      "contact.plan is one of trial, pro, scale and contact.plan is not equal to trial and contact.plan is none of Pro, scale cannot all hold",
    ],
    [
      and(rule("signals", "containsAny", ["a", "b"]), not(rule("signals", "containsAny", ["a", "b", "c"]))),
      "signals is containing any of a, b and not (signals is containing any of a, b, c) cannot both hold",
    ],
    [
      rule("crm.situation", "=", "prospect"),
      "crm.situation is equal to prospect can never hold: it is one of unknown, open-lead, contact, open-opportunity, customer",
    ],
    [
      rule("score.buying", ">", 85),
      "score.buying is more than 85 can never hold: it is at least 0 and at most 85",
    ],
    [
      rule("opportunity.stage", "=", "Won"),
      "opportunity.stage is equal to Won can never hold: it is not known when this is asked",
    ],
    [rule("signals", "contains", "x"), "signals is containing x can never hold"],
    [rule("contact.plan", "="), "contact.plan is equal to nothing can never hold"],
    [
      and(rule("contact.lastSeenAt", "within", "1d"), rule("contact.lastSeenAt", "olderThan", 7)),
      "contact.lastSeenAt is not older than 1d and contact.lastSeenAt is older than 7 days cannot both hold",
    ],
    [
      and(rule("contact.email", "contains", "@acme"), rule("contact.email", "notContains", "acme")),
      "contact.email is containing @acme and contact.email is not containing acme cannot both hold",
    ],
    [
      and(rule("contact.email", "unknown"), rule("contact.email", "known")),
      "contact.email is unknown and contact.email is known cannot both hold",
    ],
    [
      and(rule("company.attributes.seats", ">", "10"), rule("company.attributes.seats", "<=", 10)),
      "company.attributes.seats is more than 10 and company.attributes.seats is at most 10 cannot both hold",
    ],
    [
      and(rule(CUSTOMER, "=", true), not(rule(CUSTOMER, "=", true))),
      "the company is a customer and not (the company is a customer) cannot both hold",
    ],
    [
      and(
        rule(TRIGGER, "containsAny", ["message", "tag"]),
        not(rule(TRIGGER, "contains", "message")),
        not(rule(TRIGGER, "contains", "tag")),
      ),
      "it is started by message or tag and not (it is started by message) and not (it is started by tag) cannot all hold",
    ],
  ])("%j", (condition, why) => {
    expect(never(condition)).toBe(why);
  });
  test("at most three reasons are written out", () => {
    const four = [1, 2, 3, 4].map((value) => rule("company.employees", "=", value));
    expect(never(and(rule("company.employees", ">", 9), or(...four)))).toMatch(/; and 1 more like these$/);
  });
});

describe("what can hold, or cannot be decided, is left unsaid", () => {
  const many = Array.from({ length: 9 }, (_, at) => `n${at}`);
  test.each([
    and(rule("company.employees", ">", 50), rule("company.employees", "<", 200)),
    and(rule("contact.tags", "=", "trial"), rule("contact.tags", "=", "vip")),
    and(rule("contact.tags", "containsAll", ["x", "y"]), rule("contact.tags", "containsNone", ["z"])),
    and(rule("contact.plan", "=", "10"), rule("contact.plan", "contains", ".0")),
    and(rule("contact.lastSeenAt", "within", "1d"), rule("contact.lastSeenAt", "<", "2020-01-01")),
    and(rule("score.buying", "within", "1d"), rule("score.buying", ">", 90)),
    and(
      ...many.map((text) => rule("contact.email", "notContains", text)),
      rule("contact.email", "contains", "n"),
    ),
    and(
      ...many.map((text) => rule("contact.tags", "contains", text)),
      rule("contact.tags", "containsNone", many),
    ),
    and(...many.map((text) => rule("signals", "contains", text)), rule("signals", "containsNone", many)),
    and(rule("contact.tags", "=", "10"), rule("contact.tags", "!=", "10.0")),
    and(rule("company.attributes.x", ">", 5), rule("company.attributes.x", "contains", "5")),
    and(rule("contact.plan", ">", 5), rule("contact.plan", "<", "2027-01-01")),
    rule("company.employees", "=", "５"),
    not(rule("opportunity.stage", "known")),
  ])("%j", (condition) => {
    expect(never(condition)).toBeNull();
  });
  test("an explosion of cases", () => {
    const pair = or(rule("contact.plan", "=", "x"), rule("contact.plan", "=", "y"));
    expect(
      never(and(...Array.from({ length: 12 }, () => pair), rule("company.employees", "=", "z"))),
    ).toBeNull();
    expect(never(and(and(...Array.from({ length: 12 }, () => pair))))).toBeNull();
  });
});

test("where a condition stands decides what can be known", () => {
  const at = (place: Parameters<typeof domainsAt>[0], condition: Condition): string | null =>
    whyImpossible([{ condition, wanted: "yes" }], {
      domains: domainsAt(place, ["a"], { buying: 85 }),
      now: NOW,
    });
  const asksSignals = rule("signals", "contains", "a");
  const asksScore = rule("score.buying", ">", 10);
  const asksStage = rule("opportunity.stage", "known");
  expect([asksSignals, asksScore, asksStage].map((one) => at("signal", one) === null)).toEqual([
    false,
    false,
    false,
  ]);
  expect([asksSignals, asksScore, asksStage].map((one) => at("score", one) === null)).toEqual([
    true,
    false,
    false,
  ]);
  expect([asksSignals, asksScore, asksStage].map((one) => at("decision", one) === null)).toEqual([
    true,
    true,
    false,
  ]);
  expect([asksSignals, asksScore, asksStage].map((one) => at("feedback", one) === null)).toEqual([
    true,
    true,
    true,
  ]);
  expect(at("decision", rule("score.other", ">", 1_000))).toBeNull();
  expect(at("decision", and(rule("no.field", ">", 5), rule("no.field", "<", 3)))).not.toBeNull();
});

describe("one condition takes everything that another takes", () => {
  test("a narrower number", () => {
    expect(implies(rule("company.employees", ">", 200), rule("company.employees", ">=", 50))).toBe(
      "company.employees is more than 200 and not (company.employees is at least 50) cannot both hold",
    );
    expect(implies(rule("company.employees", ">=", 50), rule("company.employees", ">", 200))).toBeNull();
  });
  test("but not where the wider one may be unknown", () => {
    expect(
      implies(
        rule("contact.plan", "=", "x"),
        or(rule("contact.plan", "=", "x"), rule("contact.role", "=", "user")),
      ),
    ).not.toBeNull();
    expect(
      implies(
        rule("contact.plan", "=", "x"),
        and(rule("contact.plan", "=", "x"), rule("contact.role", "known")),
      ),
    ).toBeNull();
  });
});

const texts = [
  "trial",
  "Trial ",
  "tri",
  "10",
  "10.0",
  "5",
  "2026-03-01",
  "2026-03-09T00:00:00Z",
  "",
  " ",
  "x",
  "7d",
  "12h",
];
const values = fc.oneof(
  fc.constantFrom(...texts),
  fc.constantFrom(0, 1, 5, 9.99, 10, 10.5, 50, 200, -3, NOW, NOW - 86_400_000, NOW / 1_000, 1e11),
  fc.boolean(),
);
const fields = [
  "company.employees",
  "contact.plan",
  "contact.tags",
  "contact.lastSeenAt",
  "company.attributes.any",
  "score.buying",
  "signals",
  "crm.situation",
  "crm.hasLead",
] as const;
const rules: fc.Arbitrary<Rule> = fc.record({
  field: fc.constantFrom(...fields),
  operator: fc.constantFrom(...operators),
  value: fc.oneof(
    values,
    fc.array(values, { maxLength: 4 }),
    fc.subarray(["a", "b", "c"]),
    fc.constant("customer"),
  ),
});
const conditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    rules,
    fc.record({
      combinator: fc.constantFrom("and" as const, "or" as const),
      not: fc.boolean(),
      rules: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).condition;
/** Rules on few fields, so that they meet. */
const clashes = fc
  .tuple(fc.constantFrom(...fields), fc.array(rules, { minLength: 1, maxLength: 4 }))
  .map(([field, list]): Condition => and(...list.map((one) => ({ ...one, field }))));
const maybe = (value: fc.Arbitrary<FieldValue>): fc.Arbitrary<FieldValue> =>
  fc.oneof(value, fc.constantFrom(undefined, null));
const numbers = fc.oneof(
  fc.constantFrom(0, 1, 5, 9.99, 10, 10.5, 50, 200, -3, NOW, NOW - 86_400_000, NOW / 1_000, 1e11),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
);
const words = fc.oneof(fc.constantFrom(...texts, "a trial", "10.00"), fc.string({ maxLength: 4 }));
const lists = fc.array(fc.oneof(words, numbers), { maxLength: 4 });
const facts = fc.record({
  "company.employees": maybe(numbers),
  "contact.plan": maybe(words),
  "contact.tags": maybe(lists),
  "contact.lastSeenAt": maybe(numbers),
  "company.attributes.any": maybe(fc.oneof(numbers, words, lists, fc.boolean())),
  "score.buying": fc.double({ noNaN: true, min: 0, max: 85 }),
  signals: fc.subarray(["a", "b", "c"]),
  "crm.situation": fc.constantFrom(
    undefined,
    "unknown",
    "open-lead",
    "contact",
    "open-opportunity",
    "customer",
  ),
  "crm.hasLead": maybe(fc.boolean()),
});
const isMet = (condition: Condition, wanted: Wanted, held: Readonly<Record<string, FieldValue>>): boolean => {
  const verdict = decide(condition, (field) => held[field], NOW);
  return { yes: ["yes"], no: ["no"], "not-yes": ["no", "unknown"], "not-no": ["yes", "unknown"] }[
    wanted
  ].includes(verdict);
};
const wishes = fc.constantFrom<Wanted>("yes", "no", "not-yes", "not-no");

describe("property: a proof is never wrong", () => {
  test("no facts meet what is proved impossible", () => {
    let proved = 0;
    fc.assert(
      fc.property(
        fc.oneof(conditions, clashes),
        wishes,
        fc.array(facts, { minLength: 40, maxLength: 40 }),
        (condition, wanted, many) => {
          if (whyImpossible([{ condition, wanted }], ground) === null) return;
          proved += 1;
          expect(many.filter((held) => isMet(condition, wanted, held))).toEqual([]);
        },
      ),
      { numRuns: 1_500 },
    );
    expect(proved).toBeGreaterThan(50);
  });
  test("whatever satisfies the shadowed condition satisfies the one before it", () => {
    let proved = 0;
    fc.assert(
      fc.property(
        fc.oneof(conditions, clashes),
        fc.oneof(conditions, clashes),
        fc.array(facts, { minLength: 40, maxLength: 40 }),
        (narrow, wide, many) => {
          const widened = or(wide, narrow);
          for (const other of [wide, widened]) {
            if (implies(narrow, other) === null) continue;
            proved += 1;
            expect(many.filter((held) => isMet(narrow, "yes", held) && !isMet(other, "yes", held))).toEqual(
              [],
            );
          }
        },
      ),
      { numRuns: 1_000 },
    );
    expect(proved).toBeGreaterThan(300);
  });
});

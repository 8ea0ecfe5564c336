import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Condition } from "../../../../../src/policy/condition.ts";
import { fields } from "../../../../../src/policy/fields.ts";
import { canShow, entryOf, fromBuilder, operatorsOf, shapeOf, toBuilder } from "./conditions.ts";

const NAMES = [...fields.map(({ name }) => name), "score.buying", "contact.attributes.seats"];
const scalar = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true }).map((n) => n + 0),
  fc.boolean(),
);
const rule = fc.constantFrom(...NAMES).chain((field) =>
  fc
    .constantFrom(...operatorsOf(field).map(({ name }) => name))
    .chain((operator): fc.Arbitrary<Condition> => {
      if (shapeOf(operator) === "none") return fc.constant({ field, operator });
      const typed = { flag: fc.boolean(), number: fc.integer(), text: fc.string({ minLength: 1 }) };
      const one = field.includes(".attributes.") ? scalar : typed[entryOf(field, undefined)];
      return (shapeOf(operator) === "one" ? one : fc.array(one, { minLength: 1, maxLength: 4 })).map(
        (value) => ({
          field,
          operator,
          value,
        }),
      );
    }),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 5 },
    rule,
    fc.record(
      {
        combinator: fc.constantFrom("and" as const, "or" as const),
        not: fc.boolean(),
        rules: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ["combinator", "rules"] },
    ),
  ),
}));

test("there and back is the same condition, whatever the builder can show", () => {
  let shown = 0;
  fc.assert(
    fc.property(condition, (one) => {
      if (!canShow(one)) return;
      shown += 1;
      expect(fromBuilder(toBuilder(one))).toEqual(one);
    }),
    { numRuns: 1_000 },
  );
  expect(shown).toBeGreaterThan(300);
});

describe("what the builder cannot show is told", () => {
  const deep = (depth: number): Condition =>
    depth === 0
      ? { field: "contact.plan", operator: "known" }
      : { combinator: "and", rules: [deep(depth - 1)] };
  test.for<readonly [string, unknown, boolean]>([
    ["no condition at all", "x", false],
    ["a word that nobody knows", { field: "contact.plan", operator: "known", why: "x" }, false],
    ["an empty group", { combinator: "and", rules: [] }, false],
    ["a group that is neither", { combinator: "xor", rules: [deep(0)] }, false],
    ["a group that is a rule, too", { combinator: "or", field: "x", rules: [deep(0)] }, false],
    ["a rule that is a group, too", { field: "contact.plan", operator: "known", not: true }, false],
    ["a rule", { field: "company.employees", operator: ">", value: 200 }, true],
    ["a number as text", { field: "company.employees", operator: ">", value: "200" }, false],
    ["one value where many are meant", { field: "contact.plan", operator: "in", value: "trial" }, false],
    ["many values where one is meant", { field: "contact.plan", operator: "=", value: ["trial"] }, false],
    ["a value for what takes none", { field: "contact.plan", operator: "known", value: "x" }, false],
    ["an operator that the field does not have", { field: "contact.plan", operator: "<", value: "x" }, false],
    ["mixed values", { field: "contact.attributes.a", operator: "in", value: ["x", 1] }, false],
    ["four groups", deep(4), true],
    ["five groups", deep(5), false],
  ])("%s", ([, one, isShown]) => {
    expect(canShow(one)).toBe(isShown);
  });
});

describe("what the builder says becomes a condition", () => {
  const group = (...rules: readonly { field: string; operator: string; value: unknown }[]) =>
    fromBuilder({ combinator: "and", rules });
  test("numbers of number fields are numbers, also in lists", () => {
    expect(group({ field: "company.employees", operator: "in", value: ["5", "x", 7] })).toMatchObject({
      rules: [{ value: [5, "x", 7] }],
    });
  });
  test("a value takes the shape that a changed operator wants", () => {
    expect(group({ field: "contact.plan", operator: "in", value: "trial" })).toMatchObject({
      rules: [{ value: ["trial"] }],
    });
    expect(group({ field: "contact.plan", operator: "in", value: "" })).toMatchObject({
      rules: [{ value: [] }],
    });
    expect(group({ field: "contact.plan", operator: "=", value: ["trial", "pro"] })).toMatchObject({
      rules: [{ value: "trial" }],
    });
    expect(group({ field: "contact.plan", operator: "known", value: "trial" })).toEqual({
      combinator: "and",
      rules: [{ field: "contact.plan", operator: "known" }],
    });
    expect(group({ field: "crm.hasLead", operator: "=", value: "" })).toMatchObject({
      rules: [{ value: true }],
    });
  });
  test("a second rule makes a group of a lone one, and nothing is nothing", () => {
    const lone = toBuilder({ field: "contact.plan", operator: "known" });
    expect(fromBuilder({ ...lone, rules: [...lone.rules, ...lone.rules] })).toMatchObject({
      combinator: "and",
    });
    expect(fromBuilder({ ...lone, not: true })).toMatchObject({ not: true });
    expect(fromBuilder({ combinator: "or", rules: [] })).toBeNull();
    expect(
      fromBuilder({ combinator: "or", rules: [{ field: "a", operator: "between", value: "" }] }),
    ).toBeNull();
  });
});

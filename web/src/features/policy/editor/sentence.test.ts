import { expect, test } from "vitest";
import { conditionIn, sentenceOf, textOr } from "./sentence.ts";

test("a condition is said in words, what is none as it is written", () => {
  const rule = { field: "company.employees", operator: ">=", value: 50 };
  expect(sentenceOf({ combinator: "and", rules: [rule] })).toBe("company.employees is at least 50");
  expect(sentenceOf({ combinator: "and", rules: ["x"] })).toBe('{"combinator":"and","rules":["x"]}');
});

test("a text is a condition only when it is one", () => {
  expect(conditionIn('{"field":"contact.plan","operator":"known"}')).toEqual({
    field: "contact.plan",
    operator: "known",
  });
  expect([conditionIn("{"), conditionIn("7"), conditionIn('{"field":1}')]).toEqual([null, null, null]);
});

test("what is no text is shown as something else", () => {
  expect([textOr("x", null), textOr(7, null), textOr(false, null), textOr({}, null)]).toEqual([
    "x",
    "7",
    "false",
    null,
  ]);
});

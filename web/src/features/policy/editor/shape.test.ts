import { expect, test } from "vitest";
import { policyJsonSchema } from "../../../../../src/policy/json-schema.ts";
import { readPolicy } from "../../../../../src/policy/read.ts";
import { branchName, branchOf, emptyOf, entryOf, plain, type Shape, titleOf, wordsOf } from "./shape.ts";

const POLICY: Shape = policyJsonSchema();
const at = (...steps: readonly string[]): Shape =>
  steps.reduce<Shape>((shape, step) => {
    if (step === "[]") return shape.items ?? {};
    if (step === "*") return typeof shape.additionalProperties === "object" ? shape.additionalProperties : {};
    return shape.properties?.[step] ?? {};
  }, POLICY);

test.for<readonly [string, Shape, string]>([
  ["a name", at("name"), "text"],
  ["a condition", at("exclusions", "[]", "when"), "condition"],
  ["what sets a recipe off", at("recipes", "[]", "on"), "choices"],
  ["the record", at("recipes", "[]", "record"), "union"],
  ["the transcript, a word of its own", at("handoff", "transcript"), "text"],
  ["internal notes", at("handoff", "internalNotes"), "flag"],
  ["phrases", at("signals", "*", "phrases"), "words"],
  ["pools", at("routing", "pools"), "named"],
  ["members", at("routing", "pools", "*", "members"), "list"],
  ["a member's cap", at("routing", "pools", "*", "members", "[]", "cap"), "group"],
  ["a step of a route", at("routing", "routes", "*", "[]"), "union"],
  ["what a step without parameters holds", { type: "object", properties: {} }, "nothing"],
  ["an attribute", at("feedback", "sequences", "*", "attribute", "*"), "scalar"],
  ["the format", at("format"), "choice"],
  ["how sticky", at("routing", "pools", "*", "sticky"), "choice"],
])("%s", ([, shape, kind]) => {
  expect(entryOf(shape).kind).toBe(kind);
});

test("a union knows which of its shapes a value has, and what to call them", () => {
  const hops = at("routing", "routes", "*", "[]").anyOf ?? [];
  expect(hops.map(branchName)).toContain("Account owner");
  expect(branchName(hops[branchOf(hops, { pool: "emea" })] ?? {})).toBe("Pool");
  expect(branchOf(hops, { pool: "emea", queue: "x" })).toBe(-1);
  expect(branchOf(hops, "pool")).toBe(-1);
  const record = at("recipes", "[]", "record").anyOf ?? [];
  expect(record.map(branchName)).toEqual(["By situation", "In detail"]);
  expect(branchOf(record, { create: "Lead", source: "x" })).toBe(1);
  const least = at("recipes", "[]", "score", "atLeast").anyOf ?? [];
  expect(least.map(branchName)).toEqual(["A number", "Threshold"]);
  expect([branchOf(least, 40), branchOf(least, "threshold")]).toEqual([0, 1]);
  expect(branchOf([{ type: "string" }, { type: "boolean" }], true)).toBe(-1);
  expect(branchOf([{ type: "boolean" }, { type: "string" }], "x")).toBe(1);
});

test("what a new part begins with has what the format asks for", () => {
  const content = {
    format: emptyOf(at("format")),
    name: "x",
    signals: {},
    scores: { buying: emptyOf(at("scores", "*")) },
    exclusions: [{ ...(emptyOf(at("exclusions", "[]")) as object), id: "x" }],
    recipes: emptyOf(at("recipes")),
    routing: emptyOf(at("routing")),
  };
  expect(readPolicy(JSON.stringify(content)).kind).toBe("ok");
  expect(emptyOf({ type: "boolean" })).toBe(false);
  expect(emptyOf({ type: "array", items: { type: "string" } })).toEqual([]);
  expect(emptyOf({ type: "object", additionalProperties: { type: "string" } })).toEqual({});
  expect(emptyOf({ anyOf: [{ type: "number" }, { type: "string" }] })).toBe(0);
  expect(emptyOf({ anyOf: [] })).toBe("");
});

test("names are said in words", () => {
  expect(wordsOf("perDay")).toBe("Per day");
  expect(wordsOf("sla")).toBe("SLA");
  expect(wordsOf("account-owner")).toBe("Account owner");
  expect(plain("as in `7d`")).toBe("as in 7d");
  expect(plain(undefined)).toBeUndefined();
});

test.for<readonly [unknown, string]>([
  [{ label: "SSO", id: "x" }, "SSO"],
  [{ pool: "emea" }, "Pool: emea"],
  [{ accountOwner: {} }, "Account owner"],
  [{ when: { field: "x" } }, "No. 1"],
  [{ intercom: { enrol: "x" } }, "Intercom"],
  [{}, "No. 1"],
  [7, "No. 1"],
  ["remind", "remind"],
])("%j is called %s", ([value, title]) => {
  expect(titleOf(value, 0)).toBe(title);
});

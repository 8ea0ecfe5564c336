import { assert as holds, anything, property, string, dictionary, oneof, integer, array } from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Clash, mergeTrees } from "./merge.ts";
import { rewritten } from "./rewrite.ts";
import { isSameTree } from "./same.ts";

const merge = (base: string, ours: string, theirs: string) =>
  mergeTrees(parse(base), parse(ours), parse(theirs));
const tree = (text: string) => ({ kind: "clean", tree: parse(text) as unknown });
const pathOf = ({ steps }: Clash): string => steps.map(({ key }) => key).join(".");

describe("a merge", () => {
  test.for([
    ["different fields", "{a: 1, b: 1}", "{a: 2, b: 1}", "{a: 1, b: 3}", "{a: 2, b: 3}"],
    ["the same change", "{a: 1}", "{a: 2}", "{a: 2}", "{a: 2}"],
    ["a field added and one taken out", "{a: 1}", "{a: 1, c: 3}", "{}", "{c: 3}"],
    ["fields added on both sides", "{}", "{a: {b: 1}}", "{a: {c: 2}}", "{a: {b: 1, c: 2}}"],
    ["words", "{w: [a, b, c]}", "{w: [b, c, d]}", "{w: [a, c, e]}", "{w: [c, d, e]}"],
    ["words where there were none", "{}", "{w: [a]}", "{w: [b, a]}", "{w: [a, b]}"],
    [
      "things by their names",
      "[{id: a, n: 1}, {id: b, n: 1}]",
      "[{id: a, n: 2}, {id: b, n: 1}]",
      "[{id: a, n: 1}, {id: b, n: 3}, {id: c}]",
      "[{id: a, n: 2}, {id: b, n: 3}, {id: c}]",
    ],
    [
      "things that one side moved and the other added",
      "[{id: a}, {id: b}]",
      "[{id: x}, {id: a}, {id: b}, {id: y}]",
      "[{id: b}, {id: a}]",
      "[{id: x}, {id: b}, {id: y}, {id: a}]",
    ],
    [
      "a thing that one side took out",
      "[{id: a}, {id: b}]",
      "[{id: b}]",
      "[{id: a}, {id: b}, {id: c}]",
      "[{id: b}, {id: c}]",
    ],
    [
      "things moved alike",
      "[{id: a}, {id: b}]",
      "[{id: b}, {id: a}, {id: x}]",
      "[{id: b}, {id: a}, {id: y}]",
      "[{id: b}, {id: a}, {id: y}, {id: x}]",
    ],
  ] as const)("takes %s", ([, base, ours, theirs, result]) => {
    expect(merge(base, ours, theirs)).toEqual(tree(result));
  });

  test.for([
    ["a value that both changed", "{a: {b: 1}}", "{a: {b: 2}}", "{a: {b: 3}}", ["a.b"]],
    ["a value changed here and taken out there", "{a: {b: 1}}", "{a: {b: 2}}", "{a: {}}", ["a.b"]],
    ["lists of things without names", "{a: [{x: 1}]}", "{a: [{x: 2}]}", "{a: [{x: 3}]}", ["a"]],
    ["lists with a name twice", "{a: []}", "{a: [{id: x}, {id: x}]}", "{a: [{id: y}]}", ["a"]],
    [
      "a condition, which is one piece",
      "{when: {field: a, operator: '=', value: 1}}",
      "{when: {field: b, operator: '=', value: 1}}",
      "{when: {field: a, operator: '=', value: 2}}",
      ["when"],
    ],
  ] as const)("does not decide %s", ([, base, ours, theirs, paths]) => {
    const merged = merge(base, ours, theirs);
    expect(merged.kind === "clashes" && merged.clashes.map(pathOf)).toEqual(paths);
  });

  test("does not decide between two orders", () => {
    const list = (ids: string): string =>
      `[${ids
        .split("")
        .map((id) => `{id: ${id}}`)
        .join()}]`;
    const merged = merge(list("abc"), list("bac"), list("acb"));
    expect(merged).toMatchObject({ kind: "clashes", clashes: [{ steps: [], isOrder: true }] });
  });

  test("with a side that changed nothing is the other side", () => {
    const trees = dictionary(string(), oneof(integer(), array(string()), dictionary(string(), integer())));
    holds(
      property(trees, trees, (base, changed) => {
        expect(mergeTrees(base, changed, base)).toEqual({ kind: "clean", tree: changed });
        expect(mergeTrees(base, base, changed)).toEqual({ kind: "clean", tree: changed });
      }),
    );
  });
});

describe("two trees are the same", () => {
  test.for([
    [{ a: 1, b: [1] }, { b: [1], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 1 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [[1], { 0: 1 }, false],
    [null, {}, false],
    [{}, null, false],
    [1, "1", false],
    [{ a: Number.NaN }, { a: Number.NaN }, true],
    [0, -0, true],
  ])("%j and %j: %j", ([one, other, same]) => {
    expect(isSameTree(one, other)).toBe(same);
  });
});

interface Written {
  readonly signals: { readonly pricing: { points: number; phrases: string[] } };
  recipes: unknown[];
}

describe("a text that is written anew", () => {
  const text = `# About us
name: Ours # stays
signals:
  # Pricing questions
  pricing: { points: 10, phrases: [a, b] }
recipes:
  - id: one # the first
    n: 1
  - id: two
    n: 2
`;

  test("keeps comments and the way it is written where nothing changed", () => {
    const changed = parse(text) as Written;
    changed.signals.pricing.points = 12;
    changed.signals.pricing.phrases = ["b", "c"];
    changed.recipes = [{ id: "two", n: 3 }, changed.recipes[0], { id: "three" }];
    expect(rewritten(text, changed)).toBe(`# About us
name: Ours # stays
signals:
  # Pricing questions
  pricing: { points: 12, phrases: [ b, c ] }
recipes:
  - id: two
    n: 3
  - id: one # the first
    n: 1
  - id: three
`);
  });

  test.for([
    ["{a: &x {b: 1}, c: *x}", { a: { b: 2 }, c: { b: 1 } }],
    ["{a: &x {b: 1}, c: *x}", { c: { b: 1 } }],
    ["{a: 1, b: 2}", { b: { c: [1] } }],
    ["[1]", { a: 1 }],
    ["1: a", { "1": "b" }],
    ["{a: {b: 1}, c: [2]}", { a: 1, c: "x" }],
    ["a: [1, 2, 2]", { a: [2, 1, 2, 3] }],
    ["a: null", { a: "b" }],
  ] as const)("%s says %j then", ([before, after]) => {
    expect(parse(rewritten(before, after))).toEqual(after);
  });

  test("is nothing else than the tree, whatever the two are", () => {
    const key = string({ minLength: 1 }).filter((name) => name !== "__proto__");
    const leaf = oneof(string(), integer());
    const trees = dictionary(key, oneof(leaf, array(leaf), dictionary(key, leaf)), { noNullPrototype: true });
    holds(
      property(trees, trees, (before, after) => {
        const readable = JSON.stringify(before);
        expect(isSameTree(parse(rewritten(readable, after)), after)).toBe(true);
      }),
      { numRuns: 300 },
    );
    holds(property(anything(), (value) => isSameTree(value, value)));
  });
});

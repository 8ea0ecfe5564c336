import fc from "fast-check";
import { expect, test } from "vitest";
import { at, freeName, isWithin, moved, newLines, pathText, renamed, withAt } from "./tree.ts";

const TREE = { name: "x", recipes: [{ id: "a", on: ["message"] }, { id: "b" }] };

test("reads what stands at a place, and nothing where nothing does", () => {
  expect(at(TREE, ["recipes", 0, "on", 0])).toBe("message");
  expect(at(TREE, ["recipes", 9, "on"])).toBeUndefined();
  expect(at(TREE, ["name", "length", "x"])).toBeUndefined();
});

test("writes at a place and leaves everything else as it is", () => {
  const changed = withAt(TREE, ["recipes", 1, "id"], "c");
  expect(changed).toEqual({ name: "x", recipes: [{ id: "a", on: ["message"] }, { id: "c" }] });
  expect(at(changed, ["recipes", 0])).toBe(TREE.recipes[0]);
});

test("takes away with nothing, makes what leads to a place, and keeps the order of fields", () => {
  expect(withAt(TREE, ["recipes", 0], undefined)).toEqual({ name: "x", recipes: [{ id: "b" }] });
  expect(withAt(TREE, ["recipes", 0, "on"], undefined)).toMatchObject({
    recipes: [{ id: "a" }, { id: "b" }],
  });
  expect(withAt(undefined, ["routing", "pools"], {})).toEqual({ routing: { pools: {} } });
  expect(withAt({}, ["list", 0], "x")).toEqual({ list: ["x"] });
  expect(Object.keys(withAt(TREE, ["name"], "y") as object)).toEqual(["name", "recipes"]);
});

test("what was written is read back, at any place", () => {
  const step = fc.oneof(fc.constantFrom("a", "b", "c"), fc.constant(0));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 5 }), fc.integer(), (path, value) => {
      expect(at(withAt({}, path, value), path)).toBe(value);
    }),
  );
});

test("moves and renames", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a"], 5, 0)).toEqual(["a"]);
  expect(Object.entries(renamed({ a: 1, b: 2 }, "a", "z"))).toEqual([
    ["z", 1],
    ["b", 2],
  ]);
});

test("says places as findings do", () => {
  expect(pathText(["recipes", 2, "on", 0])).toBe("recipes[2].on[0]");
  expect(isWithin("recipes[2].on", ["recipes", 2])).toBe(true);
  expect(isWithin("recipes[2]", ["recipes", 2])).toBe(true);
  expect(isWithin("recipes[20]", ["recipes", 2])).toBe(false);
});

test("finds names that are free", () => {
  expect(freeName("pool", [])).toBe("pool");
  expect(freeName("pool", ["pool", "pool-2"])).toBe("pool-3");
});

test("takes many lines at once, each phrase once in whatever case", () => {
  expect(newLines(" SSO\n\nsaml\r\nSAML\nsso", ["SSO"])).toEqual({ lines: ["saml"], repeated: 3 });
});

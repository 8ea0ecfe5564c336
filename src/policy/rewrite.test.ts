import { expect, test } from "vitest";
import { rewritten, treeOf } from "./rewrite.ts";

test("a text of fields is a tree", () => {
  expect(treeOf("a: 1\nb: [x]")).toEqual({ a: 1, b: ["x"] });
});

test.for(["", "a list:\n- of: [", "- one\n- two", "just words", "*unknown"])("%j is no tree", (text) => {
  expect(treeOf(text)).toBeNull();
});

test("a text that says nothing yet takes the whole tree", () => {
  expect(treeOf(rewritten("", { name: "new", signals: {} }))).toEqual({ name: "new", signals: {} });
});

import { expect, test } from "vitest";
import { NO_TICKS, shareOf, ticked, tickedAll, tickedTo, type Ticks } from "./ticks.ts";

const ROWS = ["a", "b", "c", "d", "e"];
const idsOf = ({ ids }: Ticks): readonly string[] => [...ids].toSorted();

test("a row is ticked, and unticked by the same", () => {
  const one = ticked(NO_TICKS, "b");
  expect(idsOf(one)).toEqual(["b"]);
  expect(idsOf(ticked(one, "b"))).toEqual([]);
});

test("a range goes from the last tick to the row, either way, and keeps what was ticked before", () => {
  const from = ticked(ticked(NO_TICKS, "e"), "c");
  expect(idsOf(tickedTo(from, ROWS, "a"))).toEqual(["a", "b", "c", "e"]);
  expect(idsOf(tickedTo(ticked(NO_TICKS, "b"), ROWS, "d"))).toEqual(["b", "c", "d"]);
});

test("a range that begins on another page, or nowhere, is the row alone", () => {
  expect(idsOf(tickedTo(NO_TICKS, ROWS, "d"))).toEqual(["d"]);
  expect(idsOf(tickedTo(ticked(NO_TICKS, "elsewhere"), ROWS, "d"))).toEqual(["d", "elsewhere"]);
});

test("a page is ticked whole, then not at all, and other pages stay as they are", () => {
  const some = ticked(ticked(NO_TICKS, "elsewhere"), "b");
  expect(shareOf(some, ROWS)).toBe("some");
  const all = tickedAll(some, ROWS);
  expect(shareOf(all, ROWS)).toBe("all");
  expect(idsOf(tickedAll(all, ROWS))).toEqual(["elsewhere"]);
  expect(shareOf(NO_TICKS, ROWS)).toBe("none");
});

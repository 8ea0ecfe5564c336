import { expect, test } from "vitest";
import type { FoundSignal } from "../../qualify/scores.ts";
import { marksOf } from "./marks.ts";

const MESSAGES = [
  { id: "a", text: "Do you support SSO login?" },
  { id: "b", text: "We need SSO." },
];
const found = (over: Partial<FoundSignal>): FoundSignal => ({
  signal: "enterprise",
  label: "Enterprise intent",
  kind: "phrase",
  text: "SSO",
  points: 10,
  at: null,
  ...over,
});

test.for<readonly [string, Partial<FoundSignal>, readonly number[]]>([
  ["a phrase is marked in its message alone", { message: "b", start: 8, end: 11 }, [0, 1]],
  ["a tag has no place", { kind: "tag" }, [0, 0]],
  ["a place without an end is none", { message: "b", start: 8 }, [0, 0]],
  ["a message that is gone has no mark", { message: "c", start: 8, end: 11 }, [0, 0]],
  ["words that were changed since have no mark", { message: "a", start: 0, end: 3 }, [0, 0]],
])("%s", ([, signal, counts]) => {
  expect(marksOf(MESSAGES, [found(signal)]).map((marks) => marks.length)).toEqual(counts);
});

test("overlapping marks stand in the order of their places, the shorter first, then by signal", () => {
  const at = (start: number, text: string): FoundSignal =>
    found({ message: "a", start, end: start + text.length, text });
  const signals = [at(15, "SSO login"), at(19, "login"), at(15, "SSO"), at(15, "SSO")];
  expect(marksOf(MESSAGES, signals)[0]?.map(({ signal }) => signal)).toEqual([2, 3, 0, 1]);
});

import { expect, test } from "vitest";
import { NOON } from "../../tests/support/cases.ts";
import { givesWayUntil } from "./allowance.ts";

const MINUTE = 60_000;
const said = (used: number, at = NOON) => ({ used, most: 15_000, at });

test("an org that has said nothing yet is asked", () => {
  expect(givesWayUntil(null, NOON)).toBeNull();
});

test("what can wait gives way from the call on that makes it four fifths", () => {
  expect(givesWayUntil(said(11_999), NOON)).toBeNull();
  expect(givesWayUntil(said(12_000), NOON)).toBe(NOON + 15 * MINUTE);
  expect(givesWayUntil(said(15_200), NOON)).toBe(NOON + 15 * MINUTE);
});

test("words of a quarter of an hour ago are old: somebody looks again", () => {
  expect(givesWayUntil(said(14_000, NOON - 15 * MINUTE + 1), NOON)).toBe(NOON + 1);
  expect(givesWayUntil(said(14_000, NOON - 15 * MINUTE), NOON)).toBeNull();
});

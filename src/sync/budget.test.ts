import { expect, test } from "vitest";
import { NOON } from "../../tests/support/cases.ts";
import { budgetOf } from "./budget.ts";

const HOUR = 3_600_000;
const spent = (...hours: readonly (readonly [hoursAgo: number, calls: number])[]) =>
  hours.map(([ago, calls]) => ({ hour: NOON - ago * HOUR, calls }));
const asked = (most: number | null, ...hours: readonly (readonly [hoursAgo: number, calls: number])[]) =>
  budgetOf({ share: 0.25, most, spent: spent(...hours), now: NOON });

test("calls are free while the org has not said how many it allows", () => {
  expect(asked(null, [1, 900])).toEqual({ kind: "open", used: 900, allowed: null });
});

test("the share of the day's calls may be used, and not one more", () => {
  expect(asked(4_000, [1, 999])).toEqual({ kind: "open", used: 999, allowed: 1_000 });
  expect(asked(4_000, [1, 1_000])).toMatchObject({ kind: "spent", used: 1_000, allowed: 1_000 });
});

test("a share is what a person would reckon", () => {
  expect(budgetOf({ share: 0.29, most: 100, spent: [], now: NOON })).toMatchObject({ allowed: 29 });
});

test("calls of more than a day ago do not count", () => {
  expect(asked(4_000, [25, 1_000], [24, 10])).toEqual({ kind: "open", used: 10, allowed: 1_000 });
});

test("it is over when enough of it lies a day back, in whatever order the hours come", () => {
  expect(asked(4_000, [1, 800], [5, 100], [3, 300])).toMatchObject({ until: NOON + 22 * HOUR });
});

test("a share of next to nothing says when to look again", () => {
  expect(asked(1)).toEqual({ kind: "spent", used: 0, allowed: 0, until: NOON + HOUR });
  expect(asked(1, [2, 5])).toMatchObject({ until: NOON + 23 * HOUR });
});

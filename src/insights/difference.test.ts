import { expect, test } from "vitest";
import { differenceOf } from "./difference.ts";
import { shareOf } from "./share.ts";

const bounded = (k: number, of: number) => ({ ...shareOf(k, of), value: k / of });

test.for([
  // Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), table II, method 10.
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [10, 10, 0, 20, 0.6791, 1],
] as const)("%i of %i and %i of %i differ between %f and %f", ([a, ofA, b, ofB, low, high]) => {
  const found = differenceOf(bounded(a, ofA), bounded(b, ofB));
  expect(found.value).toBeCloseTo(a / ofA - b / ofB, 12);
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

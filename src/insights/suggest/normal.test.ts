import { expect, test } from "vitest";
import { quantileOf } from "./normal.ts";

test.each([
  [0.5, 0],
  [0.8413447460685429, 1],
  [0.975, 1.959963984540054],
  [0.995, 2.5758293035489004],
  [0.9999, 3.719016485455709],
])("of %f lies at %f", (chance, z) => {
  expect(quantileOf(chance)).toBeCloseTo(z, 7);
});

import { describe, expect, test } from "vitest";
import { countOf, quantile, shareOf } from "./share.ts";

describe("a share with its interval", () => {
  test.for([
    // Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const)("%i of %i lies between %f and %f", ([k, of, low, high]) => {
    const found = shareOf(k, of);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
    expect(found.share).toBe(k / of);
  });

  test("all of them reach exactly one, and of nothing nothing is known", () => {
    expect(shareOf(20, 20)).toMatchObject({ share: 1, high: 1 });
    expect(shareOf(0, 0)).toEqual({ k: 0, of: 0, share: null, low: 0, high: 1 });
  });
});

test("a quantile is one of the values", () => {
  expect([
    quantile([], 0.5),
    quantile([1], 0),
    quantile([1, 2, 3, 4], 0.5),
    quantile([1, 2, 3, 4], 0.9),
  ]).toEqual([null, 1, 2, 4]);
});

test.for([
  [0, 0, 3.8415],
  [10, 5.432, 18.4095],
  [100, 82.2272, 121.6143],
] as const)("%i happen %f to %f times in another time as long", ([k, low, high]) => {
  const found = countOf(k);
  expect(found.low).toBeCloseTo(low, 3);
  expect(found.high).toBeCloseTo(high, 3);
});

import { describe, expect, test } from "vitest";
import { quantileOf } from "./quantile.ts";

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);

describe("a quantile with its interval", () => {
  test.for([
    // W. J. Conover, Practical Nonparametric Statistics, 3rd ed., and R's qbinom: ranks of the median.
    [6, 0.5, 3, 1, 6],
    [10, 0.5, 5, 2, 9],
    [20, 0.5, 10, 6, 15],
    [100, 0.5, 50, 40, 61],
    [100, 0.9, 90, 84, 96],
  ] as const)("of %i values at %f is %i, between %i and %i", ([n, share, value, low, high]) => {
    expect(quantileOf(upTo(n), share)).toEqual({ value, low, high });
  });

  test("has open ends where too few tell", () => {
    expect(quantileOf([], 0.5)).toEqual({ value: null, low: null, high: null });
    expect(quantileOf(upTo(5), 0.5)).toEqual({ value: 3, low: null, high: null });
    expect(quantileOf(upTo(20), 0.9)).toMatchObject({ value: 18, low: 15, high: null });
  });

  test("of very many is as narrow as they allow", () => {
    const found = quantileOf(upTo(20_000), 0.5);
    expect(found.value).toBe(10_000);
    expect([found.low, found.high]).toEqual([9_861, 10_140]);
  });
});

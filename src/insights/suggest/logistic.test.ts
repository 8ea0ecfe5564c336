import { describe, expect, test } from "vitest";
import { type Case, dot, fitLogistic, varianceOf } from "./logistic.ts";

/** So many cases with this feature, of which so many happened. */
const group = (features: readonly number[], all: number, happened: number): readonly Case[] =>
  Array.from({ length: all }, (_, i) => ({ features, happened: i < happened }));

/** A prior so weak that it says nothing. */
const NONE = 1_000;

describe("a logistic regression", () => {
  test("of one yes-or-no feature has the log of the odds ratio as its weight, with its textbook error", () => {
    const cases = [...group([0], 100, 20), ...group([1], 80, 50)];
    const { weights, covariance } = fitLogistic(cases, 1, NONE);
    expect(weights[0]).toBeCloseTo(Math.log(50 / 30 / (20 / 80)), 4);
    expect(covariance[0]?.[0]).toBeCloseTo(1 / 20 + 1 / 80 + 1 / 50 + 1 / 30, 4);
  });

  test("tells apart two features that often come together", () => {
    const cases = [
      ...group([0, 0], 200, 20),
      ...group([1, 0], 50, 5),
      ...group([0, 1], 50, 25),
      ...group([1, 1], 200, 100),
    ];
    const { weights } = fitLogistic(cases, 2, NONE);
    expect(weights[0]).toBeCloseTo(0, 6);
    expect(weights[1]).toBeCloseTo(Math.log(9), 4);
  });

  test("stays finite where a feature always won, and says how little it knows", () => {
    const { weights, covariance } = fitLogistic([...group([0], 40, 20), ...group([1], 10, 10)], 1, 2.5);
    expect(weights[0]).toBeGreaterThan(2);
    expect(weights[0]).toBeLessThan(6);
    expect(Math.sqrt(Number(covariance[0]?.[0]))).toBeGreaterThan(1);
  });

  test("without any case is its prior", () => {
    expect(fitLogistic([], 1, 2)).toEqual({ weights: [0], covariance: [[expect.closeTo(4, 6)]] });
  });

  test("has the variance of any sum of its weights", () => {
    const covariance = [
      [4, 1],
      [1, 9],
    ];
    expect(varianceOf([1, 1], { covariance })).toBe(15);
    expect(varianceOf([2, -1], { covariance })).toBe(21);
    expect(dot([1, 2], [3, 4])).toBe(11);
  });
});

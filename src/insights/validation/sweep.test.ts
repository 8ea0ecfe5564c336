import { describe, expect, test } from "vitest";
import { type Scored, suggest, sweep } from "./sweep.ts";

const scored = (n: number, value: number, isRight: boolean): readonly Scored[] =>
  Array.from({ length: n }, (_, i) => ({ id: `${value}${isRight}${i}`, value, isRight, weight: 1 }));

describe("a sweep of thresholds", () => {
  test("has a step for each score above 0, with what would pass it", () => {
    const steps = sweep([
      ...scored(8, 60, true),
      ...scored(2, 60, false),
      ...scored(10, 30, false),
      ...scored(5, 0, true),
    ]);
    expect(steps.map(({ threshold, volume }) => [threshold, volume])).toEqual([
      [30, 20],
      [60, 10],
    ]);
    expect(steps[1]?.precision.value).toBe(0.8);
    expect(steps[1]?.recall.value).toBeCloseTo(8 / 13, 12);
    expect(steps[1]?.f1).toBeCloseTo((2 * 0.8 * (8 / 13)) / (0.8 + 8 / 13), 12);
  });

  test("knows no balance where there is nothing right, or nothing else", () => {
    expect(sweep(scored(3, 10, false))[0]?.f1).toBe(0);
    expect(sweep(scored(3, 10, true))[0]?.f1).toBe(0);
    expect(sweep([...scored(3, 10, false), ...scored(3, 5, true)])[1]?.f1).toBe(0);
  });
});

describe("the suggested threshold", () => {
  test("is the one with the best balance", () => {
    const steps = sweep([...scored(20, 60, true), ...scored(30, 30, false), ...scored(1, 30, true)]);
    expect(suggest(steps, 21)).toEqual({
      threshold: 60,
      reason: "best balance of precision and recall (F1 0.98)",
    });
  });

  test("is a lower one where that lets more through at a good precision", () => {
    const steps = [step(30, 0.82, 0.6, 100), step(40, 0.9, 0.95, 60), step(90, null, null, 0)];
    expect(suggest(steps, 50)).toEqual({
      threshold: 30,
      reason: "most conversations at a precision of 80 % or more",
    });
  });

  test("is none where the labels are too few or tell nothing", () => {
    expect(suggest([step(40, 0.9, 0.9, 10)], 9).threshold).toBeNull();
    expect(suggest([], 20)).toMatchObject({ threshold: null });
    expect(suggest([step(40, null, null, 0)], 20).reason).toContain("from 10 on");
  });

  test("of several with the same balance is the lowest, and of none precise enough the best", () => {
    expect(suggest([step(50, 0.5, 0.5, 9), step(40, 0.5, 0.5, 9)], 20).threshold).toBe(40);
  });
});

function step(threshold: number, precision: number | null, recall: number | null, volume: number) {
  const estimate = (value: number | null) => ({ value, low: 0, high: 1, labels: 10 });
  const f1 = precision === null || recall === null ? 0 : (2 * precision * recall) / (precision + recall);
  return { threshold, precision: estimate(precision), recall: estimate(recall), volume, f1 };
}

import { describe, expect, test } from "vitest";
import { type Labelled, moreLabels, verdictOf } from "./estimate.ts";
import { shareOf } from "../share.ts";

const labels = (n: number, qualified: boolean, isRight: boolean, weight = 1): readonly Labelled[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${qualified}${isRight}${weight}${i}`,
    qualified,
    isRight,
    weight,
  }));

describe("precision and recall", () => {
  test("of a plain sample are shares with Wilson intervals", () => {
    const found = verdictOf([
      ...labels(40, true, true),
      ...labels(10, true, false),
      ...labels(10, false, true),
      ...labels(40, false, false),
    ]);
    expect(found.precision).toMatchObject({ value: 0.8, labels: 50 });
    expect(found.precision.low).toBeCloseTo(shareOf(40, 50).low, 12);
    expect(found.recall).toMatchObject({ value: 0.8, labels: 100 });
    expect(found.recall.high).toBeCloseTo(shareOf(40, 50).high, 12);
    expect(found.counts).toEqual({
      rightAndQualified: 40,
      wrongAndQualified: 10,
      rightAndNot: 10,
      wrongAndNot: 40,
    });
  });

  test("count those who were sampled thinly for as many as they stand for", () => {
    const found = verdictOf([
      ...labels(45, true, true),
      ...labels(5, true, false),
      ...labels(5, false, true, 10),
      ...labels(95, false, false, 10),
    ]);
    expect(found.recall.value).toBeCloseTo(45 / 95, 12);
    expect(found.recall.low).toBeGreaterThan(0.25);
    expect(found.recall.high).toBeLessThan(0.75);
  });

  test("say nothing where one side has no label", () => {
    expect(verdictOf([]).precision).toEqual({ value: null, low: 0, high: 1, labels: 0 });
    expect(verdictOf(labels(9, true, true)).recall.value).toBeNull();
    expect(verdictOf(labels(9, false, true)).recall.value).toBeNull();
    expect(verdictOf([...labels(3, true, false), ...labels(3, false, false)]).recall.value).toBeNull();
  });

  test("of a policy that is never right is none, and no more than its few labels allow", () => {
    const found = verdictOf([...labels(20, true, false), ...labels(20, false, true, 5)]);
    expect(found.recall).toMatchObject({ value: 0, low: 0 });
    expect(found.recall.high).toBeLessThan(0.1);
  });

  test("of few labels stay within what is possible", () => {
    const found = verdictOf([
      ...labels(1, true, true),
      ...labels(1, true, false),
      ...labels(3, false, true, 4),
    ]);
    expect(found.recall.low).toBeGreaterThanOrEqual(0);
    expect(found.recall.high).toBeLessThanOrEqual(1);
    const none = verdictOf([...labels(1, true, true), ...labels(3, false, false, 4)]);
    expect(none.recall).toMatchObject({ value: 1, high: 1 });
    const rare = verdictOf([
      ...labels(1, true, true),
      ...labels(20, true, false),
      ...labels(2, false, true, 3),
    ]);
    expect(rare.recall.low).toBeGreaterThanOrEqual(0);
    expect(rare.recall.high).toBeLessThan(1);
  });

  // Populations with a known truth: the interval of each sample must hold it, as often as it says.
  test("hold the truth in at least 93 of 100 samples", () => {
    let [precision, recall, last] = [0, 0, 0];
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = mulberry(seed);
      const population = Array.from({ length: 3_000 }, (_, i) => {
        const isRight = random() < 0.12;
        return { id: String(i), isRight, qualified: random() < (isRight ? 0.7 : 0.04) };
      });
      const truth = exactly(population);
      const sample = [
        ...drawn(
          population.filter(({ qualified }) => qualified),
          120,
          random,
        ),
        ...drawn(
          population.filter(({ qualified }) => !qualified),
          400,
          random,
        ),
      ];
      const found = verdictOf(sample);
      precision += holds(found.precision, truth.precision) ? 1 : 0;
      recall += holds(found.recall, truth.recall) ? 1 : 0;
      last = found.recall.high - found.recall.low;
    }
    expect(precision).toBeGreaterThanOrEqual(93);
    expect(recall).toBeGreaterThanOrEqual(93);
    expect(last).toBeLessThan(0.35);
  });
});

describe("more labels", () => {
  test("are more where the sample is uneven, and as many as of a plain one where it is even", () => {
    const half = (weight: number) => [...labels(15, true, true, weight), ...labels(15, true, false, weight)];
    const even = moreLabels(shareOf(30, 60));
    expect(verdictOf([...half(1), ...half(1)]).moreForPrecision).toBe(even);
    expect(verdictOf([...half(1), ...half(20)]).moreForPrecision).toBeGreaterThan(even);
    expect(verdictOf([]).moreForPrecision).toBe(381);
  });

  test("are none where the interval is narrow, and fewer the nearer it is", () => {
    expect(moreLabels(shareOf(500, 1_000))).toBe(0);
    expect(moreLabels(shareOf(0, 0))).toBe(381);
    const more = moreLabels(shareOf(43, 50));
    const then = shareOf(0.86 * (50 + more), 50 + more);
    expect(then.high - then.low).toBeLessThanOrEqual(0.1);
    const before = shareOf(0.86 * (49 + more), 49 + more);
    expect(before.high - before.low).toBeGreaterThan(0.1);
  });
});

type Person = Omit<Labelled, "weight">;

function exactly(population: readonly Person[]): { readonly precision: number; readonly recall: number } {
  const both = population.filter((one) => one.qualified && one.isRight).length;
  return {
    precision: both / population.filter(({ qualified }) => qualified).length,
    recall: both / population.filter(({ isRight }) => isRight).length,
  };
}

function drawn(from: readonly Person[], most: number, random: () => number): readonly Labelled[] {
  const mixed = from.map((one) => ({ one, at: random() })).toSorted((a, b) => a.at - b.at);
  const taken = mixed.slice(0, most);
  return taken.map(({ one }) => ({ ...one, weight: from.length / taken.length }));
}

function holds({ low, high }: { readonly low: number; readonly high: number }, truth: number): boolean {
  return low <= truth && truth <= high;
}

/** A small generator of numbers, the same for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

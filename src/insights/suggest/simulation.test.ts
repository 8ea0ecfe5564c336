/** Deals made up by a known law: the intervals of a suggestion hold what is true as often as they claim. */
import { describe, expect, test } from "vitest";
import { policySchema } from "../../policy/schema.ts";
import { type ClosedCase, scaledTo, suggest } from "./suggest.ts";

/** Names of signals with today's points, and what each piece truly adds to the log odds of winning. */
const LAW = {
  enterprise: { points: 10, odds: 0.9, often: 0.35 },
  pricing: { points: 10, odds: 0.5, often: 0.5 },
  upgrade: { points: 10, odds: 1.2, often: 0.25 },
  integration: { points: 10, odds: 0, often: 0.4 },
  feature: { points: 5, odds: -0.4, often: 0.3 },
} as const;
const NAMES = Object.keys(LAW) as (keyof typeof LAW)[];
const POLICY = policySchema.parse({
  format: "baton/policy@1",
  name: "Made up",
  signals: Object.fromEntries(NAMES.map((name) => [name, { phrases: [name], points: LAW[name].points }])),
  scores: { buying: { signals: NAMES, threshold: 40 } },
});
const DEALS = 800;
const SEEDS = 100;

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function deals(seed: number): readonly ClosedCase[] {
  const chance = chances(seed);
  return Array.from({ length: DEALS }, (): ClosedCase => {
    const pieces = NAMES.map((name) => [0, 1, 2].filter(() => chance() < LAW[name].often / 2).length);
    const odds = NAMES.reduce((sum, name, j) => sum + LAW[name].odds * Number(pieces[j]), -1);
    return {
      isWon: chance() < 1 / (1 + Math.exp(-odds)),
      signals: Object.fromEntries(NAMES.map((name, j) => [name, Number(pieces[j])])),
      bonuses: {},
      reached: ["buying"],
    };
  });
}

/** What the points truly are on the scale of these deals. */
function truth(cases: readonly ClosedCase[]): readonly number[] {
  const times = NAMES.map((name) => cases.reduce((sum, { signals }) => sum + Number(signals[name]), 0));
  const weights = NAMES.map((name) => LAW[name].odds);
  const covariance = NAMES.map(() => NAMES.map(() => 0));
  const today = NAMES.map((name) => LAW[name].points);
  return scaledTo({ weights, covariance }, times, today).map(({ value }) => value);
}

describe("over 100 seeds of 800 deals", () => {
  const runs = Array.from({ length: SEEDS }, (_, seed) => {
    const cases = deals(seed + 1);
    return { weights: suggest(cases, POLICY, null).weights, points: truth(cases) };
  });

  test("the intervals hold all true points at once in at least 93", () => {
    const held = runs.filter(({ weights, points }) =>
      points.every((point, j) => {
        const fitted = weights[j]?.fitted;
        return fitted != null && fitted.low <= point && point <= fitted.high;
      }),
    );
    expect(held.length).toBeGreaterThanOrEqual(93);
  });

  test("they are narrow enough to tell the strongest signal from one that says nothing in most", () => {
    const told = runs.filter(({ weights }) => {
      const fitted = (name: keyof typeof LAW) => weights[NAMES.indexOf(name)]?.fitted;
      return Number(fitted("upgrade")?.low) > Number(fitted("integration")?.points);
    });
    expect(told.length).toBeGreaterThan(90);
  });
});

import { describe, expect, test } from "vitest";
import { message } from "../../tests/support/cases.ts";
import type { Scores } from "../qualify/scores.ts";
import { type Evidenced, resultsOf, weighted } from "./results.ts";
import { type Candidate, drawSample, type Stratum } from "./sample.ts";
import { shouldQualify, type Vote } from "./votes.ts";

function scored(value: number): Scores {
  return {
    signals: [
      {
        signal: "pricing",
        label: "asks for a price",
        kind: "phrase",
        text: "pricing",
        points: value,
        at: null,
      },
    ],
    values: { buying: { value, threshold: 40 } },
    contributions: [],
  };
}

let last = 0;
function item(
  given: Partial<Evidenced>,
  ...votes: readonly [Vote, (Vote | null)?, (Vote | null)?][]
): Evidenced {
  last += 1;
  return {
    position: last,
    conversation: String(last),
    stratum: "handed off by inbound",
    kind: "handoff",
    recipe: "inbound",
    words: { scores: scored(50), messages: [message({ text: "pricing please", role: "customer" })] },
    votes: votes.map(([qualified, routed = null, complete = null], i) => ({
      reviewer: `r${i}`,
      qualified,
      routed,
      complete,
      note: "",
      meanings: [],
    })),
    ...given,
  };
}

const strata: readonly Stratum[] = [
  { name: "handed off by inbound", isQualified: true, size: 20, drawn: 4 },
  { name: "below: no points", isQualified: false, size: 100, drawn: 3 },
  { name: "excluded", isQualified: false, size: 9, drawn: 2 },
];
const below = { stratum: "below: no points", kind: "below-threshold", recipe: null } as const;
const low = { scores: scored(10), messages: [message({ text: "a volume discount", role: "customer" })] };
const items = [
  item({}, ["yes", "yes", "no"]),
  item({}, ["yes", "no", "yes"]),
  item({}, ["no", "cannot-say", "yes"]),
  item({}, ["cannot-say", "yes", "yes"]),
  item({ ...below, words: low }, ["yes"]),
  item({ ...below, words: low }, ["no"]),
];

describe("the results", () => {
  const found = resultsOf(items, strata, null);

  test("count each label for its part of the stratum", () => {
    expect(weighted(items, strata, shouldQualify).map(({ weight }) => weight)).toEqual([
      20 / 3,
      20 / 3,
      20 / 3,
      50,
      50,
    ]);
    expect(found.verdict.precision.value).toBeCloseTo(2 / 3, 12);
    expect(found.verdict.recall.value).toBeCloseTo(40 / 3 / (40 / 3 + 50), 12);
    expect(found.labels).toBe(5);
  });

  test("say how often it was routed rightly and the context was complete, of what was asked", () => {
    expect(found.routed).toMatchObject({ value: 2 / 3, labels: 3 });
    expect(found.complete).toMatchObject({ value: 3 / 4, labels: 4 });
    expect(found.recipes).toMatchObject([
      { name: "inbound", right: { labels: 3 }, routed: { labels: 3 }, complete: { labels: 4 } },
    ]);
    expect(found.signals).toMatchObject([{ name: "pricing", right: { labels: 3 } }]);
  });

  test("say of which strata nothing is known", () => {
    expect(found.strata.map(({ name, labelled }) => [name, labelled])).toEqual([
      ["handed off by inbound", 3],
      ["below: no points", 2],
      ["excluded", 0],
    ]);
  });

  test("sweep the first score unless another is named, and say where it stands", () => {
    expect(found).toMatchObject({ scores: ["buying"], score: "buying", threshold: 40 });
    expect(found.sweep.map(({ threshold }) => threshold)).toEqual([10, 50]);
    expect(resultsOf(items, strata, "mood")).toMatchObject({ score: "mood", threshold: null, sweep: [] });
    expect(resultsOf([], strata, null)).toMatchObject({ score: null, threshold: null, labels: 0 });
  });

  test("count what was voted on before its words were erased, and nothing of its words", () => {
    const erased = items.map((one) => ({ ...one, words: null }));
    const then = resultsOf(erased, strata, null);
    expect(then.verdict).toEqual(found.verdict);
    expect(then).toMatchObject({ signals: [], sweep: [], noise: [], misses: [] });
  });

  test("take a stratum that is not told of for as large as its labels", () => {
    expect(weighted(items.slice(0, 1), [], shouldQualify)).toMatchObject([{ weight: 1 }]);
  });
});

// Populations with a known truth, sampled and labelled as a round is: the intervals must hold it as often as they say.
test.each([60, 120, 400])(
  "the intervals of a round of %i hold the truth in at least 93 of 100 samples",
  (size) => {
    const held = { precision: 0, recall: 0, complete: 0 };
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = seeded(seed);
      const population = Array.from({ length: 3_000 }, (_, decision) => person(decision, random));
      const truth = {
        precision: shareOf(population.filter(isIn), ({ isRight }) => isRight),
        recall: shareOf(
          population.filter(({ isRight }) => isRight),
          isIn,
        ),
        complete: shareOf(
          population.filter(({ kind }) => kind === "handoff"),
          ({ isComplete }) => isComplete,
        ),
      };
      const sample = drawSample(population, size, seed);
      const labelled = sample.items.map(({ decision, stratum }) => {
        const one = population[decision] ?? person(decision, random);
        // Whoever cannot say does so by chance.
        const vote = (yes: boolean): Vote => (random() < 0.05 ? "cannot-say" : yes ? "yes" : "no");
        const asked = one.kind === "handoff";
        return item({ kind: one.kind, recipe: one.recipe, stratum, words: null }, [
          vote(isIn(one) === one.isRight),
          asked ? "yes" : null,
          asked ? vote(one.isComplete) : null,
        ]);
      });
      const { verdict, complete } = resultsOf(labelled, sample.strata, null);
      const found = { precision: verdict.precision, recall: verdict.recall, complete };
      for (const name of ["precision", "recall", "complete"] as const)
        if (found[name].low <= truth[name] && truth[name] <= found[name].high) held[name] += 1;
    }
    expect(held.precision).toBeGreaterThanOrEqual(93);
    expect(held.recall).toBeGreaterThanOrEqual(93);
    expect(held.complete).toBeGreaterThanOrEqual(93);
  },
);

interface Person extends Candidate {
  readonly isRight: boolean;
  readonly isComplete: boolean;
}

/** Two recipes of different quality, some that are held, and misses that are the rarer the fewer points there are. */
function person(decision: number, random: () => number): Person {
  const at = random();
  const isComplete = random() < 0.8;
  const chance = random();
  const of = (
    kind: Candidate["kind"],
    recipe: string | null,
    strength: number | null,
    right: number,
  ): Person => ({
    decision,
    kind,
    recipe,
    strength,
    isRight: chance < right,
    isComplete,
  });
  if (at < 0.1) return of("handoff", "inbound", 1.2, 0.85);
  if (at < 0.13) return of("handoff", "churn", 1.1, 0.6);
  if (at < 0.15) return of("held", "inbound", 1.2, 0.8);
  if (at < 0.25) return of("excluded", null, null, 0.02);
  if (at < 0.3) return of("below-threshold", null, 0.7, 0.2);
  if (at < 0.5) return of("below-threshold", null, 0.2, 0.04);
  return of("below-threshold", null, 0, 0.005);
}

function isIn({ kind }: Pick<Candidate, "kind">): boolean {
  return kind === "handoff" || kind === "held";
}

function shareOf<T>(list: readonly T[], is: (one: T) => boolean): number {
  return list.filter(is).length / list.length;
}

/** A small generator of numbers, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed + 1_000;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

import { describe, expect, test } from "vitest";
import { type Candidate, drawSample, stratumOf } from "./sample.ts";

let last = 0;
function some(n: number, given: Partial<Candidate>): readonly Candidate[] {
  return Array.from({ length: n }, () => ({
    decision: (last += 1),
    kind: "below-threshold",
    recipe: null,
    strength: null,
    ...given,
  }));
}

const decided = [
  ...some(90, { kind: "handoff", recipe: "inbound" }),
  ...some(1, { kind: "handoff", recipe: "churn" }),
  ...some(4, { kind: "held", recipe: "inbound" }),
  ...some(40, { kind: "excluded" }),
  ...some(9, { strength: 1.2 }),
  ...some(36, { strength: 0.6 }),
  ...some(100, { strength: 0.1 }),
  ...some(2_500, {}),
];

describe("the stratum", () => {
  test.each([
    [{ kind: "handoff", recipe: "inbound" }, "handed off by inbound"],
    [{ kind: "handoff" }, "handed off by no recipe"],
    [{ kind: "held", recipe: "inbound" }, "held for inbound"],
    [{ kind: "held" }, "held for no recipe"],
    [{ kind: "excluded", strength: 2 }, "excluded"],
    [{ strength: 1 }, "below: threshold reached, no recipe applied"],
    [{ strength: 0.5 }, "below: half of the threshold and more"],
    [{ strength: 0.49 }, "below: less than half of the threshold"],
    [{ strength: 0 }, "below: no points"],
    [{}, "below: no points"],
  ] as const)("of %o is %s", (given, name) => {
    expect(some(1, given).map(stratumOf)).toEqual([name]);
  });
});

describe("a sample", () => {
  const { strata, items } = drawSample(decided, 100, 7);

  test("is half of what qualified and half of the rest, small strata included", () => {
    const drawn = Object.fromEntries(strata.map((one) => [one.name, one.drawn]));
    const qualified = strata.filter(({ isQualified }) => isQualified);
    expect(qualified.map(({ name }) => name)).toEqual([
      "handed off by churn",
      "handed off by inbound",
      "held for inbound",
    ]);
    expect(drawn["handed off by churn"]).toBe(1);
    expect(Math.min(...strata.filter(({ size }) => size > 1).map((one) => one.drawn))).toBeGreaterThanOrEqual(
      2,
    );
    const half = qualified.reduce((sum, one) => sum + one.drawn, 0);
    expect(half).toBeGreaterThanOrEqual(45);
    expect(half).toBeLessThanOrEqual(55);
    expect(drawn["below: no points"]).toBeLessThan(40);
    expect(strata.reduce((sum, { size }) => sum + size, 0)).toBe(decided.length);
  });

  test("is as large as was asked, each conversation once, and each in its stratum", () => {
    expect(items).toHaveLength(100);
    expect(new Set(items.map(({ decision }) => decision)).size).toBe(100);
    const at = new Map(decided.map((one) => [one.decision, stratumOf(one)]));
    expect(items.filter(({ decision, stratum }) => at.get(decision) !== stratum)).toEqual([]);
    for (const { name, drawn } of strata)
      expect(items.filter(({ stratum }) => stratum === name)).toHaveLength(drawn);
  });

  test("mixes the strata", () => {
    const first = items.slice(0, 20).map(({ stratum }) => stratum);
    expect(new Set(first).size).toBeGreaterThan(3);
  });

  test("is the same for the same seed in whatever order they come, and another for another seed", () => {
    expect(drawSample(decided.toReversed(), 100, 7)).toEqual({ strata, items });
    expect(drawSample(decided, 100, 8).items).not.toEqual(items);
  });

  test("is everything where that is less than was asked", () => {
    const few = some(3, {});
    expect(drawSample(few, 100, 1).items).toHaveLength(3);
    expect(drawSample([], 100, 1)).toEqual({ strata: [], items: [] });
  });

  test("of fewer than there are strata takes what qualified first", () => {
    expect(
      drawSample(decided, 2, 1)
        .items.map(({ stratum }) => stratum)
        .toSorted(),
    ).toEqual(["handed off by churn", "handed off by inbound"]);
  });
});

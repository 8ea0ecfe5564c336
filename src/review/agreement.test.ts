import { describe, expect, test } from "vitest";
import { agreements, FEWEST_BOTH, isDisputed } from "./agreement.ts";
import type { CastVote, Reviewed, Vote } from "./votes.ts";

const says = (reviewer: string, qualified: Vote, routed: Vote | null = null): CastVote => ({
  reviewer,
  qualified,
  routed,
  complete: null,
  note: "",
  meanings: [],
});
const item = (...votes: readonly CastVote[]): Reviewed => ({
  position: 1,
  conversation: "1",
  stratum: "handed off by inbound",
  kind: "handoff",
  recipe: "inbound",
  votes,
});
const times = (n: number, a: Vote, b: Vote): readonly Reviewed[] =>
  Array.from({ length: n }, () => item(says("ada", a), says("bob", b)));

describe("agreement", () => {
  test("is the share of the same votes, with kappa beside it", () => {
    // The worked example of two readers and fifty proposals: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no give 0.4.
    const found = agreements([
      ...times(20, "yes", "yes"),
      ...times(5, "yes", "no"),
      ...times(10, "no", "yes"),
      ...times(15, "no", "no"),
      item(says("ada", "yes")),
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      reviewers: ["ada", "bob"],
      question: "qualified",
      same: { k: 35, of: 50 },
      why: null,
    });
    expect(found[0]?.kappa).toBeCloseTo(0.4, 12);
  });

  test("has no kappa of too few, or where both always say the same", () => {
    expect(agreements(times(FEWEST_BOTH - 1, "yes", "no"))[0]).toMatchObject({
      kappa: null,
      why: "too few: both judged 19, and it takes 20",
    });
    expect(agreements(times(30, "yes", "yes"))[0]).toMatchObject({
      kappa: null,
      why: "both always say the same: chance alone would agree as well",
    });
  });

  test("is told of every question that both answered, and of every two reviewers", () => {
    const found = agreements([
      item(says("bob", "yes", "no"), says("ada", "yes", "yes"), says("eve", "cannot-say", null)),
    ]);
    expect(found.map(({ reviewers, question }) => `${reviewers.join("-")} ${question}`)).toEqual([
      "ada-bob qualified",
      "ada-bob routed",
      "ada-eve qualified",
      "bob-eve qualified",
    ]);
  });

  test("of one reviewer there is none", () => {
    expect(agreements([item(says("ada", "yes"))])).toEqual([]);
  });
});

test("only a yes against a no is a dispute", () => {
  expect(isDisputed(item(says("ada", "yes"), says("bob", "no")))).toBe(true);
  expect(isDisputed(item(says("ada", "yes", "no"), says("bob", "yes", "yes")))).toBe(true);
  expect(isDisputed(item(says("ada", "yes"), says("bob", "cannot-say")))).toBe(false);
});

import { expect, test } from "vitest";
import { type Reviewed, shouldQualify, type Vote, verdictOn } from "./votes.ts";

const reviewed = (kind: Reviewed["kind"], ...qualified: readonly Vote[]): Reviewed => ({
  position: 1,
  conversation: "1",
  stratum: kind,
  kind,
  recipe: null,
  votes: qualified.map((vote, i) => ({
    reviewer: `r${i}`,
    qualified: vote,
    routed: null,
    complete: null,
    note: "",
    meanings: [],
  })),
});

test("votes come to what most say; nothing where as many say the opposite, or nobody can say", () => {
  const said = (...votes: readonly Vote[]): boolean | null =>
    verdictOn(reviewed("handoff", ...votes).votes, "qualified");
  expect([said("yes"), said("no", "no", "yes"), said("yes", "cannot-say")]).toEqual([true, false, true]);
  expect([said(), said("yes", "no"), said("cannot-say")]).toEqual([null, null, null]);
});

test("a question that was not asked has no answer", () => {
  expect(verdictOn(reviewed("excluded", "yes").votes, "routed")).toBeNull();
});

test("what was decided wrongly should have been decided the other way", () => {
  expect(shouldQualify(reviewed("handoff", "yes"))).toBe(true);
  expect(shouldQualify(reviewed("held", "no"))).toBe(false);
  expect(shouldQualify(reviewed("below-threshold", "no"))).toBe(true);
  expect(shouldQualify(reviewed("excluded", "yes"))).toBe(false);
  expect(shouldQualify(reviewed("excluded", "cannot-say"))).toBeNull();
});

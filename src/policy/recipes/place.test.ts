import { describe, expect, test } from "vitest";
import { placeOf } from "./place.ts";

describe("the place of a new recipe", () => {
  const placeIn = (recipes: readonly object[], recipe: object, scores = {}) =>
    placeOf({ ...recipe }, { recipes: recipes.map((one) => ({ ...one })), scores });
  const any = (...value: readonly string[]) => ({ field: "signals", operator: "containsAny", value });
  const above = (operator: string, value: unknown) => ({ field: "company.employees", operator, value });
  const and = (...rules: readonly object[]) => ({ combinator: "and", rules });
  const before = { at: 0, isTaken: false };
  const after = { at: 1, isTaken: false };

  test.each([
    ["before whoever takes more signals", { when: any("a", "b") }, { when: any("a") }, before],
    ["before whoever asks nothing", {}, { when: any("a") }, before],
    ["before a lower number", { and: above(">=", 100) }, { and: above(">", 200) }, before],
    ["before the same number and more", { and: above(">=", 200) }, { and: above(">", 200) }, before],
    [
      "before a lower score",
      { score: { name: "s", atLeast: 5 } },
      { when: any("a"), score: { name: "s", atLeast: "threshold" } },
      before,
    ],
    ["before one of its two rules", { when: any("a") }, { when: and(any("a"), above(">", 5)) }, before],
    ["after whoever takes fewer signals", { when: any("a") }, { when: any("a", "b") }, after],
    ["after a higher number", { and: above(">", 200) }, { and: above(">=", 200) }, after],
    ["after customers", { customersOnly: true }, { when: any("a") }, after],
    [
      "after another score",
      { when: any("a"), score: { name: "t", atLeast: 5 } },
      { when: any("a"), score: { name: "s", atLeast: 5 } },
      after,
    ],
    [
      "after one whose score nobody knows",
      { when: any("a"), score: { name: "u", atLeast: "threshold" } },
      { when: any("a"), score: { name: "u", atLeast: "threshold" } },
      after,
    ],
    ["after one that listens to something else", { on: ["tag"], when: any("a") }, { when: any("a") }, after],
    ["after another field", { when: above(">", 1) }, { when: any("a") }, after],
    ["after another comparison", { when: above("<", 1) }, { when: above(">", 1) }, after],
    [
      "after a number compared with something else",
      { when: above(">", "1") },
      { when: above(">", 1) },
      after,
    ],
    [
      "after a group of another kind",
      { when: { combinator: "or", rules: [any("a")] } },
      { when: any("a") },
      after,
    ],
    ["after what is turned round", { when: { ...and(any("a")), not: true } }, { when: any("a") }, after],
    [
      "last where everybody takes what is left",
      { score: { name: "s", atLeast: 50 } },
      { score: { name: "s", atLeast: 5 } },
      after,
    ],
    [
      "first among those that take what is left",
      { score: { name: "t", atLeast: 5 } },
      { when: any("a") },
      before,
    ],
  ])("is %s", (_, other, recipe, place) => {
    expect(placeIn([other], recipe, { s: { threshold: 10 }, t: { threshold: 10 } })).toEqual(place);
  });

  test("is taken by one that starts at the same", () => {
    expect(placeIn([{}, { when: any("a", "b") }], { when: any("b", "a") })).toEqual({ at: 1, isTaken: true });
  });
});

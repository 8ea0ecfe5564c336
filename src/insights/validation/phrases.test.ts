import { expect, test } from "vitest";
import { misses, noise, type Worded } from "./phrases.ts";

const one = (
  id: string,
  qualified: boolean,
  isRight: boolean,
  text: string,
  ...phrases: string[]
): Worded => ({
  id,
  qualified,
  isRight,
  text,
  phrases,
});

test("noise names the phrases that let wrong conversations through, the worst first", () => {
  const labels = [
    one("1", true, false, "", "Upgrade", "upgrade"),
    one("2", true, false, "", "upgrade", "plan"),
    one("3", true, false, "", "trial"),
    one("4", true, true, "", "plan", "SSO"),
    one("5", false, false, "", "quote"),
    one("6", true, false, "", "area"),
  ];
  expect(noise(labels)).toEqual([
    { phrase: "upgrade", right: 0, wrong: 2 },
    { phrase: "area", right: 0, wrong: 1 },
    { phrase: "trial", right: 0, wrong: 1 },
    { phrase: "plan", right: 1, wrong: 1 },
  ]);
});

test("misses name the words that right conversations share and wrong ones do not", () => {
  const labels = [
    one("1", false, true, "Is there a volume discount?"),
    one("2", false, true, "volume discount for schools"),
    one("3", false, false, "there is a volume too loud"),
    one("4", true, true, "volume discount"),
    one("5", false, false, "!"),
  ];
  expect(misses(labels)).toEqual([
    { phrase: "volume discount", right: 2, wrong: 0 },
    { phrase: "discount", right: 2, wrong: 0 },
    { phrase: "volume", right: 2, wrong: 1 },
  ]);
});

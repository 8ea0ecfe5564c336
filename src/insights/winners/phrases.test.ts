import { describe, expect, test } from "vitest";
import { finderOf, phrasesIn } from "./phrases.ts";

describe("phrases of a text", () => {
  test("are up to three words in a row, without words that say nothing at the ends", () => {
    expect([...phrasesIn(["We need a data processing agreement."])].toSorted()).toEqual([
      "agreement",
      "data",
      "data processing",
      "data processing agreement",
      "processing",
      "processing agreement",
    ]);
  });

  test("reach over line ends and not over commas, addresses or the end of a sentence", () => {
    expect(
      [...phrasesIn(["purchase\norder, budget. See https://acme.example/x approval"])].toSorted(),
    ).toEqual(["approval", "budget", "order", "purchase", "purchase order", "see"]);
  });

  test("are none of bare numbers, of two letters alone, and of what is declined", () => {
    expect([...phrasesIn(["20 ok xy", "we do not need SSO"])]).toEqual([]);
  });

  test("are read no further than 600 words", () => {
    expect(phrasesIn([`${"you ".repeat(600)}budget`]).size).toBe(0);
  });
});

describe("a finder", () => {
  const find = finderOf(["purchase order", "budget", "budgets"]);

  test("finds phrases in every form in which the policy would", () => {
    expect(find(["Two purchase orders, and a budget"])).toEqual(new Set([0, 1, 2]));
  });

  test("finds nothing that is declined, nor what is not there", () => {
    expect([...find(["We do not need a purchase order. Hello"])]).toEqual([]);
  });
});

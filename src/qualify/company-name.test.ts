import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NAME_CONFIDENCE, nameSimilarity, nameWords, searchWords } from "./company-name.ts";

describe("the words of a company name", () => {
  test.for([
    ["ACME, Inc.", ["acme"]],
    ["Acme GmbH & Co. KG", ["acme"]],
    ["Société Générale S.A.", ["societe", "generale"]],
    ["Møller A/S", ["moller"]],
    ["Fabryka Sp. z o.o.", ["fabryka"]],
    ["The Straße Company Ltd", ["strasse"]],
    ["O'Reilly Media", ["oreilly", "media"]],
    ["株式会社アクメ", ["株式会社アクメ"]],
    // A name that is nothing but a legal form keeps one word.
    ["SA", ["sa"]],
    ["!!!", []],
  ] as const)("%s", ([name, words]) => {
    expect(nameWords(name)).toEqual(words);
  });
});

describe("how alike two names are", () => {
  test.for([
    ["Acme Inc", "ACME GmbH", 1],
    ["Kranzler Cafés", "Cafes Kranzler", 1],
    ["Acme", "Acme Software", 0.91],
    ["Brightwater Clinics", "Brightwatr Clinics", 0.95],
  ] as const)("%s and %s are the same company", ([a, b, confidence]) => {
    expect(nameSimilarity(a, b)).toBeCloseTo(confidence, 2);
    expect(nameSimilarity(a, b)).toBeGreaterThanOrEqual(NAME_CONFIDENCE);
  });

  test.for([
    ["Acme", "Acne"],
    ["Acme", "Acme Foods"],
    ["Acme Group", "Acme Solutions"],
    ["Martens", "Martins"],
    ["Globex Software", "Initech Software"],
    ["", "Acme"],
    ["Acme", "..."],
  ] as const)("%s and %s are not", ([a, b]) => {
    expect(nameSimilarity(a, b)).toBeLessThan(NAME_CONFIDENCE);
  });

  test("it lies between 0 and 1, and a name is like itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
        expect(nameSimilarity(a, b)).toBeGreaterThanOrEqual(0);
        expect(nameSimilarity(a, b)).toBeLessThanOrEqual(1 + 1e-9);
        expect(nameSimilarity(a, a)).toBeCloseTo(nameWords(a).length > 0 ? 1 : 0, 9);
      }),
    );
  });

  test("megabytes of it cost no more than a line", () => {
    expect(nameWords("a ".repeat(2_000_000)).length).toBeLessThanOrEqual(12);
  });
});

test.for([
  ["Acme Software Solutions Inc.", ["acme"]],
  ["Global Software", ["software"]],
  ["Grand Hotel Tirreno", ["tirreno"]],
  ["Kranzler Cafés Wörgl", ["kranzler"]],
  ["Société Nord", ["societe", "société"]],
  ["...", []],
] as const)("%s is searched by %s", ([name, words]) => {
  expect(searchWords(name)).toEqual(words);
});

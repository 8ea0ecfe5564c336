import { describe, expect, test } from "vitest";
import { policy } from "../../tests/support/cases.ts";
import { phraseRemarks } from "./lint-phrases.ts";

function found(signals: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const parts = Object.fromEntries(Object.entries(signals).map(([name, phrases]) => [name, { phrases }]));
  return phraseRemarks(policy({ signals: parts, scores: {}, recipes: [] })).map(
    ({ rule, path, message }) => `${rule} at ${path.join(".")}: ${message}`,
  );
}

describe("phrases", () => {
  test("apart from each other are fine, also where letters alone overlap", () => {
    expect(found({ a: ["SSO", "API", "rate limit"], b: ["capital", "limit order"] })).toEqual([]);
  });
  test("inside another are noted, in their inflected forms, too", () => {
    expect(found({ a: ["upgrade", "how do I upgrade"], b: ["seat"], c: ["add more seats"] })).toEqual([
      'phrase-inside at signals.a.phrases.1: "how do I upgrade" holds "upgrade" of the same signal',
      'phrase-inside at signals.c.phrases.0: "add more seats" holds "seat" of signal b: both signals are found there',
    ]);
  });
  test("that find the same words are a warning", () => {
    expect(found({ a: ["SOC 2", "SOC2", "Contract"], b: ["contracts"] })).toEqual([
      'phrase-repeated at signals.a.phrases.1: "SOC2" finds the same words as "SOC 2" of signal a',
      'phrase-repeated at signals.b.phrases.0: "contracts" finds the same words as "Contract" of signal a',
    ]);
  });
});

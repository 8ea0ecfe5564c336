import { describe, expect, test } from "vitest";
import { tokenOf } from "./thesaurus.ts";

describe("a token", () => {
  test.for([
    ["cancelled", "#cancel"],
    ["cancelling", "#cancel"],
    ["terminate", "#cancel"],
    ["subscriptions", "#subscription"],
    ["companies", "#company"],
    ["hated", "hat"],
    ["hates", "hat"],
    ["tried", "try"],
    ["tries", "try"],
    ["boss", "boss"],
    ["red", "red"],
    ["spring", "spring"],
    ["string", "string"],
    ["bed", "bed"],
    ["shed", "shed"],
    ["running", "run"],
    ["300", "0"],
    ["soc2", "0"],
    ["größe", "größe"],
    ["", ""],
  ] as const)("of %j is %j", ([word, token]) => {
    expect(tokenOf(word)).toBe(token);
  });
});

import { describe, expect, test } from "vitest";
import { fieldKind, isKnownField } from "./fields.ts";

describe("fields", () => {
  test("attributes and scores may have any name", () => {
    expect(
      ["contact.attributes.seats", "company.attributes.x", "score.buying", "signals"].every(isKnownField),
    ).toBe(true);
    expect(["contact.attributes.", "score.", "contact", "deal.amount"].some(isKnownField)).toBe(false);
  });

  test("the kind is known for fixed names and scores", () => {
    expect(["signals", "score.x", "contact.lastSeenAt", "contact.attributes.x"].map(fieldKind)).toEqual([
      "list",
      "number",
      "instant",
      null,
    ]);
  });
});

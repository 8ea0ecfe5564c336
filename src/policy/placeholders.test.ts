import { describe, expect, test } from "vitest";
import { filledText, unknownPlaceholders } from "./placeholders.ts";

const NOBODY = {
  "owner.firstName": null,
  "owner.name": null,
  "contact.firstName": null,
  "contact.name": null,
  "company.name": null,
};

describe("a text to a customer", () => {
  test("has its placeholders filled, however they are spaced", () => {
    const values = { ...NOBODY, "owner.firstName": "Ana", "company.name": "Acme" };
    expect(filledText("{{owner.firstName}} and {{ company.name }}, {{owner.firstName}}.", values)).toBe(
      "Ana and Acme, Ana.",
    );
  });

  test.for([
    ["nobody knows", null],
    ["is blank", "  "],
  ] as const)("says something sensible where a value %s", ([, value]) => {
    expect(filledText("{{owner.firstName}} is on it.", { ...NOBODY, "owner.firstName": value })).toBe(
      "Our team is on it.",
    );
  });

  test("never takes what a value says for a placeholder", () => {
    expect(filledText("{{contact.name}}", { ...NOBODY, "contact.name": "{{owner.name}}" })).toBe(
      "{{owner.name}}",
    );
  });

  test("leaves what is no placeholder, and names it once", () => {
    const text = "{{owner.phone}} {{owner.phone}} {{}} {{toString}} {owner.name}";
    expect(filledText(text, NOBODY)).toBe(text);
    expect(unknownPlaceholders(text)).toEqual(["owner.phone", "", "toString"]);
    expect(unknownPlaceholders("{{ contact.firstName }}, hello")).toEqual([]);
  });
});

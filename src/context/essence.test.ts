import { assert as holds, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { essenceOf } from "./essence.ts";

const essence = (text: string, signed = false): string => {
  const { start, end } = essenceOf(text, { start: 0, end: text.length }, signed);
  return text.slice(start, end);
};

describe("what frames a sentence is left out", () => {
  test.for([
    ["a greeting", "Hi, do you support SSO?", "do you support SSO?"],
    ["a greeting with a name", "Hello Ada Byron, we need SSO.", "we need SSO."],
    ["a greeting with a masked name", "Hi [NAME], thanks for that. we need SSO.", "we need SSO."],
    ["a greeting to all", "hi there our export fails.", "our export fails."],
    ["a greeting in another language", "Guten Tag, wir suchen ein Angebot.", "wir suchen ein Angebot."],
    ["mentions", "@acme .@[USER] the export fails", "the export fails"],
    ["a support account's name", "AcmeSupport the export fails", "the export fails"],
    ["an apology", "Sorry, the export fails", "the export fails"],
    ["thanks before", "Thanks, but it still fails.", "but it still fails."],
    ["a conjunction", "Also, can we get a refund?", "can we get a refund?"],
    ["thanks behind", "Can you send it to me - thanks in advance!", "Can you send it to me"],
    [
      "links behind",
      "Please follow this article: https://a.test/x <LINK> [URL]",
      "Please follow this article",
    ],
    ["emoji behind", "We love it 🎉🎉", "We love it"],
  ] as const)("%s", ([, text, rest]) => {
    expect(essence(text)).toBe(rest);
  });

  test.for([
    ["Please follow this article <LINK> RA", "Please follow this article"],
    ["We have passed it on. ^TS", "We have passed it on."],
    ["We have passed it on 1/2 ^MiaK", "We have passed it on"],
    ["TS", ""],
  ] as const)("and of a teammate the initials: %s", ([text, rest]) => {
    expect(essence(text, true)).toBe(rest);
  });
});

describe("what belongs to it stays", () => {
  test.for([
    "Hello, I found you through a webinar",
    "Thanks but it still fails.",
    "So slow that nobody uses it",
    "We host it in the EU",
    "Askew prints are refunded",
    "Support is slow",
  ])("%s", (text) => {
    expect(text.endsWith(essence(text, true))).toBe(true);
    expect(essence(text, true)).toBe(text.replace("Hello, ", ""));
  });
});

test("nothing is left of what is all framing", () => {
  expect(essence("Hi there!")).toBe("");
});

test("whatever the text, the essence is a slice of it", () => {
  holds(
    property(string({ unit: "grapheme" }), (text) => {
      const { start, end } = essenceOf(text, { start: 0, end: text.length }, true);
      expect(0 <= start && start <= end && end <= text.length).toBe(true);
    }),
  );
});

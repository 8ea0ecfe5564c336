import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { defaultPolicy } from "../policy/templates/saas-default.ts";
import { compile } from "./compile.ts";
import { foreignIn } from "./own-words.ts";
import { score } from "./score.ts";
import type { FoundSignal } from "./scores.ts";
import { wordsOf } from "./words.ts";

const compiled = compile(defaultPolicy());

function signalsIn(text: string): readonly FoundSignal[] {
  return score(evidenceOfRow(rowSchema.parse({ id: 1, text }), 0), compiled, 0).signals;
}

const MB = 1_000_000;
const filled = (piece: string): string => piece.repeat(Math.ceil(MB / piece.length));

/** A quadratic reader would need hours for these; vitest's own limit ends the test then. */
describe("a megabyte of", () => {
  test.for([
    ["one letter", "a"],
    ["quotation marks of mail", "> > > > "],
    ["quoted lines", "> SSO\n"],
    ["backticks", "`"],
    ["backticks in pairs and alone", "` ``"],
    ["fences", "```\n"],
    ["slashes", "/"],
    ["addresses", "a@b.example/x "],
    ["at signs", "@"],
    ["blanks", " "],
    ["line ends", "\n"],
    ["carriage returns", "\r\n"],
    ["accents on one letter", "\u0301"],
    ["invisible signs", "\u200B"],
    ["apostrophes", "a'"],
    ["negations", "not no without don't "],
    ["halves of phrases", "how do I "],
    ["closings", "Best regards,\n"],
    ["names", "Thanks,\nAnn\n"],
    ["heads of mail", "On Mon, 5 Jan 2026\n"],
    ["headers", "From: a\n"],
    ["dashes", "-"],
    ["commas", ","],
    ["half a surrogate pair", "\uD83D"],
    ["emoji", "😀"],
    ["full-width letters", "ｓｓｏ"],
    ["ideographs", "升"],
  ] as const)("%s is read through", ([, piece]) => {
    const text = `enterprise ${filled(piece)} enterprise`;
    for (const found of signalsIn(text)) expect(found.text).toBe(text.slice(found.start, found.end));
  });

  test("one phrase is found each time, at the right place, and counts once", () => {
    const signals = signalsIn(filled("pricing "));
    expect(signals).toHaveLength(MB / 8);
    expect(signals.at(-1)).toMatchObject({ text: "pricing", start: MB - 8, end: MB - 1, points: 0 });
  });
});

const pieces = fc.constantFrom(
  "SSO",
  "don't",
  "we",
  " ",
  "\n",
  "\r\n",
  "> ",
  "`",
  "```",
  "https://x.example/SSO",
  "@",
  "-- ",
  "é",
  "e\u0301",
  "ﬁ",
  "İ",
  "ß",
  "😀",
  "\uD800",
  "\u200B",
  ".",
  ",",
  "-",
  "Thanks,",
  "Ann",
  "cancel",
  "ﷺ",
  "½",
  "升级",
  "On a wrote:",
  "From: x",
  "Subject:",
);

describe("for any text", () => {
  test("words and passed-over stretches lie in order inside it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces).map((all) => all.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          const foreign = foreignIn(text);
          let reach = 0;
          for (const { start, end } of foreign) {
            expect(start).toBeGreaterThanOrEqual(reach);
            expect(end).toBeGreaterThanOrEqual(start);
            reach = end;
          }
          expect(reach).toBeLessThanOrEqual(text.length);
          let last = 0;
          for (const { start, end } of wordsOf(text, foreign)) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("signals quote it exactly", () => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }).map((all) => all.join("")),
        (text) => {
          for (const found of signalsIn(text)) expect(found.text).toBe(text.slice(found.start, found.end));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

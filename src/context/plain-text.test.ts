import { assert as holds, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { cutBefore, escapedWidth, escapeHtml, isolated, readableText } from "./plain-text.ts";

describe("readable text", () => {
  test.for([
    ["line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"],
    ["control characters", "a\u0000b\u0007c\u009fd\te", "abcd\te"],
    [
      "a reading order that is turned round",
      "pay \u202egnp.exe\u202c now \u2066x\u2069",
      "pay gnp.exe now x",
    ],
    ["a lone surrogate", "a\ud83d b", "a\ufffd b"],
    ["emoji, joiners and accents stay", "👩‍👩‍👧 e\u0301 العربية", "👩‍👩‍👧 e\u0301 العربية"],
  ] as const)("%s", ([, from, to]) => {
    expect(readableText(from)).toBe(to);
  });
});

test("only names with right-to-left letters are isolated", () => {
  expect([isolated("Ada"), isolated("עדה")]).toEqual(["Ada", "\u2068עדה\u2069"]);
});

test("HTML of any text holds no mark-up of its writer, and its width is foreseen", () => {
  expect(escapeHtml(`<img onerror='x("&")'>`)).toBe("&lt;img onerror=&#39;x(&quot;&amp;&quot;)&#39;&gt;");
  holds(
    property(string({ unit: "binary" }), (text) => {
      const html = escapeHtml(text).replaceAll("\n", "<br>");
      const width = [...Array(text.length).keys()].reduce((sum, i) => sum + escapedWidth(text.charAt(i)), 0);
      return html.length === width && !/<(?!br>)/.test(html);
    }),
  );
});

describe("a cut splits no word where one can be kept, and no grapheme", () => {
  const family = "👩‍👩‍👧";
  test.for([
    ["behind the end", "abc", 9, 3],
    ["after white space", "alpha beta gamma", 13, 11],
    ["after a line break", "alpha\nbeta", 8, 6],
    ["before an emoji of several parts", `漢字${family}`, 4, 2],
    ["inside a run of letters", "abcdefgh", 5, 5],
    ["between code points of one endless emoji", family, 4, 3],
    ["never at nothing", "😀😀", 1, 1],
    ["before the lower half of a pair when nothing else is there", "a\u{1f469}\u200d\u{1f469}", 2, 1],
  ] as const)("%s", ([, text, index, cut]) => {
    expect(cutBefore(text, index)).toBe(cut);
  });
});

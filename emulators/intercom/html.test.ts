import { expect, test } from "vitest";
import { htmlOrText, htmlToText, textToHtml } from "./html.ts";

test.for([
  ["plain words", "<p>plain words</p>"],
  ["one\ntwo\n\nthree", "<p>one<br>two</p>\n<p>three</p>"],
  ['<b>5 > 3 & "so"', "<p>&lt;b&gt;5 &gt; 3 &amp; &quot;so&quot;</p>"],
] as const)("%j becomes %s and back", ([text, html]) => {
  expect(textToHtml(text)).toBe(html);
  expect(htmlToText(html)).toBe(text);
});

test("a link keeps its address in plain text", () => {
  expect(htmlToText('<p>See <a class="x" href="https://acme.example/">our page</a>.</p>')).toBe(
    "See our page (https://acme.example/).",
  );
});

test("what is HTML already stays as it is", () => {
  expect(htmlOrText("<p>hello</p>")).toBe("<p>hello</p>");
  expect(htmlOrText("<3 hello")).toBe("<p>&lt;3 hello</p>");
});

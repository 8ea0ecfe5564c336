import { assert as holds, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { htmlToText, isHtml, readHtml } from "./html-text.ts";

describe("HTML of a message reads as", () => {
  test.for([
    ["one paragraph", "<p>We want to upgrade</p>", "We want to upgrade"],
    ["paragraphs", '<p class="x">One</p>\n<p>Two<br>Three</p>', "One\n\nTwo\nThree"],
    ["divisions on lines of their own", "<div>One</div><div>Two</div>", "One\nTwo"],
    ["a list", "<ul><li>SSO</li><li> SCIM </li></ul>", "- SSO\n- SCIM"],
    ["a table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"],
    ["words run together as in a browser", "<p>en<b>ter</b>\n  prise   plan</p>", "enter prise plan"],
    ["code with its own lines", "<pre>if x:\n  y &lt; 1</pre>", "if x:\n  y < 1"],
    [
      "entities",
      "<p>A &amp; B &lt;c&gt; &#8364;&#x1F600; &nbsp;&hellip; &unknown; &amp;lt;</p>",
      "A & B <c> €😀  … &unknown; &lt;",
    ],
    ["entities of no character", "<p>&#0;&#xD800;&#9999999;</p>", "\ufffd\ufffd\ufffd"],
    [
      "a link with its address",
      '<p>see <a href="https://a.test/x?a=1&amp;b=2">the docs</a>!</p>',
      "see the docs (https://a.test/x?a=1&b=2)!",
    ],
    ["a link that shows its address once", '<a href="https://a.test">https://a.test</a>', "https://a.test"],
    ["a link without an address to go to", '<a href="javascript:alert(1)">click</a> <a>x</a>', "click x"],
    [
      "nothing of scripts, styles and comments",
      "<p>a</p><script>x<b>()</script><style>p{}</style><!-- <p>b</p> --><p>c</p>",
      "a\n\nc",
    ],
    ["nothing behind a script that never ends", "<p>a</p><script>alert(1)", "a"],
    ["nothing of a drawing that is one tag", "<p>a<svg/>b</p>", "ab"],
    ["a comment that never ends", "<p>a</p><!-- b", "a"],
    ["a tag that never ends", "<p>a</p><img src=x onerror=alert(1)", "a"],
    ["signs that are no tags", "<p>1 < 2 and 3 > 2, a <3 b</p>", "1 < 2 and 3 > 2, a <3 b"],
    ["a closing tag of nothing", "</pre></a><p>a</p>", "a"],
    ["nothing", "<p></p>\n", ""],
  ] as const)("%s", ([, html, text]) => {
    expect(htmlToText(html)).toBe(text);
  });
});

test("images are told by their file names", () => {
  const html =
    '<p>a</p><img src="https://d.test/i/o/1/shot%201.png?x=1"><img alt="x"><img src="https://d.test/">';
  expect(readHtml(html)).toEqual({ text: "a", images: ["shot%201.png", "image", "image"] });
});

describe("told apart", () => {
  test.for([
    ["<p>hello</p>", true],
    [' <div class="intercom-container">x', true],
    ["<br/>x", true],
    ["hello <b>world</b>", false],
    ["a < b", false],
    ["<prices>", false],
    ["", false],
  ] as const)("%s", ([body, html]) => {
    expect(isHtml(body)).toBe(html);
  });
});

test("any text is read without a fault", () => {
  holds(
    property(string({ unit: "binary" }), (text) => {
      expect(typeof htmlToText(`<p>${text}`)).toBe("string");
    }),
  );
});

test.for([
  "<",
  "<a ",
  "<!--",
  "<img ",
  "<p",
  "&",
  "&#",
  "<a href='",
  "</",
  "<b>a </b>",
  "<a href='https://a.test/'>x</a>",
])("a megabyte of %s is read in one pass", (piece) => {
  expect(typeof htmlToText(piece.repeat(1_000_000 / piece.length))).toBe("string");
});

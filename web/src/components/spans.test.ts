import { expect, test } from "vitest";
import { spansOf } from "./spans.ts";

const TEXT = "Do you support SSO login?";
test.for([
  ["no mark leaves the text whole", [], [[TEXT, []]]],
  [
    "a phrase stands alone",
    [[15, 18, 0]],
    [
      ["Do you support ", []],
      ["SSO", [0]],
      [" login?", []],
    ],
  ],
  [
    "one inside another is both",
    [
      [15, 24, 0],
      [15, 18, 1],
    ],
    [
      ["Do you support ", []],
      ["SSO", [0, 1]],
      [" login", [0]],
      ["?", []],
    ],
  ],
  [
    "two that overlap share the middle",
    [
      [7, 18, 0],
      [15, 24, 1],
    ],
    [
      ["Do you ", []],
      ["support ", [0]],
      ["SSO", [0, 1]],
      [" login", [1]],
      ["?", []],
    ],
  ],
  [
    "one at the end ends with the text",
    [[19, 99, 2]],
    [
      ["Do you support SSO ", []],
      ["login?", [2]],
    ],
  ],
] as const)("%s", ([, marks, spans]) => {
  const given = marks.map(([start, end, signal]) => ({ start, end, signal }));
  const found = spansOf(TEXT, given);
  expect(found.map(({ text, signals }) => [text, signals])).toEqual(spans);
  expect(found.map(({ text }) => text).join("")).toBe(TEXT);
});

test("an empty text has no span", () => {
  expect(spansOf("", [])).toEqual([]);
});

import { expect, test } from "vitest";
import { waitAsked } from "./pace.ts";

const now = Date.UTC(2026, 10, 22, 10, 0, 0);
const seconds = now / 1_000;

test.for([
  ["429 with seconds", 429, { "retry-after": "7" }, 7_000],
  ["429 with a date", 429, { "retry-after": "Sun, 22 Nov 2026 10:00:05 GMT" }, 5_000],
  ["429 with a date that has passed", 429, { "retry-after": "Sun, 22 Nov 2026 09:00:05 GMT" }, 0],
  ["429 with Intercom's reset", 429, { "x-ratelimit-reset": String(seconds + 4) }, 4_000],
  ["429 with a reset that has passed", 429, { "x-ratelimit-reset": String(seconds - 4) }, 1_000],
  ["429 that says nothing", 429, {}, 1_000],
  ["420 is Salesforce's old 429", 420, {}, 1_000],
  ["429 with an hour is cut to a quarter", 429, { "retry-after": "3600" }, 900_000],
  ["429 with an absurd number", 429, { "retry-after": "1000000000" }, 1_000],
  ["429 with a negative number", 429, { "retry-after": "-5" }, 1_000],
  ["429 with words", 429, { "retry-after": "soon" }, 1_000],
  ["503 with seconds", 503, { "retry-after": "2" }, 2_000],
  ["503 that says nothing", 503, {}, null],
  ["a spent window", 200, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(seconds + 3) }, 3_000],
  [
    "a window with room",
    200,
    { "x-ratelimit-remaining": "9", "x-ratelimit-reset": String(seconds + 3) },
    null,
  ],
] as const)("%s", ([, status, headers, wait]) => {
  expect(waitAsked(status, headers, now)).toBe(wait);
});

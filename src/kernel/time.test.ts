import { describe, expect, test } from "vitest";
import { durationMs, parseDuration, parseInstant } from "./time.ts";

describe("a span of a policy", () => {
  test.for([
    ["14d", 14 * 86_400_000],
    ["24h", 86_400_000],
    ["5m", 300_000],
    ["2y", 2 * 365 * 86_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["soon", null],
    ["", null],
    ["5", null],
  ] as const)("%s is %s ms", ([text, ms]) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

test("a span that the schema accepted is trusted, and anything else is a bug", () => {
  expect(durationMs("2h")).toBe(7_200_000);
  expect(() => durationMs("soon")).toThrow("is no duration");
});

describe("an instant from outside", () => {
  test.for([
    ["unix seconds", 1_768_031_793, 1_768_031_793_000],
    ["milliseconds", 1_768_031_793_123, 1_768_031_793_123],
    ["unix seconds as text", "1768031793", 1_768_031_793_000],
    ["ISO 8601", "2026-01-10T06:29:21.953+00:00", Date.UTC(2026, 0, 10, 6, 29, 21, 953)],
    ["nothing", null, null],
    ["zero, which Intercom sends for never", 0, null],
    ["an empty text", " ", null],
    ["words", "yesterday", null],
  ] as const)("%s", ([, value, instant]) => {
    expect(parseInstant(value)).toBe(instant);
  });
});

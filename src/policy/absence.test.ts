import { describe, expect, test } from "vitest";
import { readAbsence } from "./absence.ts";

const at = (text: string): number => Date.parse(text);

describe("an absence", () => {
  test("of days lasts from the first day's first instant to the end of the last, in the member's zone", () => {
    expect(readAbsence({ from: "2026-12-20", to: "2027-01-03" }, "Europe/Berlin")).toEqual({
      from: at("2026-12-19T23:00:00Z"),
      until: at("2027-01-03T23:00:00Z"),
      lastDay: { year: 2027, month: 1, day: 3 },
    });
  });
  test("may be given in instants, with an offset or on the member's wall", () => {
    const given = { from: "2026-12-20T14:00", to: "2026-12-20T18:00:00+02:00" };
    expect(readAbsence(given, "Europe/Berlin")).toEqual({
      from: at("2026-12-20T13:00:00Z"),
      until: at("2026-12-20T16:00:00Z"),
      lastDay: null,
    });
  });
  test.for([
    "2026-02-30",
    "next week",
    "2026-13-01",
    "2026-01-01T25:00",
    "2026-01-01T10:61",
    "2026-01-01T10:00+99:99",
  ])("%s is no date", (text) => {
    expect(readAbsence({ from: text, to: "2027-01-01" }, "UTC")).toBeNull();
    expect(readAbsence({ from: "2026-01-01", to: text }, "UTC")).toBeNull();
  });
});

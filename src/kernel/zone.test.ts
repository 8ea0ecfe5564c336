import fc from "fast-check";
import { expect, test } from "vitest";
import { dayAfter, instantsOf, isTimezone, offsetChange, startOfDay, wallTime, weekdayOf } from "./zone.ts";

const at = (text: string): number => Date.parse(text);
const day = (year: number, month: number, date: number) => ({ year, month, day: date });

test("a wall shows day and minute of its own zone", () => {
  expect(wallTime(at("2026-12-31T23:30:59Z"), "Europe/Berlin")).toEqual({ ...day(2027, 1, 1), minute: 30 });
  expect(wallTime(at("2026-07-01T00:00:00Z"), "America/New_York")).toEqual({
    ...day(2026, 6, 30),
    minute: 1_200,
  });
  expect(wallTime(at("2026-07-01T00:00:00Z"), "Asia/Kathmandu").minute).toBe(345);
});

test("weekdays and days across months and leap years", () => {
  expect(weekdayOf(day(2026, 3, 9))).toBe(0);
  expect(weekdayOf(day(2026, 3, 8))).toBe(6);
  expect(dayAfter(day(2028, 2, 28), 1)).toEqual(day(2028, 2, 29));
  expect(dayAfter(day(2027, 1, 1), -1)).toEqual(day(2026, 12, 31));
});

test("an ordinary time is one instant, also on the days around a change", () => {
  expect(instantsOf(day(2026, 3, 10), 540, "America/New_York")).toEqual([at("2026-03-10T13:00:00Z")]);
  expect(instantsOf(day(2026, 3, 8), 540, "America/New_York")).toEqual([at("2026-03-08T13:00:00Z")]);
  expect(instantsOf(day(2026, 3, 8), 60, "America/New_York")).toEqual([at("2026-03-08T06:00:00Z")]);
});

test("a time shown twice is two instants", () => {
  expect(instantsOf(day(2026, 11, 1), 90, "America/New_York")).toEqual([
    at("2026-11-01T05:30:00Z"),
    at("2026-11-01T06:30:00Z"),
  ]);
});

test("a time that is jumped over is the instant of the jump", () => {
  expect(instantsOf(day(2026, 3, 8), 150, "America/New_York")).toEqual([at("2026-03-08T07:00:00Z")]);
  // Lord Howe Island moves its clocks by half an hour.
  expect(instantsOf(day(2026, 10, 4), 135, "Australia/Lord_Howe")).toEqual([at("2026-10-03T15:30:00Z")]);
});

test("a day begins at its first instant, even where midnight is jumped over", () => {
  expect(startOfDay(day(2026, 3, 10), "Europe/Berlin")).toBe(at("2026-03-09T23:00:00Z"));
  expect(startOfDay(day(2026, 4, 24), "Africa/Cairo")).toBe(at("2026-04-23T22:00:00Z"));
});

test("the change of an offset is found to the minute, and none is none", () => {
  expect(offsetChange(at("2026-10-31T00:00:30Z"), at("2026-11-05T00:00:00Z"), "America/New_York")).toBe(
    at("2026-11-01T06:00:00Z"),
  );
  expect(offsetChange(at("2026-01-01T00:00:00Z"), at("2026-01-05T00:00:00Z"), "UTC")).toBeNull();
});

test("only names of the time zone database are zones", () => {
  expect(isTimezone("Europe/Berlin")).toBe(true);
  expect(isTimezone("Mars/Olympus")).toBe(false);
});

test("what a wall shows is what the runtime's own database says, at any instant of any zone", () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
  // A few days' instants too, so that days with a change are met often.
  const instants = fc.oneof(
    fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) }),
    fc.integer({ min: Date.UTC(2026, 2, 7), max: Date.UTC(2026, 3, 7) }),
    fc.integer({ min: Date.UTC(2026, 9, 24), max: Date.UTC(2026, 10, 3) }),
  );
  fc.assert(
    fc.property(zones, instants, (timeZone, instant) => {
      const text = new Intl.DateTimeFormat("en-US", {
        timeZone,
        hourCycle: "h23",
        dateStyle: "short",
        timeStyle: "short",
      });
      const parts = Object.fromEntries(
        text.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
      );
      const wall = wallTime(instant, timeZone);
      expect([wall.month, wall.day, wall.minute]).toEqual([
        parts["month"],
        parts["day"],
        (parts["hour"] ?? 0) * 60 + (parts["minute"] ?? 0),
      ]);
    }),
    { numRuns: 2_000 },
  );
});

test("days of many years are not all kept", () => {
  const days = Array.from({ length: 5_001 }, (_, i) => Date.UTC(2026, 0, 1) + i * 86_400_000);
  expect(days.map((instant) => wallTime(instant, "UTC").minute)).toEqual(days.map(() => 0));
});

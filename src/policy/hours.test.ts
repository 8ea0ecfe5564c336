import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  hoursOf,
  isAtWork,
  minuteOfWeek,
  minuteText,
  nextEnd,
  nextStart,
  parseHours,
  type WorkingHours,
} from "./hours.ts";

const hours = (text: string): WorkingHours => {
  const parsed = parseHours(text);
  if (parsed === null) throw new Error(`${text} is not read`);
  return parsed;
};
const said = (text: string): string =>
  hours(text)
    .map(({ from, to }) => `${minuteText(from)} to ${minuteText(to)}`)
    .join(", ");
const office = hours("Mon-Fri 09:00-17:30");
const NEW_YORK = "America/New_York";

describe("hours are read", () => {
  test.each([
    ["Mon 09:00-17:30", "Mon 09:00 to Mon 17:30"],
    ["Mon-Tue 9:00-17:30", "Mon 09:00 to Mon 17:30, Tue 09:00 to Tue 17:30"],
    ["Mon, Wed 09:00-10:00", "Mon 09:00 to Mon 10:00, Wed 09:00 to Wed 10:00"],
    ["monday 09:00–12:00, 13:00–17:00", "Mon 09:00 to Mon 12:00, Mon 13:00 to Mon 17:00"],
    ["Mon 09:00-12:00; Tue 10:00-11:00", "Mon 09:00 to Mon 12:00, Tue 10:00 to Tue 11:00"],
    ["Mon 22:00-06:00", "Mon 22:00 to Tue 06:00"],
    ["Sun 22:00-06:00", "Mon 00:00 to Mon 06:00, Sun 22:00 to Sun 24:00"],
    ["Sat-Mon 10:00-11:00", "Mon 10:00 to Mon 11:00, Sat 10:00 to Sat 11:00, Sun 10:00 to Sun 11:00"],
    ["Mon 09:00-13:00, 12:00-17:00, 10:00-11:00", "Mon 09:00 to Mon 17:00"],
    ["Mon-Sun 00:00-24:00", "Mon 00:00 to Sun 24:00"],
    [
      "Mon-Tue 09:00-12:30 13:30-17:30, Fri 9:00 - 15:00",
      "Mon 09:00 to Mon 12:30, Mon 13:30 to Mon 17:30, Tue 09:00 to Tue 12:30, Tue 13:30 to Tue 17:30, Fri 09:00 to Fri 15:00",
    ],
    ["always", "Mon 00:00 to Sun 24:00"],
  ])("%s", (text, meaning) => {
    expect(said(text)).toBe(meaning);
  });
  test.each([
    "",
    "office hours",
    "Mon-Fri",
    "09:00-17:00",
    "Mon 25:00-26:00",
    "Mon 24:01-25:00",
    "Mon 24:00-06:00",
    "Mon 09:60-10:00",
    "Mon 09:00-09:00",
    "Foo 09:00-10:00",
    "Mon-Foo 09:00-10:00",
    "Mon 09:00-10:00,",
    "Mon 09:00",
  ])("%s is none", (text) => {
    expect(parseHours(text)).toBeNull();
    expect(() => hoursOf(text)).toThrow("passed the checks");
  });
  test("once, however often they are asked for", () => {
    expect(hoursOf("Mon 09:00-10:00")).toBe(hoursOf("Mon 09:00-10:00"));
  });
});

describe("at work", () => {
  test("by the wall clock of the zone, to the minute", () => {
    expect(isAtWork(office, NEW_YORK, Date.parse("2026-03-10T13:00:00Z"))).toBe(true);
    expect(isAtWork(office, NEW_YORK, Date.parse("2026-03-10T12:59:59Z"))).toBe(false);
    expect(isAtWork(office, NEW_YORK, Date.parse("2026-01-13T13:30:00Z"))).toBe(false);
    expect(isAtWork(office, NEW_YORK, Date.parse("2026-03-10T21:30:00Z"))).toBe(false);
  });
  test("again on Monday, also over the weekend on which clocks change", () => {
    const friday = Date.parse("2026-03-06T23:00:00Z");
    expect(new Date(nextStart(office, NEW_YORK, friday)).toISOString()).toBe("2026-03-09T13:00:00.000Z");
    const autumn = Date.parse("2026-10-30T22:00:00Z");
    expect(new Date(nextStart(office, NEW_YORK, autumn)).toISOString()).toBe("2026-11-02T14:00:00.000Z");
  });
  test("a shift that starts in the hour that is skipped starts when the clocks have moved on", () => {
    const skipped = hours("Sun 02:30-05:00");
    const at = nextStart(skipped, NEW_YORK, Date.parse("2026-03-08T06:00:00Z"));
    expect(new Date(at).toISOString()).toBe("2026-03-08T07:00:00.000Z");
  });
  test("until the shift ends; always is without an end", () => {
    const at = Date.parse("2026-03-10T13:00:30Z");
    expect(new Date(nextEnd(office, NEW_YORK, at)).toISOString()).toBe("2026-03-10T21:30:00.000Z");
    expect(nextEnd(hours("always"), "UTC", at)).toBe(Number.POSITIVE_INFINITY);
    const overSunday = hours("Sun 22:00-06:00");
    const late = nextEnd(overSunday, "UTC", Date.parse("2026-03-08T23:00:00Z"));
    expect(new Date(late).toISOString()).toBe("2026-03-09T06:00:00.000Z");
  });
  test("half-hour zones have their own minutes", () => {
    expect(minuteText(minuteOfWeek("Asia/Kolkata", Date.parse("2026-03-10T12:00:00Z")))).toBe("Tue 17:30");
  });
});

test("property: the next start is at work, the minute before it is not, and nothing between is", () => {
  const zones = fc.constantFrom("UTC", NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata");
  const texts = fc.constantFrom(
    "Mon-Fri 09:00-17:30",
    "Sun 02:00-02:30",
    "Sat-Sun 22:00-06:00",
    "Mon, Wed 09:00-12:00, 13:00-17:00",
    "Sun 01:45-03:15",
  );
  const minutes = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2026, 11, 31) / 60_000 });
  fc.assert(
    fc.property(zones, texts, minutes, (zone, text, minute) => {
      const shifts = hours(text);
      const at = minute * 60_000;
      const start = nextStart(shifts, zone, at);
      expect(isAtWork(shifts, zone, start)).toBe(true);
      for (let t = start - 60_000; t >= at; t -= 7 * 60_000) expect(isAtWork(shifts, zone, t)).toBe(false);
      const end = nextEnd(shifts, zone, start);
      expect(isAtWork(shifts, zone, end)).toBe(false);
      for (let t = end - 60_000; t >= start; t -= 60_000) expect(isAtWork(shifts, zone, t)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

import { describe, expect, test } from "vitest";
import { HOUR_MS, silenceOf } from "./silence.ts";

const HOUR = 500_000;
const NOON = HOUR * HOUR_MS;
const MINUTE = 60_000;

/** `perHour` notifications in the hours around noon, as many weeks back. */
function habit(perHour: number, weeks: number, lastAt: number) {
  const byHour = new Map<number, number>();
  for (let week = 1; week <= weeks; week += 1)
    for (let hour = -3; hour <= 3; hour += 1) byHour.set(HOUR + hour - week * 168, perHour);
  return { firstAt: NOON - weeks * 168 * HOUR_MS - HOUR_MS, lastAt, byHour };
}

describe("silence", () => {
  test("where much is usual is noticed after minutes, and says how much was usual", () => {
    expect(silenceOf(habit(60, 4, NOON), NOON + 12 * MINUTE)).toBe(12);
    expect(silenceOf(habit(60, 1, NOON), NOON + 12 * MINUTE)).toBe(12);
  });

  test("of less than ten minutes alarms nobody", () => {
    expect(silenceOf(habit(6000, 4, NOON), NOON + 9 * MINUTE)).toBeNull();
  });

  test("where little is usual is no news", () => {
    expect(silenceOf(habit(2, 4, NOON), NOON + 2 * HOUR_MS)).toBeNull();
    expect(silenceOf(habit(2, 4, NOON - HOUR_MS), NOON + 3 * HOUR_MS)).toBe(8);
  });

  test("in hours in which nobody ever writes is none", () => {
    const night = NOON + 10 * HOUR_MS;
    expect(silenceOf(habit(60, 4, night), night + 4 * HOUR_MS)).toBeNull();
  });

  test("cannot be told before there is a week of habit", () => {
    const young = { ...habit(60, 4, NOON), firstAt: NOON - 100 * HOUR_MS };
    expect(silenceOf(young, NOON + HOUR_MS)).toBeNull();
  });
});

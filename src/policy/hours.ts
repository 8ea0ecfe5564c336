/**
 * Working hours as a policy writes them ("Mon-Fri 09:00-12:00, 13:00-17:30; Sat 10:00-14:00"), and who is at work when.
 * Wall-clock time of the given zone counts: a shift starts at nine by the clock on the wall, on both sides of a change
 * to or from summer time.
 */
import type { EpochMs } from "../kernel/time.ts";
import { MINUTES_A_DAY as DAY, offsetChange, wallTime, weekdayOf } from "../kernel/zone.ts";

/** Minutes since Monday 00:00, wall-clock; `to` is exclusive and at most a week. */
export interface MinuteSpan {
  readonly from: number;
  readonly to: number;
}

/** The hours of a week: sorted, apart from each other, at least one. */
export type WorkingHours = readonly MinuteSpan[];

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK = 7 * DAY;
const MINUTE_MS = 60_000;

/**
 * Reads hours: groups of days ("Mon", "Mon-Fri", "Sat, Sun") each followed by one or more spans of time, joined by
 * commas, semicolons or spaces; "always" is the whole week. A span may reach over midnight ("22:00-06:00"), days over
 * Sunday ("Sat-Mon"). Returns null when the text is anything else.
 */
export function parseHours(text: string): WorkingHours | null {
  if (text.trim().toLowerCase() === "always") return [{ from: 0, to: WEEK }];
  const spans: MinuteSpan[] = [];
  let days: readonly number[] = [];
  let isTimed = true;
  for (const piece of text
    .trim()
    .replaceAll(/\s*[-–]\s*/g, "-")
    .split(/\s*[,;]\s*|\s+/)) {
    if (/^[a-z]+(?:-[a-z]+)?$/i.test(piece)) {
      const named = parseDays(piece);
      if (named === null) return null;
      days = isTimed ? named : [...days, ...named];
      isTimed = false;
    } else {
      const time = parseSpan(piece);
      if (time === null || days.length === 0) return null;
      for (const day of days) spans.push({ from: day * DAY + time.from, to: day * DAY + time.to });
      isTimed = true;
    }
  }
  return isTimed ? joined(spans) : null;
}

/** The hours of a text that the policy's checks have accepted: one that is none is a bug, and throws. */
export function hoursOf(text: string): WorkingHours {
  const known = readings.get(text);
  if (known !== undefined) return known;
  const hours = parseHours(text);
  if (hours === null) throw new Error(`"${text}" passed the checks but are no working hours`);
  readings.set(text, hours);
  return hours;
}

/** A policy has few different hours, and every decision asks for them. */
const readings = new Map<string, WorkingHours>();

/** "Mon-Fri" as [0, 1, 2, 3, 4]; "Sat-Mon" as [5, 6, 0]. */
function parseDays(text: string): readonly number[] | null {
  const [first, last] = text.split("-").map((name) => DAYS.indexOf(name.slice(0, 3).toLowerCase()));
  if (first === undefined || first < 0) return null;
  if (last === undefined) return [first];
  if (last < 0) return null;
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, step) => (first + step) % 7);
}

/** Minutes of the day; `to` is past midnight where the span is. */
function parseSpan(text: string): MinuteSpan | null {
  if (!/^\d{1,2}:\d{2}-\d{1,2}:\d{2}$/.test(text)) return null;
  const [from, to] = text.split("-").map((time) => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return hour > 24 || minute > 59 || (hour === 24 && minute > 0) ? Number.NaN : hour * 60 + minute;
  });
  if (from === undefined || to === undefined || Number.isNaN(from + to) || from === to || from === DAY)
    return null;
  return { from, to: to > from ? to : to + DAY };
}

/** Sorted and merged; what reaches over the end of Sunday goes on at the start of Monday. */
function joined(spans: readonly MinuteSpan[]): WorkingHours {
  const within = spans.flatMap(({ from, to }) =>
    to <= WEEK
      ? [{ from, to }]
      : [
          { from, to: WEEK },
          { from: 0, to: to - WEEK },
        ],
  );
  const merged: MinuteSpan[] = [];
  for (const span of within.toSorted((left, right) => left.from - right.from)) {
    const last = merged.at(-1);
    if (last === undefined || span.from > last.to) merged.push(span);
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return merged;
}

/** Whether somebody with these hours in `zone` (an IANA name) is at work at `at`. */
export function isAtWork(hours: WorkingHours, zone: string, at: EpochMs): boolean {
  const minute = minuteOfWeek(zone, at);
  return hours.some(({ from, to }) => from <= minute && minute < to);
}

/** The first instant from `at` on at which they are at work: `at` itself when they are. */
export function nextStart(hours: WorkingHours, zone: string, at: EpochMs): EpochMs {
  return nextChange(hours, zone, at, true);
}

/** The first instant from `at` on at which they are not at work; infinity when they always are. */
export function nextEnd(hours: WorkingHours, zone: string, at: EpochMs): EpochMs {
  const [only] = hours;
  if (hours.length === 1 && only?.from === 0 && only.to === WEEK) return Number.POSITIVE_INFINITY;
  return nextChange(hours, zone, at, false);
}

function nextChange(hours: WorkingHours, zone: string, at: EpochMs, toWork: boolean): EpochMs {
  if (isAtWork(hours, zone, at) === toWork) return at;
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const minute = minuteOfWeek(zone, start);
  const waits = hours.map(({ from, to }) => ((toWork ? from : to) - minute + WEEK) % WEEK);
  // Two spans meet at midnight of Sunday: the end of the first is no end.
  const edges = waits.map((wait) => start + wait * MINUTE_MS).filter((edge) => edge > start);
  const edge = Math.min(...edges);
  const change = offsetChange(start, edge, zone);
  return nextChange(hours, zone, change ?? edge, toWork);
}

/** Wall-clock minutes since Monday 00:00 in `zone`. Throws a RangeError when there is no such zone. */
export function minuteOfWeek(zone: string, at: EpochMs): number {
  const wall = wallTime(at, zone);
  return weekdayOf(wall) * DAY + wall.minute;
}

/** "Mon 09:00" for a minute of the week; a week's end is "Sun 24:00". */
export function minuteText(minute: number): string {
  const day = minute === WEEK ? 6 : Math.floor(minute / DAY);
  const ofDay = minute - day * DAY;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${"MonTueWedThuFriSatSun".slice(day * 3, day * 3 + 3)} ${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
}

/**
 * Instants as the clock on a wall shows them, and back. The rules of every time zone, daylight saving included, are
 * those of the runtime's own database (Intl).
 */
import type { EpochMs, Ms } from "./time.ts";

/** A day of the calendar; `month` from 1. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** What calendar and clock show in one zone. */
export interface WallTime extends Day {
  /** Minutes since midnight, 0..1439. */
  readonly minute: number;
}

export const MINUTES_A_DAY = 1_440;
const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_A_DAY * MINUTE_MS;

/** A format is expensive to make and the same for ever: one is kept for each zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  formats.set(zone, made);
  return made;
}

/** True for a name that the time zone database knows ("Europe/Berlin", "UTC"). */
export function isTimezone(name: string): boolean {
  try {
    return formatOf(name).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** What the wall clock of `zone` shows at `at`, to the minute. Throws a RangeError for an unknown zone. */
export function wallTime(at: EpochMs, zone: string): WallTime {
  const offset = at < WHOLE_MINUTES_SINCE ? null : steadyOffset(Math.floor(at / DAY_MS) * DAY_MS, zone);
  if (offset === null) return asFormatted(at, zone);
  const date = new Date(at + offset);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
  };
}

function asFormatted(at: EpochMs, zone: string): WallTime {
  // "03/10/2026, 12:00"
  const numbers = [...formatOf(zone).format(at).matchAll(/\d+/g)].map(Number);
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = numbers;
  return { year, month, day, minute: hour * 60 + minute };
}

/** Liberia was the last to give up seconds in its offset, in January 1972. */
const WHOLE_MINUTES_SINCE = Date.UTC(1973, 0, 1);

/** Formatting is slow, and the same offset holds for days: by zone and the day's first instant; null where it changes. */
const offsets = new Map<string, Map<EpochMs, Ms | null>>();
const MOST_DAYS = 5_000;

/** What the zone's clock is ahead of UTC on this day of UTC; null when that changes within the day. */
function steadyOffset(day: EpochMs, zone: string): Ms | null {
  const known = offsets.get(zone) ?? new Map<EpochMs, Ms | null>();
  const met = known.get(day);
  if (met !== undefined) return met;
  // No zone changes its offset twice within two days.
  const ahead = (at: EpochMs): Ms => inUtc(asFormatted(at, zone)) - at;
  const first = ahead(day);
  const offset = first === ahead(day + DAY_MS) ? first : null;
  if (known.size >= MOST_DAYS) known.clear();
  offsets.set(zone, known.set(day, offset));
  return offset;
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: Day): number {
  return (new Date(utc(day)).getUTCDay() + 6) % 7;
}

/** The day `days` after this one (before it, when negative). */
export function dayAfter(day: Day, days: number): Day {
  const date = new Date(utc(day) + days * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * Every instant at which the clock of `zone` shows `minute` (0..1440) of that day, the earliest first: two where the clock
 * is set back. A time that the clock jumps over stands for the instant of the jump.
 */
export function instantsOf(day: Day, minute: number, zone: string): readonly EpochMs[] {
  const wanted = utc(day) + minute * MINUTE_MS;
  // No zone is further than a day from UTC, and none changes its offset twice within two days.
  const offsets = [shown(wanted - DAY_MS, zone), shown(wanted + DAY_MS, zone)] as const;
  const before = wanted - (offsets[0] - (wanted - DAY_MS));
  const after = wanted - (offsets[1] - (wanted + DAY_MS));
  const found = [...new Set([before, after])].filter((at) => shown(at, zone) === wanted);
  if (found.length > 0) return found.toSorted((a, b) => a - b);
  return [jumpBetween(Math.min(before, after), Math.max(before, after), zone)];
}

/** The instant between these two from which the clock of `zone` runs with another offset; null when none does. */
export function offsetChange(from: EpochMs, to: EpochMs, zone: string): EpochMs | null {
  const start = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  const end = Math.floor(to / MINUTE_MS) * MINUTE_MS;
  const isSame = shown(start, zone) - start === shown(end, zone) - end;
  return isSame ? null : jumpBetween(start, end, zone);
}

/** The first instant of that day in `zone`. */
export function startOfDay(day: Day, zone: string): EpochMs {
  return Math.min(...instantsOf(day, 0, zone));
}

function utc({ year, month, day }: Day): EpochMs {
  return Date.UTC(year, month - 1, day);
}

/** What the wall clock shows, written as if it were UTC. */
function shown(at: EpochMs, zone: string): EpochMs {
  return inUtc(wallTime(at, zone));
}

function inUtc(wall: WallTime): EpochMs {
  return utc(wall) + wall.minute * MINUTE_MS;
}

/** The first minute after which the clock runs with another offset; exactly one change lies between the two. */
function jumpBetween(from: EpochMs, to: EpochMs, zone: string): EpochMs {
  let [low, high] = [from, to];
  const offset = shown(from, zone) - from;
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (shown(middle, zone) - middle === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Whether a workspace's webhooks have been silent for longer than its habit explains. Pure. */
import type { EpochMs, Ms } from "../kernel/time.ts";

export const HOUR_MS: Ms = 3_600_000;
const WEEK_HOURS = 168;
/** The same hour of as many weeks says what is usual; a workspace younger than one week has no habit. */
const WEEKS = 4;
/** Nobody is alarmed sooner. */
const SHORTEST_MS: Ms = 600_000;
/** With so many notifications usual in the time, none at all comes about once in a thousand times by chance (e^-7). */
const ENOUGH = 7;

/** Notifications of a workspace by the hour, counted from 1970. */
export interface Habit {
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  readonly byHour: ReadonlyMap<number, number>;
}

/** How many notifications were usual since the last one came, where their absence is no chance; else null. */
export function silenceOf({ firstAt, lastAt, byHour }: Habit, now: EpochMs): number | null {
  if (now - lastAt < SHORTEST_MS) return null;
  const weeks = Math.min(WEEKS, Math.floor((now - firstAt) / (WEEK_HOURS * HOUR_MS)));
  if (weeks === 0) return null;
  let usual = 0;
  for (let hour = hourOf(lastAt); hour <= hourOf(now) && usual < ENOUGH; hour += 1) {
    const from = Math.max(lastAt, hour * HOUR_MS);
    const share = (Math.min(now, (hour + 1) * HOUR_MS) - from) / HOUR_MS;
    for (let week = 1; week <= weeks; week += 1)
      usual += ((byHour.get(hour - week * WEEK_HOURS) ?? 0) / weeks) * share;
  }
  return usual < ENOUGH ? null : Math.floor(usual);
}

function hourOf(at: EpochMs): number {
  return Math.floor(at / HOUR_MS);
}

/**
 * The hours of the week in which nobody of a pool is at work, by the clock of the policy's zone, and what happens then.
 */
import type { EpochMs } from "../../kernel/time.ts";
import { isAtWork, minuteOfWeek, minuteText, nextEnd, nextStart, parseHours } from "../hours.ts";
import type { WorkingHours } from "../hours.ts";
import type { Policy } from "../schema.ts";
import type { Remark } from "./finding.ts";

type Pool = Policy["routing"]["pools"][string];

const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;
/** Every change of the clocks in the year to come is seen. */
const WEEKS = 53;

const THEN: Readonly<Record<Pool["whenAllAway"], string>> = {
  hold: "what comes then waits until somebody is at work (whenAllAway: hold)",
  "ignore-hours": "what comes then goes to somebody who is not at work (whenAllAway: ignore-hours)",
  "next-rule": "what comes then goes on to the next step of the route (whenAllAway: next-rule)",
};

/** A note for each pool that leaves hours of the week without anybody, over the year that starts at `now`. */
export function poolRemarks(policy: Policy, now: EpochMs): readonly Remark[] {
  return Object.entries(policy.routing.pools).flatMap(([name, pool]): readonly Remark[] => {
    const shifts = shiftsOf(pool, policy.timezone);
    const weeks = shifts === null ? [] : gapsByWeek(shifts, policy.timezone, now);
    const [usual, ...others] = weeks.toSorted((left, right) => right.count - left.count);
    if (usual === undefined || weeks.every(({ gaps }) => gaps === "")) return [];
    const rest = others.map(
      ({ count, from, gaps }) =>
        `${count === 1 ? "in one week" : `in ${count} weeks`} of the year, first from ${from}, it is ${hours(gaps)}`,
    );
    return [
      {
        severity: "note",
        rule: "pool-gap",
        path: ["routing", "pools", name],
        message:
          usual.gaps === ""
            ? `pool ${name} has nobody at work at some hours of some weeks (${policy.timezone})`
            : `pool ${name} has nobody at work: ${usual.gaps} (${policy.timezone})`,
        proof: rest.length === 0 ? "so it is in every week of the year" : rest.join("; "),
        next: THEN[pool.whenAllAway],
      },
    ];
  });
}

function hours(gaps: string): string {
  return gaps === "" ? "no hour at all" : gaps;
}

interface Shift {
  readonly hours: WorkingHours;
  readonly zone: string;
}

/** The different shifts of a pool; null when a member has no hours and is always there. */
function shiftsOf(pool: Pool, zone: string): readonly Shift[] | null {
  const shifts = new Map<string, Shift>();
  for (const member of pool.members) {
    const hours = member.hours === undefined ? null : parseHours(member.hours);
    if (hours === null) return null;
    const shift = { hours, zone: member.timezone ?? zone };
    shifts.set(JSON.stringify(shift), shift);
  }
  return [...shifts.values()];
}

interface Gaps {
  /** "Fri 17:30 to Mon 03:00"; empty where somebody is always at work. */
  readonly gaps: string;
  readonly count: number;
  /** The Monday of the first such week. */
  readonly from: string;
}

function gapsByWeek(shifts: readonly Shift[], zone: string, now: EpochMs): readonly Gaps[] {
  const found = new Map<string, Gaps>();
  let monday = mondayBefore(now, zone);
  for (let week = 0; week < WEEKS; week += 1) {
    const next = mondayBefore(monday + (WEEK_MINUTES + 24 * 60) * MINUTE_MS, zone);
    const gaps = gapsIn(monday, next, shifts, zone);
    const known = found.get(gaps);
    // Noon is the same day in the zone and, for all zones but the outermost, in UTC.
    const from = known?.from ?? new Date(monday + 12 * 60 * MINUTE_MS).toISOString().slice(0, 10);
    found.set(gaps, { gaps, count: (known?.count ?? 0) + 1, from });
    monday = next;
  }
  return [...found.values()];
}

/** The Monday 00:00 of the zone at or before `at`, also over a change of the clocks. */
function mondayBefore(at: EpochMs, zone: string): EpochMs {
  const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const guess = minute - minuteOfWeek(zone, minute) * MINUTE_MS;
  const half = WEEK_MINUTES / 2;
  const off = ((minuteOfWeek(zone, guess) + half) % WEEK_MINUTES) - half;
  return guess - off * MINUTE_MS;
}

function gapsIn(from: EpochMs, to: EpochMs, shifts: readonly Shift[], zone: string): string {
  const gaps: { from: EpochMs; to: EpochMs }[] = [];
  let at = from;
  while (at < to) {
    const working = shifts.filter((shift) => isAtWork(shift.hours, shift.zone, at));
    if (working.length > 0) {
      at = Math.max(...working.map((shift) => nextEnd(shift.hours, shift.zone, at)));
      continue;
    }
    const start = Math.min(...shifts.map((shift) => nextStart(shift.hours, shift.zone, at)), to);
    gaps.push({ from: at, to: start });
    at = start;
  }
  // The end of Sunday and the start of Monday are one gap.
  const [first, ...rest] = gaps;
  const last = rest.at(-1);
  const joined =
    first !== undefined && last !== undefined && first.from === from && last.to === to
      ? [...rest.slice(0, -1), { from: last.from, to: first.to }]
      : gaps;
  return joined.map((gap) => `${textAt(gap.from, zone)} to ${textAt(gap.to, zone)}`).join(", ");
}

function textAt(at: EpochMs, zone: string): string {
  return minuteText(minuteOfWeek(zone, at));
}

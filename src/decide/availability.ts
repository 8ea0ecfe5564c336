/**
 * Whether a member of a pool can take a lead now, and if not, why and until when: pause, absence, caps, working hours,
 * all in the member's own time zone. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";
import { type Day, dayAfter, startOfDay, wallTime, weekdayOf } from "../kernel/zone.ts";
import { type Absence, readAbsence } from "../policy/absence.ts";
import { hoursOf, isAtWork, nextStart } from "../policy/hours.ts";
import type { Policy, PoolMember } from "../policy/schema.ts";

/** What a member has in hand: leads not closed yet, and leads since their own midnight. */
export interface Load {
  readonly open: number;
  readonly today: number;
}

export type Availability =
  | { readonly kind: "free" }
  | {
      readonly kind: "out";
      readonly why: "paused" | "away" | "cap" | "off-hours";
      /** As the rep reads it: "cap 8 of 8 today", "off hours until Mon 09:00 America/New_York". */
      readonly reason: string;
      /** The next instant at which they can take one; null when no clock can tell. */
      readonly until: EpochMs | null;
    };

/** The member's own time zone, or the policy's. */
export function zoneOf(member: PoolMember, policy: Policy): string {
  return member.timezone ?? policy.timezone;
}

/** When the member's day began. */
export function dayStart(zone: string, now: EpochMs): EpochMs {
  return startOfDay(wallTime(now, zone), zone);
}

/** Free, or out with the first reason of: paused, away, cap of open work, cap of the day, off hours. */
export function availabilityOf(member: PoolMember, zone: string, load: Load, now: EpochMs): Availability {
  const out = outAtAnyHour(member, zone, load, now);
  if (out !== null) return out;
  if (member.hours === undefined || isAtWork(hoursOf(member.hours), zone, now)) return { kind: "free" };
  const until = firstAtWork(member, absencesOf(member, zone), zone, now);
  return { kind: "out", why: "off-hours", reason: `off hours until ${instantText(until, zone, now)}`, until };
}

/** Why somebody is out whatever their hours; null where nothing but hours can keep them. */
export function outAtAnyHour(
  member: PoolMember,
  zone: string,
  load: Load,
  now: EpochMs,
): Extract<Availability, { kind: "out" }> | null {
  if (member.paused) return { kind: "out", why: "paused", reason: "paused", until: null };
  const absences = absencesOf(member, zone);
  const away = absenceAt(absences, now);
  if (away !== undefined) {
    const until = firstAtWork(member, absences, zone, away.until);
    return { kind: "out", why: "away", reason: `away until ${endOf(away, zone, now)}`, until };
  }
  const { open, perDay } = member.cap ?? {};
  if (open !== undefined && load.open >= open)
    return { kind: "out", why: "cap", reason: `cap ${load.open} of ${open} open`, until: null };
  if (perDay !== undefined && load.today >= perDay) {
    const tomorrow = startOfDay(dayAfter(wallTime(now, zone), 1), zone);
    const until = firstAtWork(member, absences, zone, tomorrow);
    return { kind: "out", why: "cap", reason: `cap ${load.today} of ${perDay} today`, until };
  }
  return null;
}

/** A policy's members are asked about for every decision, and what they wrote stays. */
const readings = new WeakMap<PoolMember, { readonly zone: string; readonly absences: readonly Absence[] }>();

function absencesOf(member: PoolMember, zone: string): readonly Absence[] {
  const known = readings.get(member);
  if (known?.zone === zone) return known.absences;
  const absences = member.away.flatMap((absence) => readAbsence(absence, zone) ?? []);
  readings.set(member, { zone, absences });
  return absences;
}

function absenceAt(absences: readonly Absence[], at: EpochMs): Absence | undefined {
  return absences.find(({ from, until }) => from <= at && at < until);
}

/** The first instant from `from` on that lies in the hours and in no absence. */
function firstAtWork(member: PoolMember, absences: readonly Absence[], zone: string, from: EpochMs): EpochMs {
  const starts = member.hours === undefined ? from : nextStart(hoursOf(member.hours), zone, from);
  const away = absenceAt(absences, starts);
  return away === undefined ? starts : firstAtWork(member, absences, zone, away.until);
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const SIX_DAYS_MS = 6 * 86_400_000;
const NEARLY_A_YEAR_MS = 300 * 86_400_000;

function endOf({ lastDay, until }: Absence, zone: string, now: EpochMs): string {
  return lastDay === null ? instantText(until, zone, now) : dayText(lastDay, until - now > NEARLY_A_YEAR_MS);
}

function dayText({ year, month, day }: Day, withYear: boolean): string {
  return `${day} ${MONTHS[month - 1]}${withYear ? ` ${year}` : ""}`;
}

/** "Mon 09:00 America/New_York"; with the date where the weekday alone could be misread. */
export function instantText(at: EpochMs, zone: string, now: EpochMs): string {
  const wall = wallTime(at, zone);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = at - now < SIX_DAYS_MS ? "" : ` ${dayText(wall, at - now > NEARLY_A_YEAR_MS)}`;
  return `${WEEKDAYS[weekdayOf(wall)]}${date} ${two(Math.floor(wall.minute / 60))}:${two(wall.minute % 60)} ${zone}`;
}

/** Absences of a pool's member: days of the calendar or instants, as the policy writes them. */
import { type EpochMs, parseInstant } from "../kernel/time.ts";
import { type Day, dayAfter, instantsOf, startOfDay } from "../kernel/zone.ts";

/** Absent from the first instant to the last; `until` is the first instant after it. */
export interface Absence {
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** The last day of an absence of whole days, for people; null where the end is an instant. */
  readonly lastDay: Day | null;
}

/**
 * An absence as the policy writes it: days of the calendar, both included ("2026-12-20"), or instants
 * ("2026-12-20T14:00" on the wall clock of `zone`, or with an offset). Null when an edge is neither.
 */
export function readAbsence(
  { from, to }: { readonly from: string; readonly to: string },
  zone: string,
): Absence | null {
  const first = edgeOf(from, zone);
  const last = edgeOf(to, zone);
  if (first === null || last === null) return null;
  return { from: first.at, until: last.nextDay ?? last.at, lastDay: last.day };
}

interface Edge {
  readonly at: EpochMs;
  readonly day: Day | null;
  readonly nextDay: EpochMs | null;
}

function edgeOf(text: string, zone: string): Edge | null {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
      text.trim(),
    );
  if (match === null) return null;
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = match
    .slice(1, 6)
    .map((part) => Number(part ?? 0));
  const day = { year, month, day: date };
  const isDate = JSON.stringify(dayAfter(day, 0)) === JSON.stringify(day);
  if (!isDate || hour > 23 || minute > 59) return null;
  if (match[4] === undefined)
    return { at: startOfDay(day, zone), day, nextDay: startOfDay(dayAfter(day, 1), zone) };
  const at =
    match[6] === undefined
      ? Math.min(...instantsOf(day, hour * 60 + minute, zone))
      : parseInstant(text.trim());
  return at === null ? null : { at, day: null, nextDay: null };
}

/** How commands over stored decisions name a stretch of time, and how they end when somebody stops them. */
import { UserError } from "../kernel/failure.ts";
import { type EpochMs, parseDuration, parseInstant } from "../kernel/time.ts";

/** What a shell shows for a process ended by Ctrl-C. */
export const CANCELLED = 130;

/** "30d" before `now`, or an instant as written. Throws a UserError for anything else. */
export function sinceOf(command: string, text: string | undefined, now: EpochMs): EpochMs {
  const span = parseDuration(text ?? "30d");
  const instant = span === null ? parseInstant(text) : now - span;
  if (instant === null)
    throw new UserError(
      `${command}: --since ${text}: write a span such as 30d or 12h, or a time such as 2026-01-31.`,
    );
  return instant;
}

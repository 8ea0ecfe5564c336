/** How long a next attempt at a password must wait: nothing at first, then twice as long each time. */
import type { Ms } from "../kernel/time.ts";

export interface Patience {
  /** Attempts that may fail before anybody waits. */
  readonly free: number;
  readonly longestMs: Ms;
}

/** One person mistypes a few times; a quarter of an hour between guesses makes guessing hopeless. */
export const ACCOUNT: Patience = { free: 4, longestMs: 15 * 60_000 };
/** Many people may share one address: an office, a proxy. */
export const ADDRESS: Patience = { free: 30, longestMs: 60_000 };

/** After so long without an attempt the count starts again. */
export const FORGOTTEN_AFTER_MS: Ms = 60 * 60_000;

/** The wait after this many failures in a row. */
export function delayAfter(failures: number, { free, longestMs }: Patience): Ms {
  if (failures <= free) return 0;
  return Math.min(longestMs, 1_000 * 2 ** Math.min(failures - free - 1, 30));
}

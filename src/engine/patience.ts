/**
 * A step that knows when to let go: when its tries are used up on something that time may cure, or the target asks for a
 * long wait, the run says "later" and starts again by a timer, instead of holding a worker's place.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { Attempt, Json, RetryPolicy, Steps } from "./engine.ts";

export type Patient<T extends Json> =
  { readonly kind: "done"; readonly value: T } | { readonly kind: "later"; readonly reason: string };

/** A wait for longer than this is left to a later start. */
const LONGEST_HOLD_MS: Ms = 30_000;

/**
 * Runs the step; "later" with a readable reason when every try met a failure that time may cure, or one of them one that
 * asks for a long wait. Other errors are thrown.
 */
export function stepOrLater<T extends Json>(
  steps: Steps,
  name: string,
  body: (attempt: Attempt) => Promise<T>,
  retry: RetryPolicy,
): Promise<Patient<T>> {
  return steps.step<Patient<T>>(
    name,
    async (attempt) => {
      try {
        return { kind: "done", value: await body(attempt) };
      } catch (error) {
        if (!(error instanceof RetryableFailure)) throw error;
        const isLong = (error.retryAfterMs ?? 0) > LONGEST_HOLD_MS;
        if (isLong || attempt.number >= retry.attempts) return { kind: "later", reason: error.message };
        throw error;
      }
    },
    retry,
  );
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

/** How long a run waits before its `turn`-th new start (from 1): 5 s, doubled, at most 5 min. */
export function waitBefore(turn: number): Ms {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (turn - 1));
}

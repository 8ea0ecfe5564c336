/**
 * The decision after a failed try of a step: how long to wait, or to give up.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { RetryPolicy } from "./engine.ts";

/** A step without a policy is tried once. */
export const ONCE: RetryPolicy = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 };

/**
 * Milliseconds to wait before the next try, or null when this failure ends the step: the tries are used up, or it is
 * not a RetryableFailure. `failedTries` counts from 1; `random` is in [0, 1). Full jitter under
 * `firstDelayMs * 2^(failedTries - 1)`, at most `maxDelayMs`; the target's own Retry-After wins when it is longer.
 */
export function delayBeforeNextTry(
  failure: unknown,
  failedTries: number,
  policy: RetryPolicy,
  random: number,
): Ms | null {
  if (!(failure instanceof RetryableFailure) || failedTries >= policy.attempts) return null;
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (failedTries - 1));
  return Math.max(Math.floor(random * ceiling), failure.retryAfterMs ?? 0);
}

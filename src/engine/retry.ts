/**
 * The decision after a failed try of a step: how long to wait, or to give up.
 */
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { RetryPolicy } from "./engine.ts";

/**
 * For a body that lost Baton's own database: it can not record a result without it either, so it is tried again, for
 * about two minutes, whatever the step's policy says about its target.
 */
export const DATABASE_AWAY: RetryPolicy = { attempts: 30, firstDelayMs: 200, maxDelayMs: 8_000 };

/** SQLSTATE classes: connection exception, insufficient resources, operator intervention. */
const AWAY_CLASSES: readonly string[] = ["08", "53", "57"];
/** Serialization failure, deadlock, idle-in-transaction timeout: PostgreSQL rolled back and another try is safe. */
const AWAY_CODES: readonly string[] = ["40001", "40P01", "25P03", "ECONNREFUSED"];
const QUERY_CANCELED = "57014";
const AWAY_MESSAGE =
  /connection terminated|client has encountered a connection error|timeout exceeded when trying to connect/i;

/** Whether an error says that PostgreSQL could not be reached or gave up the transaction, so that time may cure it. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof RetryableFailure || error instanceof PermanentFailure)
    return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const { code } = error as { code?: unknown };
  if (code === QUERY_CANCELED) return false;
  if (typeof code !== "string") return AWAY_MESSAGE.test(error.message);
  return AWAY_CODES.includes(code) || (code.length === 5 && AWAY_CLASSES.includes(code.slice(0, 2)));
}

/** A step without a policy is tried once. */
export const ONCE: RetryPolicy = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 };

/**
 * Milliseconds to wait before the next try, or null when this failure ends the step: the tries are used up, or it is
 * neither a RetryableFailure nor Baton's own database away. `failedTries` counts from 1; `random` is in [0, 1). Full jitter under
 * `firstDelayMs * 2^(failedTries - 1)`, at most `maxDelayMs`; the target's own Retry-After wins when it is longer.
 */
export function delayBeforeNextTry(
  failure: unknown,
  failedTries: number,
  policy: RetryPolicy,
  random: number,
): Ms | null {
  const retryable = failure instanceof RetryableFailure;
  if ((!retryable && !isDatabaseAway(failure)) || failedTries >= policy.attempts) return null;
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (failedTries - 1));
  return Math.max(Math.floor(random * ceiling), (retryable ? failure.retryAfterMs : undefined) ?? 0);
}

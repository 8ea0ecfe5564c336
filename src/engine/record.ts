/**
 * How step results and failures are written to the record and read back. A replayed step must look to the run's body
 * exactly like the first time, so failures come back as the class they were.
 */
import type { DBOSSerializer } from "@dbos-inc/dbos-sdk";
import { PermanentFailure, RetryableFailure, UserError, type FailureFacts } from "../kernel/failure.ts";

/** Plain JSON: results are JSON by contract, and anyone can read the rows with SQL. */
export const plainJson: DBOSSerializer = {
  name: () => "baton_json",
  stringify: (value) => JSON.stringify(value ?? null),
  parse: (text) => (text === null || text === undefined ? null : (JSON.parse(text) as unknown)),
};

interface Recorded {
  readonly facts?: FailureFacts;
  readonly outcome?: "not-executed" | "unknown";
  readonly retryAfterMs?: number;
  readonly detail?: unknown;
}

/** The failure a step recorded, as the class it had when it was thrown; anything else is returned as it is. */
export function reviveFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RetryableFailure || error instanceof PermanentFailure) {
    return error;
  }
  const recorded = error as Error & Recorded;
  const facts = recorded.facts && { ...recorded.facts, cause: error.cause };
  if (error.name === "RetryableFailure" && facts) {
    return new RetryableFailure(facts, recorded.outcome ?? "unknown", recorded.retryAfterMs);
  }
  if (error.name === "PermanentFailure" && facts) return new PermanentFailure(facts, recorded.detail);
  if (error.name === "UserError") return new UserError(error.message, { cause: error.cause });
  return error;
}

/** The sentence in a recorded error (JSON with a `message`), or the text itself when it is something else. */
export function messageOf(recorded: string | null): string | null {
  if (recorded === null) return null;
  try {
    const parsed = JSON.parse(recorded) as { message?: unknown } | null;
    return typeof parsed?.message === "string" ? parsed.message : recorded;
  } catch {
    return recorded;
  }
}

/**
 * How step results and failures are written to the record and read back. A replayed step must look to the run's body
 * exactly like the first time, so failures come back as the class they were.
 */
import type { DBOSSerializer } from "@dbos-inc/dbos-sdk";
import { PermanentFailure, RetryableFailure, UserError, type FailureFacts } from "../kernel/failure.ts";

/** Plain JSON: results are JSON by contract, and anyone can read the rows with SQL. Failures are read as they were. */
export const plainJson: DBOSSerializer = {
  name: () => "baton_json",
  stringify: (value) => JSON.stringify(value ?? null),
  parse: (text) => (text === null || text === undefined ? null : reviveFailure(JSON.parse(text))),
};

/** An error as DBOS writes it down: its own fields, with name, message, stack and cause beside them. */
interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: unknown;
  readonly facts?: FailureFacts;
  readonly outcome?: "not-executed" | "unknown";
  readonly retryAfterMs?: number;
  readonly detail?: unknown;
}

function isRecordedError(value: unknown): value is RecordedError {
  if (typeof value !== "object" || value === null) return false;
  const { name, message, stack } = value as Record<string, unknown>;
  return typeof name === "string" && typeof message === "string" && typeof stack === "string";
}

/** A recorded error as the class it had when it was thrown; anything else as it is. */
function reviveFailure(value: unknown): unknown {
  if (!isRecordedError(value)) return value;
  const cause = reviveFailure(value.cause);
  const facts = value.facts && { ...value.facts, cause };
  if (value.name === "RetryableFailure" && facts) {
    return new RetryableFailure(facts, value.outcome ?? "unknown", value.retryAfterMs);
  }
  if (value.name === "PermanentFailure" && facts) return new PermanentFailure(facts, value.detail);
  if (value.name === "UserError") return new UserError(value.message, { cause });
  return Object.assign(new Error(value.message, { cause }), { name: value.name, stack: value.stack });
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

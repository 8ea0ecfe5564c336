/**
 * What can go wrong with a call to another system. Two classes only; the retry policy reads the class and its
 * fields, never the message. A bug stays an ordinary Error.
 */
import type { Ms } from "./time.ts";

/** Whose system refused or failed. */
export type Target = "intercom" | "salesforce" | "slack" | "email" | "enrichment" | "database";

export interface FailureFacts {
  readonly target: Target;
  /** The vendor's own code where it gave one ("UNABLE_TO_LOCK_ROW"), else ours ("timeout", "http_503"). */
  readonly code: string;
  /** HTTP or SMTP status, where there was an answer. */
  readonly status?: number;
  /** One plain sentence for a person: what happened, where, and what to do next. Holds no secret and no chat text. */
  readonly message: string;
  /** The target does not accept our credentials: every other call would be refused, too. */
  readonly isSignIn?: true;
  /** What the target allows in a day is used up: every other call would be refused, too. */
  readonly isSpent?: true;
  readonly cause?: unknown;
}

/**
 * A failure that time may cure.
 * `outcome` "not-executed": the target certainly did nothing, repeating is safe.
 * `outcome` "unknown": the write may have happened, or may still happen; ask the target before repeating.
 */
export class RetryableFailure extends Error {
  override readonly name = "RetryableFailure";
  readonly facts: FailureFacts;
  readonly outcome: "not-executed" | "unknown";
  /** How long the target asked us to wait, where it did. */
  readonly retryAfterMs: Ms | undefined;

  constructor(facts: FailureFacts, outcome: "not-executed" | "unknown", retryAfterMs?: Ms) {
    super(facts.message, { cause: facts.cause });
    this.facts = facts;
    this.outcome = outcome;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A failure that repeating cannot cure: a person must change something first. */
export class PermanentFailure extends Error {
  override readonly name = "PermanentFailure";
  readonly facts: FailureFacts;
  /** What the target said in data, where a caller can use it (the record a duplicate rule matched, for one). */
  readonly detail: unknown;

  constructor(facts: FailureFacts, detail?: unknown) {
    super(facts.message, { cause: facts.cause });
    this.facts = facts;
    this.detail = detail;
  }
}

/** A fault of the person's input or set-up: printed as one line, without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

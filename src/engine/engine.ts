/**
 * The port to durable runs. Rooms describe runs with it; only files of this room know DBOS.
 *
 * A run is started once by its id, ever: a second start with the same id changes nothing. Steps are at least once:
 * a body whose process dies before the result is recorded runs again, so every outside write carries its own key.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Tx } from "../store/database.ts";

export type QueueName = "conversation" | "handoff" | "timer" | "upkeep";

/** JSON values only: inputs and results are stored as JSON and hold ids, never customers' words. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** How a step is repeated. Delay after n failed tries: full jitter under `firstDelayMs * 2^(n-1)`, at most `maxDelayMs`; a target's Retry-After wins when longer. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: Ms;
  readonly maxDelayMs: Ms;
}

export interface Attempt {
  /** 1-based, counted in this process. */
  readonly number: number;
  /** Ends when the worker stops and the grace it was given is nearly over; what the body does then is not recorded. */
  readonly signal: AbortSignal;
}

export interface Steps {
  readonly runId: string;
  /** Runs `body` once and records its result; a recorded step never runs again. Only RetryableFailure is retried, and a body that lost Baton's own database. */
  step<T extends Json>(name: string, body: (attempt: Attempt) => Promise<T>, retry?: RetryPolicy): Promise<T>;
  /** The database's time, recorded. */
  now(): Promise<EpochMs>;
}

/** One kind of run: a stable name and a body. The sequence of steps must be the same on every replay. */
export interface RunKind<I extends Json> {
  readonly name: string;
  readonly queue: QueueName;
  readonly body: (steps: Steps, input: I) => Promise<void>;
}

export interface StartOptions {
  readonly id: string;
  /** Required on queue "conversation": runs with one key run one at a time. */
  readonly partition?: string;
  readonly delayMs?: Ms;
  /** Starts the run in the caller's transaction: no commit, no run. */
  readonly tx?: Tx;
}

export type RunStatus = "delayed" | "waiting" | "running" | "done" | "failed" | "cancelled" | "gave-up";

export interface RunInfo {
  readonly id: string;
  readonly kind: string;
  readonly queue: string | null;
  readonly status: RunStatus;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly error: string | null;
}

/** How many runs stand in a queue with one status, and for how long the oldest has. */
export interface QueueDepth {
  readonly queue: string;
  readonly status: RunStatus;
  readonly runs: number;
  readonly oldestMs: Ms;
}

/** Limits of one queue beside its concurrency, over all workers. Not for "conversation": its order is its limit. */
export interface QueueLimits {
  /** Runs at one time. */
  readonly atOnce?: number;
  /** Starts in any window of `perMs`. */
  readonly rate?: { readonly starts: number; readonly perMs: Ms };
}

export interface Engine {
  start<I extends Json>(kind: RunKind<I>, input: I, options: StartOptions): Promise<void>;
  /** Many starts in one statement; each with its own id and partition. */
  startMany<I extends Json>(
    kind: RunKind<I>,
    runs: readonly { readonly input: I; readonly id: string; readonly partition?: string }[],
    tx?: Tx,
  ): Promise<void>;
  /** Ends a delayed or waiting run; no error when it is unknown or over. */
  cancel(id: string): Promise<void>;
  inspect(
    id: string,
  ): Promise<
    (RunInfo & { readonly steps: readonly { readonly name: string; readonly error: string | null }[] }) | null
  >;
  list(filter: {
    readonly kind?: string;
    readonly status?: readonly RunStatus[];
    readonly limit?: number;
  }): Promise<readonly RunInfo[]>;
  /** Runs that failed for good start again at the step that failed. */
  resume(id: string): Promise<void>;
  /** What stands in the queues, for metrics. */
  queueDepths(): Promise<readonly QueueDepth[]>;
  /** Takes work from the queues; before it only starts runs. */
  work(): Promise<void>;
  /** Stops taking work, lets running steps end for at most `graceMs`, closes. */
  stop(graceMs: Ms): Promise<void>;
}

/** A job that repeats: "every 60 s", one worker at a time, whatever the number of workers. */
export interface Schedule {
  readonly name: string;
  readonly everyMs: Ms;
  /** A worker silent for so long loses the job; three beats when absent. Short only where two bodies at once do no harm. */
  readonly leaseMs?: Ms;
  readonly body: (now: EpochMs) => Promise<void>;
}

export interface EngineOptions {
  readonly databaseUrl: string;
  readonly kinds: readonly RunKind<never>[];
  readonly schedules: readonly Schedule[];
  /** Runs at one time in this process. Default 50 per queue. */
  readonly concurrency: { readonly [queue in QueueName]?: number };
  readonly limits?: { readonly [queue in Exclude<QueueName, "conversation">]?: QueueLimits };
  /** Time between two heartbeats; a worker silent for three of them is taken for dead. Default 5 s. */
  readonly beatMs?: Ms;
  /** Finished runs older than this are deleted. Default 14 days. */
  readonly retentionMs?: Ms;
  /** Called at named places so that tests can kill the process there. */
  readonly crashPoint?: (step: string, phase: "before" | "after-body" | "after-record") => void;
  readonly log: (
    level: "debug" | "info" | "warn" | "error",
    message: string,
    facts?: Readonly<Record<string, unknown>>,
  ) => void;
}

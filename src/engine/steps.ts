/**
 * The body of one run on DBOS: steps that are recorded once, tried again by Baton's own policy, and left alone when the
 * worker stops, so that whoever takes the run over finds the record as it was.
 */
import { randomInt } from "node:crypto";
import { DBOS, Error as DbosErrors } from "@dbos-inc/dbos-sdk";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Attempt, EngineOptions, Json, RetryPolicy, RunKind, Steps } from "./engine.ts";
import { DATABASE_AWAY, delayBeforeNextTry, isDatabaseAway, ONCE } from "./retry.ts";

/** What the runs of one process share. */
export interface Workplace {
  /** Told to stop: no step begins, no retry waits on. */
  readonly stopping: AbortSignal;
  /** The grace is nearly over: bodies should end now. */
  readonly ending: AbortSignal;
  readonly databaseNow: () => Promise<EpochMs>;
  readonly crashPoint: EngineOptions["crashPoint"];
  /** Counts a run that waits for its worker to end and to be taken over. */
  readonly park: () => void;
}

interface StepMark {
  readonly step: string;
  readonly tries: number;
}

/** A promise that never settles: the run stays as recorded and is taken over from there. */
function parked(place: Workplace): Promise<never> {
  place.park();
  return new Promise<never>(() => {});
}

/** Errors with which DBOS itself ends an execution: the run was cancelled or belongs to another worker now. */
function isControl(error: unknown): boolean {
  return (
    error instanceof DbosErrors.DBOSWorkflowConflictError ||
    error instanceof DbosErrors.DBOSWorkflowCancelledError
  );
}

function pause(ms: Ms, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stopping.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopping.addEventListener("abort", done, { once: true });
  });
}

async function attemptAll<T>(
  place: Workplace,
  body: (attempt: Attempt) => Promise<T>,
  retry: RetryPolicy,
  count: (tries: number) => void,
): Promise<T> {
  let withoutDatabase = 0;
  for (let number = 1; ; number += 1) {
    count(number);
    try {
      return await body({ number, signal: place.ending });
    } catch (failure) {
      if (place.ending.aborted) return parked(place);
      const random = randomInt(1_000_000) / 1_000_000;
      const away = isDatabaseAway(failure);
      if (away) withoutDatabase += 1;
      const delayMs = away
        ? delayBeforeNextTry(failure, withoutDatabase, DATABASE_AWAY, random)
        : delayBeforeNextTry(failure, number - withoutDatabase, retry, random);
      if (delayMs === null) throw failure;
      await pause(delayMs, place.stopping);
      if (place.stopping.aborted) return parked(place);
    }
  }
}

interface Execution {
  readonly steps: Steps;
  /** Rejects with DBOS's own error when this execution has lost its run; the body then never hears of it. */
  readonly lost: Promise<never>;
  readonly markOf: (error: unknown) => StepMark | undefined;
}

function executionOf(runId: string, place: Workplace): Execution {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const marks = new WeakMap<object, StepMark>();
  const mark = (error: unknown, step: string, tries: number): unknown => {
    if (typeof error === "object" && error !== null) marks.set(error, { step, tries });
    return error;
  };

  async function step<T extends Json>(
    name: string,
    body: (attempt: Attempt) => Promise<T>,
    retry: RetryPolicy = ONCE,
  ): Promise<T> {
    if (place.stopping.aborted) return parked(place);
    let tries = 0;
    const crash = (phase: "before" | "after-body" | "after-record"): void => place.crashPoint?.(name, phase);
    const recorded = async (): Promise<T> => {
      crash("before");
      try {
        return await attemptAll(place, body, retry, (number) => (tries = number));
      } finally {
        crash("after-body");
      }
    };
    try {
      return await DBOS.runStep(recorded, { name });
    } catch (error) {
      if (!isControl(error)) throw mark(error, name, tries);
      lost.reject(error);
      return new Promise<never>(() => {});
    } finally {
      if (tries > 0) crash("after-record");
    }
  }

  const steps: Steps = { runId, step, now: () => step("now", place.databaseNow) };
  return { steps, lost: lost.promise, markOf: (error) => marks.get(error as object) };
}

/** The error a failed run keeps: what the step said, and which step, after how many tries. */
function runError(error: unknown, mark: StepMark | undefined): unknown {
  if (mark === undefined) return error;
  const message = error instanceof Error ? error.message : String(error);
  const tries = mark.tries > 1 ? `, after ${mark.tries} tries` : "";
  return new Error(`${message} (step "${mark.step}"${tries})`, { cause: error });
}

/** Carries one run out. Throws the run's final error; never settles when the worker stops before the run is over. */
export async function carryOut<I extends Json>(
  kind: RunKind<I>,
  runId: string,
  input: I,
  place: Workplace,
): Promise<void> {
  const execution = executionOf(runId, place);
  try {
    await Promise.race([kind.body(execution.steps, input), execution.lost]);
  } catch (error) {
    throw isControl(error) ? error : runError(error, execution.markOf(error));
  }
}

/**
 * Who is alive, and what becomes of the runs of those who are not. Each worker beats; three missed beats are death; any
 * living worker gives the dead one's runs back to their queues. DBOS fences the rest: a worker that lost its run can
 * record nothing.
 */
import { runWithAbortableDbRetries } from "@dbos-inc/dbos-sdk/internal/context";
import type { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import type { Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { EngineOptions } from "./engine.ts";
import {
  deleteDeadWorkers,
  deleteWorker,
  giveBackRuns,
  insertBeat,
  selectClaims,
  selectDeadWorkers,
} from "./queries.ts";

export const MISSED_BEATS = 3;
const LEAVE_MS: Ms = 1_000;

export interface Heart {
  /** Ends the beat. `leave` gives this worker's runs back at once, for when none of its bodies runs any more. */
  readonly stop: (leave: boolean) => Promise<void>;
}

interface Context {
  readonly executor: DBOSExecutor;
  readonly db: Db;
  readonly beatMs: Ms;
  readonly log: EngineOptions["log"];
  readonly crashPoint: EngineOptions["crashPoint"];
  /** Called when runs went back to their queues. */
  readonly onRecovered: () => void;
}

/** Writes the first beat, recovers what others left behind, and goes on beating. */
export async function startHeart(context: Context): Promise<Heart> {
  const { executor, db, beatMs } = context;
  await insertBeat(db, executor.executorID);
  await recoverDeadWorkers(context);
  let stopped = false;
  let current: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let lastBeat = performance.now();
  let quietUntil = 0;
  const beat = async (): Promise<void> => {
    await insertBeat(db, executor.executorID);
    const now = performance.now();
    // This worker slept or the database was away: the others may only be late too. Let them beat before judging them.
    if (now - lastBeat > MISSED_BEATS * beatMs) quietUntil = now + MISSED_BEATS * beatMs;
    lastBeat = now;
    if (now >= quietUntil) await recoverDeadWorkers(context);
    await giveBackLostClaims(context);
  };
  const beatSafely = async (): Promise<void> => {
    try {
      await beat();
    } catch (error) {
      context.log("warn", "a heartbeat failed", { error: String(error) });
    }
    next();
  };
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      current = beatSafely();
    }, beatMs);
  };
  next();
  return {
    stop: async (leave) => {
      stopped = true;
      clearTimeout(timer);
      await current;
      if (!leave) return;
      // While the database is away DBOS would try for ever; then the lease does it.
      const inTime = AbortSignal.timeout(LEAVE_MS);
      await runWithAbortableDbRetries(inTime, () => executor.recoverPendingWorkflows([executor.executorID]));
      await deleteWorker(db, executor.executorID);
    },
  };
}

/**
 * A claim whose commit was not answered, because the connection broke, is a run that is ours and that nobody here
 * carries out: as we live, no one would take it over.
 */
async function giveBackLostClaims({ executor, db, beatMs, log }: Context): Promise<void> {
  for (const { id, claim } of await selectClaims(db, executor.executorID, 2 * beatMs)) {
    if (executor.systemDatabase.checkForRunningWorkflow(id)) continue;
    log("info", `run ${id} was claimed but never begun; it goes back to its queue`);
    await giveBackRuns(db, [id], claim, 0);
  }
}

/** Safe to run in every worker at once, and to be killed anywhere: it only repeats. */
async function recoverDeadWorkers(context: Context): Promise<void> {
  const { executor, db } = context;
  const leaseMs = context.beatMs * MISSED_BEATS;
  const dead = await selectDeadWorkers(db, leaseMs);
  if (dead.length === 0) return;
  const runs = await executor.recoverPendingWorkflows([...dead]);
  context.crashPoint?.("engine:recover", "after-body");
  // Deleted last: a crash before this line only repeats the recovery.
  await deleteDeadWorkers(db, dead, leaseMs);
  if (runs.length === 0) return;
  context.log("info", `took over ${runs.length} runs of workers that ended`, { workers: dead.join(" ") });
  context.onRecovered();
}

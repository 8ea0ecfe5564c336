/**
 * The operator's view of runs and the two things an operator does to them: cancel and resume.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { getExecutor } from "@dbos-inc/dbos-sdk/internal/dbos";
import { UserError } from "../kernel/failure.ts";
import type { Db } from "../store/database.ts";
import type { Engine, Json, QueueName, RunInfo, RunKind, RunStatus } from "./engine.ts";
import { selectDepths, selectRuns, selectSteps, wakeQueues, type RunRow } from "./queries.ts";
import { messageOf } from "./record.ts";

const STATUS_OF: Readonly<Record<string, RunStatus>> = {
  DELAYED: "delayed",
  ENQUEUED: "waiting",
  PENDING: "running",
  SUCCESS: "done",
  ERROR: "failed",
  CANCELLED: "cancelled",
  MAX_RECOVERY_ATTEMPTS_EXCEEDED: "gave-up",
};

const DEFAULT_LIMIT = 100;

function statusOf(recorded: string): RunStatus {
  const status = STATUS_OF[recorded];
  if (status === undefined) throw new Error(`a run has the unknown status ${recorded}`);
  return status;
}

function infoOf(row: RunRow): RunInfo {
  return {
    id: row.id,
    kind: row.kind,
    queue: row.queue,
    status: statusOf(row.status),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    error: messageOf(row.error),
  };
}

/** Runs by kind and status, newest first, at most `limit` (100 unless told). */
export async function listRuns(db: Db, filter: Parameters<Engine["list"]>[0]): Promise<readonly RunInfo[]> {
  const wanted = filter.status;
  const statuses = wanted && Object.keys(STATUS_OF).filter((name) => wanted.includes(statusOf(name)));
  const rows = await selectRuns(db, { kind: filter.kind, statuses, limit: filter.limit ?? DEFAULT_LIMIT });
  return rows.map(infoOf);
}

/** One run with its recorded steps, or null when there is none. */
export async function inspectRun(db: Db, id: string): ReturnType<Engine["inspect"]> {
  const row = (await selectRuns(db, { id, limit: 1 }))[0];
  if (row === undefined) return null;
  const steps = await selectSteps(db, id);
  return { ...infoOf(row), steps: steps.map(({ name, error }) => ({ name, error: messageOf(error) })) };
}

/**
 * Starts a failed run again at the step that failed; recorded steps before it stay. A run that failed outside a step,
 * or was given up, goes on after its last recorded step. Throws a UserError for a run in another state.
 */
export async function resumeRun(
  db: Db,
  kinds: ReadonlyMap<string, RunKind<Json>>,
  id: string,
): Promise<void> {
  const row = (await selectRuns(db, { id, limit: 1 }))[0];
  if (row === undefined)
    throw new UserError(`There is no run ${id}; it may have been deleted after its retention.`);
  const queue = kinds.get(row.kind)?.queue ?? row.queue;
  const status = statusOf(row.status);
  if (queue === null || (status !== "failed" && status !== "gave-up")) {
    throw new UserError(`Run ${id} is ${status}; only a failed run can be resumed.`);
  }
  const steps = await selectSteps(db, id);
  const last = steps.at(-1);
  // A body may catch a step's failure and go on; the one that ended the run is the last recorded.
  const from = last === undefined ? 0 : last.error === null ? last.function_id + 1 : last.function_id;
  await getExecutor().rewindWorkflow(id, from, {
    queueName: queue,
    queuePartitionKey: row.partition ?? undefined,
  });
  await wakeQueues(db, [queue as QueueName]);
}

/** Ends a run that is not over; no error when it is unknown or over. */
export async function cancelRun(id: string): Promise<void> {
  await DBOS.cancelWorkflow(id);
}

/** What stands in the queues. */
export async function queueDepths(db: Db): ReturnType<Engine["queueDepths"]> {
  const rows = await selectDepths(db);
  return rows.map((row) => ({
    queue: row.queue,
    status: statusOf(row.status),
    runs: row.runs,
    oldestMs: row.oldest_ms,
  }));
}

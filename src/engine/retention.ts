/**
 * Deletes finished runs after a while. Only runs that ended well or were cancelled: a failed one waits for its operator.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { EngineOptions, Schedule } from "./engine.ts";
import { selectFinishedRuns } from "./queries.ts";

const BATCH = 500;
const HOUR_MS: Ms = 3_600_000;

/**
 * Deletes runs that finished before `before`, in batches, through DBOS, which knows all tables of a run. Returns how
 * many. A deleted id could run again: lasting protection against that is the business's own unique keys.
 */
export async function deleteFinishedRuns(db: Db, before: EpochMs): Promise<number> {
  let deleted = 0;
  for (;;) {
    const ids = await selectFinishedRuns(db, before, BATCH);
    if (ids.length === 0) return deleted;
    await DBOS.deleteWorkflows([...ids]);
    deleted += ids.length;
  }
}

/** The hourly job of the engine itself. */
export function retentionSchedule(db: Db, retentionMs: Ms, log: EngineOptions["log"]): Schedule {
  return {
    name: "engine:retention",
    everyMs: HOUR_MS,
    body: async (now) => {
      const deleted = await deleteFinishedRuns(db, now - retentionMs);
      if (deleted > 0) log("info", `deleted ${deleted} finished runs`, { olderThanMs: retentionMs });
    },
  };
}

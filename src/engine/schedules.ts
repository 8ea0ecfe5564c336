/**
 * Jobs that repeat. One row per job says when it is due and who is at it; a worker takes it with one UPDATE and hands it
 * back when the body ends. Why not otherwise: DBOS's cron leaves a run per tick (a million rows in a fortnight at one a
 * second) and knows no "not while the last one runs"; a session's advisory lock holds a connection per job and stays
 * with a stopped process for ever, where this row is free as soon as its owner misses three beats.
 */
import type { Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { EngineOptions, Schedule } from "./engine.ts";
import { claimSchedule, releaseSchedule, untilDue, upsertSchedule } from "./queries.ts";

const SHORTEST_WAIT_MS: Ms = 20;
/** Another worker may die while it has the job: look at least this often. */
const LONGEST_WAIT_MS: Ms = 30_000;

export interface Timetable {
  /** No body begins after this; resolves when the running ones are over. */
  readonly stop: () => Promise<void>;
}

interface Context {
  readonly db: Db;
  readonly owner: string;
  readonly leaseMs: Ms;
  readonly log: EngineOptions["log"];
}

/** Runs these jobs, sharing them with every other worker on this database. */
export async function startSchedules(context: Context, schedules: readonly Schedule[]): Promise<Timetable> {
  let stopped = false;
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();

  function tickIn(schedule: Schedule, ms: Ms): void {
    if (stopped) return;
    const tick = (): void => {
      const ended = runIfDue(context, schedule, () => stopped).then((waitMs) => tickIn(schedule, waitMs));
      running.set(schedule.name, ended);
    };
    timers.set(schedule.name, setTimeout(tick, ms));
  }

  for (const schedule of schedules) {
    await upsertSchedule(context.db, schedule.name, schedule.everyMs);
    tickIn(schedule, 0);
  }
  return {
    stop: async () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.allSettled(running.values());
    },
  };
}

/** One look at one job. Returns how long to wait before the next; never throws. */
async function runIfDue(context: Context, schedule: Schedule, stopped: () => boolean): Promise<Ms> {
  const { db, owner, log } = context;
  try {
    const now = stopped()
      ? null
      : await claimSchedule(db, schedule.name, owner, schedule.leaseMs ?? context.leaseMs);
    if (now !== null) {
      try {
        await schedule.body(now);
      } catch (error) {
        log("error", `schedule ${schedule.name} failed; the next tick goes on`, { error: String(error) });
      }
      await releaseSchedule(db, schedule.name, owner, schedule.everyMs);
    }
    const waitMs = await untilDue(db, schedule.name);
    // Due, and somebody else is at it: come back after a while, not at once.
    const atLeast = now === null && waitMs <= 0 ? Math.min(schedule.everyMs, 1_000) : SHORTEST_WAIT_MS;
    return Math.min(Math.max(waitMs, atLeast), LONGEST_WAIT_MS);
  } catch (error) {
    log("warn", `schedule ${schedule.name} could not be read; trying again`, { error: String(error) });
    return 1_000;
  }
}

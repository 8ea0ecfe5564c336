/**
 * Runs for the engine's tests. Each body writes to a ledger table, as a remote system would keep its own books, and
 * notes whether its step was already recorded when it began.
 */
import type { Pool } from "pg";
import { RetryableFailure } from "../../src/kernel/failure.ts";
import type { Json, RunKind, Schedule, Steps } from "../../src/engine/engine.ts";

/** The tables beside Baton's own that the kinds below write to. */
export const LEDGER = `
  create table ledger (
    seq bigint generated always as identity, run text, step text, pid int, already_recorded boolean,
    at timestamptz not null default clock_timestamp());
  create table switch (name text primary key)`;

/** The steps of kind "chain". */
export const CHAIN = ["one", "two", "three", "four"];

export type Kinds = ReturnType<typeof kindsOn>;

/** The kinds, writing through this pool. */
export function kindsOn(pool: Pool) {
  async function note(run: string, step: string): Promise<null> {
    await pool.query(
      `insert into ledger (run, step, pid, already_recorded)
       values ($1, $2, $3, exists (
         select 1 from dbos.operation_outputs where workflow_uuid = $1 and function_name = $2))`,
      [run, step, process.pid],
    );
    return null;
  }
  const switchedOn = async (name: string): Promise<boolean> =>
    ((await pool.query("select 1 from switch where name = $1", [name])).rowCount ?? 0) > 0;

  const chain: RunKind<{ readonly stepMs: number }> = {
    name: "chain",
    queue: "handoff",
    body: async (steps, { stepMs }) => {
      for (const name of CHAIN) {
        await steps.step(name, async () => {
          await sleep(stepMs);
          return note(steps.runId, name);
        });
      }
    },
  };
  const ordered: RunKind<{ readonly stepMs: number }> = {
    name: "ordered",
    queue: "conversation",
    body: async (steps, { stepMs }) => {
      await steps.step("enter", () => note(steps.runId, "enter"));
      await steps.step("leave", async () => {
        await sleep(stepMs);
        return note(steps.runId, "leave");
      });
    },
  };
  const single = (queue: "timer" | "upkeep"): RunKind<null> => ({
    name: `single-${queue}`,
    queue,
    body: async (steps) => {
      await steps.step("only", () => note(steps.runId, "only"));
    },
  });
  const gated: RunKind<{ readonly gate: string }> = {
    name: "gated",
    queue: "handoff",
    body: async (steps, { gate }) => {
      await steps.step("first", () => note(steps.runId, "first"));
      await steps.step("gate", () => pass(steps, gate), { attempts: 3, firstDelayMs: 5, maxDelayMs: 10 });
      await steps.step("last", () => note(steps.runId, "last"));
    },
  };
  async function pass(steps: Steps, gate: string): Promise<Json> {
    await note(steps.runId, "gate");
    if (await switchedOn(gate)) return true;
    const facts = { target: "slack", code: "http_503", message: `Slack is closed behind ${gate}.` } as const;
    throw new RetryableFailure({ ...facts, cause: new Error("503 from the proxy") }, "not-executed", 1);
  }
  /** Writes "begin", works for a while and writes "end"; every third tick throws. */
  const schedule: Schedule = {
    name: "tick",
    everyMs: 60,
    body: async (now) => {
      await note("tick", "begin");
      await sleep(100);
      await note("tick", "end");
      if (now % 3 === 0) throw new Error("this tick fails");
    },
  };
  return { chain, ordered, timer: single("timer"), upkeep: single("upkeep"), gated, schedule, note };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

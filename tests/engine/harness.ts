/** Worker processes for the engine's tests, and patience. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Pool } from "pg";
import { sleep } from "./kinds.ts";
import type { Job } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

export interface Worker {
  readonly process: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it logged as warning or error. */
  readonly complaints: () => string;
}

const living = new Set<ChildProcess>();

/** Starts a worker and waits until it takes runs, or until it ends when it is to crash. */
export async function startWorker(job: Job): Promise<Worker> {
  const child = spawn(process.execPath, [WORKER, JSON.stringify(job)], { stdio: ["ignore", "pipe", "pipe"] });
  living.add(child);
  let complaints = "";
  child.stderr.on("data", (data: Buffer) => (complaints += data.toString()));
  const ended = once(child, "exit").then(([code, signal]: (number | string | null)[]) => {
    living.delete(child);
    return code ?? signal ?? "unknown";
  });
  const ready = once(child.stdout, "data");
  const first = await Promise.race([ready, ended]);
  if (typeof first === "number") throw new Error(`worker ended with ${first}: ${complaints}`);
  return { process: child, ended, complaints: () => complaints };
}

/** Kills what a failed test left behind. */
export function killWorkers(): void {
  for (const child of living) child.kill("SIGKILL");
}

/** Waits until the question is answered with yes. */
export async function until(what: string, ask: () => Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await sleep(50);
  }
}

/** How many runs have each of DBOS's statuses. */
export async function statuses(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ status: string; runs: number }>(
    "select status, count(*)::int as runs from dbos.workflow_status group by 1",
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.runs]));
}

/** Numbers by SQL: one row, one column. */
export async function count(pool: Pool, query: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`select (${query}) as n`, [...values]);
  return Number(rows[0]?.n);
}

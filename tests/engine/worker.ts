/** A worker process of the engine's tests. Its one argument is a Job as JSON; "ready" on stdout says that it works. */
import { Pool } from "pg";
import { createEngine } from "../../src/engine/dbos.ts";
import type { EngineOptions, RunKind } from "../../src/engine/engine.ts";
import { kindsOn } from "./kinds.ts";

export interface Job extends Partial<Pick<EngineOptions, "beatMs" | "concurrency" | "limits">> {
  readonly databaseUrl: string;
  /** Kill the process with SIGKILL when it first comes to this place. */
  readonly crashAt?: { readonly step: string; readonly phase: string };
  /** The clock of this process is wrong by so much. */
  readonly clockAheadMs?: number;
  readonly scheduled?: boolean;
}

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const ahead = job.clockAheadMs ?? 0;
if (ahead !== 0) {
  const realNow = Date.now.bind(Date);
  Date.now = () => realNow() + ahead;
}

const pool = new Pool({ connectionString: job.databaseUrl, max: 20 });
pool.on("error", () => {});
const kinds = kindsOn(pool);
const engine = await createEngine({
  databaseUrl: job.databaseUrl,
  kinds: [kinds.chain, kinds.ordered, kinds.timer, kinds.upkeep, kinds.gated] as readonly RunKind<never>[],
  schedules: job.scheduled === true ? [kinds.schedule] : [],
  concurrency: job.concurrency ?? {},
  limits: job.limits,
  beatMs: job.beatMs ?? 1_000,
  crashPoint: (step, phase) => {
    if (step === job.crashAt?.step && phase === job.crashAt.phase) process.kill(process.pid, "SIGKILL");
  },
  log: (level, message, facts) => {
    if (level === "error" || level === "warn") console.error(level, message, JSON.stringify(facts ?? {}));
  },
});
process.once("SIGTERM", () => {
  void engine
    .stop(8_000)
    .then(() => pool.end())
    .then(() => process.exit(0));
});
await engine.work();
console.log("ready");

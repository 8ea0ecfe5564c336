/**
 * What the durable engine alone can do: runs of six empty steps. It is the ceiling for handoffs, which have about as
 * many steps and do real work in them. One worker, in this process, on a database whose migrations have run.
 */
import { Pool } from "pg";
import { createEngine } from "../src/engine/dbos.ts";
import type { Engine, RunKind } from "../src/engine/engine.ts";
import { postgresCpu, postgresCpuSince } from "./cpu.ts";

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const STEPS = ["one", "two", "three", "four", "five", "six"];
const BURST = 500;
const CONCURRENCY = 50;
const LATENCY_SAMPLES = 60;
const START_CLIENTS = 16;

/** Measures throughput, idle latency and CPU of empty six-step runs, and how fast runs can be started. */
export async function engineBench(databaseUrl: string): Promise<{ rows: BenchRow[] }> {
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  const over = new Map<string, () => void>();
  const six: RunKind<null> = {
    name: "bench-six",
    queue: "handoff",
    body: async (steps) => {
      for (const name of STEPS) await steps.step(name, () => Promise.resolve(null));
      over.get(steps.runId)?.();
    },
  };
  const conversation: RunKind<null> = {
    name: "bench-conversation",
    queue: "conversation",
    body: async (steps) => {
      await steps.step("start", async () => {
        await engine.start(six, null, { id: `${steps.runId}:handoff` });
        return null;
      });
    },
  };
  const idle: RunKind<null> = { name: "bench-idle", queue: "upkeep", body: () => Promise.resolve() };
  const engine = await createEngine({
    databaseUrl,
    kinds: [six, conversation, idle] as readonly RunKind<never>[],
    schedules: [],
    concurrency: { handoff: CONCURRENCY, conversation: CONCURRENCY },
    log: (level, message) => {
      if (level === "error" || level === "warn") console.error(`engine bench: ${message}`);
    },
  });
  const ended = (id: string): Promise<void> => new Promise((resolve) => over.set(id, resolve));
  const bench: Bench = {
    engine,
    pool,
    six,
    conversation,
    idle,
    ended,
    tag: `bench:${process.hrtime.bigint()}`,
  };
  try {
    const started = await startRates(bench);
    await engine.work();
    await burst(bench, "warm-up");
    const rows = [
      ...(await burst(bench, "burst")),
      ...(await latencies(bench)),
      ...started,
      ...(await idleCost(bench)),
    ];
    return { rows };
  } finally {
    await engine.stop(5_000);
    await pool.end();
  }
}

interface Bench {
  readonly engine: Engine;
  readonly pool: Pool;
  readonly six: RunKind<null>;
  readonly conversation: RunKind<null>;
  readonly idle: RunKind<null>;
  readonly ended: (id: string) => Promise<void>;
  readonly tag: string;
}

async function burst(bench: Bench, name: string): Promise<BenchRow[]> {
  const runs = Array.from({ length: BURST }, (_, i) => ({ id: `${bench.tag}:${name}:${i}`, input: null }));
  const all = Promise.all(runs.map((run) => bench.ended(run.id)));
  const [node, postgres, began] = [process.cpuUsage(), await postgresCpu(bench.pool), performance.now()];
  await bench.engine.startMany(bench.six, runs);
  await all;
  const seconds = (performance.now() - began) / 1_000;
  const used = process.cpuUsage(node);
  const rows = [
    { name: `empty runs of 6 steps, ${CONCURRENCY} at once`, value: BURST / seconds, unit: "runs/s" },
    { name: "Node CPU per run", value: (used.user + used.system) / 1_000 / BURST, unit: "ms" },
  ];
  const spent = await postgresCpuSince(bench.pool, postgres);
  return spent === null
    ? rows
    : [...rows, { name: "PostgreSQL CPU per run", value: spent / BURST, unit: "ms" }];
}

async function latencies(bench: Bench): Promise<BenchRow[]> {
  const direct: number[] = [];
  const chained: number[] = [];
  for (let i = 0; i < LATENCY_SAMPLES; i += 1) {
    await pause(20 + ((i * 37) % 60));
    const one = `${bench.tag}:latency:${i}`;
    direct.push(await timed(bench.ended(one), () => bench.engine.start(bench.six, null, { id: one })));
    await pause(20 + ((i * 53) % 60));
    const two = `${bench.tag}:chain:${i}`;
    const start = (): Promise<void> =>
      bench.engine.start(bench.conversation, null, { id: two, partition: two });
    chained.push(await timed(bench.ended(`${two}:handoff`), start));
  }
  return [
    { name: "start to done, idle, p50", value: percentile(direct, 0.5), unit: "ms" },
    { name: "start to done, idle, p95", value: percentile(direct, 0.95), unit: "ms" },
    { name: "conversation run, then 6-step run, idle, p50", value: percentile(chained, 0.5), unit: "ms" },
    { name: "conversation run, then 6-step run, idle, p95", value: percentile(chained, 0.95), unit: "ms" },
  ];
}

/** Before any worker works: what it costs to write runs down. */
async function startRates(bench: Bench): Promise<BenchRow[]> {
  const id = (name: string, n: number): string => `${bench.tag}:${name}:${n}`;
  let next = 0;
  const singles = 800;
  const single = await timed(
    Promise.resolve(),
    async () =>
      void (await Promise.all(
        Array.from({ length: START_CLIENTS }, async () => {
          while (next < singles) await bench.engine.start(bench.idle, null, { id: id("single", next++) });
        }),
      )),
  );
  const batches = 40;
  const size = 100;
  const many = await timed(Promise.resolve(), async () => {
    for (let b = 0; b < batches; b += 1) {
      const runs = Array.from({ length: size }, (_, i) => ({ input: null, id: id("many", b * size + i) }));
      await bench.engine.startMany(bench.idle, runs);
    }
  });
  await bench.pool.query(
    "update dbos.workflow_status set status = 'CANCELLED' where status = 'ENQUEUED' and name = $1",
    [bench.idle.name],
  );
  return [
    {
      name: `runs started one by one, ${START_CLIENTS} at once`,
      value: (singles / single) * 1_000,
      unit: "runs/s",
    },
    { name: `runs started ${size} in a statement`, value: ((batches * size) / many) * 1_000, unit: "runs/s" },
  ];
}

/** What a worker with nothing to do costs. */
async function idleCost(bench: Bench): Promise<BenchRow[]> {
  const seconds = 5;
  const [node, before] = [process.cpuUsage(), await postgresCpu(bench.pool)];
  await pause(seconds * 1_000);
  const used = process.cpuUsage(node);
  const spent = await postgresCpuSince(bench.pool, before);
  const rows = [
    { name: "idle worker, Node CPU", value: (used.user + used.system) / 1_000 / seconds, unit: "ms/s" },
  ];
  return spent === null
    ? rows
    : [...rows, { name: "idle worker, PostgreSQL CPU", value: spent / seconds, unit: "ms/s" }];
}

async function timed(end: Promise<void>, begin: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await begin();
  await end;
  return performance.now() - began;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

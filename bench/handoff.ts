/**
 * Durable handoffs: how many a second one worker brings to their end, beside empty durable runs on the same machine;
 * what they cost in calls; and how long it takes, when nothing else is going on, from the webhook to the alert.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { sql } from "kysely";
import { connectEmulators, DEMO_ENVIRONMENT } from "../src/cli/emulated.ts";
import { createEngine } from "../src/engine/dbos.ts";
import type { RunKind } from "../src/engine/engine.ts";
import { insertEvents } from "../src/intake/queries.ts";
import { readArrival } from "../src/intake/storable.ts";
import { type News, newsOf, runOf } from "../src/news.ts";
import { type Emulators, startEmulators } from "../emulators/all.ts";
import { cpuOf, postgresCpu, postgresCpuSince } from "./cpu.ts";
import { engineBench } from "./engine.ts";
import { type Baton, type Bench, type BenchDatabase, type Ground, pause, startBaton } from "./ground.ts";
import { atLeast, atMost, informs, percentile, type Row } from "./row.ts";
import { qualifying, type Story } from "./story.ts";
import { openLine, signedRequest } from "./traffic.ts";

const HANDOFFS = 300;
const PATIENCE_MS = 120_000;

export const handoff: Bench = async (ground) => {
  const limits = await engineBench((await ground.newDatabase()).url);
  const limit = limits.rows.find((row) => row.unit === "runs/s")?.value ?? Number.NaN;
  ground.say(`empty durable runs: ${limit.toFixed(0)}/s`);
  return [
    ...limits.rows.map(informs),
    ...(await withEmulators(ground, (emulators) => throughput(ground, emulators, limit))),
    ...(await withEmulators(ground, (emulators) => idleLatency(ground, emulators))),
  ];
};

async function withEmulators<T>(ground: Ground, body: (emulators: Emulators) => Promise<T>): Promise<T> {
  const emulators = await startEmulators({ now: ground.clock });
  try {
    return await body(emulators);
  } finally {
    await emulators.stop();
  }
}

async function connected(
  ground: Ground,
  emulators: Emulators,
): Promise<{ database: BenchDatabase; path: string }> {
  const database = await ground.newDatabase();
  const { vault } = ground;
  const path = await connectEmulators({
    db: database.db,
    vault,
    emulators,
    environment: DEMO_ENVIRONMENT,
    mode: "live",
  });
  return { database, path };
}

// --- Throughput ---------------------------------------------------------------------------------------------------

async function throughput(ground: Ground, emulators: Emulators, limit: number): Promise<readonly Row[]> {
  const count = ground.quick ? 60 : HANDOFFS;
  const { database } = await connected(ground, emulators);
  const warmUp = ground.quick ? 10 : 40;
  const { told, people } = await qualifying(ground, emulators, count + warmUp);
  const folder = await ground.newFolder();
  const worker = await startBaton(ground, { command: ["worker"], databaseUrl: database.url, folder });
  try {
    return await starting(ground, database, async (begin) => {
      // People first, as they appear before they write; else the sweep would find their news in the middle.
      await begin(await store(database, people, ground.clock()));
      await untilAllTaken(database);
      await begin(await storeAll(database, told.slice(0, warmUp), ground.clock()));
      await untilHandedOff(database, warmUp);
      const rest = await storeAll(database, told.slice(warmUp), ground.clock());
      const start = (): Promise<void> => begin(rest);
      return measured(ground, { emulators, database, worker, start, warmUp, count, limit });
    });
  } finally {
    await worker.stop();
  }
}

interface Measuring {
  readonly emulators: Emulators;
  readonly database: BenchDatabase;
  readonly worker: Baton;
  readonly start: () => Promise<void>;
  readonly warmUp: number;
  readonly count: number;
  readonly limit: number;
}

async function measured(ground: Ground, measuring: Measuring): Promise<readonly Row[]> {
  const { emulators, database, worker, start, warmUp, count, limit } = measuring;
  const calls = emulators.salesforce.state.calls.total;
  const cpu = await cpuOf(worker.pid);
  const postgres = await postgresCpu(database.pool);
  const own = process.cpuUsage();
  const began = ground.clock();
  await start();
  await untilHandedOff(database, warmUp + count);
  const spent = process.cpuUsage(own);
  const after = await cpuOf(worker.pid);
  const inPostgres = await postgresCpuSince(database.pool, postgres);
  const { rows } = await sql<{ ended: Date; done: number }>`
    select max(finished_at) as ended, count(*) filter (where status = 'done')::int as done from handoffs`.execute(
    database.db,
  );
  const [end] = rows;
  if (end === undefined || end.done !== warmUp + count)
    throw new Error(`${end?.done} of ${warmUp + count} handoffs ended as done`);
  const seconds = (end.ended.getTime() - began) / 1_000;
  const used = emulators.salesforce.state.calls.total - calls;
  return [
    atLeast(
      {
        name: `${count} conversations heard, decided, handed off, one worker`,
        value: count / seconds,
        unit: "handoffs/s",
        limit,
      },
      40,
    ),
    atMost({ name: "Salesforce calls per handoff, no faults", value: used / count, unit: "calls" }, 2),
    ...cpuRow("the worker's CPU per handoff", cpu === null || after === null ? null : after - cpu, count),
    ...cpuRow("PostgreSQL's CPU per handoff", inPostgres, count),
    informs({
      name: "the emulators' CPU per handoff (same two cores)",
      value: (spent.user + spent.system) / 1_000 / count,
      unit: "ms",
    }),
  ];
}

function cpuRow(name: string, ms: number | null, count: number): readonly Row[] {
  return ms === null ? [] : [informs({ name, value: ms / count, unit: "ms" })];
}

/** Stores notifications as the intake does; returns the news that they are, one for each conversation or person. */
async function store(
  database: BenchDatabase,
  bodies: readonly string[],
  now: number,
): Promise<readonly News[]> {
  const rows = bodies.flatMap((body) => {
    const arrived = readArrival(Buffer.from(body), null, now);
    return arrived.kind === "event" ? [arrived.row] : [];
  });
  const news = new Map<string, News>();
  for (let i = 0; i < rows.length; i += 200) {
    for (const event of await insertEvents(database.db, rows.slice(i, i + 200))) {
      const { seq, workspace, conversation_id: conversation } = event;
      const contact = conversation === null ? event.contact_id : null;
      news.set(JSON.stringify([conversation, contact]), newsOf({ workspace, seq, conversation, contact }));
    }
  }
  return [...news.values()];
}

function storeAll(database: BenchDatabase, stories: readonly Story[], now: number): Promise<readonly News[]> {
  return store(
    database,
    stories.flatMap((story) => story.bodies),
    now,
  );
}

/** Hands over a way to start runs as the intake does: an engine that does no work itself. */
async function starting<T>(
  ground: Ground,
  database: BenchDatabase,
  body: (begin: (news: readonly News[]) => Promise<void>) => Promise<T>,
): Promise<T> {
  const kind: RunKind<News> = { name: "conversation", queue: "conversation", body: () => Promise.resolve() };
  const engine = await createEngine({
    databaseUrl: database.url,
    kinds: [kind] as readonly RunKind<never>[],
    schedules: [],
    concurrency: {},
    log: (level, message) => {
      if (level === "error" || level === "warn") ground.say(message);
    },
  });
  try {
    return await body((all) =>
      engine.startMany(
        kind,
        all.map((news) => runOf(news)),
      ),
    );
  } finally {
    await engine.stop(1_000);
  }
}

async function untilAllTaken(database: BenchDatabase): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from events where taken_at is null`.execute(database.db);
    if (rows[0]?.n === 0) return;
    if (performance.now() > deadline) throw new Error(`${rows[0]?.n} events were not taken in time`);
    await pause(50);
  }
}

async function untilHandedOff(database: BenchDatabase, count: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await sql<{ n: number; failed: number }>`
      select count(*) filter (where finished_at is not null)::int as n from handoffs`.execute(database.db);
    const ended = rows[0]?.n ?? 0;
    if (ended >= count) return;
    if (performance.now() > deadline) throw new Error(`only ${ended} of ${count} handoffs ended in time`);
    await pause(50);
  }
}

// --- Latency ------------------------------------------------------------------------------------------------------

async function idleLatency(ground: Ground, emulators: Emulators): Promise<readonly Row[]> {
  const count = ground.quick ? 8 : 40;
  const { database, path } = await connected(ground, emulators);
  // One message, and nothing that Intercom tells only after it: the message alone must qualify.
  const { told, people } = await qualifying(
    ground,
    emulators,
    count + 2,
    (one) => one.turns.length === 1 && one.team === undefined && one.tags.length === 0,
  );
  const folder = await ground.newFolder();
  const baton = await startBaton(ground, { command: ["start"], databaseUrl: database.url, folder });
  const vendors = watchVendors();
  try {
    const url = `${baton.url}${path}`;
    const line = await openLine(url);
    for (const body of people) await line.send(signedRequest(url, body));
    await pause(2_000);
    const all: { total: number; own: number }[] = [];
    for (const [n, { conversation, bodies }] of told.entries()) {
      await pause(150 + ((n * 37) % 200));
      const [body] = bodies;
      if (body === undefined) throw new Error(`conversation ${conversation} has no notification`);
      const sentAt = ground.clock();
      const mark = performance.now();
      await line.send(signedRequest(url, body));
      const alertedAt = await untilAlerted(database, conversation);
      const total = alertedAt - sentAt;
      all.push({ total, own: total - vendors.busyMs(mark, mark + total) });
    }
    line.close();
    return latencyRows(all.slice(2));
  } finally {
    vendors.stop();
    await baton.stop();
  }
}

function latencyRows(all: readonly { readonly total: number; readonly own: number }[]): readonly Row[] {
  const totals = all.map(({ total }) => total);
  const own = all.map((one) => one.own);
  const name = "webhook sent to owner alerted, idle";
  return [
    informs({ name: `${name}, with the vendors, p50`, value: percentile(totals, 0.5), unit: "ms" }),
    informs({ name: `${name}, with the vendors, p95`, value: percentile(totals, 0.95), unit: "ms" }),
    informs({ name: `${name}, without the vendors, p50`, value: percentile(own, 0.5), unit: "ms" }),
    atMost({ name: `${name}, without the vendors, p95`, value: percentile(own, 0.95), unit: "ms" }, 300),
  ];
}

/** Waits for the last alert of a conversation's handoff; its time by the database's clock, which is this machine's. */
async function untilAlerted(database: BenchDatabase, conversation: string): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await sql<{ at: number | null; open: number }>`
      select (extract(epoch from max(e.done_at)) * 1000)::float8 as at, count(*) filter (where e.done_at is null)::int as open
      from handoffs h join effects e on e.handoff_id = h.id
      where h.conversation_id = ${conversation} and e.kind = 'notify'`.execute(database.db);
    const [row] = rows;
    if (row !== undefined && row.at !== null && row.open === 0) return row.at;
    if (performance.now() > deadline)
      throw new Error(`conversation ${conversation} was not handed off in time`);
    await pause(25);
  }
}

interface Vendors {
  /** How long at least one of the emulators, which live in this process, was at a request between the two instants. */
  readonly busyMs: (from: number, to: number) => number;
  readonly stop: () => void;
}

/** Watches every HTTP request that this process answers. Mail is not HTTP: its time stays Baton's. */
function watchVendors(): Vendors {
  const begun = new Map<unknown, number>();
  const spans: { from: number; to: number }[] = [];
  const onStart = (event: unknown): void => {
    begun.set((event as { request: unknown }).request, performance.now());
  };
  const onFinish = (event: unknown): void => {
    const { request } = event as { request: unknown };
    const from = begun.get(request);
    begun.delete(request);
    if (from !== undefined) spans.push({ from, to: performance.now() });
  };
  subscribe("http.server.request.start", onStart);
  subscribe("http.server.response.finish", onFinish);
  return {
    busyMs: (from, to) => {
      let [covered, until] = [0, from];
      for (const span of spans.toSorted((a, b) => a.from - b.from)) {
        const start = Math.max(span.from, until);
        const end = Math.min(span.to, to);
        if (end <= start) continue;
        covered += end - start;
        until = end;
      }
      return covered;
    },
    stop: () => {
      unsubscribe("http.server.request.start", onStart);
      unsubscribe("http.server.response.finish", onFinish);
    },
  };
}

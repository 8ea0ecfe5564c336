/**
 * The webhook's door: how many notifications a second are verified, committed and answered, beside raw batch inserts
 * into a copy of the same table; and how long one answer takes at 200 a second.
 */
import { sql } from "kysely";
import { insertEvents } from "../src/intake/queries.ts";
import { type NewEvent, readArrival } from "../src/intake/storable.ts";
import { connectEmulators, DEMO_ENVIRONMENT } from "../src/cli/emulated.ts";
import { openDatabase } from "../src/store/database.ts";
import { type Emulators, startEmulators } from "../emulators/all.ts";
import { cpuOf, postgresCpu, postgresCpuSince } from "./cpu.ts";
import { type BenchDatabase, type Bench, type Ground, startBaton } from "./ground.ts";
import { atLeast, atMost, informs, percentile, type Row } from "./row.ts";
import { flood, notificationBody, series, steady } from "./traffic.ts";

const LINES = 128;
const PER_SECOND = 200;
const RAW_BATCH = 200;
const RAW_CLIENTS = 4;

export const intake: Bench = async (ground) => {
  const emulators = await startEmulators({ now: ground.clock });
  try {
    return [
      ...(await sustained(ground, emulators)),
      ...(await answerTime(ground, emulators, ["start", "--serve-only"], "serving only")),
      ...(await answerTime(ground, emulators, ["start"], "serving and working")),
    ];
  } finally {
    await emulators.stop();
  }
};

/** A database with the emulated connections, and the path of its webhook. */
async function connected(
  ground: Ground,
  emulators: Emulators,
): Promise<{ database: BenchDatabase; path: string }> {
  const database = await ground.newDatabase();
  const path = await connectEmulators({
    db: database.db,
    vault: ground.vault,
    emulators,
    environment: DEMO_ENVIRONMENT,
    mode: "live",
  });
  return { database, path };
}

async function sustained(ground: Ground, emulators: Emulators): Promise<readonly Row[]> {
  const { database, path } = await connected(ground, emulators);
  const rawBefore = await rawInserts(ground, database);
  const folder = await ground.newFolder();
  const baton = await startBaton(ground, {
    command: ["start", "--serve-only"],
    databaseUrl: database.url,
    folder,
  });
  try {
    const url = `${baton.url}${path}`;
    await flood(url, series(url, "warm", ground.quick ? 1_000 : 4_000, ground.clock()), LINES, 10_000);
    const requests = series(url, "flood", ground.quick ? 4_000 : 30_000, ground.clock());
    const before = await cpuOf(baton.pid);
    const postgres = await postgresCpu(database.pool);
    const own = process.cpuUsage();
    const { accepted, sent, seconds } = await flood(url, requests, LINES, 30_000);
    const sender = process.cpuUsage(own);
    const after = await cpuOf(baton.pid);
    const inPostgres = await postgresCpuSince(database.pool, postgres);
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from events where notification_id like 'notif_flood_%'`.execute(database.db);
    const committed = rows[0]?.n ?? 0;
    if (accepted !== sent || committed !== accepted)
      throw new Error(`${sent} sent, ${accepted} answered with 200, ${committed} stored`);
    const rawAfter = await rawInserts(ground, database);
    ground.say(`raw batch inserts: ${Math.round(rawBefore)} rows/s before, ${Math.round(rawAfter)} after`);
    // Before and after, because a machine that is shared is not equally quick all the time.
    const limit = (rawBefore + rawAfter) / 2;
    return [
      atLeast(
        {
          name: `verified, committed and answered, ${LINES} connections`,
          value: committed / seconds,
          unit: "notifications/s",
          limit,
        },
        1_500,
        0.25,
      ),
      ...cpuRow(
        "Baton's CPU per notification",
        before === null || after === null ? null : after - before,
        committed,
      ),
      ...cpuRow("PostgreSQL's CPU per notification", inPostgres, committed),
      informs({
        name: "the sender's CPU per notification (same two cores)",
        value: (sender.user + sender.system) / committed,
        unit: "us",
      }),
    ];
  } finally {
    await baton.stop();
  }
}

function cpuRow(name: string, ms: number | null, count: number): readonly Row[] {
  return ms === null ? [] : [informs({ name, value: (ms / count) * 1_000, unit: "us" })];
}

/** Rows a second into a copy of the table with all its indexes: the intake's own statement, nothing around it. */
async function rawInserts(ground: Ground, database: BenchDatabase): Promise<number> {
  await sql`create schema raw`.execute(database.db);
  await sql`create table raw.events (like public.events including all)`.execute(database.db);
  const url = `${database.url}?options=-csearch_path%3Draw`;
  const raw = openDatabase({ url, poolSize: RAW_CLIENTS, log: () => {} });
  const batches = Array.from({ length: ground.quick ? 40 : 200 }, (_, batch) =>
    Array.from({ length: RAW_BATCH }, (_row, n) => rowOf(batch * RAW_BATCH + n, ground.clock())),
  );
  try {
    let next = 0;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: RAW_CLIENTS }, async () => {
        for (let batch = batches[next++]; batch !== undefined; batch = batches[next++])
          await insertEvents(raw.db, batch);
      }),
    );
    return (batches.length * RAW_BATCH) / ((performance.now() - began) / 1_000);
  } finally {
    await raw.close();
    await sql`drop schema raw cascade`.execute(database.db);
  }
}

function rowOf(n: number, now: number): NewEvent {
  const arrived = readArrival(Buffer.from(notificationBody("raw", n, Math.floor(now / 1_000))), null, now);
  if (arrived.kind !== "event") throw new Error("a notification of the bench is read as a ping");
  return arrived.row;
}

async function answerTime(
  ground: Ground,
  emulators: Emulators,
  command: readonly ["start", ...string[]],
  how: string,
): Promise<readonly Row[]> {
  const { database, path } = await connected(ground, emulators);
  const baton = await startBaton(ground, {
    command,
    databaseUrl: database.url,
    folder: await ground.newFolder(),
  });
  try {
    const url = `${baton.url}${path}`;
    await steady(url, series(url, "warm", 400, ground.clock()), PER_SECOND);
    const requests = series(url, "steady", PER_SECOND * (ground.quick ? 4 : 20), ground.clock());
    const times = await steady(url, requests, PER_SECOND);
    const at = (share: number): number => percentile(times, share);
    const name = `answer at ${PER_SECOND}/s, ${how}`;
    return [
      informs({ name: `${name}, p50`, value: at(0.5), unit: "ms" }),
      informs({ name: `${name}, p95`, value: at(0.95), unit: "ms" }),
      atMost({ name: `${name}, p99`, value: at(0.99), unit: "ms" }, 50),
      atMost({ name: `${name}, slowest`, value: Math.max(...times), unit: "ms" }, 500),
    ];
  } finally {
    await baton.stop();
  }
}

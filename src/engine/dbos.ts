/**
 * The engine on DBOS: one system in Baton's own database, so that a run starts in the transaction that wants it.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { DBOS, type DLogger } from "@dbos-inc/dbos-sdk";
import { getExecutor } from "@dbos-inc/dbos-sdk/internal/dbos";
import { SystemDatabase } from "@dbos-inc/dbos-sdk/internal/system_database";
import { WorkflowQueue } from "@dbos-inc/dbos-sdk/internal/wfqueue";
import { Kysely, PostgresDialect } from "kysely";
import { Client, Pool } from "pg";
import type { Ms } from "../kernel/time.ts";
import type { Db, Tables, Tx } from "../store/database.ts";
import { startDispatcher, type Dispatcher } from "./dispatch.ts";
import type { Engine, EngineOptions, Json, QueueName, RunKind, StartOptions } from "./engine.ts";
import { startListener, type Listener } from "./listen.ts";
import { prepareStatements } from "../store/prepared.ts";
import { isHot } from "./prepared.ts";
import { APP, databaseNow, insertRuns, PROMOTE_DUE_RUNS, VERSION, type StartRow } from "./queries.ts";
import { plainJson } from "./record.ts";
import { retentionSchedule } from "./retention.ts";
import { cancelRun, inspectRun, listRuns, queueDepths, resumeRun } from "./runs.ts";
import { startSchedules, type Timetable } from "./schedules.ts";
import { carryOut, type Workplace } from "./steps.ts";
import { saveTrips } from "./trips.ts";
import { MISSED_BEATS, startHeart, type Heart } from "./workers.ts";

const QUEUES: readonly QueueName[] = ["conversation", "handoff", "timer", "upkeep"];
const DEFAULT_CONCURRENCY = 50;
const DEFAULT_BEAT_MS: Ms = 5_000;
const DEFAULT_RETENTION_MS: Ms = 14 * 86_400_000;
/** A run whose worker died this often is given up: it is the likely killer. */
const MAX_RECOVERIES = 50;
const STEP_CONNECTIONS = 12;
const OWN_CONNECTIONS = 4;
const MIGRATION_RETRY_MS: Ms = 50;
/** The part of the grace after which bodies are told to end. */
const POLITE = 0.9;

let taken = false;

/**
 * Opens the engine on the database at `databaseUrl`, whose migrations have run. It creates or migrates schema `dbos`.
 * The result starts, lists and cancels runs at once and takes none before `work()`. One engine per process: DBOS is a
 * singleton, a second call before `stop()` throws.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  if (taken) {
    throw new Error(
      "This process already has an engine: create one, pass it on, and stop it before creating another.",
    );
  }
  const kinds = kindsByName(options.kinds);
  taken = true;
  // Two pools: a burst of steps must not keep heartbeats waiting.
  const stepPool = openPool(options, STEP_CONNECTIONS);
  prepareStatements(stepPool, isHot);
  const db: Db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: openPool(options, OWN_CONNECTIONS) }),
  });
  const closeDatabase = async (): Promise<void> => {
    await DBOS.shutdown({ deregister: true });
    await Promise.all([db.destroy(), stepPool.end()]);
    taken = false;
  };
  const shift = newShift();
  const place: Workplace = {
    stopping: shift.stopping.signal,
    ending: shift.ending.signal,
    databaseNow: () => databaseNow(db),
    crashPoint: options.crashPoint,
    park: () => (shift.parked += 1),
  };
  try {
    await launch(options, stepPool, kinds, place);
  } catch (error) {
    await closeDatabase().catch(() => {});
    throw new Error(`The durable engine could not open its database: ${String(error)}`, { cause: error });
  }
  return {
    ...starts(db),
    cancel: cancelRun,
    inspect: (id) => inspectRun(db, id),
    list: (filter) => listRuns(db, filter),
    resume: (id) => resumeRun(db, kinds, id),
    queueDepths: () => queueDepths(db),
    work: () => work(options, db, shift),
    stop: (graceMs) => (shift.stopped ??= endShift(shift, graceMs).then(closeDatabase)),
  };
}

/** The life of this process as a worker. */
interface Shift {
  readonly stopping: AbortController;
  readonly ending: AbortController;
  parked: number;
  dispatcher?: Dispatcher;
  listener?: Listener;
  heart?: Heart;
  timetable?: Timetable;
  stopped?: Promise<void>;
}

const newShift = (): Shift => ({ stopping: new AbortController(), ending: new AbortController(), parked: 0 });

function kindsByName(kinds: EngineOptions["kinds"]): ReadonlyMap<string, RunKind<Json>> {
  const byName = new Map<string, RunKind<Json>>();
  for (const kind of kinds) {
    if (byName.has(kind.name))
      throw new Error(`Two kinds of run are called "${kind.name}"; names must differ.`);
    byName.set(kind.name, kind as RunKind<Json>);
  }
  return byName;
}

function openPool(options: EngineOptions, max: number): Pool {
  const pool = new Pool({
    connectionString: options.databaseUrl,
    max,
    application_name: "baton-engine",
    // A session that hangs inside a transaction must not hold its locks.
    idle_in_transaction_session_timeout: 60_000,
  });
  const lost = (error: Error): void =>
    options.log("debug", "a connection was lost", { error: error.message });
  pool.on("error", lost);
  // A connection in use says it too, and an unheard 'error' would end the process.
  pool.on("connect", (client) => client.on("error", lost));
  return pool;
}

async function launch(
  options: EngineOptions,
  stepPool: Pool,
  kinds: ReadonlyMap<string, RunKind<Json>>,
  place: Workplace,
): Promise<void> {
  for (const kind of kinds.values()) {
    DBOS.registerWorkflow((input: Json) => carryOut(kind, DBOS.workflowID ?? "", input, place), {
      name: kind.name,
      maxRecoveryAttempts: MAX_RECOVERIES,
    });
  }
  DBOS.setConfig({
    name: APP,
    systemDatabaseUrl: options.databaseUrl,
    systemDatabasePool: stepPool,
    executorID: `${hostname()}:${randomUUID()}`,
    applicationVersion: VERSION,
    enablePatching: true,
    serializer: plainJson,
    // Baton sends no DBOS messages, so DBOS need not listen for any.
    useListenNotify: false,
    // DBOS itself takes nothing from Baton's queues; dispatch.ts does.
    listenQueues: [],
    logger: loggerTo(options.log),
  });
  saveTrips();
  SystemDatabase.prototype.transitionDelayedWorkflows = async function promoteDueRuns(): Promise<void> {
    await this.pool.query(PROMOTE_DUE_RUNS);
  };
  await oneAtATime(options.databaseUrl, () => DBOS.launch());
}

/**
 * Runs `body` while no other process does. DBOS's migrations fail when two run at once on a new database ("tuple
 * concurrently updated"). The lock is asked for again and again instead of waited for: a waiting statement holds a
 * snapshot, and the migrations' CREATE INDEX CONCURRENTLY would wait for that in turn.
 */
async function oneAtATime(databaseUrl: string, body: () => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: "baton-engine" });
  client.on("error", () => {});
  await client.connect();
  try {
    for (;;) {
      const { rows } = await client.query<{ held: boolean }>(
        "select pg_try_advisory_lock(hashtext('baton'), hashtext('engine migrations')) as held",
      );
      if (rows[0]?.held === true) break;
      await new Promise((resolve) => setTimeout(resolve, MIGRATION_RETRY_MS));
    }
    await body();
  } finally {
    await client.end();
  }
}

function loggerTo(log: EngineOptions["log"]): DLogger {
  return {
    debug: () => {},
    info: (entry) => log("debug", String(entry)),
    warn: (entry) => log("warn", String(entry)),
    error: (entry, metadata) => log("error", String(entry), { stack: metadata?.stack }),
  };
}

function starts(db: Db): Pick<Engine, "start" | "startMany"> {
  async function startAll(
    kind: RunKind<never>,
    rows: readonly StartRow[],
    delayMs: Ms,
    tx: Tx | undefined,
  ): Promise<void> {
    for (const row of rows) {
      if (row.id === "") throw new Error(`A run of kind "${kind.name}" needs an id.`);
      if (kind.queue === "conversation" && (row.partition ?? "") === "") {
        throw new Error(
          `Run ${row.id} of kind "${kind.name}" needs a partition: queue "conversation" keeps order per partition.`,
        );
      }
    }
    if (rows.length === 0) return;
    // A key on a queue without partitions would mean nothing; left out, nobody comes to rely on it.
    const keyed = kind.queue === "conversation" ? rows : rows.map((row) => ({ ...row, partition: null }));
    await insertRuns(tx ?? db, kind.name, kind.queue, keyed, delayMs);
  }
  return {
    start: <I extends Json>(kind: RunKind<I>, input: I, { id, partition, delayMs, tx }: StartOptions) =>
      startAll(kind, [{ id, input, partition: partition ?? null }], delayMs ?? 0, tx),
    startMany: (kind, runs, tx) =>
      startAll(
        kind,
        runs.map(({ id, input, partition }) => ({ id, input, partition: partition ?? null })),
        0,
        tx,
      ),
  };
}

function queueOf(name: QueueName, options: EngineOptions): WorkflowQueue {
  const limits = name === "conversation" ? undefined : options.limits?.[name];
  const perWorker = options.concurrency[name] ?? DEFAULT_CONCURRENCY;
  const params = {
    partitionConcurrency: name === "conversation" ? 1 : undefined,
    workerConcurrency: limits?.atOnce === undefined ? perWorker : Math.min(perWorker, limits.atOnce),
    globalConcurrency: limits?.atOnce,
    rateLimit: limits?.rate && { limitPerPeriod: limits.rate.starts, periodSec: limits.rate.perMs / 1_000 },
  };
  WorkflowQueue.validateQueueRegistration(name, params);
  return new WorkflowQueue(WorkflowQueue.recordFromParams(name, params), false);
}

async function work(options: EngineOptions, db: Db, shift: Shift): Promise<void> {
  if (shift.heart !== undefined) return;
  const executor = getExecutor();
  const { log, crashPoint } = options;
  const beatMs = options.beatMs ?? DEFAULT_BEAT_MS;
  const onRecovered = (): void => shift.dispatcher?.wakeAll();
  // The row comes before the first claim: a live worker is never without it.
  shift.heart = await startHeart({ executor, db, beatMs, log, crashPoint, onRecovered });
  const dispatcher = startDispatcher(
    { executor, db, log },
    QUEUES.map((name) => queueOf(name, options)),
  );
  shift.dispatcher = dispatcher;
  shift.listener = startListener(options.databaseUrl, dispatcher.wake, dispatcher.setBlind, log);
  shift.timetable = await startSchedules(
    { db, owner: executor.executorID, leaseMs: beatMs * MISSED_BEATS, log },
    [...options.schedules, retentionSchedule(db, options.retentionMs ?? DEFAULT_RETENTION_MS, log)],
  );
}

/** Ends taking work, and waits for what is under way as long as the grace allows. */
async function endShift(shift: Shift, graceMs: Ms): Promise<void> {
  const deadline = performance.now() + graceMs;
  shift.stopping.abort();
  const toldToEnd = setTimeout(() => shift.ending.abort(), graceMs * POLITE);
  let open = 2;
  const closed = (): void => void (open -= 1);
  void Promise.resolve(shift.timetable?.stop()).then(closed, closed);
  void Promise.resolve(shift.dispatcher?.stop()).then(closed, closed);
  await shift.listener?.stop();
  const over = (): boolean => open === 0 && (shift.dispatcher?.running() ?? 0) <= shift.parked;
  while (!over() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  clearTimeout(toldToEnd);
  shift.ending.abort();
  // When nothing of this worker moves any more, others may take its runs without waiting for the lease.
  await shift.heart?.stop(over()).catch(() => {});
}

/**
 * Takes verified notifications in: stored once, acknowledged after the commit. Requests that arrive within a few
 * milliseconds share one multi-row insert, so that the disk is asked once for many.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import type { Clock, Ms } from "../kernel/time.ts";
import { type Db, type Log, sqlState } from "../store/database.ts";
import { insertEvents, type InsertedEvent } from "./queries.ts";
import { type Arrival, createStarter } from "./starter.ts";
import { type NewEvent, parkedRow, readArrival } from "./storable.ts";

export type Taken =
  | { readonly kind: "stored"; readonly workspace: string }
  | { readonly kind: "duplicate"; readonly workspace: string }
  /** Stored, and no run will take it: no JSON, an unknown topic. */
  | { readonly kind: "parked"; readonly workspace: string; readonly reason: string }
  /** Not stored. */
  | { readonly kind: "ping"; readonly workspace: string }
  /** Not stored: signed by this connection's app, but of another workspace. */
  | { readonly kind: "foreign"; readonly workspace: string };

export interface IntakeOptions {
  /** A small pool of its own: other work must not keep acknowledgements waiting. */
  readonly db: Db;
  /** Starts one run for each arrival. A failure is logged only: the sweeper finds what no run has taken. */
  readonly start: (arrivals: readonly Arrival[]) => Promise<void>;
  readonly clock: Clock;
  /** How long the first of a batch waits for others. Default 4 ms. */
  readonly maxWaitMs?: Ms;
  /** Rows of one insert at most. Default 200. */
  readonly maxBatch?: number;
  /** Inserts at one time. Default 2. */
  readonly inserts?: number;
  /** After this the sender is told to come again; Intercom waits 5 s. Default 4 s. */
  readonly deadlineMs?: Ms;
  /** Called with the number of rows of each insert. */
  readonly onBatch?: (rows: number) => void;
  readonly log: Log;
}

export interface Intake {
  /**
   * Returns what became of the body once it is committed. `workspace` is the connection's (null before it is known).
   * Rejects with a RetryableFailure of target "database" when it could not be stored in time.
   */
  readonly take: (raw: Uint8Array, workspace: string | null) => Promise<Taken>;
  /** Stores what waits, and takes nothing more. */
  readonly close: () => Promise<void>;
}

/** Rows that may wait before new ones are refused: memory stays flat when the database stands still. */
const MAX_WAITING = 5_000;

interface Waiting {
  readonly row: NewEvent;
  readonly settle: (outcome: Taken | RetryableFailure) => void;
}

/** Makes the intake. Nothing runs before the first `take`. */
export function createIntake(options: IntakeOptions): Intake {
  const { maxWaitMs = 4, maxBatch = 200, inserts = 2, deadlineMs = 4_000 } = options;
  const waiting: Waiting[] = [];
  const running = new Set<Promise<void>>();
  const starter = createStarter(options.start, options.log);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0 && running.size < inserts) {
      const run = work(waiting.splice(0, maxBatch)).finally(() => {
        running.delete(run);
        if (waiting.length > 0) flush();
      });
      running.add(run);
    }
  }

  async function work(batch: readonly Waiting[]): Promise<void> {
    const arrivals = await store(options, batch);
    if (arrivals.length > 0) starter.add(arrivals);
  }

  function enqueue(row: NewEvent): Promise<Taken> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => settle(away("the database did not answer in time")), deadlineMs);
      const settle = (outcome: Taken | RetryableFailure): void => {
        clearTimeout(late);
        if (outcome instanceof RetryableFailure) reject(outcome);
        else resolve(outcome);
      };
      waiting.push({ row, settle });
      if (waiting.length >= maxBatch) flush();
      else timer ??= setTimeout(flush, maxWaitMs);
    });
  }

  return {
    take: async (raw, workspace) => {
      if (closed) throw away("Baton is stopping");
      if (waiting.length >= MAX_WAITING) throw away(`${MAX_WAITING} notifications wait for the database`);
      const arrived = readArrival(raw, workspace, options.clock());
      const of = arrived.kind === "ping" ? arrived.workspace : arrived.row.workspace;
      if (workspace !== null && of !== workspace) return { kind: "foreign", workspace: of };
      return arrived.kind === "ping" ? arrived : enqueue(arrived.row);
    },
    close: async () => {
      closed = true;
      flush();
      while (running.size > 0) await Promise.allSettled(running);
      await starter.idle();
    },
  };
}

/** Stores one batch, tells every sender, and returns what is new. Never rejects. */
async function store(options: IntakeOptions, batch: readonly Waiting[]): Promise<readonly Arrival[]> {
  try {
    const inserted = await insertAll(options, batch);
    tell(batch, inserted);
    return arrivalsOf(inserted, batch);
  } catch (error) {
    const failure = away(error instanceof Error ? error.message : String(error), error);
    options.log("error", "notifications could not be stored; Intercom sends each once more after a minute", {
      notifications: batch.length,
      code: sqlState(error),
      error: failure.message,
    });
    for (const one of batch) one.settle(failure);
    return [];
  }
}

/** One insert; when a body in it is refused as data, each row alone, and the refused one parked. */
async function insertAll(
  options: IntakeOptions,
  batch: readonly Waiting[],
): Promise<readonly InsertedEvent[]> {
  const rows = batch.map((one) => one.row);
  options.onBatch?.(rows.length);
  try {
    return await insertEvents(options.db, rows);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
  }
  const inserted: InsertedEvent[] = [];
  for (const row of rows) inserted.push(...(await insertOrPark(options.db, row)));
  return inserted;
}

async function insertOrPark(db: Db, row: NewEvent): Promise<readonly InsertedEvent[]> {
  try {
    return await insertEvents(db, [row]);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    return insertEvents(db, [parkedRow(row, `PostgreSQL cannot hold the body (${sqlState(error)})`)]);
  }
}

/** Classes 22 "data exception" and 54 "program limit exceeded": the fault is in the value, not in the database. */
function isRefusedData(error: unknown): boolean {
  return /^(?:22|54)/.test(sqlState(error) ?? "");
}

/** The first of equal notifications is the stored one, the others are duplicates. */
function tell(batch: readonly Waiting[], inserted: readonly InsertedEvent[]): void {
  const fresh = new Set(inserted.map((event) => JSON.stringify([event.workspace, event.notification_id])));
  for (const { row, settle } of batch) {
    const { workspace, parkedReason } = row;
    if (!fresh.delete(JSON.stringify([workspace, row.notificationId])))
      settle({ kind: "duplicate", workspace });
    else if (parkedReason === null) settle({ kind: "stored", workspace });
    else settle({ kind: "parked", workspace, reason: parkedReason });
  }
}

/** What runs should look at. Parked rows wake nobody. */
function arrivalsOf(inserted: readonly InsertedEvent[], batch: readonly Waiting[]): readonly Arrival[] {
  const parked = batch.filter(({ row }) => row.parkedReason !== null);
  const idle = new Set(parked.map(({ row }) => JSON.stringify([row.workspace, row.notificationId])));
  return inserted
    .filter((event) => !idle.has(JSON.stringify([event.workspace, event.notification_id])))
    .map((event) => ({
      workspace: event.workspace,
      conversation: event.conversation_id,
      contact: event.conversation_id === null ? event.contact_id : null,
      seq: event.seq,
    }));
}

function away(reason: string, cause?: unknown): RetryableFailure {
  return new RetryableFailure(
    {
      target: "database",
      code: sqlState(cause) ?? "unavailable",
      message: `The notification was not stored: ${reason}. Check the database; Intercom sends it once more.`,
      cause,
    },
    "unknown",
    5_000,
  );
}

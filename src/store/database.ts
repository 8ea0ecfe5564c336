/**
 * The words of the store: a connection pool with SQL on it, and a transaction. Rooms write their statements in their
 * own `queries.ts` with Kysely's `sql` tag and the row type beside it; there is no model layer.
 */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, PostgresDialect, type Transaction } from "kysely";
import { Pool, types } from "pg";
import { prepareStatements } from "./prepared.ts";
import type { Ms } from "../kernel/time.ts";

export type Tables = Record<string, never>;
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** How the store tells what it does: one line and its facts. Never holds a password or a row's content. */
export type Log = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

export interface DatabaseOptions {
  readonly url: string;
  /** Connections at most; PostgreSQL pays some MB for each. Default 10. */
  readonly poolSize?: number;
  /** A statement that runs longer is cancelled by PostgreSQL. Default 30 s. */
  readonly statementTimeoutMs?: Ms;
  /** A statement that waits longer for a lock is cancelled by PostgreSQL. Default 10 s. */
  readonly lockTimeoutMs?: Ms;
  readonly log: Log;
}

export interface Database {
  readonly db: Db;
  /** Where it is, with its password: for threads, which cannot share connections. */
  readonly url: string;
  readonly pool: Pool;
  /** Waits for the connections in use, then closes them all. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 60_000;
const INT8_OID = 20;

/**
 * Opens a pool; nothing connects before the first statement. `bigint` and `count(*)` arrive as numbers, so a value
 * beyond 2^53 throws instead of losing digits; `timestamptz` arrives as Date and `numeric` as text.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    lock_timeout: options.lockTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: "baton",
    types: { getTypeParser: typeParser },
  });
  // A pool without this listener ends the process when an idle connection breaks.
  const broke = (error: Error): void => options.log("warn", `a database connection broke: ${error.message}`);
  pool.on("error", broke);
  // One that breaks inside an open transaction says it to its client alone.
  pool.on("connect", (client) => client.on("error", broke));
  prepareStatements(pool, () => true);
  const db: Db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | undefined;
  return {
    db,
    url: options.url,
    pool,
    close: () => {
      closing ??= db.destroy().then(() => (pool.ended ? undefined : pool.end()));
      return closing;
    },
  };
}

const typeParser: typeof types.getTypeParser = (oid: number, format?: string) =>
  oid === INT8_OID && format !== "binary" ? int8 : types.getTypeParser(oid as never, format as never);

function int8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new Error(`${text} is beyond the whole numbers JavaScript can hold`);
  return value;
}

/** Serialization failure and deadlock: PostgreSQL rolled the whole transaction back and asks for another try. */
const TRY_AGAIN = new Set(["40001", "40P01"]);

export interface TransactionOptions {
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  /** Tries at most, the first included. Default 5. */
  readonly attempts?: number;
}

/**
 * Runs `body` in one transaction: committed when it returns, rolled back when it throws. After a deadlock or a
 * serialization failure the body runs again on a fresh transaction, so it must do nothing outside the database.
 */
export async function inTransaction<T>(
  db: Db,
  body: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const attempts = options.attempts ?? 5;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const start = db.transaction();
      return await (
        options.isolation === undefined ? start : start.setIsolationLevel(options.isolation)
      ).execute(body);
    } catch (error) {
      if (attempt >= attempts || !TRY_AGAIN.has(sqlState(error) ?? "")) throw error;
      await sleep(randomInt(1, 10 * 2 ** attempt));
    }
  }
}

/** PostgreSQL's five-character code of an error ("23505"), or null when the error came from elsewhere. */
export function sqlState(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

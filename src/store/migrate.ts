/**
 * Migrations: plain SQL files `NNNN-what.sql`, run in order, each in a transaction of its own, each recorded with a
 * checksum. Any number of workers may start at once: one migrates, the others wait for it.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError, type Pool } from "pg";
import { UserError } from "../kernel/failure.ts";
import { sqlState, type Log } from "./database.ts";
import { describeConnectError } from "./durability.ts";

export interface Migration {
  readonly number: number;
  /** The file's name, "0001-events.sql". */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, line ends unified, in hex. */
  readonly checksum: string;
}

export interface MigrateOptions {
  readonly url: string;
  readonly folder: string;
  readonly log: Log;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** "baton" as a number: the advisory lock that one migrating process holds. */
const LOCK_KEY = 0x6261746f;
const LOCK_POLL_MS = 100;
const LOCK_TRIES = 1_200;
const LOCK_TIMEOUT_TRIES = 5;

/**
 * Brings the database at `url` to the newest file of `folder` and returns the names it applied, oldest first.
 * Throws a UserError when the database knows a migration that is not in the folder (a newer Baton was here), when an
 * applied file has changed, or when a file fails: that file then left nothing behind, those before it stay.
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const files = await readMigrations(options.folder);
  const client = new Client({
    connectionString: options.url,
    connectionTimeoutMillis: 10_000,
    application_name: "baton migrate",
  });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new UserError(describeConnectError(error, "DATABASE_URL", options.url), { cause: error });
  }
  try {
    await waitForLock(client, options.log);
    await createRecord(client);
    const pending = pendingOf(files, await readApplied(client));
    for (const migration of pending) await apply(client, migration, options.log);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end().catch(() => {}); // ends the session, and with it the lock
  }
}

/** What is not yet applied, without changing anything; throws like `migrate` when files and database disagree. */
export async function pendingMigrations(pool: Pool, folder: string): Promise<readonly string[]> {
  const files = await readMigrations(folder);
  const { rows } = await pool.query<{ there: boolean }>(
    `select to_regclass('baton_migration') is not null as there`,
  );
  const applied = rows[0]?.there === true ? await readApplied(pool) : [];
  return pendingOf(files, applied).map((migration) => migration.name);
}

/** The migrations of a folder in order. Throws a UserError for a name that is not NNNN-what.sql or a number used twice. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const files = await Promise.all(names.map((name) => readMigration(folder, name)));
  for (const [i, file] of files.entries()) {
    const before = files[i - 1];
    if (before !== undefined && before.number === file.number) {
      throw new UserError(`migrations ${before.name} and ${file.name} share a number: rename the later one`);
    }
  }
  return files;
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1];
  if (number === undefined) {
    throw new UserError(
      `migration ${name} in ${folder} is misnamed: expected NNNN-what.sql, as in 0001-events.sql`,
    );
  }
  const sql = (await readFile(join(folder, name), "utf8")).replaceAll("\r\n", "\n");
  return { number: Number(number), name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}

function pendingOf(files: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const byNumber = new Map(files.map((file) => [file.number, file]));
  for (const record of applied) {
    const file = byNumber.get(record.number);
    if (file === undefined) {
      throw new UserError(
        `the database already holds migration ${record.name}, which this version of Baton does not know: start the newer version that wrote it, or restore a backup from before`,
      );
    }
    if (file.checksum !== record.checksum) {
      throw new UserError(
        `migration ${file.name} has changed since it was applied to this database: restore the file and put the change into a new one`,
      );
    }
  }
  const newest = applied.reduce((max, record) => Math.max(max, record.number), -1);
  const done = new Set(applied.map((record) => record.number));
  const pending = files.filter((file) => !done.has(file.number));
  const late = pending.find((file) => file.number < newest);
  if (late !== undefined) {
    throw new UserError(
      `migration ${late.name} came after a later number was applied: give it the next free number`,
    );
  }
  return pending;
}

async function waitForLock(client: Client, log: Log): Promise<void> {
  for (let attempt = 0; attempt < LOCK_TRIES; attempt += 1) {
    const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [
      LOCK_KEY,
    ]);
    if (rows[0]?.held === true) return;
    if (attempt === 10) log("info", "another Baton is migrating the database; waiting for it");
    await sleep(LOCK_POLL_MS);
  }
  throw new UserError(
    "another Baton has been migrating this database for two minutes: look at its log, then try again",
  );
}

async function createRecord(client: Client): Promise<void> {
  try {
    await client.query(
      `create table if not exists baton_migration (
         number integer primary key, name text not null, checksum text not null,
         applied_at timestamptz not null default now())`,
    );
  } catch (error) {
    if (sqlState(error) !== "42501") throw error;
    throw new UserError(
      "the user of DATABASE_URL may not create tables: make it the owner of the database, or grant it CREATE on schema public",
      { cause: error },
    );
  }
}

async function readApplied(client: Client | Pool): Promise<readonly Applied[]> {
  const { rows } = await client.query<Applied>(
    "select number, name, checksum from baton_migration order by number",
  );
  return rows;
}

/** A busy table is asked for again a few times: waiting long for its lock would hold up everybody behind us. */
async function apply(client: Client, migration: Migration, log: Log): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query("begin");
      await client.query("set local lock_timeout = '2s'");
      await client.query("set local statement_timeout = 0");
      await client.query(migration.sql);
      await client.query("insert into baton_migration (number, name, checksum) values ($1, $2, $3)", [
        migration.number,
        migration.name,
        migration.checksum,
      ]);
      await client.query("commit");
      log("info", `applied migration ${migration.name}`);
      return;
    } catch (error) {
      await client.query("rollback").catch(() => {});
      if (sqlState(error) === "55P03" && attempt < LOCK_TIMEOUT_TRIES) {
        log("warn", `migration ${migration.name} waits for a table in use; trying again`, { attempt });
        await sleep(200 * attempt);
        continue;
      }
      throw new UserError(
        `migration ${migration.name} failed and left nothing behind: ${placeOf(error, migration)}`,
        {
          cause: error,
        },
      );
    }
  }
}

function placeOf(error: unknown, migration: Migration): string {
  const text = error instanceof Error ? error.message : String(error);
  const position = error instanceof DatabaseError ? Number(error.position) : Number.NaN;
  if (!Number.isInteger(position)) return text;
  const line = Array.from(migration.sql).slice(0, position).join("").split("\n").length;
  return `${text} (line ${line})`;
}

/** A database of its own for a test, on the server that postgres.global.ts started. */
import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Client, type Pool } from "pg";
import { inject } from "vitest";
import { openDatabase, type Db } from "../../src/store/database.ts";
import { migrate, readMigrations } from "../../src/store/migrate.ts";

export const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

export interface TestDatabase {
  readonly url: string;
  readonly db: Db;
  readonly pool: Pool;
  /** Closes the pool and removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** Makes a database, by default with all migrations applied (copied from a template that is migrated once). */
export async function freshDatabase(options: { readonly migrate?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(async (admin) => {
    const template = options.migrate === false ? "template1" : await migratedTemplate(admin);
    await admin.query(`create database ${name} template ${template}`);
  });
  const url = urlOf(name);
  const database = openDatabase({ url, poolSize: 10, log: () => {} });
  return {
    url,
    db: database.db,
    pool: database.pool,
    drop: async () => {
      await database.close();
      await asAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** The address of a database on the tests' server. */
function urlOf(name: string): string {
  const url = new URL(inject("adminUrl"));
  url.pathname = `/${name}`;
  return url.href;
}

async function asAdmin<T>(body: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: inject("adminUrl") });
  await admin.connect();
  try {
    return await body(admin);
  } finally {
    await admin.end();
  }
}

/** Named after the text of all migrations; the session lock lets one test file make it while the others wait. */
async function migratedTemplate(admin: Client): Promise<string> {
  const sums = (await readMigrations(MIGRATIONS)).map((file) => file.checksum).join();
  const name = `template_${createHash("sha256").update(sums).digest("hex").slice(0, 12)}`;
  await admin.query("select pg_advisory_lock(1)");
  const made = await admin.query("select 1 from pg_database where datname = $1", [name]);
  if (made.rows.length > 0) return name;
  const partial = `${name}_partial`;
  await admin.query(`drop database if exists ${partial} with (force)`);
  await admin.query(`create database ${partial}`);
  await migrate({ url: urlOf(partial), folder: MIGRATIONS, log: () => {} });
  await admin.query(`alter database ${partial} rename to ${name}`);
  return name;
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { migrate, pendingMigrations } from "../../src/store/migrate.ts";
import { freshDatabase, MIGRATIONS, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await freshDatabase({ migrate: false });
  folder = await mkdtemp(join(tmpdir(), "baton-migrations-"));
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const put = (name: string, sql: string) => writeFile(join(folder, name), sql);
const run = (log: (message: string) => void = () => {}) =>
  migrate({ url: database.url, folder, log: (_level, message) => log(message) });
const tables = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  return rows.map((row) => row.name);
};

describe("migrations", () => {
  test("run in order of their numbers, once", async () => {
    await put("0002-b.sql", "alter table a add column b integer;");
    await put("0001-a.sql", "create table a (id integer); insert into a values (1);");
    expect(await pendingMigrations(database.pool, folder)).toEqual(["0001-a.sql", "0002-b.sql"]);
    expect(await run()).toEqual(["0001-a.sql", "0002-b.sql"]);
    expect(await run()).toEqual([]);
    expect(await pendingMigrations(database.pool, folder)).toEqual([]);
  });

  test("of Baton itself all apply to an empty database", async () => {
    await migrate({ url: database.url, folder: MIGRATIONS, log: () => {} });
    expect(await pendingMigrations(database.pool, MIGRATIONS)).toEqual([]);
  });

  test("of four workers that start at once are applied by one", async () => {
    await put("0001-a.sql", "select pg_sleep(0.3); create table a (id integer);");
    await put("0002-b.sql", "create table b (id integer);");
    const applied = await Promise.all([run(), run(), run(), run()]);
    expect(applied.flat().sort()).toEqual(["0001-a.sql", "0002-b.sql"]);
  });

  test("that fail leave nothing, and name file, line and error", async () => {
    await put("0001-a.sql", "create table a (id integer);");
    await put("0002-b.sql", "create table b (id integer);\ninsert into nowhere values (1);");
    await expect(run()).rejects.toThrow(
      'migration 0002-b.sql failed and left nothing behind: relation "nowhere" does not exist (line 2)',
    );
    expect(await tables()).toEqual(["a", "baton_migration"]);
    await put("0002-b.sql", "create table b (id integer);");
    expect(await run()).toEqual(["0002-b.sql"]);
  });

  test("that this version does not know stop it: a newer Baton was here", async () => {
    await put("0001-a.sql", "select 1;");
    await put("0002-b.sql", "select 2;");
    await run();
    await rm(join(folder, "0002-b.sql"));
    await expect(run()).rejects.toThrow("0002-b.sql, which this version of Baton does not know");
    await expect(pendingMigrations(database.pool, folder)).rejects.toThrow("0002-b.sql");
  });

  test("that were changed after they were applied stop it", async () => {
    await put("0001-a.sql", "select 1;");
    await run();
    await put("0001-a.sql", "select 2;");
    await expect(run()).rejects.toThrow("migration 0001-a.sql has changed since it was applied");
  });

  test("with other line ends are the same migrations", async () => {
    await put("0001-a.sql", "select 1;\nselect 2;\n");
    await run();
    await put("0001-a.sql", "select 1;\r\nselect 2;\r\n");
    expect(await run()).toEqual([]);
  });

  test("that come late with an older number stop it", async () => {
    await put("0002-b.sql", "select 2;");
    await run();
    await put("0001-a.sql", "select 1;");
    await expect(run()).rejects.toThrow("migration 0001-a.sql came after a later number was applied");
  });

  test.for([
    [["0001-a.sql", "0001-b.sql"], "0001-a.sql and 0001-b.sql share a number"],
    [["1-a.sql"], "migration 1-a.sql in"],
  ] as const)("named %j are refused", async ([names, message]) => {
    for (const name of names) await put(name, "select 1;");
    await expect(run()).rejects.toThrow(message);
  });

  test("wait for a table in use and say so", async () => {
    await put("0001-a.sql", "create table a (id integer);");
    await run();
    await put("0002-b.sql", "alter table a add column b integer;");
    const user = await database.pool.connect();
    await user.query("begin");
    await user.query("select * from a");
    const messages: string[] = [];
    await run((message) => {
      messages.push(message);
      if (message.includes("table in use")) void user.query("commit").then(() => user.release());
    });
    expect(messages).toEqual([
      "migration 0002-b.sql waits for a table in use; trying again",
      "applied migration 0002-b.sql",
    ]);
  });

  test("ignore what is no SQL", async () => {
    await put("README.md", "words");
    await mkdir(join(folder, "old"));
    expect(await run()).toEqual([]);
  });

  test("need a user who may create tables", async () => {
    await database.pool.query("create role reader login password 'reader'");
    try {
      const url = new URL(database.url);
      url.username = "reader";
      url.password = "reader";
      const denied = migrate({ url: url.href, folder, log: () => {} });
      await expect(denied).rejects.toThrow("the user of DATABASE_URL may not create tables");
    } finally {
      await database.pool.query("drop role reader");
    }
  });
});

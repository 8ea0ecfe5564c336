import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inTransaction } from "../../src/store/database.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase({ migrate: false });
  await sql`create table counter (id integer primary key, value integer not null)`.execute(database.db);
  await sql`insert into counter values (1, 0), (2, 0)`.execute(database.db);
});
afterAll(() => database.drop());

test("a count is a number, and an instant is a Date", async () => {
  const { rows } = await sql<{ n: number; at: Date }>`select count(*) as n, now() as at from counter`.execute(
    database.db,
  );
  expect(rows[0]?.n).toBe(2);
  expect(rows[0]?.at).toBeInstanceOf(Date);
});

test("a bigint that JavaScript can't hold throws instead of losing digits", async () => {
  await expect(sql`select 9007199254740993::bigint as n`.execute(database.db)).rejects.toThrow(
    "beyond the whole",
  );
});

test("a transaction that throws leaves nothing", async () => {
  await expect(
    inTransaction(database.db, async (tx) => {
      await sql`update counter set value = 99 where id = 1`.execute(tx);
      throw new Error("changed our mind");
    }),
  ).rejects.toThrow("changed our mind");
  expect(await valueOf(1)).toBe(0);
});

test("two transactions that deadlock both end up committed", async () => {
  let waiting = 0;
  let bothHold: () => void = () => {};
  const bothHoldOne = new Promise<void>((resolve) => (bothHold = resolve));
  const add = (first: number, second: number) =>
    inTransaction(database.db, async (tx) => {
      await sql`update counter set value = value + 1 where id = ${first}`.execute(tx);
      waiting += 1;
      if (waiting === 2) bothHold();
      await bothHoldOne;
      await sql`update counter set value = value + 1 where id = ${second}`.execute(tx);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  expect(waiting).toBe(3);
  expect([await valueOf(1), await valueOf(2)]).toEqual([2, 2]);
});

test("serializable transactions that clash all count", async () => {
  const before = (await valueOf(1)) ?? Number.NaN;
  const increment = () =>
    inTransaction(
      database.db,
      async (tx) => {
        const { rows } = await sql<{ value: number }>`select value from counter where id = 1`.execute(tx);
        await sql`update counter set value = ${(rows[0]?.value ?? 0) + 1} where id = 1`.execute(tx);
      },
      { isolation: "serializable", attempts: 20 },
    );
  await Promise.all([increment(), increment(), increment()]);
  expect(await valueOf(1)).toBe(before + 3);
});

test("the tries are bounded, and the last failure is told", async () => {
  let tries = 0;
  const clash = inTransaction(
    database.db,
    async (tx) => {
      tries += 1;
      await sql`do $$ begin raise exception 'clash' using errcode = '40001'; end $$`.execute(tx);
    },
    { attempts: 3 },
  );
  await expect(clash).rejects.toThrow("clash");
  expect(tries).toBe(3);
});

test("closing twice is as good as once", async () => {
  const other = await freshDatabase({ migrate: false });
  await sql`select 1`.execute(other.db);
  await other.drop();
  await other.drop();
  expect(other.pool.ended).toBe(true);
});

async function valueOf(id: number): Promise<number | undefined> {
  const { rows } = await sql<{ value: number }>`select value from counter where id = ${id}`.execute(
    database.db,
  );
  return rows[0]?.value;
}

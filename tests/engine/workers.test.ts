/** What several worker processes on one database promise, also when they are killed. */
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEngine } from "../../src/engine/dbos.ts";
import type { Engine, RunKind } from "../../src/engine/engine.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { count, killWorkers, startWorker, statuses, until, type Worker } from "./harness.ts";
import { CHAIN, kindsOn, LEDGER, sleep, type Kinds } from "./kinds.ts";

let database: TestDatabase;
let kinds: Kinds;
let engine: Engine;

beforeEach(async () => {
  database = await freshDatabase();
  await database.pool.query(LEDGER);
  kinds = kindsOn(database.pool);
  // This process only starts runs.
  engine = await createEngine({
    databaseUrl: database.url,
    kinds: [kinds.chain, kinds.ordered, kinds.timer, kinds.upkeep, kinds.gated] as readonly RunKind<never>[],
    schedules: [],
    concurrency: {},
    log: () => {},
  });
});

afterEach(async () => {
  killWorkers();
  await engine.stop(0);
  await database.drop();
});

/** For a worker alone with the dead: three short beats of silence are enough. Among the living it would be too harsh. */
const QUICK = { beatMs: 300 };
const worker = (job: Omit<Parameters<typeof startWorker>[0], "databaseUrl"> = {}): Promise<Worker> =>
  startWorker({ databaseUrl: database.url, ...job });
const chains = (prefix: string, runs: number, stepMs: number): Promise<void> =>
  engine.startMany(
    kinds.chain,
    Array.from({ length: runs }, (_, i) => ({ input: { stepMs }, id: `${prefix}${i}` })),
  );
const done = async (): Promise<number> => (await statuses(database.pool))["SUCCESS"] ?? 0;
const sqlCount = (query: string, ...values: unknown[]): Promise<number> =>
  count(database.pool, query, values);
const repeatedAfterRecord = (): Promise<number> =>
  sqlCount("select count(*) from ledger where already_recorded");
const stepRecords = (): Promise<number> => sqlCount("select count(*) from dbos.operation_outputs");
const kill = async (victim: Worker): Promise<void> => {
  victim.process.kill("SIGKILL");
  await victim.ended;
};

describe("two workers", () => {
  test("keep the order of each partition and never work on one at the same time", async () => {
    const concurrency = { conversation: 1 };
    await Promise.all([worker({ concurrency }), worker({ concurrency })]);
    for (let i = 0; i < 12; i += 1) {
      for (const partition of ["a", "b", "c"]) {
        await engine.start(
          kinds.ordered,
          { stepMs: 5 },
          { id: `${partition}:${String(i).padStart(2, "0")}`, partition },
        );
      }
    }
    await until("all are done", async () => (await done()) === 36);
    for (const partition of ["a", "b", "c"]) {
      const { rows } = await database.pool.query<{ entry: string }>(
        "select run || ' ' || step as entry from ledger where run like $1 order by seq",
        [`${partition}:%`],
      );
      const inOrder = Array.from({ length: 12 }, (_, i) => `${partition}:${String(i).padStart(2, "0")}`);
      expect(rows.map((row) => row.entry)).toEqual(inOrder.flatMap((id) => [`${id} enter`, `${id} leave`]));
    }
    expect(await sqlCount("select count(distinct pid) from ledger")).toBe(2);
  });

  test("share one rate limit and one limit at once", async () => {
    const limits = { upkeep: { rate: { starts: 5, perMs: 500 } }, timer: { atOnce: 2 } };
    await engine.startMany(
      kinds.upkeep,
      Array.from({ length: 20 }, (_, i) => ({ input: null, id: `r${i}` })),
    );
    await engine.startMany(
      kinds.timer,
      Array.from({ length: 20 }, (_, i) => ({ input: null, id: `t${i}` })),
    );
    await Promise.all([worker({ limits }), worker({ limits })]);
    await until("all are done", async () => (await done()) === 40);
    const tooMany = `
      select count(*) from dbos.workflow_status a where a.queue_name = 'upkeep' and 5 < (
        select count(*) from dbos.workflow_status b where b.queue_name = 'upkeep'
           and b.started_at_epoch_ms between a.started_at_epoch_ms and a.started_at_epoch_ms + 499)`;
    expect(await sqlCount(tooMany)).toBe(0);
    const crowded = `
      select count(*) from dbos.workflow_status a where a.queue_name = 'timer' and 2 < (
        select count(*) from dbos.workflow_status b where b.queue_name = 'timer'
           and b.started_at_epoch_ms <= a.started_at_epoch_ms and b.completed_at > a.started_at_epoch_ms)`;
    expect(await sqlCount(crowded)).toBe(0);
  });

  test("run a schedule one at a time, through its failures and the death of the one that has it", async () => {
    const [first, second] = await Promise.all([worker({ scheduled: true }), worker({ scheduled: true })]);
    const ends = (): Promise<number> =>
      sqlCount("select count(*) from ledger where run = 'tick' and step = 'end'");
    await until("ten ticks", async () => (await ends()) >= 10);
    const holder = await sqlCount("select pid from ledger where run = 'tick' order by seq desc limit 1");
    await kill(holder === first.process.pid ? first : second);
    const before = await ends();
    await until("ten ticks more", async () => (await ends()) >= before + 10);
    const overlaps = `
      select count(*) from (select step, lag(step) over (order by seq) as previous, lag(pid) over (order by seq) as other, pid
                              from ledger where run = 'tick') t
       where step = previous and not (step = 'begin' and pid <> other)`;
    expect(await sqlCount(overlaps)).toBe(0);
    const unfinished =
      "select count(*) filter (where step = 'begin') - count(*) filter (where step = 'end') from ledger";
    expect(await sqlCount(unfinished)).toBeLessThanOrEqual(2);
    expect(first.complaints() + second.complaints()).toContain("schedule tick failed; the next tick goes on");
  });

  test("start together on a database that has no schema for runs yet", async () => {
    const fresh = await freshDatabase();
    await fresh.pool.query(LEDGER);
    await Promise.all([1, 2, 3].map(() => startWorker({ databaseUrl: fresh.url })));
    expect(await count(fresh.pool, "select count(*) from baton_worker")).toBe(3);
    killWorkers();
    await fresh.drop();
  });
});

describe("a killed worker", () => {
  test("two of three: nothing is lost and no recorded step runs again", async () => {
    const [first, second] = await Promise.all([worker(), worker(), worker()]);
    await chains("run", 120, 30);
    await until("some are done", async () => (await done()) >= 20);
    await Promise.all([kill(first), kill(second)]);
    await until("all are done", async () => (await done()) === 120);
    expect(await stepRecords()).toBe(120 * CHAIN.length);
    expect(await repeatedAfterRecord()).toBe(0);
  });

  test("all of them: the next one to start takes over", async () => {
    const victim = await worker({ concurrency: { handoff: 10 } });
    await chains("run", 30, 20);
    await engine.start(kinds.timer, null, { id: "timer", delayMs: 1_000 });
    await until("some are done", async () => (await done()) >= 5);
    await kill(victim);
    await sleep(1_200);
    await worker(QUICK);
    await until("all are done", async () => (await done()) === 31);
    expect(await repeatedAfterRecord()).toBe(0);
    expect(await sqlCount("select count(*) from ledger where run = 'timer'")).toBe(1);
  });

  test.for(
    CHAIN.slice(0, 2).flatMap((step) =>
      (["before", "after-body", "after-record"] as const).map((phase) => [step, phase] as const),
    ),
  )("at step %s, %s: the run goes on where the record ends", async ([step, phase]) => {
    await engine.start(kinds.chain, { stepMs: 0 }, { id: "victim" });
    const victim = await startWorker({ databaseUrl: database.url, crashAt: { step, phase } });
    expect(await victim.ended).toBe("SIGKILL");
    await worker(QUICK);
    await until("it is done", async () => (await done()) === 1);
    const { rows } = await database.pool.query<{ step: string }>("select step from ledger order by seq");
    const twice =
      phase === "after-body" ? CHAIN.flatMap((name) => (name === step ? [name, name] : [name])) : CHAIN;
    expect(rows.map((row) => row.step)).toEqual(twice);
    expect(await repeatedAfterRecord()).toBe(0);
  });

  test("between giving back a dead worker's runs and forgetting it: the next one repeats that", async () => {
    const victim = await worker({ concurrency: { handoff: 5 } });
    await chains("run", 10, 200);
    await until("it is busy", async () => ((await statuses(database.pool))["PENDING"] ?? 0) > 0);
    await kill(victim);
    await sleep(1_000);
    const rescuer = await startWorker({
      databaseUrl: database.url,
      crashAt: { step: "engine:recover", phase: "after-body" },
      ...QUICK,
    });
    expect(await rescuer.ended).toBe("SIGKILL");
    expect(await sqlCount("select count(*) from baton_worker")).toBe(2);
    await worker(QUICK);
    await until("all are done", async () => (await done()) === 10);
    await until(
      "the dead are forgotten",
      async () => (await sqlCount("select count(*) from baton_worker")) === 1,
    );
    expect(await repeatedAfterRecord()).toBe(0);
  });

  test("whose row is lost as well: its runs are found all the same", async () => {
    const victim = await worker();
    await chains("run", 3, 300);
    await until("it is busy", async () => ((await statuses(database.pool))["PENDING"] ?? 0) === 3);
    await kill(victim);
    await database.pool.query("delete from baton_worker");
    await worker();
    await until("all are done", async () => (await done()) === 3);
    expect(await repeatedAfterRecord()).toBe(0);
  });
});

describe("a worker that was only asleep", () => {
  test("records nothing over the one that took its runs", async () => {
    const sleeper = await worker({ concurrency: { handoff: 10 } });
    await chains("run", 10, 150);
    await until("it is busy", async () => ((await statuses(database.pool))["PENDING"] ?? 0) === 10);
    sleeper.process.kill("SIGSTOP");
    await worker();
    await until("the other one is done with them", async () => (await done()) === 10);
    sleeper.process.kill("SIGCONT");
    await sleep(1_000);
    await chains("later", 10, 10);
    await until("all are done", async () => (await done()) === 20);
    expect(await stepRecords()).toBe(20 * CHAIN.length);
    // A body it was inside may end; none begins after its record, but for the instant before it learns of its loss.
    expect(
      await sqlCount("select max(n) from (select count(*) n from ledger group by run, step) t"),
    ).toBeLessThanOrEqual(2);
  });
});

describe("a worker whose connections break, again and again", () => {
  test("lives on and loses nothing", async () => {
    const worn = await worker({ concurrency: { handoff: 10 } });
    await chains("run", 80, 10);
    const cutter = new Client({ connectionString: database.url });
    await cutter.connect();
    for (let cuts = 0; cuts < 6; cuts += 1) {
      await sleep(250);
      await cutter.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    }
    await until("all are done", async () => {
      const { rows } = await cutter.query("select 1 from dbos.workflow_status where status = 'SUCCESS'");
      return rows.length === 80;
    });
    await cutter.end();
    expect(worn.process.exitCode).toBeNull();
    expect(await repeatedAfterRecord()).toBe(0);
    expect(await stepRecords()).toBe(80 * CHAIN.length);
  });

  test("takes up a run that it had claimed without hearing of it", async () => {
    const worn = await worker({ beatMs: 200 });
    await engine.start(kinds.upkeep, null, { id: "first" });
    await until("first is done", async () => (await done()) === 1);
    await engine.start(kinds.timer, null, { id: "unheard", delayMs: 3_600_000 });
    await database.pool.query(
      `update dbos.workflow_status s set status = 'PENDING', owner_xid = 'lost', started_at_epoch_ms = 1, executor_id = f.executor_id
         from dbos.workflow_status f where f.workflow_uuid = 'first' and s.workflow_uuid = 'unheard'`,
    );
    await until("unheard is done", async () => (await done()) === 2);
    expect(worn.process.exitCode).toBeNull();
  });
});

describe("a worker whose clock is an hour ahead", () => {
  test("fires no timer before the database's time", async () => {
    await engine.start(kinds.timer, null, { id: "in an hour less a minute", delayMs: 3_540_000 });
    await engine.start(kinds.timer, null, { id: "soon", delayMs: 500 });
    await worker({ clockAheadMs: 3_600_000 });
    await until("soon is done", async () => (await done()) === 1);
    await sleep(2_500);
    expect((await engine.inspect("in an hour less a minute"))?.status).toBe("delayed");
  });
});

describe("a worker that is asked to stop", () => {
  test("ends the steps it is in, leaves the rest to others at once, and goes", async () => {
    const leaver = await worker({ beatMs: 20_000, concurrency: { handoff: 20 } });
    await chains("run", 20, 400);
    await until(
      "it is in its first steps",
      async () => ((await statuses(database.pool))["PENDING"] ?? 0) === 20,
    );
    leaver.process.kill("SIGTERM");
    expect(await leaver.ended).toBe(0);
    const afterStop = await statuses(database.pool);
    expect(afterStop["PENDING"]).toBeUndefined();
    // Each body that began has its record: nothing was cut.
    expect(await stepRecords()).toBe(await sqlCount("select count(*) from ledger"));
    await worker({ beatMs: 20_000 });
    await until("all are done", async () => (await done()) === 20);
    expect(await sqlCount("select max(n) from (select count(*) n from ledger group by run, step) t")).toBe(1);
  });
});

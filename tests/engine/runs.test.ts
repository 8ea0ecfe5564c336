import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEngine } from "../../src/engine/dbos.ts";
import type { Engine, RunKind } from "../../src/engine/engine.ts";
import { deleteFinishedRuns } from "../../src/engine/retention.ts";
import { PermanentFailure } from "../../src/kernel/failure.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { count, until } from "./harness.ts";
import { kindsOn, LEDGER, sleep, type Kinds } from "./kinds.ts";

let database: TestDatabase;
let kinds: Kinds;
let engine: Engine;
const caught: unknown[] = [];
const logged: string[] = [];

const facts = {
  target: "salesforce",
  code: "DUPLICATES_DETECTED",
  message: "A duplicate rule matched.",
} as const;
/** Catches the failure of its first step, then fails for good in "after": a replay must see the same failure. */
const catches: RunKind<null> = {
  name: "catches",
  queue: "handoff",
  body: async (steps) => {
    try {
      await steps.step("refused", () => Promise.reject(new PermanentFailure(facts, { record: "00Q1" })));
    } catch (error) {
      caught.push(error);
    }
    await steps.step("after", async () => {
      if (caught.length < 2) throw new TypeError("x is undefined");
      return null;
    });
  },
};

const optionsFor = (databaseUrl: string) => ({
  databaseUrl,
  kinds: [
    kinds.chain,
    kinds.ordered,
    kinds.timer,
    kinds.upkeep,
    kinds.gated,
    catches,
  ] as readonly RunKind<never>[],
  schedules: [],
  concurrency: {},
  log: (level: string, message: string) => void logged.push(`${level} ${message}`),
});

const statusOf = async (id: string) => (await engine.inspect(id))?.status;
const isOver = (id: string) => async () =>
  ["done", "failed", "cancelled"].includes((await statusOf(id)) ?? "");
const bodies = (run: string) => count(database.pool, "select count(*) from ledger where run = $1", [run]);

beforeAll(async () => {
  database = await freshDatabase();
  await database.pool.query(LEDGER);
  kinds = kindsOn(database.pool);
  engine = await createEngine(optionsFor(database.url));
});

afterAll(async () => {
  await engine.stop(2_000);
  await database.drop();
});

describe("starting runs", () => {
  test("before work() runs wait, and afterwards they are carried out", async () => {
    await engine.start(kinds.chain, { stepMs: 0 }, { id: "early" });
    await sleep(300);
    expect(await statusOf("early")).toBe("waiting");
    await engine.work();
    await until("early is over", isOver("early"));
    expect(await engine.inspect("early")).toMatchObject({
      kind: "chain",
      status: "done",
      error: null,
      steps: [{ name: "one" }, { name: "two" }, { name: "three" }, { name: "four" }],
    });
  });

  test("the same id twice is one run, also when it is over", async () => {
    await Promise.all([1, 2, 3].map(() => engine.start(kinds.timer, null, { id: "twice" })));
    await until("twice is over", isOver("twice"));
    await engine.start(kinds.timer, null, { id: "twice" });
    await engine.startMany(kinds.timer, [
      { input: null, id: "twice" },
      { input: null, id: "twice" },
    ]);
    await sleep(200);
    expect(await bodies("twice")).toBe(1);
  });

  test("no commit, no run", async () => {
    const rolledBack = database.db.transaction().execute(async (tx) => {
      await engine.start(kinds.timer, null, { id: "never", tx });
      await engine.startMany(kinds.timer, [{ input: null, id: "never-either" }], tx);
      throw new Error("roll back");
    });
    await expect(rolledBack).rejects.toThrow("roll back");
    await database.db.transaction().execute((tx) => engine.start(kinds.timer, null, { id: "always", tx }));
    await until("always is over", isOver("always"));
    expect(await engine.inspect("never")).toBeNull();
    expect(await engine.inspect("never-either")).toBeNull();
  });

  test("many start in one statement, with quotes and signs in their input", async () => {
    const runs = Array.from({ length: 500 }, (_, i) => ({
      input: { stepMs: 0 },
      id: `many:${i}'"{}`,
      partition: `p${i % 20}`,
    }));
    await engine.startMany(kinds.ordered, runs);
    const like =
      "select count(*) from dbos.workflow_status where workflow_uuid like 'many:%' and status = 'SUCCESS'";
    await until("all are done", async () => (await count(database.pool, like)) === 500);
    expect(await count(database.pool, "select count(*) from ledger where run like 'many:%'")).toBe(1_000);
  });

  test("a conversation's run without a partition is refused", async () => {
    const start = engine.start(kinds.ordered, { stepMs: 0 }, { id: "homeless" });
    await expect(start).rejects.toThrow('Run homeless of kind "ordered" needs a partition');
    const many = engine.startMany(kinds.ordered, [{ input: { stepMs: 0 }, id: "homeless", partition: "" }]);
    await expect(many).rejects.toThrow("needs a partition");
  });

  test("a second engine in one process is refused", async () => {
    await expect(createEngine(optionsFor(database.url))).rejects.toThrow(
      "This process already has an engine",
    );
  });
});

describe("delayed runs", () => {
  beforeAll(() => engine.work());

  test("run when their time comes, and never when cancelled", async () => {
    await engine.start(kinds.timer, null, { id: "soon", delayMs: 500 });
    await engine.start(kinds.timer, null, { id: "cancelled", delayMs: 500 });
    expect(await statusOf("soon")).toBe("delayed");
    expect(await engine.queueDepths()).toContainEqual(
      expect.objectContaining({ queue: "timer", status: "delayed", runs: 2 }),
    );
    await engine.cancel("cancelled");
    await until("soon is over", isOver("soon"));
    await sleep(1_200);
    expect(await statusOf("cancelled")).toBe("cancelled");
    expect(await bodies("cancelled")).toBe(0);
    expect(await bodies("soon")).toBe(1);
  });

  test("to cancel the unknown and the finished is no error", async () => {
    await engine.cancel("unheard-of");
    await engine.start(kinds.timer, null, { id: "finished" });
    await until("it is done", isOver("finished"));
    await engine.cancel("finished");
    expect(await statusOf("finished")).toBe("done");
  });
});

describe("failing runs", () => {
  beforeAll(() => engine.work());

  test("tries a step again, fails for good with a readable error, and resumes at the step that failed", async () => {
    await engine.start(kinds.gated, { gate: "door" }, { id: "shut" });
    await until("shut has failed", isOver("shut"));
    expect(await engine.inspect("shut")).toMatchObject({
      status: "failed",
      error: 'Slack is closed behind door. (step "gate", after 3 tries)',
      steps: [
        { name: "first", error: null },
        { name: "gate", error: "Slack is closed behind door." },
      ],
    });
    expect((await engine.list({ status: ["failed"], kind: "gated" })).map((run) => run.id)).toEqual(["shut"]);

    await database.pool.query("insert into switch values ('door')");
    await engine.resume("shut");
    await until("shut is done", async () => (await statusOf("shut")) === "done");
    const { rows } = await database.pool.query<{ step: string }>(
      "select step from ledger where run = 'shut' order by seq",
    );
    expect(rows.map((row) => row.step)).toEqual(["first", "gate", "gate", "gate", "gate", "last"]);
  });

  test("only a failed run can be resumed", async () => {
    await engine.start(kinds.timer, null, { id: "well" });
    await until("it is done", isOver("well"));
    await expect(engine.resume("well")).rejects.toThrow(
      "Run well is done; only a failed run can be resumed.",
    );
    await expect(engine.resume("unheard-of")).rejects.toThrow("There is no run unheard-of");
  });

  test("a replayed failure is the class it was, with its facts and its detail", async () => {
    await engine.start(catches, null, { id: "catches" });
    await until("it has failed", isOver("catches"));
    expect((await engine.inspect("catches"))?.error).toBe('x is undefined (step "after")');
    await engine.resume("catches");
    await until("it is done", async () => (await statusOf("catches")) === "done");
    expect(caught).toHaveLength(2);
    for (const error of caught) {
      expect(error).toBeInstanceOf(PermanentFailure);
      expect(error).toMatchObject({ message: facts.message, facts, detail: { record: "00Q1" } });
    }
  });
});

describe("a run of a kind nobody here knows", () => {
  beforeAll(() => engine.work());

  test("is put back for a worker that does, and the log says so", async () => {
    const stranger: RunKind<null> = { name: "stranger", queue: "upkeep", body: async () => {} };
    await engine.start(stranger, null, { id: "stranger" });
    await until("it is put back", async () => (await statusOf("stranger")) === "delayed");
    expect(logged.join("\n")).toContain("run stranger could not be carried out here");
  });
});

describe("retention", () => {
  beforeAll(() => engine.work());

  test("deletes what is done or cancelled, and keeps what failed, waits or is delayed", async () => {
    await engine.start(kinds.gated, { gate: "never" }, { id: "failed" });
    await engine.start(kinds.timer, null, { id: "tomorrow", delayMs: 86_400_000 });
    await until("it has failed", isOver("failed"));
    expect(await deleteFinishedRuns(database.db, 0)).toBe(0);
    const finished = await engine.list({ status: ["done", "cancelled"], limit: 10_000 });
    expect(finished.length).toBeGreaterThan(0);
    expect(await deleteFinishedRuns(database.db, Number.MAX_SAFE_INTEGER)).toBe(finished.length);
    const left = await engine.list({});
    expect(left.map((run) => run.id)).toEqual(expect.arrayContaining(["failed", "tomorrow"]));
    expect(left.filter((run) => run.status === "done" || run.status === "cancelled")).toEqual([]);
    const orphans =
      "select count(*) from dbos.operation_outputs o where not exists (select 1 from dbos.workflow_status s where s.workflow_uuid = o.workflow_uuid)";
    expect(await count(database.pool, orphans)).toBe(0);
  });
});

/** The intake on a real PostgreSQL: stored once, acknowledged after the commit, refused when the database is away. */
import { anything, assert as holds, asyncProperty, constantFrom, string } from "fast-check";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RetryableFailure } from "../../src/kernel/failure.ts";
import { createIntake, type Intake, type IntakeOptions } from "../../src/intake/intake.ts";
import type { Arrival } from "../../src/intake/starter.ts";
import { untaken } from "../../src/intake/queries.ts";
import { openDatabase } from "../../src/store/database.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { EVERY_KIND, notice, replyNotice } from "../support/notices.ts";

let database: TestDatabase;
let intakes: Intake[];
let started: Arrival[][];
let logged: string[];
let batches: number[];

beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  await sql`truncate events restart identity`.execute(database.db);
  [intakes, started, logged, batches] = [[], [], [], []];
});
afterEach(async () => {
  await settled();
});
afterAll(() => database.drop());

function intakeWith(over: Partial<IntakeOptions> = {}): Intake {
  const intake = createIntake({
    db: database.db,
    start: async (arrivals) => {
      started.push([...arrivals]);
    },
    clock: () => Date.UTC(2026, 10, 23),
    log: (level, message) => logged.push(`${level}: ${message}`),
    onBatch: (rows) => batches.push(rows),
    ...over,
  });
  intakes.push(intake);
  return intake;
}

/** Waits until what was stored is also started. */
async function settled(): Promise<void> {
  for (const intake of intakes) await intake.close();
}

async function rows() {
  const { rows: found } = await sql<{
    workspace: string;
    topic: string;
    conversation_id: string | null;
    contact_id: string | null;
    part_key: string | null;
    created_at: Date;
    body: { id?: string } | null;
    raw: string | null;
    parked_reason: string | null;
    taken_at: Date | null;
  }>`select * from events order by seq`.execute(database.db);
  return found;
}

describe("a notification", () => {
  test("is stored with Intercom's own time, and then its conversation's run is started", async () => {
    expect(await intakeWith().take(Buffer.from(replyNotice(1)), "ws1")).toEqual({
      kind: "stored",
      workspace: "ws1",
    });
    const [row] = await rows();
    expect(row).toMatchObject({
      workspace: "ws1",
      conversation_id: "1001",
      contact_id: "c1",
      part_key: "1001:5001:conversation.user.replied",
      created_at: new Date(1_768_031_794_000),
      raw: null,
      parked_reason: null,
      taken_at: null,
    });
    expect(row?.body).toEqual(JSON.parse(replyNotice(1)));
    await settled();
    expect(started).toEqual([[{ workspace: "ws1", conversation: "1001", contact: null, seq: "1" }]]);
  });

  test.for(EVERY_KIND)("%s is understood", async ([, topic, item, kept]) => {
    await intakeWith().take(Buffer.from(notice("n", topic, item)), null);
    const [row] = await rows();
    expect([row?.conversation_id, row?.contact_id, row?.part_key]).toEqual([
      kept.conversation,
      kept.contact,
      kept.part,
    ]);
    await settled();
    expect(started[0]?.[0]).toMatchObject({
      conversation: kept.conversation,
      contact: kept.conversation === null ? kept.contact : null,
    });
  });

  test("delivered ten times at once is one row and one run", async () => {
    const intake = intakeWith();
    const taken = await Promise.all(
      Array.from({ length: 10 }, () => intake.take(Buffer.from(replyNotice(1)), "ws1")),
    );
    expect(taken.map((one) => one.kind).sort()).toEqual([...Array<string>(9).fill("duplicate"), "stored"]);
    expect((await rows()).length).toBe(1);
    expect(await intake.take(Buffer.from(replyNotice(1)), "ws1")).toMatchObject({ kind: "duplicate" });
    await settled();
    expect(started.flat().length).toBe(1);
  });

  test("of the same part under another id is a duplicate, under another workspace it is not", async () => {
    const intake = intakeWith();
    await intake.take(Buffer.from(replyNotice(1)), null);
    expect(await intake.take(Buffer.from(replyNotice(1, { id: "other" })), null)).toMatchObject({
      kind: "duplicate",
    });
    expect(await intake.take(Buffer.from(replyNotice(1, { app_id: "ws2" })), null)).toMatchObject({
      kind: "stored",
    });
  });

  test("of another workspace than the connection's is not stored", async () => {
    const taken = await intakeWith().take(Buffer.from(replyNotice(1)), "mine");
    expect([taken, (await rows()).length]).toEqual([{ kind: "foreign", workspace: "ws1" }, 0]);
  });

  test("that is a ping is not stored", async () => {
    const ping = notice(null, "ping", { type: "ping", message: "x" });
    const taken = await intakeWith().take(Buffer.from(ping), "ws1");
    expect([taken, (await rows()).length]).toEqual([{ kind: "ping", workspace: "ws1" }, 0]);
  });

  test("that nobody understands is stored, parked, and wakes nobody", async () => {
    const intake = intakeWith();
    const kinds = await Promise.all(
      ["{", notice("n", "ticket.created", { id: "1" })].map((body) => intake.take(Buffer.from(body), "ws1")),
    );
    expect(kinds.map((one) => one.kind)).toEqual(["parked", "parked"]);
    expect((await rows()).every((row) => row.taken_at !== null && row.parked_reason !== null)).toBe(true);
    await settled();
    expect([started, await untaken(database.db, -1_000)]).toEqual([[], []]);
  });
});

describe("many at once", () => {
  test("share inserts, and a conversation is started once per batch", async () => {
    const intake = intakeWith();
    const bodies = Array.from({ length: 500 }, (_, n) =>
      replyNotice(n, {}).replace(/"id":"1\d{3}"/, `"id":"${1000 + (n % 10)}"`),
    );
    const taken = await Promise.all(bodies.map((body) => intake.take(Buffer.from(body), "ws1")));
    expect(taken.every((one) => one.kind === "stored")).toBe(true);
    expect((await rows()).length).toBe(500);
    expect(batches.length).toBeLessThan(20);
    expect(Math.max(...batches)).toBeLessThanOrEqual(200);
    await settled();
    for (const batch of started) {
      expect(new Set(batch.map((arrival) => arrival.conversation)).size).toBe(batch.length);
    }
  });

  test("one that PostgreSQL cannot hold is parked, and the others of its batch are stored", async () => {
    const intake = intakeWith();
    const huge = replyNotice(2).replace('"created_at":1768031793', '"created_at":1e999999');
    const taken = await Promise.all(
      [replyNotice(1), huge, replyNotice(3)].map((body) => intake.take(Buffer.from(body), "ws1")),
    );
    expect(taken.map((one) => one.kind)).toEqual(["stored", "stored", "stored"]);
    const odd = (await rows()).filter((row) => row.parked_reason !== null);
    expect(odd.map((row) => [row.body, row.raw, row.parked_reason])).toEqual([
      [null, huge, "PostgreSQL cannot hold the body (22003)"],
    ]);
  });
});

describe("when something is away", () => {
  test("runs that cannot be started do not refuse what is stored; the sweeper finds it", async () => {
    const intake = intakeWith({ start: () => Promise.reject(new Error("engine away")) });
    expect(await intake.take(Buffer.from(replyNotice(1)), "ws1")).toMatchObject({ kind: "stored" });
    await settled();
    expect(logged).toEqual(["warn: stored, but the runs could not be started; the sweeper will start them"]);
    expect(await untaken(database.db, -60_000)).toEqual([
      { workspace: "ws1", conversation: "1001", contact: null, seq: "1" },
    ]);
    expect(await untaken(database.db, 3_600_000)).toEqual([]);
  });

  test("a database that refuses rejects the notification, and memory of it", async () => {
    const gone = openDatabase({ url: "postgresql://nobody@127.0.0.1:1/none", log: () => {} });
    const intake = intakeWith({ db: gone.db });
    await expect(intake.take(Buffer.from(replyNotice(1)), "ws1")).rejects.toBeInstanceOf(RetryableFailure);
    await gone.close();
    const again = intakeWith();
    expect(await again.take(Buffer.from(replyNotice(1)), "ws1")).toMatchObject({ kind: "stored" });
  });

  test("a database that stands still rejects within the deadline, and what it then stores is known", async () => {
    const intake = intakeWith({ deadlineMs: 100 });
    const locked = await database.pool.connect();
    await locked.query("begin");
    await locked.query("lock table events in exclusive mode");
    await expect(intake.take(Buffer.from(replyNotice(1)), "ws1")).rejects.toMatchObject({
      outcome: "unknown",
    });
    await locked.query("commit");
    locked.release();
    await intake.close();
    const again = intakeWith();
    expect(await again.take(Buffer.from(replyNotice(1)), "ws1")).toMatchObject({ kind: "duplicate" });
  });

  test("an intake that is closed stores what waits and takes nothing more", async () => {
    const intake = intakeWith({ maxWaitMs: 60_000 });
    const waiting = intake.take(Buffer.from(replyNotice(1)), "ws1");
    await intake.close();
    expect(await waiting).toMatchObject({ kind: "stored" });
    await expect(intake.take(Buffer.from(replyNotice(2)), "ws1")).rejects.toBeInstanceOf(RetryableFailure);
  });
});

describe("hostile bodies", () => {
  test.for([
    ["invalid UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ["NUL bytes", Buffer.from('{"topic":"x\u0000","id":"a\u0000"}')],
    ["NUL written out", Buffer.from(replyNotice(1).replace("words", "\\u0000"))],
    ["a lone surrogate", Buffer.from(replyNotice(1).replace("words", "\\ud83d"))],
    [
      "duplicate keys",
      Buffer.from('{"id":"a","id":"b","topic":"contact.deleted","data":{"item":{"id":"c"}}}'),
    ],
    ["__proto__", Buffer.from('{"__proto__":{"topic":"ping"},"constructor":{"prototype":{}},"id":"a"}')],
    ["depth 100,000", Buffer.from('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000))],
    ["number 1e999", Buffer.from(replyNotice(1).replace('"created_at":1768031793', '"created_at":1e999'))],
    ["a list", Buffer.from("[]")],
    ["nothing", Buffer.alloc(0)],
    [
      "a text of a megabyte as id",
      Buffer.from(notice("x".repeat(1_000_000), "contact.deleted", { id: "1" })),
    ],
  ] as const)("%s is stored", async ([, raw]) => {
    const taken = await intakeWith().take(raw, "");
    expect(["stored", "parked", "foreign"]).toContain(taken.kind);
    expect((await rows()).length).toBe(taken.kind === "foreign" ? 0 : 1);
  });

  test("any JSON and any bytes are taken without a fault", async () => {
    const intake = intakeWith();
    const topics = constantFrom("conversation.user.created", "contact.merged", "event.created", "x", "");
    await holds(
      asyncProperty(topics, anything(), string({ unit: "binary" }), async (topic, item, text) => {
        const bodies = [JSON.stringify({ id: text, topic, data: { item } }, bigintAsText), text];
        for (const body of bodies) {
          const taken = await intake.take(Buffer.from(body), "");
          expect(["stored", "parked", "duplicate"]).toContain(taken.kind);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

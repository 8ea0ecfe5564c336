/** The fairness ledger under real concurrency: many transactions, several connections, exact shares. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decideUnderLock } from "../../src/decide/ledger.ts";
import { decide, type DecisionInputs } from "../../src/decide/decide.ts";
import type { OwnerRef } from "../../src/decide/decision.ts";
import {
  closeAssignment,
  creditBack,
  ledgerCounts,
  ledgerLines,
  moveAssignment,
  ledgerSkips,
} from "../../src/decide/pools/queries.ts";
import { routingCommand } from "../../src/cli/routing.ts";
import { openVault } from "../../src/vault/vault.ts";
import { publishGiven } from "../../src/versions/publish.ts";
import { type Database, inTransaction, openDatabase } from "../../src/store/database.ts";
import { NOON } from "../support/cases.ts";
import { given, type Over, users, WEIGHTS } from "../support/pool-leads.ts";
import type { Job } from "./assigner.program.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let connections: Database[];
beforeAll(async () => {
  database = await freshDatabase();
  connections = [1, 2].map(() => openDatabase({ url: database.url, poolSize: 4, log: () => {} }));
});
afterAll(async () => {
  await Promise.all(connections.map((one) => one.close()));
  await database.drop();
});

/** Decides in a transaction of its own; a decision replays from its frozen inputs. */
async function decided(worker: number, question: Omit<DecisionInputs, "pools">) {
  const { db } = connections[worker % connections.length] ?? database;
  const { decision, inputs } = await inTransaction(db, (tx) => decideUnderLock(tx, question));
  expect(decide(JSON.parse(JSON.stringify(inputs)) as DecisionInputs)).toEqual(decision);
  return decision;
}

/** Who got it. */
async function assign(worker: number, question: Omit<DecisionInputs, "pools">): Promise<string> {
  const decision = await decided(worker, question);
  if (decision.kind !== "handoff") throw new Error(`a decision of kind ${decision.kind}`);
  return decision.owner.pool?.member ?? decision.owner.owner.id;
}

async function served(pool: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ member: string; served: number }>`
    select member, served::int as served from pool_members where pool = ${pool} order by member`.execute(
    database.db,
  );
  return Object.fromEntries(rows.map((row) => [row.member, row.served]));
}

test("leads from eight transactions at a time end within one lead of the weighted shares, and replay", async () => {
  const TOTAL = 240;
  let next = 0;
  const givenTo: string[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      while (next < TOTAL) {
        next += 1;
        givenTo.push(await assign(worker, given(String(next), "even")));
      }
    }),
  );
  const counts = await served("even");
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(TOTAL);
  for (const [member, weight] of Object.entries(WEIGHTS)) {
    const ideal = (TOTAL * weight) / 10;
    expect(Math.abs((counts[member] ?? 0) - ideal)).toBeLessThanOrEqual(1);
    expect(givenTo.filter((one) => one === member).length).toBe(counts[member]);
  }
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from assignments where pool = 'even'`.execute(database.db);
  expect(rows).toEqual([{ n: TOTAL }]);
});

test("a thousand leads from eight processes at a time end within one lead of uneven shares", async () => {
  const members = Object.keys(WEIGHTS).map((user, i) => ({ user, weight: [10, 1, 1][i] ?? 1 }));
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      const leads = Array.from({ length: 125 }, (__, i) => 20_000 + i * 8 + worker);
      const job: Job = { databaseUrl: database.url, pool: "processes", members, leads };
      const program = join(import.meta.dirname, "assigner.program.ts");
      await promisify(execFile)(process.execPath, [program, JSON.stringify(job)]);
    }),
  );
  const counts = await served("processes");
  for (const { user, weight } of members)
    expect(Math.abs((counts[user] ?? 0) - (1_000 * weight) / 12)).toBeLessThan(1);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from assignments where pool = 'processes'`.execute(database.db);
  expect(rows).toEqual([{ n: 1_000 }]);
});

test("the leads of one company all reach the same rep, also when they come at the same time", async () => {
  const owners = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      assign(i, given(String(5_000 + i), "sticky", { domain: "one.example", sticky: "company" })),
    ),
  );
  expect(new Set(owners).size).toBe(1);
});

test("a company that stays with its rep takes no turn, and a rejected lead sets the company free", async () => {
  const ask = (id: string, over: Over = {}) => assign(0, given(id, "kept", { sticky: "person", ...over }));
  const mail = "back@free.example";
  const first = await ask("5100", { email: mail });
  expect(await ask("5101", { email: mail, domain: "other.example" })).toBe(first);
  expect(await served("kept")).toMatchObject({ [first]: 1 });
  expect(await ask("5102")).not.toBe(first);
  for (const id of ["5100", "5101"])
    await creditBack(database.db, {
      handoff: `handoff:production:${id}:qualified:1`,
      reason: "rejected",
      now: NOON,
    });
  const { rows } = await sql<{ adjustment: number }>`
    select adjustment::float8 as adjustment from pool_members where pool = 'kept' and member = ${first}`.execute(
    database.db,
  );
  expect(rows).toEqual([{ adjustment: -1 }]);
});

const capped = (cap: object, over: object = {}) =>
  Object.keys(WEIGHTS).map((user) => ({ user, cap, timezone: "America/New_York", ...over }));
const FALLBACK = { user: "ana@us.example" };

test("caps by day and by open work hold among eight transactions at a time, over two pools with the same people", async () => {
  const pools = { one: { members: capped({ perDay: 7 }) }, two: { members: capped({ open: 5, perDay: 7 }) } };
  const routing = { pools, routes: { default: [{ pool: "one" }, { queue: "Rest" }] } };
  const other = { ...routing, routes: { default: [{ pool: "two" }, { queue: "Rest" }] } };
  const rest = [{ id: "00G1", name: "Rest", objects: ["Lead"] }];
  const owners = await Promise.all(
    Array.from({ length: 60 }, (_, i) => {
      const question = given(String(6_000 + i), "one", { routing: i % 2 === 0 ? routing : other, now: NOON });
      const directory = { users: question.directory.users, queues: rest };
      return assign(i, { ...question, environment: "capped", directory });
    }),
  );
  for (const member of Object.keys(WEIGHTS))
    expect(owners.filter((owner) => owner === member).length).toBe(7);
  expect(owners.filter((owner) => owner === "00G1").length).toBe(60 - 21);

  const tomorrow = given("6100", "two", { routing: other, now: NOON + 86_400_000 });
  const full = await decided(0, { ...tomorrow, environment: "capped" });
  expect(full).toMatchObject({ kind: "held", receipts: [{ reason: "cap 7 of 5 open" }, {}, {}, {}] });
  const { rows } = await sql<{ id: string }>`
    select handoff_id as id from assignments where environment = 'capped' and member = 'ben@us.example' limit 3`.execute(
    database.db,
  );
  for (const { id } of rows) {
    expect(await closeAssignment(database.db, { handoff: id, reason: "contacted", now: NOON })).toBe(true);
    expect(await closeAssignment(database.db, { handoff: id, reason: "again", now: NOON })).toBe(false);
  }
  expect(await assign(0, { ...tomorrow, environment: "capped" })).toBe("ben@us.example");
});

test("a day ends at the member's own midnight", async () => {
  const members = capped({ perDay: 1 }).slice(0, 1);
  const routing = {
    pools: { daily: { members } },
    routes: { default: [{ pool: "daily" }] },
    fallback: FALLBACK,
  };
  const at = (id: string, time: string) =>
    assign(0, { ...given(id, "daily", { routing, now: Date.parse(time) }), environment: "daily" });
  expect(await at("6200", "2026-03-10T03:00:00Z")).toBe("ana@us.example");
  // Still the ninth in New York.
  expect(await at("6201", "2026-03-10T03:59:00Z")).toBe("005ana@us.example");
  expect(await at("6202", "2026-03-10T04:00:00Z")).toBe("ana@us.example");
});

test("a newcomer, and one who returns from an absence, get their share from then on and no flood", async () => {
  const dan = { user: "dan@us.example" };
  const people = [...users, { id: "005dan", email: "dan@us.example", name: "Dan", active: true }];
  const others = Object.keys(WEIGHTS).map((user) => ({ user }));
  const round = async (from: number, members: readonly object[], count: number) => {
    const got: string[] = [];
    for (let i = 0; i < count; i++) {
      const question = given(String(from + i), "joined", { members });
      got.push(await assign(i, { ...question, directory: { users: people, queues: [] } }));
    }
    return got.filter((owner) => owner === "dan@us.example").length;
  };
  await round(7_000, others, 30);
  expect(await round(7_100, [...others, dan], 8)).toBe(2);
  const absent = { ...dan, away: [{ from: "2026-03-01", to: "2026-03-30" }] };
  expect(await round(7_200, [...others, absent], 30)).toBe(0);
  expect(await round(7_300, [...others, dan], 8)).toBe(2);
});

test("credit is given once, and makes its rep next", async () => {
  const members = Object.keys(WEIGHTS)
    .slice(0, 2)
    .map((user) => ({ user }));
  const ask = (id: string) => assign(0, given(id, "credit", { members }));
  expect([await ask("7500"), await ask("7501")]).toEqual(["ana@us.example", "ben@us.example"]);
  const credit = { handoff: "handoff:production:7501:qualified:1", reason: "junk", now: NOON };
  const firsts = await Promise.all(Array.from({ length: 4 }, () => creditBack(database.db, credit)));
  expect(firsts.filter(Boolean).length).toBe(1);
  expect(await creditBack(database.db, { ...credit, handoff: "unheard" })).toBe(false);
  expect([await ask("7502"), await ask("7503")]).toEqual(["ben@us.example", "ana@us.example"]);
});

test("a lead that goes to somebody else takes its turn along, once, and says so", async () => {
  const members = Object.keys(WEIGHTS).map((user) => ({ user }));
  const ask = (id: string) => assign(0, { ...given(id, "moved", { members }), environment: "moved" });
  expect([await ask("7600"), await ask("7601")]).toEqual(["ana@us.example", "ben@us.example"]);
  const handoff = "handoff:moved:7600:qualified:1";
  const cleo = { kind: "user", id: "005c", email: "Cleo@us.example", name: "Cleo" } as const;
  const moveTo = (to: OwnerRef) =>
    Promise.all(
      Array.from({ length: 4 }, (_, worker) =>
        inTransaction((connections[worker % 2] ?? database).db, (tx) =>
          moveAssignment(tx, { handoff, to, reason: "no contact in time", now: NOON + 60_000 }),
        ),
      ),
    );
  expect((await moveTo(cleo)).filter(Boolean)).toEqual([true]);
  const turns = async () =>
    (await ledgerCounts(database.db, "moved", NOON, [])).map(
      ({ served: turn, adjustment, taken, credited, open }) => [turn, adjustment, taken - credited, open],
    );
  expect(await turns()).toEqual([
    [1, -1, 0, 0],
    [1, 0, 1, 1],
    [1, 0, 1, 1],
  ]);
  expect((await ledgerLines(database.db, "moved", NOON, 9)).at(-1)).toMatchObject({
    owner: "cleo@us.example",
    pool: "moved",
    turn: "taken",
    receipts: [
      { kind: "assigned" },
      {
        kind: "skipped",
        candidate: "pool moved: ana@us.example",
        reason: "no contact in time",
        place: { pool: "moved", member: "ana@us.example" },
      },
      { kind: "assigned", candidate: "Cleo", reason: "took it over" },
    ],
  });
  // Somebody of no pool has it in the end: the pool has its turn back.
  expect((await moveTo({ kind: "queue", id: "00G1", name: "Rest" })).filter(Boolean)).toEqual([true]);
  expect(await turns()).toEqual([
    [1, -1, 0, 0],
    [1, 0, 1, 1],
    [1, -1, 0, 0],
  ]);
  expect(await ask("7602")).toBe("ana@us.example");
});

test("the ledger tells who got what, who was skipped and why, and what was given back", async () => {
  const members = [
    { user: "ana@us.example", weight: 2, cap: { perDay: 1 } },
    { user: "ben@us.example" },
    { user: "cleo@us.example", paused: true },
  ];
  const ask = (id: string) => assign(0, { ...given(id, "told", { members }), environment: "told" });
  for (const id of ["8000", "8001", "8002"]) await ask(id);
  const handoff = "handoff:told:8001:qualified:1";
  await creditBack(database.db, { handoff, reason: "no-show", now: NOON + 9_000 });
  const { db } = database;
  const days = members.map(({ user }) => ({ pool: "told", member: user, since: NOON }));
  const newcomer = { pool: "told", member: "dan@us.example", since: NOON };
  expect(await ledgerCounts(db, "told", NOON, [...days, newcomer])).toMatchObject([
    { pool: "told", member: "ana@us.example", served: 1, taken: 1, credited: 0, open: 1, today: 1 },
    { pool: "told", member: "ben@us.example", served: 2, adjustment: -1, taken: 2, credited: 1, open: 1 },
    { pool: "told", member: "cleo@us.example", served: 0, taken: 0, open: 0, today: 0 },
    { pool: "told", member: "dan@us.example", served: 0, lastAt: null, open: 0 },
  ]);
  expect(await ledgerSkips(db, "told", NOON)).toMatchObject([
    { member: "ana@us.example", reason: "cap 1 of 1 today", times: 1 },
    { member: "cleo@us.example", reason: "paused", times: 1 },
  ]);
  const lines = await ledgerLines(db, "told", NOON, 2);
  expect(lines).toMatchObject([
    { handoff: "handoff:told:8002:qualified:1", owner: "ben@us.example", turn: "taken", creditReason: null },
    { handoff, owner: "ben@us.example", creditReason: "no-show", closedReason: "no-show", at: NOON + 8_001 },
  ]);
});

test("baton routing ledger tells it in tables, and what to do where nothing is", async () => {
  const { db } = database;
  const told = async (...args: readonly string[]) => {
    const out: string[] = [];
    const terminal = {
      out: (text: string) => out.push(text),
      err: () => {},
      stdin: process.stdin,
      interactive: false,
      clock: () => NOON + 20_000,
      env: {},
      exit: () => {},
    };
    const vault = openVault({ key: Buffer.alloc(32, 1).toString("base64") });
    const openStore = () => Promise.resolve({ db, url: database.url, vault, close: () => Promise.resolve() });
    await routingCommand(terminal, { openStore }).parseAsync(["ledger", ...args], { from: "user" });
    return out.join("\n");
  };
  await expect(told("--environment", "told")).rejects.toThrow("told has no live policy");
  await sql`insert into connections (id, kind, settings) values ('i1', 'intercom', '{}')`.execute(db);
  await sql`
    insert into environments (name, mode, intercom_connection)
    values ('told', 'live', 'i1'), ('empty', 'live', 'i1')`.execute(db);
  const document = JSON.stringify({
    format: "baton/policy@1",
    name: "test",
    signals: {},
    scores: {},
    routing: {
      pools: {
        told: {
          members: [{ user: "ana@us.example", weight: 2, cap: { perDay: 1 } }, { user: "ben@us.example" }],
        },
      },
      routes: { default: [{ pool: "told" }] },
    },
  });
  for (const environment of ["told", "empty"])
    await publishGiven(db, { environment, document, publisher: "ana", comment: "" });
  const text = await told("--environment", "told");
  expect(text).toMatch(/ana@us\.example +2 +1 +1\.33 +50 % +67 % .*1 of 1 .*cap 1 of 1 today/);
  expect(text).toMatch(/ben@us\.example +1 +1 +0\.67 +50 % +33 % .*next/);
  expect(text).toContain("cleo@us.example left: got 0, 0 open");
  expect(text).toMatch(/told +cleo@us\.example +1 +2026-03-10T12:00Z +paused/);
  expect(text).toContain("given back: no-show");
  expect(JSON.parse(await told("--environment", "told", "--json"))).toMatchObject({
    environment: "told",
    policyVersion: 1,
    pools: [
      {
        pool: "told",
        members: [
          { got: 1, out: "cap 1 of 1 today" },
          { got: 1, isNext: true },
        ],
      },
    ],
  });
  expect(await told("--environment", "empty")).toContain("Nothing was given yet. `baton routing simulate");
});

test("the second people of a pool take turns too", async () => {
  const members = Object.keys(WEIGHTS).map((user) => ({ user }));
  const routing = {
    pools: { helpers: { members } },
    routes: { default: [{ queue: "Rest" }], helpers: [{ pool: "helpers" }] },
    alsoTell: [{ when: { field: "contact.email", operator: "known" }, route: "helpers" }],
  };
  const directory = { users, queues: [{ id: "00G1", name: "Rest", objects: ["Lead"] }] };
  for (let i = 0; i < 6; i++)
    await assign(i, { ...given(String(8_100 + i), "helpers", { routing }), directory });
  expect(await served("helpers")).toEqual({ "ana@us.example": 2, "ben@us.example": 2, "cleo@us.example": 2 });
});

test("a transaction that is rolled back takes nobody's turn", async () => {
  const failing = inTransaction(database.db, async (tx) => {
    await decideUnderLock(tx, given("9000", "fresh"));
    throw new Error("the process changed its mind");
  });
  await expect(failing).rejects.toThrow("changed its mind");
  expect(await served("fresh")).toEqual({});
});

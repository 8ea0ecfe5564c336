/** The fairness ledger under real concurrency: many transactions, several connections, exact shares. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decideUnderLock } from "../../src/decide/ledger.ts";
import type { DecisionInputs } from "../../src/decide/decide.ts";
import { type Database, inTransaction, openDatabase } from "../../src/store/database.ts";
import { company, message, NOBODY, NOON, person, policy, scores, snapshot } from "../support/cases.ts";
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

const WEIGHTS = { "ana@us.example": 5, "ben@us.example": 3, "cleo@us.example": 2 } as const;
const users = Object.keys(WEIGHTS).map((email) => ({ id: `005${email}`, email, name: email, active: true }));

function policyWith(pool: string, sticky?: "company") {
  const members = Object.entries(WEIGHTS).map(([user, weight]) => ({ user, weight }));
  return policy({
    routing: {
      pools: { [pool]: { members, ...(sticky !== undefined && { sticky }) } },
      routes: { default: [{ pool }] },
    },
  });
}

function given(
  conversation: string,
  pool: string,
  over: { readonly domain?: string; readonly sticky?: "company" } = {},
): Omit<DecisionInputs, "pools"> {
  return {
    environment: "production",
    evidence: {
      snapshot: snapshot({
        conversation,
        messages: [message()],
        contact: person({ id: `c${conversation}` }),
        company: company({ domain: over.domain ?? `co${conversation}.example` }),
      }),
      crm: NOBODY,
    },
    scores: scores({ buying: 50 }),
    policy: policyWith(pool, over.sticky),
    triggers: ["message"],
    now: NOON + Number(conversation),
    earlier: [],
    directory: { users, queues: [] },
  };
}

/** Decides in a transaction of its own; returns who got it. */
async function assign(worker: number, question: Omit<DecisionInputs, "pools">): Promise<string> {
  const { db } = connections[worker % connections.length] ?? database;
  const { decision } = await inTransaction(db, (tx) => decideUnderLock(tx, question));
  if (decision.kind !== "handoff") throw new Error(`a decision of kind ${decision.kind}`);
  return decision.owner.pool?.member ?? "nobody of the pool";
}

async function served(pool: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ member: string; served: number }>`
    select member, served::int as served from pool_members where pool = ${pool} order by member`.execute(
    database.db,
  );
  return Object.fromEntries(rows.map((row) => [row.member, row.served]));
}

test("a thousand leads from eight transactions at a time end within one lead of the weighted shares", async () => {
  const TOTAL = 1_000;
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

test("the leads of one company all reach the same rep, also when they come at the same time", async () => {
  const owners = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      assign(i, given(String(5_000 + i), "sticky", { domain: "one.example", sticky: "company" })),
    ),
  );
  expect(new Set(owners).size).toBe(1);
});

test("a transaction that is rolled back takes nobody's turn", async () => {
  const failing = inTransaction(database.db, async (tx) => {
    await decideUnderLock(tx, given("9000", "fresh"));
    throw new Error("the process changed its mind");
  });
  await expect(failing).rejects.toThrow("changed its mind");
  expect(await served("fresh")).toEqual({});
});

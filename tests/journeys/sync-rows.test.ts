/** Some records of one call are refused: the good ones are written once, the locked ones alone are tried again. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { backfill } from "../../src/sync/backfill.ts";
import { listIssues } from "../../src/issues/queries.ts";
import type { SyncPlace } from "../../src/sync/place.ts";
import type { TestHouse } from "../support/house.ts";
import { openResting } from "../support/sync.ts";

const MAPPING = { lead: [{ from: "contact.phone", to: "Phone" }], contact: [], account: [] };
const RULE = "Phone numbers of test calls are not allowed";

let house: TestHouse;
let place: SyncPlace;
beforeAll(async () => {
  ({ house, place } = await openResting(MAPPING));
});
beforeEach(() =>
  org().state.settings({
    rowLocks: [],
    validationRules: [{ object: "Lead", message: RULE, field: "Phone", when: { Phone: "555" } }],
  }),
);
afterAll(() => house.close());

const org = () => house.emulators.salesforce;

/** People whose phone only Intercom knows. */
function seed(...phones: readonly (readonly [who: string, phone: string])[]): void {
  for (const [who, phone] of phones) {
    const email = `${who}@rows.example`;
    org().state.insert("Lead", { LastName: who, Company: "Rows", Email: email });
    house.emulators.intercom.addContact({ email, name: who, phone, role: "user" });
  }
}

function fill() {
  const parts = { db: house.database.db, clock: house.now, isStopped: () => false, onPage: () => {} };
  return backfill({ ...parts, sleep: () => Promise.resolve() }, place);
}

/** How many records each write of several had, of the writes from `from` on. */
function writes(from: number): readonly number[] {
  return org()
    .ledger.entries()
    .slice(from)
    .filter(({ method, path }) => method === "PATCH" && path.endsWith("/composite/sobjects"))
    .map(({ body }) => (body as { records: readonly unknown[] }).records.length);
}

async function changesOf(...people: readonly string[]): Promise<readonly string[]> {
  const emails = people.map((who) => `${who}@rows.example`);
  const { rows } = await sql<{ told: string }>`
    select looked_for || ' ' || state || coalesce(': ' || error, '') as told from sync_changes
    where looked_for = any(${emails}::text[]) order by looked_for, id`.execute(house.database.db);
  return rows.map(({ told }) => told.replace("@rows.example", ""));
}

test("each record's own answer is kept: written, refused with Salesforce's words, or locked and alone tried again", async () => {
  seed(["ann", "1"], ["bea", "2"], ["cas", "555"], ["dov", "4"]);
  org().state.settings({ rowLocks: [{ object: "Lead", nth: [2] }] });
  const from = org().ledger.entries().length;
  expect(await fill()).toMatchObject({
    kind: "done",
    state: { matched: 4, changes: { done: 3, failed: 1 } },
  });
  expect(writes(from)).toEqual([4, 1]);
  const [ann, bea, cas, dov] = await changesOf("ann", "bea", "cas", "dov");
  expect([ann, bea, dov]).toEqual(["ann done", "bea done", "dov done"]);
  expect(cas).toContain("cas failed: Salesforce refused: FIELD_CUSTOM_VALIDATION_EXCEPTION");
  expect(cas).toContain(`Salesforce says: ${RULE}`);
});

test("when an erasure takes the words of a refused change, its issue has none either, and is over", async () => {
  const { db } = house.database;
  const issues = () => listIssues(db, { environment: "production", all: true });
  expect(await issues()).toMatchObject([
    { status: "open", message: expect.stringContaining(RULE) as string },
  ]);
  await sql`update sync_changes set error = null where looked_for = 'cas@rows.example'`.execute(db);
  expect(await issues()).toMatchObject([{ status: "skipped", message: "erased" }]);
});

test("a record that stays locked holds nobody up: it stays stored, and is written alone when it is free", async () => {
  seed(["eva", "5"], ["fae", "6"], ["gus", "7"]);
  org().state.settings({ validationRules: [], rowLocks: [{ object: "Lead", nth: [2, 5, 6, 7, 8, 9] }] });
  const from = org().ledger.entries().length;
  expect(await fill()).toMatchObject({ kind: "done" });
  const everybody = ["cas", "eva", "fae", "gus"];
  const planned = (await changesOf(...everybody)).filter((told) => told.endsWith("planned"));
  expect([planned.length, writes(from)]).toEqual([1, [4, 1, 1, 1, 1, 1]]);

  org().state.settings({ rowLocks: [] });
  await fill();
  expect(writes(from).slice(6)).toEqual([1]);
  const phones = org()
    .state.rows("Lead")
    .filter(({ Company }) => Company === "Rows")
    .map(({ Phone }) => Phone);
  expect(new Set(phones)).toEqual(new Set(["1", "2", "4", "5", "555", "6", "7"]));
});

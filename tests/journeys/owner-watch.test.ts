/** Another automation of the org changes what a handoff has just written: who and when is kept, as an issue. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "kysely";
import { durationMs } from "../../src/kernel/time.ts";
import { affectedBy, listIssues } from "../../src/issues/queries.ts";
import {
  handoffOf,
  openTestHouse,
  recordsOf,
  type ShownHandoff,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

const db = () => house.database.db;
const org = () => house.emulators.salesforce.state;
const userId = (email: string) => String(org().userByEmail(email)?.["Id"]);

const look = async (span: string) => {
  house.advance(durationMs(span));
  await house.service.house.watchOwners();
};
const watchOf = async ({ id }: ShownHandoff) => {
  const { rows } = await sql<{
    looks: number;
    isOver: boolean;
    seen: readonly { text: string; to: string }[];
  }>`
    select looks, due_at is null as "isOver", seen from owner_watches where handoff_id = ${id}`.execute(db());
  return rows[0];
};
const leadOf = (handoff: ShownHandoff) => {
  const lead = recordsOf(house, handoff).find(({ object }) => object === "Lead");
  return String(lead?.["Id"]);
};
const issues = () => listIssues(db(), { environment: "production", all: false });
const open = async (who: string) => {
  const { conversation } = await writes(house, { who, text: WORDS.buying });
  return handoffOf(house, conversation);
};

test("a record that nobody touches is looked at three times, in one call with the others, and nothing is said", async () => {
  const handoffs = [await open("ann"), await open("art")];
  const calls = () =>
    house.emulators.salesforce.ledger.entries().filter(({ path }) => path.endsWith("/composite")).length;
  const before = calls();
  await look("61s");
  expect(calls() - before).toBe(1);
  await look("10m");
  await look("51m");
  await look("2h");
  for (const handoff of handoffs)
    expect(await watchOf(handoff)).toEqual({ looks: 3, isOver: true, seen: [] });
  expect(await issues()).toEqual([]);
});

test("an owner that a flow changes is told once, with who and when, and the ledger takes note", async () => {
  const handoff = await open("bil");
  await look("61s");
  const [kim, lea] = [userId("kim@ourcompany.example"), userId("sales-lead@ourcompany.example")];
  org().update("Lead", leadOf(handoff), { OwnerId: kim, LastModifiedById: lea });
  await look("10m");
  await look("51m");
  const watch = await watchOf(handoff);
  expect(watch?.seen).toHaveLength(1);
  expect(watch?.seen[0]?.to).toBe(kim);
  expect(watch?.seen[0]?.text).toMatch(/ gave the record to Kim Keller at \d{4}-/);
  const [issue] = await issues();
  expect(issue).toMatchObject({ destination: "salesforce", code: "owner_changed", times: 1, handoffs: 1 });
  const [thing] = await affectedBy(db(), issue ?? failed(), 5);
  expect(thing).toMatchObject({ handoff: handoff.id, message: watch?.seen[0]?.text });
  const { rows } = await sql<{ member: string; moves: readonly { reason: string }[] }>`
    select member, moves from assignments where handoff_id = ${handoff.id}`.execute(db());
  expect(rows[0]?.member).toBe("kim@ourcompany.example");
  expect(rows[0]?.moves[0]?.reason).toContain("changed the owner in Salesforce");
});

test("what its owner does, or whoever takes it over by hand, is work and no issue", async () => {
  const handoff = await open("cat");
  const before = await issues();
  const kim = userId("kim@ourcompany.example");
  org().update("Lead", leadOf(handoff), { OwnerId: kim, LastModifiedById: kim });
  await look("61s");
  expect((await watchOf(handoff))?.seen).toEqual([]);
  expect(await issues()).toEqual(before);
});

function failed(): never {
  throw new Error("there is no issue");
}

/** A decision that Salesforce's refusal ended is not lost: it waits, is found by the sweep, and is made then. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decideAgain } from "../../src/upkeep.ts";
import {
  clearFaults,
  faultOn,
  handoffsOf,
  openTestHouse,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

test("a look that Salesforce refuses for good leaves the conversation waiting, and the sweep brings it home", async () => {
  const refusal = [{ errorCode: "API_DISABLED_FOR_ORG", message: "The REST API is not enabled" }];
  const then = { kind: "status" as const, status: 403, body: refusal };
  house.emulators.salesforce.faults.set({ rules: [faultOn("POST", "/services/data/*", then)] });
  const { conversation } = await writes(house, { who: "wanda", text: WORDS.buying });
  expect(await handoffsOf(house, conversation)).toEqual([]);
  expect(await standingsOf(house, conversation)).toEqual({ production: "new" });

  clearFaults(house);
  // Salesforce may have been paused by itself meanwhile; the house asks every minute whether it answers again.
  await house.service.house.knock();
  const { engine, conversationKind } = house.service.house;
  const parts = { db: house.database.db, engine: () => engine, conversationKind, log: () => {} };
  await decideAgain(parts, house.now(), 0);
  await house.settle();
  expect((await handoffsOf(house, conversation)).map(({ status }) => status)).toEqual(["done"]);
  const { rows } = await sql`select 1 from standings where pending <> '{}'`.execute(house.database.db);
  expect(rows).toEqual([]);
});

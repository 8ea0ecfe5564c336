/** A shadow environment decides and writes nothing; two environments of one workspace decide each for itself. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  handoffsOf,
  openTestHouse,
  recordsOf,
  slackMessages,
  standingsOf,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { writesOutside } from "../support/written.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
});
afterAll(() => house.close());

test("both environments decide about one conversation, and only the live one writes", async () => {
  const { conversation } = await writes(house, { who: "dora", employees: 900, text: WORDS.buying });
  const [live, shadow, ...more] = await handoffsOf(house, conversation);
  if (live === undefined || shadow === undefined) throw new Error("a handoff is missing");
  expect(more).toEqual([]);
  expect([live.environment, shadow.environment]).toEqual(["production", "sandbox"]);
  expect(await standingsOf(house, conversation)).toEqual({ production: "handed-off", sandbox: "handed-off" });
  expect(new Set(live.effects.map((effect) => effect.state))).toEqual(new Set(["done"]));
  expect(new Set(shadow.effects.map((effect) => effect.state))).toEqual(new Set(["would"]));
  expect(shadow.effects.map((effect) => effect.kind)).toEqual(live.effects.map((effect) => effect.kind));
  expect(recordsOf(house, live).length).toBe(3);
  expect(recordsOf(house, shadow)).toEqual([]);
});

test("a shadow environment alone keeps each effect as it would be sent, and no ledger shows a write", async () => {
  await sql`update environments set mode = 'shadow'`.execute(house.database.db);
  house.advance(10_000);
  const before = writesOutside(house);
  const { conversation } = await writes(house, {
    who: "shay",
    situation: "customer-with-csm",
    text: WORDS.churn,
  });
  const handoffs = await handoffsOf(house, conversation);
  expect(handoffs.map(({ status }) => status)).toEqual(["done", "done"]);
  for (const { effects } of handoffs) {
    expect(effects.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      "crm-write would",
      "tag-contact would",
      "notify would",
      "notify would",
      "notify would",
    ]);
    expect(effects.flatMap((effect) => slackMessages(house, effect.key))).toEqual([]);
    const [write] = effects;
    expect(write?.request).toMatchObject({
      operations: [
        { object: "Baton_Conversation__c" },
        { object: "Task", fields: { Subject: "Churn Risk - Urgent", Priority: "High" } },
      ],
    });
  }
  expect(writesOutside(house)).toEqual(before);
});

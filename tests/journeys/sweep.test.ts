/** What no webhook brought: found by the sweep within two turns, and nothing twice. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listIssues } from "../../src/issues/queries.ts";
import {
  faultOn,
  handoffsOf,
  openTestHouse,
  seedWriter,
  SWEEP_MS,
  type TestHouse,
  WORDS,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

/** A customer of this name writes; returns the conversation's id. */
function says(text: string, who: string): string {
  const { contactId } = seedWriter(house, { who });
  return house.emulators.intercom.startConversation({ contactId, body: text }).id;
}

const losing = (drop: number): void =>
  house.emulators.intercom.faults.set({ rules: [], webhooks: { drop, duplicate: 0, shuffle: false } });

async function sweeps(): Promise<number> {
  house.advance(SWEEP_MS);
  const found = await house.service.house.sweepIntercom();
  await house.settle();
  return found;
}

const handedOff = async (conversation: string): Promise<number> =>
  (await handoffsOf(house, conversation)).length;

describe("the sweep", () => {
  test("begins where it is told to begin, and finds nothing that webhooks brought", async () => {
    const heard = says(WORDS.buying, "heard");
    await house.settle();
    expect(await handedOff(heard)).toBe(1);
    expect(await sweeps()).toBe(0);
    expect(await sweeps()).toBe(0);
    expect(await handedOff(heard)).toBe(1);
  });

  test("hands off a conversation whose webhooks were all lost, once", async () => {
    losing(1);
    const lost = says(WORDS.buying, "lost");
    await house.settle();
    losing(0);
    expect(await handedOff(lost)).toBe(0);
    expect((await sweeps()) + (await sweeps())).toBe(1);
    expect(await handedOff(lost)).toBe(1);
    expect(await sweeps()).toBe(0);
    expect(await handedOff(lost)).toBe(1);
  });

  test("takes in the one reply that was lost of a conversation it knows", async () => {
    const known = says("Hello, where do I find my invoices?", "known");
    await house.settle();
    house.advance(60_000);
    losing(1);
    house.emulators.intercom.customerReplies({ conversationId: known, body: WORDS.buying });
    await house.settle();
    losing(0);
    expect((await sweeps()) + (await sweeps())).toBe(1);
    expect(await handedOff(known)).toBe(1);
  });

  test("leaves to its webhook what changed just now", async () => {
    losing(1);
    says(WORDS.buying, "fresh");
    await house.settle();
    losing(0);
    expect(await house.service.house.sweepIntercom()).toBe(0);
    expect(await sweeps()).toBe(1);
  });

  test("goes on from the same place when Intercom's list fails in the middle", async () => {
    losing(1);
    const lost = says(WORDS.buying, "later");
    await house.settle();
    const down = faultOn("POST", "/conversations/search", { kind: "status", status: 500 });
    house.emulators.intercom.faults.set({ rules: [down] });
    expect(await sweeps()).toBe(0);
    losing(0);
    expect(await sweeps()).toBe(1);
    expect(await handedOff(lost)).toBe(1);
  });
});

describe("silence", () => {
  const silentSince = async (): Promise<Date | null> => {
    const { rows } = await sql<{ since: Date | null }>`select silent_since as since from sweeps`.execute(
      house.database.db,
    );
    return rows[0]?.since ?? null;
  };

  test("against the habit of the same hour of the week is noted, and its end", async () => {
    await house.service.house.sweepIntercom();
    const now = house.now();
    const last = now - 1_200_000;
    await sql`update events set received_at = to_timestamp(${last / 1_000 - 5 * 604_800})`.execute(
      house.database.db,
    );
    await sql`
      insert into events (workspace, notification_id, topic, created_at, received_at, taken_at)
      select workspace, 'habit ' || week || ' ' || minute, 'ping', at, at, at
      from (select distinct workspace from sweeps) s, generate_series(0, 4) week, generate_series(0, 90) minute,
        to_timestamp(${last / 1_000}::float8 - week * 604800 + case when week = 0 then -minute else minute - 45 end * 60) at
      order by at`.execute(house.database.db);
    await house.service.house.sweepIntercom();
    expect((await silentSince())?.getTime()).toBe(last);
    const [issue] = await listIssues(house.database.db, { environment: "production", all: false });
    expect(issue).toMatchObject({ code: "webhooks_silent", status: "open" });
    expect(issue?.message).toContain(`since ${new Date(last).toISOString()}`);
    await sql`
      insert into events (workspace, notification_id, topic, created_at, received_at, taken_at)
      select workspace, 'again', 'ping', at, at, at from sweeps, to_timestamp(${now / 1_000}::float8) at`.execute(
      house.database.db,
    );
    await house.service.house.sweepIntercom();
    expect(await silentSince()).toBeNull();
    expect(await listIssues(house.database.db, { environment: "production", all: false })).toEqual([]);
  });
});

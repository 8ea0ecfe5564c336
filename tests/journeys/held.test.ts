/** Nobody is at work: conversations are held over a weekend, and let go on Monday, the one held longest first. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { drain } from "../../src/upkeep.ts";
import { publishGiven } from "../../src/versions/publish.ts";
import {
  clearFaults,
  decisionsOf,
  faultOn,
  handoffsOf,
  openTestHouse,
  standingsOf,
  type Talk,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

const DAY_MS = 86_400_000;
const ZONE = "America/New_York";
// Ana may take one lead a day; everything else waits for the next.
const OFFICE = `members:
        - { user: ana@ourcompany.example, hours: "Mon-Fri 09:00-17:30", timezone: ${ZONE}, cap: { perDay: 1 } }
      whenAllAway: hold
    other:
      members:`;
const policy = roundTheClock(saasDefault)
  .replace("mid-market:\n      members:", `mid-market:\n      ${OFFICE}`)
  .replace("      sticky: company # a company stays with the rep it had\n", "");

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy });
});
afterAll(() => house.close());

/** Moves the clock on to the next Saturday's noon, UTC. */
function toSaturday(): void {
  const day = (house.now() / DAY_MS + 4) % 7;
  const midnight = house.now() - (house.now() % DAY_MS);
  const days = (6 - Math.floor(day) + 7) % 7 || 7;
  house.advance(midnight + days * DAY_MS + DAY_MS / 2 - house.now());
}

const parts = () => {
  const { engine, conversationKind } = house.service.house;
  return { db: house.database.db, clock: house.now, engine: () => engine, conversationKind, log: () => {} };
};

async function states(talks: readonly Talk[]): Promise<readonly (string | undefined)[]> {
  const standings = await Promise.all(talks.map(({ conversation }) => standingsOf(house, conversation)));
  return standings.map((one) => one["production"]);
}

test("over the weekend they wait; each working day the oldest gets the place there is, exactly once", async () => {
  toSaturday();
  const talks: Talk[] = [];
  for (const who of ["adam", "bea", "cem"]) talks.push(await writes(house, { who, text: WORDS.buying }));
  expect(await states(talks)).toEqual(["held", "held", "held"]);
  const [first] = talks;
  if (first === undefined) throw new Error("nobody wrote");
  const [held] = await decisionsOf(house, first.conversation);
  if (held?.kind !== "held" || held.until === null) throw new Error(`a decision of kind ${held?.kind}`);
  expect(held.receipts.map(({ reason }) => reason)).toContain(`off hours until Mon 09:00 ${ZONE}`);
  expect(
    new Intl.DateTimeFormat("en", { weekday: "short", timeZone: ZONE, hour: "2-digit" }).format(held.until),
  ).toBe("Mon 09 AM");

  // What is said meanwhile is decided anew, and the place in the line stays.
  house.emulators.intercom.customerReplies({ conversationId: first.conversation, body: "Are you there?" });
  await house.settle();
  expect((await decisionsOf(house, first.conversation)).map(({ kind }) => kind)).toEqual(["held", "held"]);
  await drain(parts());
  await house.settle();
  expect(await states(talks)).toEqual(["held", "held", "held"]);

  for (const [day, expected] of [
    [0, ["handed-off", "held", "held"]],
    [1, ["handed-off", "handed-off", "held"]],
    [2, ["handed-off", "handed-off", "handed-off"]],
  ] as const) {
    house.advance(held.until + day * DAY_MS + 60_000 - house.now());
    await expect.poll(() => states(talks), { timeout: 60_000, interval: 100 }).toEqual(expected);
    await house.settle();
    await drain(parts());
    expect(await states(talks)).toEqual(expected);
  }
  const last = await decisionsOf(house, talks[2]?.conversation ?? "");
  expect(last.map(({ kind }) => kind)).toEqual(["held", "held", "held", "handoff"]);
  expect(last[1]).toMatchObject({ kind: "held", until: held.until + DAY_MS });
  expect(last[1]?.kind === "held" ? last[1].receipts.map(({ reason }) => reason) : []).toContain(
    "cap 1 of 1 today",
  );
  for (const { conversation } of talks) {
    const handoffs = await handoffsOf(house, conversation);
    expect(handoffs.map(({ status, answer }) => [status, answer.owner.pool?.member])).toEqual([
      ["done", "ana@ourcompany.example"],
    ]);
  }
});

test("a policy that changes lets go of what it held, by the house's own clockwork", async () => {
  toSaturday();
  const talk = await writes(house, { who: "dora", text: WORDS.buying });
  expect(await states([talk])).toEqual(["held"]);
  const open = policy.replace('hours: "Mon-Fri 09:00-17:30"', "hours: always");
  await publishGiven(house.database.db, {
    environment: "production",
    document: open,
    publisher: "ana",
    comment: "round the clock",
  });
  await expect.poll(() => states([talk]), { timeout: 60_000 }).toEqual(["handed-off"]);
  await house.settle();
  expect((await handoffsOf(house, talk.conversation)).length).toBe(1);
});

test("a process that ends between the release and the decision loses nothing and decides once", async () => {
  await publishGiven(house.database.db, {
    environment: "production",
    document: policy,
    publisher: "ana",
    comment: "office hours",
  });
  toSaturday();
  const talk = await writes(house, { who: "emil", text: WORDS.buying });
  const [held] = await decisionsOf(house, talk.conversation);
  if (held?.kind !== "held" || held.until === null) throw new Error(`a decision of kind ${held?.kind}`);
  // Salesforce cannot be asked, so what is released stays undecided until the process is gone.
  house.emulators.salesforce.faults.set({
    rules: [faultOn("POST", "/services/data/*/composite", { kind: "status", status: 503 })],
  });
  house.advance(held.until + 60_000 - house.now());
  await drain(parts());
  const { rows } = await sql`
    select 1 from standings where conversation_id = ${talk.conversation} and pending <> '{}' and held_until is null`.execute(
    house.database.db,
  );
  expect(rows).toHaveLength(1);
  await house.restart(0);
  clearFaults(house);
  await expect.poll(() => states([talk]), { timeout: 90_000 }).toEqual(["handed-off"]);
  await house.settle();
  expect((await decisionsOf(house, talk.conversation)).map(({ kind }) => kind)).toEqual(["held", "handoff"]);
  expect((await handoffsOf(house, talk.conversation)).length).toBe(1);
});

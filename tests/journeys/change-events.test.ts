/** Change events hurry the feedback from deals: what they name is read at once, and what they miss polling finds. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { holdStream, streamOf } from "../../src/feedback/stream-queries.ts";
import { openTestHouse, seedWriter, type TestHouse } from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ changeEvents: true });
  // Polling stands still, but for the polls that events ask for.
  await sql`update baton_schedule set due_at = now() + interval '1 day' where name = 'poll deals'`.execute(
    house.database.db,
  );
  await house.service.house.pollDeals();
  await until(async () => (await shown())?.state === "on");
});
afterAll(() => house.close());
afterEach(async () => {
  crm().settings({ changeEvents: "on" });
  bus().refuse("UNAVAILABLE", 0);
  if (!(await isListening())) house.advance(3_600_000);
  await until(isListening);
});

const crm = () => house.emulators.salesforce.state;
const bus = () => {
  const { changeEvents } = house.emulators.salesforce;
  if (changeEvents === null) throw new Error("the emulator has no event bus");
  return changeEvents;
};
const shown = () => streamOf(house.database.db, "production");
/** Whether it is stored how far the stream was heard. */
async function hasPlace(): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select replay_id is not null as has from change_streams`.execute(house.database.db);
  return rows[0]?.has === true;
}
const isListening = async () => (await shown())?.state === "on" && bus().streams() === 1;

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`not in time: ${String(holds)} ${JSON.stringify(await shown())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A deal in qualification with one contact, known on both sides. Somebody else than Baton's user makes it. */
function openDeal(who: string): { readonly deal: string; readonly contact: string } {
  const LastModifiedById = String(crm().userByEmail("ana@ourcompany.example")?.["Id"]);
  const { contactId: contact } = seedWriter(house, { who });
  const person = crm().insert("Contact", { LastName: who, Email: `${who}@${who}.example` });
  const deal = crm().insert("Opportunity", {
    Name: `Deal of ${who}`,
    StageName: "Qualification",
    CloseDate: "2027-01-31",
    LastModifiedById,
  });
  crm().insert("OpportunityContactRole", { OpportunityId: deal, ContactId: person });
  return { deal, contact };
}

function stage(deal: string, name: string, by = "ana@ourcompany.example"): void {
  house.advance(2_000);
  crm().update("Opportunity", deal, {
    StageName: name,
    LastModifiedById: String(crm().userByEmail(by)?.["Id"]),
  });
}

function tagsOf(contact: string): readonly string[] {
  const { contacts, tags } = house.emulators.intercom.workspace;
  return [...(contacts.get(contact)?.tagIds ?? [])].map((id) => tags.get(id)?.name ?? id);
}

const isTagged = (contact: string, tag: string) => () => tagsOf(contact).includes(tag);
const reads = () => house.emulators.salesforce.state.calls.query;

describe("while the stream stands", () => {
  test("a new stage reaches the contact without a poll", async () => {
    const { deal, contact } = openDeal("evea");
    await until(isTagged(contact, "Active Opportunity"));
    stage(deal, "Closed Won");
    await until(isTagged(contact, "Customer"));
    expect(tagsOf(contact)).toEqual(["Customer"]);
  });

  test("many changes at once are one read", async () => {
    const before = reads();
    const made = ["evb", "evc", "evd", "eve"].map((who) => openDeal(who));
    for (const { contact } of made) await until(isTagged(contact, "Active Opportunity"));
    // One for the deals; the stages of the org may be asked for beside it.
    expect(reads() - before).toBeLessThanOrEqual(2);
  });

  test("another field's change, and a change by Baton's own user, read nothing; polling sees to the latter", async () => {
    const { deal, contact } = openDeal("evf");
    await until(isTagged(contact, "Active Opportunity"));
    const before = reads();
    crm().update("Opportunity", deal, { Amount: 12 });
    const user = crm()
      .rows("User")
      .find((row) => row["Id"] === crm().integrationUser);
    stage(deal, "Closed Won", String(user?.["Email"]));
    const other = openDeal("evg");
    await until(isTagged(other.contact, "Active Opportunity"));
    expect(reads() - before).toBeLessThanOrEqual(2);
    expect(tagsOf(contact)).toEqual(["Active Opportunity"]);
    await house.service.house.pollDeals();
    await until(isTagged(contact, "Customer"));
  });

  test("a gap is read again, deal by deal, and the operator is told", async () => {
    crm().settings({ changeEvents: "no-topic" });
    const { deal, contact } = openDeal("evh");
    bus().gap([deal]);
    await until(isTagged(contact, "Active Opportunity"));
    expect((await shown())?.gap?.why).toContain("Salesforce lost what changed in a deal");
  });

  test("an overflow polls everything", async () => {
    crm().settings({ changeEvents: "no-topic" });
    const { contact } = openDeal("evi");
    bus().overflow();
    await until(isTagged(contact, "Active Opportunity"));
    expect((await shown())?.gap?.why).toContain("more changed at once");
  });
});

describe("when the stream ends", () => {
  test("a dropped stream goes on where it was, and nothing is doubled", async () => {
    await until(hasPlace);
    const before = bus().subscriptions.length;
    bus().refuse("UNAVAILABLE", 2);
    bus().drop();
    const { deal, contact } = openDeal("evj");
    house.advance(10_000);
    await until(isTagged(contact, "Active Opportunity"));
    await until(() => bus().subscriptions.length > before);
    expect(bus().subscriptions.slice(before).at(-1)?.preset).toBe("CUSTOM");
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from feedback_effects where opportunity_id = ${deal}`.execute(
      house.database.db,
    );
    expect(rows[0]?.n).toBe(1);
  });

  test("a place that Salesforce has forgotten: polling reads what changed, and events start anew", async () => {
    bus().refuse("UNAVAILABLE", 1);
    bus().drop();
    const { contact } = openDeal("evk");
    bus().expireReplays();
    house.advance(10_000);
    await until(isTagged(contact, "Active Opportunity"));
    await until(isListening);
    expect(bus().subscriptions.slice(-1)).toMatchObject([{ preset: "LATEST" }]);
    expect((await shown())?.gap?.why).toContain("no longer knows the last event");
  });

  test("an outage of more than 72 hours: the same, without asking", async () => {
    const heard = openDeal("evx");
    await until(isTagged(heard.contact, "Active Opportunity"));
    await until(hasPlace);
    crm().settings({ changeEvents: "no-edition" });
    bus().drop();
    house.advance(10_000);
    await until(async () => (await shown())?.state === "off");
    const { contact } = openDeal("evl");
    crm().settings({ changeEvents: "on" });
    house.advance(80 * 3_600_000);
    await until(isTagged(contact, "Active Opportunity"));
    await until(isListening);
    expect((await shown())?.gap?.why).toContain("72 hours");
  });

  test("a token that ended is replaced", async () => {
    crm().expireTokens();
    bus().drop();
    house.advance(10_000);
    const { contact } = openDeal("evm");
    await until(isTagged(contact, "Active Opportunity"));
    await until(isListening);
    expect(tagsOf(contact)).toEqual(["Active Opportunity"]);
  });

  test("a stream that is silent for longer than Salesforce ever is, is opened anew", async () => {
    const before = bus().subscriptions.length;
    bus().hush(true);
    const { contact } = openDeal("evn");
    house.advance(400_000);
    await until(() => bus().subscriptions.length > before);
    bus().hush(false);
    await until(isTagged(contact, "Active Opportunity"));
    expect(tagsOf(contact)).toEqual(["Active Opportunity"]);
  });
});

describe("where there are no change events", () => {
  test.for([
    ["no-edition", "may not read change events"],
    ["no-topic", "offers no change events of Opportunity"],
    ["no-permission", "give it View All on Opportunity"],
  ] as const)("%s: off with the reason, tried again after an hour", async ([changeEvents, words]) => {
    crm().settings({ changeEvents });
    bus().drop();
    house.advance(10_000);
    await until(async () => (await shown())?.why?.includes(words) === true);
    expect((await shown())?.state).toBe("off");
    crm().settings({ changeEvents: "on" });
    house.advance(3_600_000);
    await until(isListening);
  });
});

describe("several workers", () => {
  test("one listens at a time; when it stops saying so, another takes over", async () => {
    const { db } = house.database;
    expect(await holdStream(db, "production", "another", 60_000)).toBeNull();
    await sql`update change_streams set held_until = now() - interval '1 s', holder = 'dead'`.execute(db);
    expect(await holdStream(db, "production", "another", 60_000)).not.toBeNull();
    // The first worker sees that the stream is another's, and lets go of it.
    await until(() => bus().streams() === 0);
    await sql`update change_streams set held_until = now() - interval '1 s'`.execute(db);
    await until(isListening);
  });
});

/** What becomes of a deal in Salesforce comes back to everybody of it in Intercom, once and in order. */
import { sql } from "kysely";
import { isUnsure } from "../../src/feedback/queries.ts";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  seedWriter,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
  });
  await house.service.house.pollDeals();
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const crm = () => house.emulators.salesforce.state;

/** Polls, and waits until what it found is carried out. */
async function poll(): Promise<void> {
  house.advance(1_000);
  await house.service.house.pollDeals();
  await house.settle();
}

/** A deal of these people; each is a contact of it and known in Intercom. */
function openDeal(...who: readonly string[]): {
  readonly deal: string;
  readonly contacts: readonly string[];
} {
  const deal = crm().insert("Opportunity", {
    Name: `Deal of ${who.join(" and ")}`,
    StageName: "Qualification",
    CloseDate: "2027-01-31",
  });
  const contacts = who.map((name) => {
    const { contactId } = seedWriter(house, { who: name });
    const contact = crm().insert("Contact", { LastName: name, Email: `${name}@${name}.example` });
    crm().insert("OpportunityContactRole", { OpportunityId: deal, ContactId: contact });
    return contactId;
  });
  return { deal, contacts };
}

function stage(deal: string, name: string): void {
  house.advance(2_000);
  crm().update("Opportunity", deal, { StageName: name });
}

function person(contact: string): {
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
} {
  const { contacts, tags } = house.emulators.intercom.workspace;
  const found = contacts.get(contact);
  const names = [...(found?.tagIds ?? [])].map((id) => tags.get(id)?.name ?? id);
  return { tags: names.toSorted(), attributes: found?.customAttributes ?? {} };
}

/** Changes that Baton made to this person in Intercom, in order. */
function changesOf(contact: string): readonly string[] {
  const { intercom } = house.emulators;
  const names = new Map([...intercom.workspace.tags.values()].map(({ id, name }) => [id, name]));
  return intercom.ledger
    .entries()
    .filter((entry) => entry.committed && entry.path.startsWith(`/contacts/${contact}`))
    .map(({ method, path, body }) => {
      const id = method === "DELETE" ? path.split("/").at(-1) : (body as { readonly id?: string }).id;
      return `${method} ${names.get(String(id)) ?? "attributes"}`;
    });
}

async function effectsOf(deal: string) {
  const { rows } = await sql<{ environment: string; state: string; request: { kind: string; tag?: string } }>`
    select environment, state, request, error from feedback_effects where opportunity_id = ${deal}
    order by environment, changed_at, ordinal`.execute(house.database.db);
  return rows;
}

describe("the fate of a deal", () => {
  test("in progress, then won: every contact is tagged, and the old tag goes", async () => {
    const { deal, contacts } = openDeal("winna", "winno");
    await poll();
    for (const contact of contacts) expect(person(contact).tags).toEqual(["Active Opportunity"]);
    stage(deal, "Closed Won");
    await poll();
    for (const contact of contacts) {
      expect(person(contact).tags).toEqual(["Customer"]);
      expect(changesOf(contact)).toEqual([
        "POST Active Opportunity",
        "DELETE Active Opportunity",
        "POST Customer",
      ]);
    }
  });

  test("lost: enrolled for win-back by the tag and the attribute of the sequence", async () => {
    const { deal, contacts } = openDeal("losa");
    await poll();
    stage(deal, "Closed Lost");
    await poll();
    expect(person(contacts[0] ?? "")).toMatchObject({
      tags: ["Win-back"],
      attributes: { baton_winback: "eligible" },
    });
  });

  test("won and reopened between two looks: both stages count, in their order", async () => {
    const { deal, contacts } = openDeal("backa");
    await poll();
    stage(deal, "Closed Won");
    stage(deal, "Negotiation/Review");
    await poll();
    expect(changesOf(contacts[0] ?? "")).toEqual([
      "POST Active Opportunity",
      "DELETE Active Opportunity",
      "POST Customer",
      "POST Active Opportunity",
    ]);
  });

  test.for(["contact", "open-opportunity"] as const)(
    "its end frees whoever had the lead of it (%s)",
    async (situation) => {
      const { conversation } = await writes(house, {
        who: `free${situation.slice(0, 4)}`,
        situation,
        text: WORDS.buying,
      });
      const { id, effects } = await handoffOf(house, conversation, "production");
      const shadow = await handoffOf(house, conversation, "sandbox");
      const leads = async () => {
        const { rows } = await sql<{ environment: string; reason: string | null }>`
          select a.environment, a.closed_reason as reason from assignments a join handoffs h on h.id = a.handoff_id
          where h.conversation_id = ${conversation} order by 1`.execute(house.database.db);
        return rows;
      };
      const deal = String(effects[0]?.result?.about);
      expect(deal).toMatch(/^006/);
      stage(deal, "Negotiation/Review");
      await poll();
      expect(await leads()).toMatchObject([{ reason: null }, { reason: null }]);
      stage(deal, "Closed Won");
      await poll();
      stage(deal, "Closed Lost");
      await poll();
      expect(id).toContain("production");
      // A shadow makes no deal: it knows this one where it was open before, or where production made it first.
      const known = JSON.stringify(shadow.effects).includes(deal);
      expect(known || situation === "contact").toBe(true);
      expect(await leads()).toEqual([
        { environment: "production", reason: "won" },
        { environment: "sandbox", reason: known ? "won" : null },
      ]);
    },
  );

  test("a new amount is no new stage, and a second look finds nothing new", async () => {
    const { deal, contacts } = openDeal("sama");
    await poll();
    crm().update("Opportunity", deal, { Amount: 12_000 });
    await poll();
    await poll();
    expect(changesOf(contacts[0] ?? "")).toEqual(["POST Active Opportunity"]);
  });

  test("a shadow environment keeps each effect as it would be, and the live one alone writes", async () => {
    const { deal } = openDeal("shada");
    await poll();
    expect(await effectsOf(deal)).toMatchObject([
      { environment: "production", state: "done", request: { kind: "tag", tag: "Active Opportunity" } },
      { environment: "sandbox", state: "would", request: { kind: "tag", tag: "Active Opportunity" } },
    ]);
  });

  test("somebody whom Intercom does not know is skipped with the reason, and stands in nobody's way", async () => {
    const { deal, contacts } = openDeal("knowna");
    const stranger = crm().insert("Contact", { LastName: "Stranger", Email: "stranger@nowhere.example" });
    crm().insert("OpportunityContactRole", { OpportunityId: deal, ContactId: stranger });
    await poll();
    expect((await effectsOf(deal)).filter(({ environment }) => environment === "production")).toMatchObject([
      { state: "done" },
      { state: "skipped", error: { message: "nobody in Intercom has the address stranger@nowhere.example" } },
    ]);
    expect(person(contacts[0] ?? "").tags).toEqual(["Active Opportunity"]);
  });
});

describe("outages", () => {
  test("Salesforce away: nothing is lost, the next look brings it", async () => {
    const { deal, contacts } = openDeal("outa");
    house.emulators.applyFaults({
      seed: 1,
      salesforce: { rules: [faultOn("GET", "/services/data/*", { kind: "status", status: 503 })] },
    });
    await poll();
    expect(await effectsOf(deal)).toEqual([]);
    clearFaults(house);
    await poll();
    expect(person(contacts[0] ?? "").tags).toEqual(["Active Opportunity"]);
  });

  test.for(["commit-then-drop", "commit-then-cut", "drop"] as const)(
    "Intercom's answer to a tag is lost (%s): the person is tagged, once",
    async (kind) => {
      const { contacts } = openDeal(`intra${kind.replaceAll("-", "")}`);
      house.emulators.applyFaults({
        seed: 1,
        intercom: { rules: [faultOn("POST", "/contacts/*/tags", { kind }, [1, 2])] },
      });
      await poll();
      expect(person(contacts[0] ?? "").tags).toEqual(["Active Opportunity"]);
      expect(changesOf(contacts[0] ?? "")).toEqual(["POST Active Opportunity"]);
    },
  );

  test("a tag that Intercom refused at first is tagged once, and nothing is written once more", async () => {
    const { deal, contacts } = openDeal("refa");
    const refusal = { kind: "status", status: 429 } as const;
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/contacts/*/tags", refusal, [1, 2])] },
    });
    await poll();
    await house.settle();
    expect(changesOf(contacts[0] ?? "")).toEqual(["POST Active Opportunity"]);
    const { rows } = await sql<{ attempts: number }>`
      select attempts from feedback_effects where opportunity_id = ${deal} and state = 'done'`.execute(
      house.database.db,
    );
    expect(rows).toEqual([{ attempts: 1 }]);
  });

  test("a tag that lands when nobody waits for it any more goes again by itself", async () => {
    const { deal, contacts } = openDeal("vera");
    stage(deal, "Closed Won");
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/contacts/*/tags", { kind: "commit-late", ms: 2_000 }, [1])] },
    });
    await poll();
    await house.emulators.settled();
    await house.settle();
    expect(person(contacts[0] ?? "").tags).toEqual(["Customer"]);
  });

  test("a tag that Intercom sets long after its answer was lost does not outlive the stage that took it off", async () => {
    const { deal, contacts } = openDeal("lata");
    stage(deal, "Closed Won");
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/contacts/*/tags", { kind: "commit-late", ms: 300 }, [1])] },
    });
    house.advance(1_000);
    await house.service.house.pollDeals();
    const open = async () => (await effectsOf(deal)).filter(({ state }) => state === "planned").length;
    await expect.poll(open, { timeout: 30_000 }).toBe(0);
    await house.emulators.settled();
    // Before anything is written once more.
    expect(person(contacts[0] ?? "").tags).toEqual(["Customer"]);
    await house.settle();
  });

  test("a doubt outlives the run that had it: a process may end between a late answer and its repair", async () => {
    const { deal, contacts } = openDeal("douba");
    await poll();
    await sql`update feedback_effects set attempts = 2 where opportunity_id = ${deal}`.execute(
      house.database.db,
    );
    stage(deal, "Closed Won");
    house.advance(1_000);
    await house.service.house.pollDeals();
    const tags = () => person(contacts[0] ?? "").tags;
    await expect.poll(tags, { timeout: 30_000 }).toEqual(["Customer"]);
    house.emulators.intercom.workspace.contacts.get(contacts[0] ?? "")?.tagIds.clear();
    await house.settle();
    expect(tags()).toEqual(["Customer"]);
  });

  test("a repair that goes unanswered, too, is tried again under the same name until it holds", async () => {
    const { deal, contacts } = openDeal("repa");
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/contacts/*/tags", { kind: "drop" }, [1, 3, 4])] },
    });
    await poll();
    await house.settle();
    expect(person(contacts[0] ?? "").tags).toEqual(["Active Opportunity"]);
    expect(await isUnsure(house.database.db, "production", deal)).toBe(false);
    const { rows } = await sql<{ id: string }>`
      select workflow_uuid as id from dbos.workflow_status where workflow_uuid like ${`feedback:production:${deal}:sure%`}
      order by created_at`.execute(house.database.db);
    expect(
      rows.map(({ id }) =>
        id
          .replace(/:sure [^~]+/, ":sure news")
          .split(":")
          .at(-1),
      ),
    ).toEqual(["sure news", "sure news~2", "sure news~3"]);
  });

  test("of two stages at one instant the later counts when an answer was lost", async () => {
    const { deal, contacts } = openDeal("insta");
    await poll();
    house.advance(2_000);
    crm().update("Opportunity", deal, { StageName: "Closed Won" });
    crm().update("Opportunity", deal, { StageName: "Negotiation/Review" });
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("DELETE", "/contacts/*/tags/*", { kind: "commit-late", ms: 300 }, [1])] },
    });
    await poll();
    await house.emulators.settled();
    await house.settle();
    expect(person(contacts[0] ?? "").tags).toContain("Active Opportunity");
  });

  test("a late tag of one deal does not outlive what another deal of the same person asked for after it", async () => {
    const { contacts } = openDeal("twina");
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/contacts/*/tags", { kind: "commit-late", ms: 2_000 }, [1])] },
    });
    house.advance(1_000);
    await house.service.house.pollDeals();
    const { ledger } = house.emulators.intercom;
    const isOut = () => ledger.entries().some(({ path }) => path === `/contacts/${contacts[0]}/tags`);
    await expect.poll(isOut, { timeout: 30_000 }).toBe(true);
    const won = crm().insert("Opportunity", {
      Name: "Second deal of twina",
      StageName: "Closed Won",
      CloseDate: "2027-01-31",
    });
    const contact = crm().insert("Contact", { LastName: "twina", Email: "twina@twina.example" });
    crm().insert("OpportunityContactRole", { OpportunityId: won, ContactId: contact });
    await poll();
    await house.emulators.settled();
    await house.settle();
    expect(person(contacts[0] ?? "").tags).toEqual(["Customer"]);
  });

  test("a deal that changed before feedback began tags nobody", async () => {
    await sql`delete from feedback_cursors`.execute(house.database.db);
    const { deal, contacts } = openDeal("pasta");
    house.advance(5_000);
    await poll();
    await poll();
    expect(await effectsOf(deal)).toEqual([]);
    expect(person(contacts[0] ?? "").tags).toEqual([]);
  });
});

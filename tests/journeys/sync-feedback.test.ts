/** What reps do with a Lead or Contact is told in Intercom: its status, and whose it is. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHouse, type TestHouse } from "../support/house.ts";
import { withMapping } from "../support/mapping.ts";

const owner = { from: "contact.attributes.rep", to: "Owner.Name", direction: "to-intercom" };
const ownerEmail = { from: "contact.attributes.rep_email", to: "Owner.Email", direction: "to-intercom" };
const MAPPING = {
  lead: [
    { from: "contact.attributes.lead_status", to: "Status", direction: "to-intercom" },
    owner,
    ownerEmail,
  ],
  contact: [owner, ownerEmail],
  account: [{ from: "company.attributes.manager", to: "Owner.Name", direction: "to-intercom" }],
};

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: withMapping(MAPPING) });
  await look();
});
afterAll(() => house.close());

const crm = () => house.emulators.salesforce.state;
const userId = (who: string) => String(crm().userByEmail(`${who}@ourcompany.example`)?.["Id"]);
const nameOf = (who: string) => String(crm().userByEmail(`${who}@ourcompany.example`)?.["Name"]);

async function look(): Promise<void> {
  house.advance(2_000);
  await house.service.house.sync();
  await house.settle();
}

/** A Lead of Ana's who is a user of Intercom, known to Baton. */
async function known(who: string): Promise<{ readonly contact: string; readonly lead: string }> {
  const email = `${who}@${who}.example`;
  const lead = crm().insert("Lead", {
    LastName: who,
    Company: who,
    Email: email,
    Status: "Open - Not Contacted",
    OwnerId: userId("ana"),
  });
  const { id: contact } = house.emulators.intercom.addContact({ email, name: who, role: "user" });
  await look();
  return { contact, lead };
}

function attributesOf(contact: string) {
  return house.emulators.intercom.workspace.contacts.get(contact)?.customAttributes;
}

async function historyOf(contact: string): Promise<readonly string[]> {
  const { rows } = await sql<{ told: string }>`
    select state || ' ' || field || ' ' || coalesce(after #>> '{}', 'nothing') as told
    from sync_changes where intercom_id = ${contact} order by id`.execute(house.database.db);
  return rows.map(({ told }) => told);
}

test("a new status and a new owner reach the person, each once, and nothing comes back", async () => {
  const { contact, lead } = await known("uli");
  expect(attributesOf(contact)).toMatchObject({
    lead_status: "Open - Not Contacted",
    rep: nameOf("ana"),
    rep_email: "ana@ourcompany.example",
  });
  house.advance(2_000);
  crm().update("Lead", lead, { Status: "Working - Contacted", OwnerId: userId("ben") });
  await look();
  await look();
  await look();
  expect(attributesOf(contact)).toMatchObject({
    lead_status: "Working - Contacted",
    rep: nameOf("ben"),
    rep_email: "ben@ourcompany.example",
  });
  const told = await historyOf(contact);
  expect(told.filter((line) => line.startsWith("done Status"))).toHaveLength(2);
  expect(told.filter((line) => line.startsWith("done Owner.Name"))).toHaveLength(2);
  const wrote = house.emulators.salesforce.ledger
    .entries()
    .filter(({ method, committed }) => committed && method === "PATCH");
  expect(wrote).toEqual([]);
});

test("what a person changes in Intercom is left alone, and goes nowhere", async () => {
  const { contact, lead } = await known("ute");
  house.advance(2_000);
  house.emulators.intercom.changeContact({
    contactId: contact,
    customAttributes: { rep: "Somebody", lead_status: "Nurturing" },
  });
  await house.settle();
  await look();
  expect(
    crm()
      .allRows("Lead")
      .find((row) => row["Id"] === lead),
  ).toMatchObject({
    Status: "Open - Not Contacted",
    OwnerId: userId("ana"),
  });
});

test("a converted Lead hands over to its Contact, whose owner counts from then on", async () => {
  const { contact, lead } = await known("una");
  house.advance(2_000);
  const { contactId } = crm().convert({ lead });
  crm().update("Contact", contactId, { OwnerId: userId("ben") });
  await look();
  await look();
  expect(attributesOf(contact)).toMatchObject({ rep: nameOf("ben"), rep_email: "ben@ourcompany.example" });
});

test("an Account's owner reaches the company", async () => {
  const { intercom } = house.emulators;
  const { id } = intercom.addCompany({ companyId: "wide", name: "Wide", domain: "wide.example", size: 70 });
  const account = crm().insert("Account", {
    Name: "Wide",
    Website: "https://wide.example",
    OwnerId: userId("ana"),
  });
  intercom.addContact({ email: "wim@wide.example", name: "Wim", role: "user", companies: [id] });
  await look();
  house.advance(2_000);
  crm().update("Account", account, { OwnerId: userId("ben") });
  await look();
  expect(intercom.workspace.companies.get(id)?.customAttributes).toMatchObject({ manager: nameOf("ben") });
});

/** People are the same in Intercom and in Salesforce: by each line's direction, once, with every change told. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { retryIssue } from "../../src/issues/act.ts";
import { listIssues } from "../../src/issues/queries.ts";
import { clearFaults, faultOn, openTestHouse, type TestHouse } from "../support/house.ts";
import { withMapping } from "../support/mapping.ts";

const MAPPING = {
  lead: [
    { from: "contact.email", to: "Email", direction: "both" },
    { from: "contact.phone", to: "Phone", direction: "both" },
    { from: "contact.plan", to: "Plan__c" },
    { from: "contact.attributes.rating", to: "Rating", direction: "to-intercom" },
  ],
  contact: [
    { from: "contact.email", to: "Email", direction: "both" },
    { from: "contact.phone", to: "Phone", direction: "both" },
  ],
  account: [
    { from: "company.employees", to: "NumberOfEmployees", direction: "both" },
    { from: "company.attributes.tier", to: "Type", direction: "to-intercom" },
  ],
};

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ policy: withMapping(MAPPING) });
  await look();
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const crm = () => house.emulators.salesforce.state;
const intercom = () => house.emulators.intercom;

/** Looks at both systems, and waits until what was found is carried out. */
async function look(): Promise<void> {
  house.advance(2_000);
  await house.service.house.sync();
  await house.settle();
}

interface Pair {
  readonly contact: string;
  readonly lead: string;
}

/** A Lead in Salesforce who is a user of Intercom, alike on both sides and known to Baton. */
async function alike(who: string, phone = "+1 555 0100"): Promise<Pair> {
  const email = `${who}@${who}.example`;
  const lead = crm().insert("Lead", { LastName: who, Company: who, Email: email, Phone: phone });
  const { id: contact } = intercom().addContact({ email, name: who, phone, role: "user" });
  await look();
  return { contact, lead };
}

function leadOf(id: string) {
  return crm()
    .allRows("Lead")
    .find((row) => row["Id"] === id);
}
const personOf = (id: string) => intercom().workspace.contacts.get(id);

function inIntercom(
  contact: string,
  fields: { phone?: string; email?: string; customAttributes?: object },
): void {
  house.advance(2_000);
  intercom().changeContact({
    contactId: contact,
    ...fields,
    customAttributes: { ...fields.customAttributes },
  });
}

function inSalesforce(lead: string, fields: Record<string, string>): void {
  house.advance(2_000);
  crm().update("Lead", lead, fields);
}

async function auditOf(contact: string): Promise<readonly string[]> {
  const { rows } = await sql<{ told: string }>`
    select state || ' ' || written_to || '.' || field || ': ' || coalesce(before #>> '{}', 'nothing')
      || ' -> ' || coalesce(after #>> '{}', 'nothing') as told
    from sync_changes where intercom_id = ${contact} order by id`.execute(house.database.db);
  return rows.map(({ told }) => told);
}

/** Committed writes of sync to this person or record. */
function writesTo(id: string): number {
  const { salesforce } = house.emulators;
  const ofPerson = intercom()
    .ledger.entries()
    .filter(({ method, path, committed }) => committed && method === "PUT" && path === `/contacts/${id}`);
  const ofRecord = salesforce.ledger
    .entries()
    .filter(
      ({ method, body, committed }) => committed && method === "PATCH" && JSON.stringify(body).includes(id),
    );
  return ofPerson.length + ofRecord.length;
}

describe("a change on one side", () => {
  test("in Intercom it is written to the Lead, outside any handoff", async () => {
    const { contact, lead } = await alike("ida");
    inIntercom(contact, { phone: "+1 555 0101", customAttributes: { plan: "pro" } });
    await house.settle();
    expect(leadOf(lead)).toMatchObject({ Phone: "+1 555 0101", Plan__c: "pro" });
    expect(await auditOf(contact)).toEqual([
      "done salesforce.Phone: +1 555 0100 -> +1 555 0101",
      "done salesforce.Plan__c: nothing -> pro",
    ]);
  });

  test("in Salesforce it is written to the person's field and attribute", async () => {
    const { contact, lead } = await alike("sal");
    inSalesforce(lead, { Phone: "+1 555 0102", Rating: "Hot" });
    await look();
    expect(personOf(contact)).toMatchObject({ phone: "+1 555 0102", customAttributes: { rating: "Hot" } });
  });

  test("it is not carried against the line's direction", async () => {
    const { contact, lead } = await alike("una");
    inSalesforce(lead, { Plan__c: "enterprise" });
    await look();
    expect(personOf(contact)?.customAttributes["plan"]).toBeUndefined();
    inIntercom(contact, { customAttributes: { rating: "Cold" } });
    await look();
    expect(leadOf(lead)?.["Rating"]).toBeFalsy();
  });

  test("a new address is carried, and the two stay one person", async () => {
    const { contact, lead } = await alike("eva");
    inSalesforce(lead, { Email: "eva@other.example" });
    await look();
    expect(personOf(contact)?.email).toBe("eva@other.example");
    inIntercom(contact, { email: "eva@third.example" });
    await look();
    expect(leadOf(lead)?.["Email"]).toBe("eva@third.example");
  });

  test("what comes back of Baton's own writes is no change: loops end", async () => {
    const { contact, lead } = await alike("lou");
    inIntercom(contact, { phone: "+1 555 0103" });
    await look();
    inSalesforce(lead, { Phone: "+1 555 0104" });
    await look();
    await look();
    await look();
    expect(writesTo(lead)).toBe(1);
    expect(writesTo(contact)).toBe(1);
    expect(personOf(contact)?.phone).toBe("+1 555 0104");
  });
});

describe("both sides changed before Baton looked", () => {
  test.for(["Intercom", "Salesforce"] as const)(
    "%s was the last to: its value stands on both",
    async (last) => {
      const { contact, lead } = await alike(`both${last.toLowerCase()}`);
      // No webhook tells of the change: both are found by the same look.
      intercom().setWebhooks(undefined);
      const changes = [
        () => inIntercom(contact, { phone: "+1 555 0201" }),
        () => inSalesforce(lead, { Phone: "+1 555 0202" }),
      ];
      for (const change of last === "Salesforce" ? changes : changes.toReversed()) change();
      intercom().setWebhooks(house.webhooks);
      await look();
      const expected = last === "Salesforce" ? "+1 555 0202" : "+1 555 0201";
      expect(personOf(contact)?.phone).toBe(expected);
      expect(leadOf(lead)?.["Phone"]).toBe(expected);
      expect(await auditOf(contact)).toEqual([
        last === "Salesforce"
          ? "done intercom.Phone: +1 555 0201 -> +1 555 0202"
          : "done salesforce.Phone: +1 555 0202 -> +1 555 0201",
      ]);
    },
  );
});

describe("people who move", () => {
  test("a converted Lead is followed to its Contact, both ways", async () => {
    const { contact, lead } = await alike("con");
    const { contactId } = crm().convert({ lead });
    inIntercom(contact, { phone: "+1 555 0301" });
    await house.settle();
    const record = () =>
      crm()
        .rows("Contact")
        .find((row) => row["Id"] === contactId);
    expect(record()?.["Phone"]).toBe("+1 555 0301");
    expect(leadOf(lead)?.["Phone"]).toBe("+1 555 0100");
    house.advance(2_000);
    crm().update("Contact", contactId, { Phone: "+1 555 0302" });
    await look();
    expect(personOf(contact)?.phone).toBe("+1 555 0302");
  });

  test("a Lead that was merged away leads to the one that stands for it", async () => {
    const { contact, lead } = await alike("mel");
    const master = crm().insert("Lead", { LastName: "Mel", Company: "mel", Phone: "+1 555 0100" });
    crm().merge("Lead", master, [lead]);
    inIntercom(contact, { phone: "+1 555 0303" });
    await house.settle();
    expect(leadOf(master)?.["Phone"]).toBe("+1 555 0303");
  });

  test("a person who was merged into another one hands over the record and its past", async () => {
    Object.assign(intercom().workspace, { flavour: ">=2.15" });
    const email = "mia@mia.example";
    const lead = crm().insert("Lead", { LastName: "Mia", Company: "mia", Email: email });
    const { id: old } = intercom().addContact({ email, name: "Mia", role: "lead" });
    await look();
    inIntercom(old, { phone: "+1 555 0304" });
    await house.settle();
    expect(leadOf(lead)?.["Phone"]).toBe("+1 555 0304");
    const { id: user } = intercom().addContact({ email: "mia@work.example", name: "Mia", role: "user" });
    intercom().mergeContacts({ fromId: old, intoId: user });
    await house.settle();
    inIntercom(user, { phone: "+1 555 0305" });
    await house.settle();
    expect(leadOf(lead)?.["Phone"]).toBe("+1 555 0305");
    expect(await auditOf(old)).toEqual([]);
    expect(await auditOf(user)).toContain("done salesforce.Phone: nothing -> +1 555 0304");
  });

  test("a merge that does not say who is gone is seen by who is there no more", async () => {
    Object.assign(intercom().workspace, { flavour: "2.5-2.14" });
    const email = "gwen@gwen.example";
    const lead = crm().insert("Lead", { LastName: "Gwen", Company: "gwen", Email: email });
    const { id: old } = intercom().addContact({ email, name: "Gwen", role: "lead" });
    await look();
    const { id: user } = intercom().addContact({ externalId: "u-gwen", name: "Gwen", role: "user" });
    intercom().mergeContacts({ fromId: old, intoId: user });
    await house.settle();
    inIntercom(user, { phone: "+1 555 0308" });
    await house.settle();
    expect(leadOf(lead)?.["Phone"]).toBe("+1 555 0308");
  });

  test("somebody whom Salesforce does not know is left alone, and asked about once a day", async () => {
    const { id: contact } = intercom().addContact({ email: "no@body.example", name: "No", role: "user" });
    const asked = () => crm().calls.total;
    inIntercom(contact, { phone: "+1 555 0306" });
    await house.settle();
    const before = asked();
    inIntercom(contact, { phone: "+1 555 0307" });
    await house.settle();
    expect(asked()).toBe(before);
    expect(await auditOf(contact)).toEqual([]);
  });
});

test("a company and the Account of its domain go the same way, both ways", async () => {
  const account = crm().insert("Account", { Name: "Firm", Website: "https://www.firm.example/about" });
  const { id } = intercom().addCompany({ companyId: "firm", name: "Firm", domain: "firm.example", size: 40 });
  await house.settle();
  await look();
  const record = () =>
    crm()
      .rows("Account")
      .find((row) => row["Id"] === account);
  expect(record()?.["NumberOfEmployees"]).toBe(40);
  house.advance(2_000);
  crm().update("Account", account, { NumberOfEmployees: 55, Type: "Other" });
  await look();
  expect(intercom().workspace.companies.get(id)).toMatchObject({
    size: 55,
    customAttributes: { tier: "Other" },
  });
  house.advance(2_000);
  intercom().changeCompany({ id, size: 60 });
  await house.settle();
  await look();
  await look();
  expect(record()?.["NumberOfEmployees"]).toBe(60);
  expect(await auditOf(id)).toEqual([
    "done salesforce.NumberOfEmployees: nothing -> 40",
    "done intercom.NumberOfEmployees: 40 -> 55",
    "done intercom.Type: nothing -> Other",
    "done salesforce.NumberOfEmployees: 55 -> 60",
  ]);
});

describe("outages", () => {
  test.for(["commit-then-drop", "commit-then-cut", "drop"] as const)(
    "the answer to a write is lost (%s): the value stands, and the change ends as done",
    async (kind) => {
      const { contact, lead } = await alike(`out${kind.replaceAll("-", "")}`);
      house.emulators.applyFaults({
        seed: 1,
        salesforce: { rules: [faultOn("PATCH", "/services/data/*", { kind }, [1, 2])] },
      });
      inIntercom(contact, { phone: "+1 555 0401" });
      await house.settle();
      expect(leadOf(lead)?.["Phone"]).toBe("+1 555 0401");
      expect(await auditOf(contact)).toEqual(["done salesforce.Phone: +1 555 0100 -> +1 555 0401"]);
    },
  );

  test("a value that a rule of the org refuses is an issue with its words; retried when the rule is gone, it is written", async () => {
    const { contact, lead } = await alike("rul");
    const validationRules = [
      { object: "Lead", message: "No test numbers", field: "Phone", when: { Phone: "555" } },
    ];
    crm().settings({ validationRules });
    inIntercom(contact, { phone: "555" });
    await house.settle();
    const { db } = house.database;
    const [issue, ...more] = await listIssues(db, { environment: "production", all: false });
    expect(more).toEqual([]);
    expect(issue).toMatchObject({
      destination: "salesforce",
      code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      open: 1,
    });
    expect(issue?.message).toContain("Salesforce says: No test numbers");
    const asked = { issue: issue?.id ?? "", effect: null };
    crm().settings({ validationRules: [] });
    const subject = `sync:production person ${contact} Phone`;
    expect(await retryIssue(db, asked, "nora")).toMatchObject({ changed: [subject], left: [] });
    expect(await retryIssue(db, asked, "nora")).toMatchObject({ changed: [] });
    await house.settle();
    expect(leadOf(lead)).toMatchObject({ Phone: "555" });
    expect(await listIssues(db, { environment: "production", all: false })).toEqual([]);
    expect(await auditOf(contact)).toEqual(["done salesforce.Phone: +1 555 0100 -> 555"]);
  });

  test("a value that the org refuses ends as failed, with the reason, and stands in no other's way", async () => {
    const { contact, lead } = await alike("ref");
    inIntercom(contact, { email: `${"r".repeat(90)}@ref.example` });
    await house.settle();
    inIntercom(contact, { phone: "+1 555 0402" });
    await house.settle();
    expect(leadOf(lead)).toMatchObject({ Email: "ref@ref.example", Phone: "+1 555 0402" });
    const { rows } = await sql<{ error: string }>`
      select error from sync_changes where intercom_id = ${contact} and state = 'failed'`.execute(
      house.database.db,
    );
    expect(rows).toEqual([{ error: "the field of the org cannot hold this value, or may not be written" }]);
  });
});

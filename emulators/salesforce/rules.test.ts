import { Connection } from "jsforce/lib/connection.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SalesforceEmulator, startSalesforceEmulator } from "./emulator.ts";

let emulator: SalesforceEmulator;
let conn: Connection;
let now = Date.UTC(2026, 10, 22, 12);

beforeAll(async () => {
  emulator = await startSalesforceEmulator({
    port: 0,
    clientId: "id",
    clientSecret: "secret",
    now: () => now,
  });
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await fetch(`${emulator.url}/__emulator/reset`, { method: "POST" });
  conn = new Connection({
    instanceUrl: emulator.url,
    accessToken: emulator.accessToken(),
    version: "66.0",
  });
});

async function failure(promise: PromiseLike<unknown>) {
  try {
    await promise;
  } catch (error) {
    return error as Error & { errorCode: string; data: Record<string, unknown> };
  }
  throw new Error("it did not fail");
}

async function seed(body: object) {
  const answer = await fetch(`${emulator.url}/__emulator/seed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const lead = { LastName: "Doe", Company: "Acme", Email: "jane@acme.example" };
const createLead = (more: object = {}, headers: Record<string, string> = {}) =>
  conn.sobject("Lead").create({ ...lead, ...more }, { headers });

describe("rules of the org", () => {
  test.for(["duplicateResut", "duplicateResult"] as const)(
    "a duplicate rule answers with %s and the match",
    async (spelling) => {
      emulator.state.settings({
        duplicateRules: [
          {
            object: "Lead",
            name: "Leads_DR",
            match: ["Email"],
            action: "alert",
            spelling,
            message: "Use one of these records?",
          },
        ],
      });
      const first = await createLead();
      const error = await failure(createLead({ Email: "JANE@acme.example" }));
      expect(error.errorCode).toBe("DUPLICATES_DETECTED");
      expect(error.data[spelling]).toMatchObject({
        allowSave: true,
        matchResults: [{ matchRecords: [{ record: { Id: first.id } }] }],
      });
      await createLead({}, { "Sforce-Duplicate-Rule-Header": "allowSave=true" });
      expect(emulator.state.rows("Lead")).toHaveLength(2);
    },
  );

  test("a blocking duplicate rule lets nobody save", async () => {
    await seed({ duplicateRules: [{ object: "Lead", match: ["Email"], action: "block" }] });
    await createLead();
    const error = await failure(createLead({}, { "Sforce-Duplicate-Rule-Header": "allowSave=true" }));
    expect(error.errorCode).toBe("DUPLICATES_DETECTED");
  });

  test("validation rules, triggers and row locks refuse with their codes", async () => {
    await seed({
      validationRules: [{ object: "Lead", message: "Title please", field: "Title", when: { Title: null } }],
      triggers: [{ object: "Lead", message: "boom", when: { Title: "Boss" } }],
      rowLocks: [{ object: "Lead", nth: [1] }],
    });
    expect((await failure(createLead())).errorCode).toBe("FIELD_CUSTOM_VALIDATION_EXCEPTION");
    expect((await failure(createLead({ Title: "Boss" }))).errorCode).toBe(
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    );
    expect((await failure(createLead({ Title: "CTO" }))).errorCode).toBe("UNABLE_TO_LOCK_ROW");
    await createLead({ Title: "CTO" });
  });

  test("inactive users own nothing; a queue owns only what it is made for", async () => {
    const { queues, users } = emulator.state.seedSituations({});
    const inactive = await failure(createLead({ OwnerId: users["gone@ourcompany.example"] }));
    expect(inactive.errorCode).toBe("INACTIVE_OWNER_OR_USER");
    await createLead({ OwnerId: queues["Enterprise_Inbound"] });
    const event = conn
      .sobject("Baton_Conversation_Part__c")
      .create({ OwnerId: queues["Enterprise_Inbound"] });
    expect((await failure(event)).errorCode).toBe("FIELD_INTEGRITY_EXCEPTION");
    const account = conn.sobject("Account").create({ Name: "A", OwnerId: queues["Enterprise_Inbound"] });
    expect((await failure(account)).errorCode).toBe("MALFORMED_ID");
  });

  test("rich text loses tags it does not know, counts markup, and holds 131,072 characters", async () => {
    const made = await conn.sobject("Baton_Conversation__c").create({
      Transcript__c: "<p onclick='x'>Hi &amp; <b>you</b> & me</p><script>evil()</script><custom>x</custom>",
    });
    expect(await conn.sobject("Baton_Conversation__c").retrieve(String(made.id))).toMatchObject({
      Transcript__c: "<p>Hi &amp; <b>you</b> &amp; me</p>x",
    });
    const tooLong = conn
      .sobject("Baton_Conversation__c")
      .create({ Transcript__c: `<p>${"&amp;".repeat(26_214)}</p>` });
    expect((await failure(tooLong)).errorCode).toBe("STRING_TOO_LONG");
    const task = conn.sobject("Task").create({ Description: "x".repeat(32_001) });
    expect((await failure(task)).errorCode).toBe("STRING_TOO_LONG");
  });

  test("a task of a lead takes no related record", async () => {
    const made = await createLead();
    const accountId = emulator.state.insert("Account", { Name: "A" });
    const error = await failure(conn.sobject("Task").create({ WhoId: made.id, WhatId: accountId }));
    expect(error.errorCode).toBe("FIELD_INTEGRITY_EXCEPTION");
  });

  test("an org without Baton's metadata knows none of its fields", async () => {
    expect(await seed({ metadata: "none" })).toMatchObject({ status: 200 });
    expect((await failure(createLead({ Baton_Key__c: "k" }))).errorCode).toBe("INVALID_FIELD");
    expect((await failure(conn.query("SELECT Id FROM Baton_Conversation__c"))).errorCode).toBe(
      "INVALID_TYPE",
    );
    await createLead();
  });

  test("person accounts bring their fields and a contact that follows", async () => {
    expect((await failure(conn.query("SELECT IsPersonAccount FROM Account"))).errorCode).toBe(
      "INVALID_FIELD",
    );
    await seed({ personAccounts: true });
    const made = await conn
      .sobject("Account")
      .create({ LastName: "Doe", FirstName: "Jane", PersonEmail: "j@x.example" });
    expect(emulator.state.rows("Contact")).toMatchObject([
      { Name: "Jane Doe", Email: "j@x.example", AccountId: made.id },
    ]);
  });

  test("the daily limit is 403 REQUEST_LIMIT_EXCEEDED and every answer tells what is spent", async () => {
    await conn.query("SELECT Id FROM Lead");
    expect(conn.limitInfo).toEqual({ apiUsage: { used: 1, limit: 100_000 } });
    emulator.state.settings({ dailyLimit: 1 });
    expect((await failure(conn.query("SELECT Id FROM Lead"))).errorCode).toBe("REQUEST_LIMIT_EXCEEDED");
  });

  test("an unreadable seed names the place", async () => {
    expect(await seed({ duplicateRules: [{ object: "Lead" }] })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("duplicateRules.0") },
    });
    expect(await seed({ records: { Lead: [{ Nothing: 1 }] } })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("Nothing") },
    });
  });
});

describe("time passes in the org", () => {
  test("a converted lead names what it became, moves its tasks and can't be changed", async () => {
    const made = await createLead({ Baton_Key__c: "k" });
    await conn.sobject("Task").create({ Subject: "Call", WhoId: made.id });
    const seeded = await seed({ actions: [{ kind: "convert", lead: made.id }] });
    const [converted] = seeded.body["actions"] as { contactId: string }[];
    expect(emulator.state.rows("Task")).toMatchObject([{ WhoId: converted?.contactId }]);
    const error = await failure(conn.sobject("Lead").update({ Id: String(made.id), Title: "x" }));
    expect(error.errorCode).toBe("CANNOT_UPDATE_CONVERTED_LEAD");
    const found = await conn.query(
      "SELECT IsConverted, ConvertedContactId FROM Lead WHERE Baton_Key__c = 'k'",
    );
    expect(found.records).toMatchObject([{ IsConverted: true, ConvertedContactId: converted?.contactId }]);
  });

  test("a merged record is deleted, names its master, and hands over its children", async () => {
    const [master, loser] = [await createLead(), await createLead({ Baton_Key__c: "k" })];
    await conn.sobject("Task").create({ Subject: "Call", WhoId: loser.id });
    await seed({ actions: [{ kind: "merge", object: "Lead", master: master.id, losers: [loser.id] }] });
    const all = await conn.query("SELECT MasterRecordId, IsDeleted FROM Lead WHERE Baton_Key__c = 'k'", {
      scanAll: true,
    });
    expect(all.records).toMatchObject([{ MasterRecordId: master.id, IsDeleted: true }]);
    expect(emulator.state.rows("Task")).toMatchObject([{ WhoId: master.id }]);
  });

  test.for([
    [false, "created"],
    [true, "DUPLICATE_VALUE"],
  ] as const)("deleted keys block = %s: a repeat is %s", async ([deletedKeysBlock, outcome]) => {
    emulator.state.settings({ deletedKeysBlock });
    const made = await createLead({ Baton_Key__c: "k" });
    emulator.state.delete("Lead", String(made.id));
    const again = await createLead({ Baton_Key__c: "k" }).then(
      () => "created",
      (error: { errorCode: string }) => error.errorCode,
    );
    expect(again).toBe(outcome);
  });

  test("stage changes leave history, and /updated tells what changed and how far it is sure", async () => {
    const id = emulator.state.insert("Opportunity", {
      Name: "Deal",
      StageName: "Prospecting",
      CloseDate: "2027-01-01",
    });
    now += 60_000;
    await conn.sobject("Opportunity").update({ Id: id, StageName: "Closed Won" });
    const history = await conn.query("SELECT StageName FROM OpportunityHistory ORDER BY CreatedDate");
    expect(history.records.map((row) => row["StageName"])).toEqual(["Prospecting", "Closed Won"]);
    expect(emulator.state.rows("Opportunity")).toMatchObject([
      { IsWon: true, IsClosed: true, Probability: 100 },
    ]);
    emulator.state.settings({ openTransactionMs: 20_000 });
    const updated = await conn.sobject("Opportunity").updated(new Date(now - 30_000), new Date(now + 1000));
    expect(updated.ids).toEqual([id]);
    expect(Date.parse(updated.latestDateCovered)).toBe(now - 20_000);
  });
});

describe("situations", () => {
  test("every row of the record table can be met", async () => {
    const situations = [
      "unknown",
      "open-lead",
      "contact",
      "open-opportunity",
      "customer",
      "customer-with-csm",
      "converted-lead",
      "late-stage",
      "lead-with-inactive-owner",
      "account-by-domain",
    ] as const;
    const people = situations.map((situation) => ({
      email: `p@${situation}.example`,
      name: "Pat Person",
      domain: `${situation}.example`,
      situation,
    }));
    const made = emulator.state.seedSituations({ people });
    expect(
      made.people.map((person) => [
        person.situation,
        person.leadId !== null,
        person.contactId !== null,
        person.opportunityId !== null,
        person.csmEmail !== null,
      ]),
    ).toEqual([
      ["unknown", false, false, false, false],
      ["open-lead", true, false, false, false],
      ["contact", false, true, false, false],
      ["open-opportunity", false, true, true, false],
      ["customer", false, true, true, false],
      ["customer-with-csm", false, true, true, true],
      ["converted-lead", true, true, false, false],
      ["late-stage", false, true, true, false],
      ["lead-with-inactive-owner", true, false, false, false],
      ["account-by-domain", false, false, false, false],
    ]);
    const accounts = await conn.query(
      "SELECT Name, Owner.IsActive FROM Account WHERE Website LIKE '%account-by-domain.example%'",
    );
    expect(accounts.records).toMatchObject([{ Owner: { IsActive: true } }]);
  });

  test("can be seeded over HTTP", async () => {
    const answer = await seed({
      situations: { people: [{ email: "a@b.example", name: "A B", situation: "late-stage" }] },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { situations: { people: [{ situation: "late-stage" }] } },
    });
    const found = await conn.query("SELECT StageName FROM Opportunity");
    expect(found.records).toMatchObject([{ StageName: "Negotiation" }]);
  });
});

import { beforeEach, describe, expect, test } from "vitest";
import { SalesforceError } from "./errors.ts";
import { objectNamed } from "./lifecycle.ts";
import { emptyOrg, type Org, type Row } from "./org.ts";
import { changeRow, insertRow } from "./records.ts";
import { startOver } from "./seed.ts";
import { runSoql } from "./soql.ts";

const now = Date.UTC(2026, 10, 18, 12);
let org: Org;
let ids: Record<string, string>;

function insert(object: string, fields: Row): string {
  return insertRow(org, objectNamed(org, object), fields);
}

function ask(text: string, all = false) {
  return runSoql(org, text, { version: "66.0", all });
}

function names(text: string): unknown[] {
  return ask(text).records.map((record) => record["Name"]);
}

function codeOf(text: string): string | undefined {
  try {
    ask(text);
  } catch (error) {
    if (error instanceof SalesforceError) return error.errors[0]?.errorCode;
    throw error;
  }
  return undefined;
}

beforeEach(() => {
  org = emptyOrg(() => now, 1);
  startOver(org, {});
  const ana = insert("User", {
    FirstName: "Ana",
    LastName: "Alvarez",
    Email: "ana@x.example",
    IsActive: true,
  });
  const gone = insert("User", { LastName: "Gone", Email: "gone@x.example", IsActive: false });
  const queue = insert("Group", { Name: "Inbound", DeveloperName: "Inbound", Type: "Queue" });
  const acme = insert("Account", {
    Name: "Acme",
    Website: "https://www.acme.example",
    OwnerId: ana,
    NumberOfEmployees: 250,
  });
  const beta = insert("Account", { Name: "beta", OwnerId: gone, NumberOfEmployees: 10 });
  const jane = insert("Contact", {
    FirstName: "Jane",
    LastName: "Doe",
    Email: "Jane@acme.example",
    AccountId: acme,
    OwnerId: ana,
  });
  const deal = insert("Opportunity", {
    Name: "Deal",
    StageName: "Negotiation",
    CloseDate: "2026-12-01",
    AccountId: acme,
    OwnerId: ana,
    Amount: 500,
  });
  const won = insert("Opportunity", {
    Name: "Won",
    StageName: "Closed Won",
    CloseDate: "2026-01-01",
    AccountId: beta,
    OwnerId: gone,
  });
  insert("OpportunityContactRole", { OpportunityId: deal, ContactId: jane, IsPrimary: true });
  const lead = insert("Lead", {
    LastName: "O'Hara",
    Company: "100%_sure\\",
    Email: "o@hara.example",
    OwnerId: queue,
    Baton_Key__c: "Key1",
  });
  ids = { ana, gone, queue, acme, beta, jane, deal, won, lead };
});

describe("conditions", () => {
  test.for([
    ["Name = 'ACME'", ["Acme"]],
    ["Name != 'acme'", ["beta"]],
    ["Website = null", ["beta"]],
    ["Website != 'x'", ["Acme", "beta"]],
    ["Website LIKE '%ACME.ex%'", ["Acme"]],
    ["Website LIKE 'https://w__.acme.example'", ["Acme"]],
    ["NumberOfEmployees >= 250", ["Acme"]],
    ["NumberOfEmployees < 250 AND Website = null", ["beta"]],
    ["Name IN ('ACME', 'Beta')", ["Acme", "beta"]],
    ["Name NOT IN ('ACME')", ["beta"]],
    ["(Name = 'a' OR Owner.IsActive = false) AND NOT NumberOfEmployees > 100", ["beta"]],
    ["Owner.Email = 'ana@x.example'", ["Acme"]],
    ["Id IN (SELECT AccountId FROM Contact WHERE Email = 'jane@ACME.example')", ["Acme"]],
    ["Id NOT IN (SELECT AccountId FROM Contact)", ["beta"]],
    ["CreatedDate = TODAY", ["Acme", "beta"]],
    ["CreatedDate < YESTERDAY", []],
    ["CreatedDate = LAST_N_DAYS:3", ["Acme", "beta"]],
    ["CreatedDate > LAST_N_DAYS:3", []],
    ["CreatedDate >= 2026-11-18T12:00:00Z", ["Acme", "beta"]],
    ["CreatedDate > 2026-11-18T14:00:00+02:00", []],
  ] as const)("%s", ([where, expected]) => {
    expect(names(`SELECT Name FROM Account WHERE ${where} ORDER BY Name`)).toEqual(expected);
  });

  test("escapes mean what Salesforce says they mean", () => {
    expect(names(String.raw`SELECT Name FROM Lead WHERE LastName = 'O\'Hara'`)).toEqual(["O'Hara"]);
    expect(names(String.raw`SELECT Name FROM Lead WHERE Company = '100%_sure\\'`)).toEqual(["O'Hara"]);
    expect(names(String.raw`SELECT Name FROM Lead WHERE Company LIKE '100\%\_s%'`)).toEqual(["O'Hara"]);
    expect(names(String.raw`SELECT Name FROM Lead WHERE Company LIKE '1\%\_%'`)).toEqual([]);
    expect(codeOf(String.raw`SELECT Name FROM Lead WHERE LastName = 'a\q'`)).toBe("MALFORMED_QUERY");
    expect(codeOf(String.raw`SELECT Name FROM Lead WHERE LastName = 'a\'`)).toBe("MALFORMED_QUERY");
  });

  test("a case-sensitive key is compared with its case", () => {
    expect(names("SELECT Name FROM Lead WHERE Baton_Key__c = 'Key1'")).toHaveLength(1);
    expect(names("SELECT Name FROM Lead WHERE Baton_Key__c = 'key1'")).toEqual([]);
  });

  test.for([
    ["INVALID_TYPE", "SELECT Id FROM Nothing__c"],
    ["INVALID_FIELD", "SELECT Nothing FROM Lead"],
    ["INVALID_FIELD", "SELECT Id FROM Lead WHERE Nothing = 1"],
    ["INVALID_FIELD", "SELECT Nothing.Name FROM Lead"],
    ["INVALID_FIELD", "SELECT Id FROM Lead WHERE Name = 1"],
    ["INVALID_FIELD", "SELECT Id FROM Lead WHERE Description = 'x'"],
    ["INVALID_FIELD", "SELECT Id FROM Opportunity WHERE CloseDate = '2026-01-01'"],
    ["INVALID_QUERY_FILTER_OPERATOR", "SELECT Id FROM Lead WHERE Id = 'x'"],
    ["MALFORMED_QUERY", "SELECT Id FROM"],
    ["MALFORMED_QUERY", "SELECT Id FROM Lead WHERE Name = 'a' AND Name = 'b' OR Name = 'c'"],
    [
      "MALFORMED_QUERY",
      "SELECT Id FROM Opportunity WHERE Name = 'a' OR Id IN (SELECT OpportunityId FROM OpportunityContactRole)",
    ],
    ["MALFORMED_QUERY", "SELECT Id FROM Lead WHERE Id IN (SELECT Id FROM Lead)"],
  ] as const)("%s: %s", ([code, text]) => {
    expect(codeOf(text)).toBe(code);
  });
});

describe("what is selected", () => {
  test("parents, children and polymorphic owners", () => {
    const [contact] = ask(
      `SELECT Id, Account.Name, Account.Owner.Email,
        (SELECT OpportunityId, Opportunity.StageName FROM OpportunityContactRoles WHERE IsPrimary = true LIMIT 5)
       FROM Contact`,
    ).records;
    expect(contact).toMatchObject({
      Account: { Name: "Acme", Owner: { Email: "ana@x.example" } },
      OpportunityContactRoles: { totalSize: 1, records: [{ Opportunity: { StageName: "Negotiation" } }] },
    });
    const [lead] = ask("SELECT Owner.Name, Owner.Type, Owner.IsActive, Owner.Email FROM Lead").records;
    expect(lead).toMatchObject({
      Owner: { attributes: { type: "Name" }, Name: "Inbound", Type: "Queue", IsActive: null },
    });
    const [typed] = ask("SELECT TYPEOF Owner WHEN Group THEN DeveloperName ELSE Name END FROM Lead").records;
    expect(typed).toMatchObject({ Owner: { DeveloperName: "Inbound" } });
  });

  test("an empty child list is null", () => {
    expect(
      ask("SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Name = 'beta'").records[0],
    ).toMatchObject({ Contacts: null });
  });

  test("order, limit, offset and counts", () => {
    expect(names("SELECT Name FROM Account ORDER BY NumberOfEmployees DESC")).toEqual(["Acme", "beta"]);
    expect(names("SELECT Name FROM Account ORDER BY Website NULLS LAST, Name")).toEqual(["Acme", "beta"]);
    expect(names("SELECT Name FROM Account ORDER BY Website")).toEqual(["beta", "Acme"]);
    expect(names("SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1")).toEqual(["beta"]);
    expect(ask("SELECT COUNT() FROM Account")).toEqual({ totalSize: 2, records: [] });
    expect(
      ask("SELECT IsClosed, COUNT(Id) n, MAX(Amount) FROM Opportunity GROUP BY IsClosed").records,
    ).toMatchObject([
      { IsClosed: false, n: 1, expr0: 500 },
      { IsClosed: true, n: 1, expr0: null },
    ]);
  });

  test("deleted records are seen by queryAll alone", () => {
    const lead = org.tables.get("Lead")?.rows.get(ids["lead"] ?? "");
    if (lead !== undefined) changeRow(org, objectNamed(org, "Lead"), lead, { IsDeleted: true });
    expect(ask("SELECT Id FROM Lead").records).toEqual([]);
    expect(ask("SELECT Id, IsDeleted FROM Lead WHERE Baton_Key__c IN ('Key1')", true).records).toMatchObject([
      { IsDeleted: true },
    ]);
  });

  test("a 15-character id is the same record", () => {
    const short = ids["acme"]?.slice(0, 15) ?? "";
    expect(names(`SELECT Name FROM Account WHERE Id = '${short}'`)).toEqual(["Acme"]);
  });
});

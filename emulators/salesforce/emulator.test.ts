import { Connection } from "jsforce/lib/connection.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SalesforceEmulator, startSalesforceEmulator } from "./emulator.ts";

const clientId = "consumer-key";
const clientSecret = "consumer-secret";
const api = "/services/data/v66.0";
let emulator: SalesforceEmulator;
let conn: Connection;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ port: 0, clientId, clientSecret });
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

interface Sub {
  body: unknown;
  httpStatusCode: number;
  referenceId: string;
}

async function composite(requests: readonly object[], allOrNone = true): Promise<Sub[]> {
  const answer = await conn.requestPost<{ compositeResponse: Sub[] }>("/composite", {
    allOrNone,
    compositeRequest: requests,
  });
  return answer.compositeResponse;
}

function post(referenceId: string, object: string, body: object, httpHeaders?: object) {
  return {
    method: "POST",
    url: `${api}/sobjects/${object}`,
    referenceId,
    body,
    ...(httpHeaders && { httpHeaders }),
  };
}

async function failure(promise: PromiseLike<unknown>) {
  try {
    await promise;
  } catch (error) {
    return error as Error & { errorCode: string; data: Record<string, unknown> };
  }
  throw new Error("it did not fail");
}

const lead = { LastName: "Doe", Company: "Acme", Email: "jane@acme.example" };

describe("signing in", () => {
  test("client credentials give a token that works and names its user", async () => {
    const own = new Connection({
      oauth2: { loginUrl: emulator.url, clientId, clientSecret },
      version: "66.0",
    });
    await own.authorize({ grant_type: "client_credentials" });
    expect((await own.identity()).username).toBe("integration@baton.example");
    expect(own.instanceUrl).toBe(emulator.url);
    expect(JSON.stringify(emulator.ledger.entries())).not.toContain(clientSecret);
  });

  test("a wrong secret is 400 invalid_client in OAuth's own shape", async () => {
    const answer = await fetch(`${emulator.url}/services/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: "no",
      }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: "invalid_client",
      error_description: "invalid client credentials",
    });
  });

  test("an ended session is 401 INVALID_SESSION_ID", async () => {
    emulator.state.expireTokens();
    expect((await failure(conn.query("SELECT Id FROM Lead"))).errorCode).toBe("INVALID_SESSION_ID");
  });
});

describe("one record", () => {
  test("is created, read, changed, found by its key, and deleted", async () => {
    const made = await conn.sobject("Lead").create({ ...lead, Baton_Key__c: "k1" });
    expect(made).toMatchObject({ success: true, errors: [] });
    const id = String(made.id);
    await conn.sobject("Lead").update({ Id: id, Title: "CTO" });
    expect(await conn.sobject("Lead").retrieve(id)).toMatchObject({
      Title: "CTO",
      Name: "Doe",
      Status: "Open - Not Contacted",
    });
    expect(await conn.requestGet(`/sobjects/Lead/Baton_Key__c/k1`)).toMatchObject({ Id: id });
    await conn.sobject("Lead").destroy(id);
    expect((await failure(conn.sobject("Lead").retrieve(id))).errorCode).toBe("ENTITY_IS_DELETED");
  });

  test("with a key that is taken is DUPLICATE_VALUE, names the holder and changes nothing", async () => {
    const first = await conn.sobject("Lead").create({ ...lead, Baton_Key__c: "k1" });
    const error = await failure(conn.sobject("Lead").create({ ...lead, Baton_Key__c: "k1", Title: "New" }));
    expect(error.errorCode).toBe("DUPLICATE_VALUE");
    expect(error.message).toContain(String(first.id).slice(0, 15));
    expect(emulator.state.rows("Lead")).toHaveLength(1);
    await conn.sobject("Lead").create({ ...lead, Baton_Key__c: "K1" });
  });

  test("upserts by key: 201 created, then 200 with created false; a key in the body is refused", async () => {
    const first = await conn.sobject("Lead").upsert({ ...lead, Baton_Key__c: "u1" }, "Baton_Key__c");
    const second = await conn.sobject("Lead").upsert({ Title: "CTO", Baton_Key__c: "u1" }, "Baton_Key__c");
    expect([first, second]).toMatchObject([{ created: true }, { created: false, id: first.id }]);
    const refused = await fetch(`${emulator.url}${api}/sobjects/Lead/Baton_Key__c/u1`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${String(conn.accessToken)}`, "content-type": "application/json" },
      body: JSON.stringify({ Baton_Key__c: "u1" }),
    });
    expect(refused.status).toBe(400);
  });

  test.for([
    ["REQUIRED_FIELD_MISSING", { LastName: "Doe" }],
    ["INVALID_FIELD", { ...lead, Nothing__c: 1 }],
    ["INVALID_EMAIL_ADDRESS", { ...lead, Email: "jane@" }],
    ["STRING_TOO_LONG", { ...lead, FirstName: "x".repeat(41) }],
    ["INVALID_FIELD_FOR_INSERT_UPDATE", { ...lead, IsConverted: true }],
    ["MALFORMED_ID", { ...lead, OwnerId: "nobody" }],
    ["INVALID_CROSS_REFERENCE_KEY", { ...lead, OwnerId: "005000000000000AAA" }],
  ] as const)("that is wrong is refused as %s", async ([code, body]) => {
    expect((await failure(conn.sobject("Lead").create(body))).errorCode).toBe(code);
    expect(emulator.state.rows("Lead")).toEqual([]);
  });
});

describe("a composite", () => {
  test("writes all records with references between them, and counts as one call", async () => {
    const accountId = emulator.state.insert("Account", { Name: "Acme" });
    const contactId = emulator.state.insert("Contact", { LastName: "Doe", AccountId: accountId });
    const before = emulator.state.calls.total;
    const answers = await composite([
      post("record", "Opportunity", {
        Name: "Deal",
        StageName: "Qualification",
        CloseDate: "2027-01-01",
        AccountId: accountId,
        Baton_Key__c: "o1",
      }),
      post("role", "OpportunityContactRole", {
        OpportunityId: "@{record.id}",
        ContactId: contactId,
        IsPrimary: true,
      }),
      post("talk", "Baton_Conversation__c", {
        Opportunity__c: "@{record.id}",
        Transcript__c: "<p>Hi</p>",
        Baton_Key__c: "c1",
      }),
      post("task", "Task", { Subject: "Call", WhatId: "@{record.id}", Baton_Key__c: "t1" }),
    ]);
    expect(answers.map((one) => one.httpStatusCode)).toEqual([201, 201, 201, 201]);
    expect(emulator.state.calls.total).toBe(before + 1);
    expect(emulator.ledger.entries().at(-1)).toMatchObject({ committed: true, keys: ["o1", "c1", "t1"] });
    const [task] = emulator.state.rows("Task");
    expect(task).toMatchObject({ AccountId: accountId, Status: "Not Started" });
  });

  test("with allOrNone keeps nothing when one part fails; the others say PROCESSING_HALTED", async () => {
    const answers = await composite([
      post("a", "Lead", { ...lead, Baton_Key__c: "a" }),
      post("b", "Lead", { LastName: "No company" }),
      post("c", "Task", { Subject: "x" }),
    ]);
    expect(answers.map((one) => one.httpStatusCode)).toEqual([400, 400, 400]);
    expect(answers.map((one) => (one.body as { errorCode: string }[])[0]?.errorCode)).toEqual([
      "PROCESSING_HALTED",
      "REQUIRED_FIELD_MISSING",
      "PROCESSING_HALTED",
    ]);
    expect(emulator.state.rows("Lead")).toEqual([]);
    await conn.sobject("Lead").create({ ...lead, Baton_Key__c: "a" });
  });

  test("references what a query found", async () => {
    emulator.state.insert("Account", { Name: "Acme", Website: "acme.example" });
    const answers = await composite(
      [
        {
          method: "GET",
          url: `${api}/query?q=${encodeURIComponent("SELECT Id FROM Account WHERE Name = 'ACME'")}`,
          referenceId: "found",
        },
        post("task", "Task", { Subject: "Call", WhatId: "@{found.records[0].Id}" }),
        post("lost", "Task", { Subject: "Call", WhatId: "@{found.records[1].Id}" }),
      ],
      false,
    );
    expect(answers.map((one) => one.httpStatusCode)).toEqual([200, 201, 400]);
    expect(answers[2]?.body).toMatchObject([{ errorCode: "PROCESSING_HALTED" }]);
  });

  test("takes at most 25 subrequests and 5 queries", async () => {
    const many = Array.from({ length: 26 }, (_, place) => post(`r${place}`, "Lead", lead));
    expect((await failure(composite(many))).message).toContain("25");
    const queries = Array.from({ length: 6 }, (_, place) => ({
      method: "GET",
      url: `${api}/query?q=SELECT+Id+FROM+Lead`,
      referenceId: `q${place}`,
    }));
    expect((await failure(composite(queries))).message).toContain("5");
  });

  test("does not hand Sforce headers down to its parts", async () => {
    const [other] = [
      emulator.state.insert("User", { LastName: "Rule", Email: "rule@ourcompany.example", IsActive: true }),
    ];
    emulator.state.settings({ assignmentRules: [{ object: "Lead", owner: "rule@ourcompany.example" }] });
    const owner = emulator.state.userByEmail("integration@baton.example")?.["Id"];
    await composite([post("a", "Lead", { ...lead, OwnerId: owner })]);
    await composite([post("b", "Lead", { ...lead, OwnerId: owner }, { "Sforce-Auto-Assign": "FALSE" })]);
    expect(emulator.state.rows("Lead").map((row) => row["OwnerId"])).toEqual([other, owner]);
  });
});

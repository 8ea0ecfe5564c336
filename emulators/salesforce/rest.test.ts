import { Connection } from "jsforce/lib/connection.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SalesforceEmulator, startSalesforceEmulator } from "./emulator.ts";

const api = "/services/data/v66.0";
let emulator: SalesforceEmulator;
let conn: Connection;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ port: 0, clientId: "id", clientSecret: "secret" });
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

async function raw(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${emulator.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${String(conn.accessToken)}`,
      "content-type": "application/json",
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === "" ? null : JSON.parse(text)) as unknown };
}

const lead = { LastName: "Doe", Company: "Acme" };

describe("collections", () => {
  test("save each record by itself, with statusCode in each error", async () => {
    const results = await conn.sobject("Lead").create([lead, { LastName: "No company" }]);
    expect(results).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: "REQUIRED_FIELD_MISSING", fields: ["Company"] }] },
    ]);
  });

  test("with allOrNone save all or none", async () => {
    const results = await conn
      .sobject("Lead")
      .create([lead, { LastName: "No company" }], { allOrNone: true });
    expect(results).toMatchObject([
      { success: false, errors: [{ statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK" }] },
      { success: false, errors: [{ statusCode: "REQUIRED_FIELD_MISSING" }] },
    ]);
    expect(emulator.state.rows("Lead")).toEqual([]);
  });

  test("upsert, update and delete by hundreds", async () => {
    const records = Array.from({ length: 3 }, (_, place) => ({ ...lead, Baton_Key__c: `k${place}` }));
    const made = await conn.sobject("Lead").upsert(records, "Baton_Key__c");
    const again = await conn.sobject("Lead").upsert(records, "Baton_Key__c");
    expect([made, again].flat().map((one) => one.created)).toEqual([true, true, true, false, false, false]);
    const ids = made.map((one) => String(one.id));
    await conn.sobject("Lead").update(ids.map((Id) => ({ Id, Title: "CTO" })));
    expect(emulator.state.rows("Lead").map((row) => row["Title"])).toEqual(["CTO", "CTO", "CTO"]);
    await conn.sobject("Lead").destroy(ids);
    expect(emulator.state.rows("Lead")).toEqual([]);
  });
});

describe("reading", () => {
  test("a long result comes in pages", async () => {
    for (let place = 0; place < 250; place++)
      emulator.state.insert("Lead", { LastName: `L${place}`, Company: "A" });
    const headers = { "Sforce-Query-Options": "batchSize=200" };
    const first = await conn.query("SELECT LastName FROM Lead", { headers });
    expect(first).toMatchObject({ totalSize: 250, done: false });
    const rest = await conn.queryMore(String(first.nextRecordsUrl));
    expect(rest).toMatchObject({ totalSize: 250, done: true });
    expect(rest.records).toHaveLength(50);
    expect(await raw("GET", `${api}/query/01gNothing-200`)).toMatchObject({
      status: 400,
      body: [{ errorCode: "INVALID_QUERY_LOCATOR" }],
    });
  });

  test("SOSL finds people by address", async () => {
    const id = emulator.state.insert("Lead", { ...lead, Email: "jane.o'hara@acme.example" });
    const found = await conn.search(
      "FIND {jane.o\\'hara@acme.example} IN EMAIL FIELDS RETURNING Lead(Id, Name WHERE IsConverted = false), Contact(Id)",
    );
    expect(found.searchRecords).toMatchObject([{ Id: id, Name: "Doe", attributes: { type: "Lead" } }]);
  });

  test("describe, limits and versions answer", async () => {
    expect((await conn.describeGlobal()).sobjects.map((one) => one.name)).toContain("Baton_Conversation__c");
    const stages = (await conn.sobject("Opportunity").describe()).fields.find(
      (one) => one.name === "StageName",
    );
    expect(stages).toMatchObject({ restrictedPicklist: true, nillable: false });
    expect(await conn.limits()).toMatchObject({ DailyApiRequests: { Max: 100_000, Remaining: 99_997 } });
    expect(await raw("GET", "//services/data")).toMatchObject({ status: 200 });
    expect(await raw("GET", "/services/data/v25.0/limits")).toMatchObject({ status: 410 });
    expect(await raw("GET", `${api}/nothing`)).toMatchObject({
      status: 404,
      body: [{ errorCode: "NOT_FOUND" }],
    });
  });

  test("deleted records are listed by /deleted and left out of /updated", async () => {
    const made = await conn.sobject("Lead").create(lead);
    await conn.sobject("Lead").destroy(String(made.id));
    const window = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)] as const;
    expect((await conn.sobject("Lead").updated(...window)).ids).toEqual([]);
    expect((await conn.sobject("Lead").deleted(...window)).deletedRecords).toMatchObject([{ id: made.id }]);
  });
});

describe("keys", () => {
  test("a key held by two records is 300 with both, and nothing is written", async () => {
    emulator.state.settings({ fields: { Lead: { Title: { externalId: true } } } });
    const ids = [1, 2].map(() => emulator.state.insert("Lead", { ...lead, Title: "same" }));
    const answer = await raw("PATCH", `${api}/sobjects/Lead/Title/same`, { Company: "New" });
    expect(answer).toEqual({ status: 300, body: ids.map((id) => `${api}/sobjects/Lead/${id}`) });
    expect(emulator.state.rows("Lead").map((row) => row["Company"])).toEqual(["Acme", "Acme"]);
  });

  test("updateOnly never creates, up to v45 an update is 204, an unknown key field is NOT_FOUND", async () => {
    expect(await raw("PATCH", `${api}/sobjects/Lead/Baton_Key__c/k?updateOnly=true`, lead)).toMatchObject({
      status: 404,
    });
    expect(await raw("PATCH", `${api}/sobjects/Lead/Baton_Key__c/k`, lead)).toMatchObject({ status: 201 });
    expect(await raw("PATCH", "/services/data/v45.0/sobjects/Lead/Baton_Key__c/k", lead)).toEqual({
      status: 204,
      body: null,
    });
    expect(await raw("PATCH", `${api}/sobjects/Lead/Nothing__c/k`, lead)).toMatchObject({ status: 404 });
  });

  test("a record by its key can stand for its id", async () => {
    emulator.state.insert("Account", { Name: "Acme", Baton_Key__c: "acme" });
    await conn.sobject("Contact").create({ LastName: "Doe", Account: { Baton_Key__c: "acme" } });
    expect((await conn.query("SELECT Account.Name FROM Contact")).records).toMatchObject([
      { Account: { Name: "Acme" } },
    ]);
  });

  test("If-Unmodified-Since before the last change is 412", async () => {
    const made = await conn.sobject("Lead").create(lead);
    const before = { "if-unmodified-since": new Date(Date.now() - 3_600_000).toUTCString() };
    expect(
      await raw("PATCH", `${api}/sobjects/Lead/${String(made.id)}`, { Title: "x" }, before),
    ).toMatchObject({ status: 412 });
  });
});

test("a refresh token gives a new access token", async () => {
  const answer = await fetch(`${emulator.url}/services/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      client_id: "id",
      refresh_token: `5Aep.${String(emulator.state.userByEmail("integration@baton.example")?.["Id"])}`,
    }),
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ token_type: "Bearer", instance_url: emulator.url });
});

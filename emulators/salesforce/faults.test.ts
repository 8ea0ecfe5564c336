import { createSign, generateKeyPairSync } from "node:crypto";
import { Connection } from "jsforce/lib/connection.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SalesforceEmulator, startSalesforceEmulator } from "./emulator.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const api = "/services/data/v66.0";
const onLeads = { method: "POST", path: "/services/data/*/sobjects/Lead" };
let emulator: SalesforceEmulator;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({
    port: 0,
    clientId: "id",
    clientSecret: "secret",
    jwtPublicKey: publicKey,
  });
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await fetch(`${emulator.url}/__emulator/reset`, { method: "POST" });
});

/** Strikes creations of leads, every one or only the first. */
async function strike(fault: object, nth?: readonly number[]) {
  const rule = new Map<string, unknown>([
    ["match", onLeads],
    ["then", fault],
  ]);
  if (nth !== undefined) rule.set("nth", nth);
  const answer = await fetch(`${emulator.url}/__emulator/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ rules: [Object.fromEntries(rule)] }),
  });
  expect(answer.status).toBe(200);
}

async function createLead(key: string, token = emulator.accessToken()) {
  const answer = await fetch(`${emulator.url}${api}/sobjects/Lead`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ LastName: "Doe", Company: "Acme", Baton_Key__c: key }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { id: string } | { errorCode: string; message: string }[],
  };
}

describe("faults", () => {
  test.for(["commit-then-drop", "commit-then-cut"])(
    "%s: the client sees an error, the record exists, a repeat is DUPLICATE_VALUE",
    async (kind) => {
      await strike({ kind }, [1]);
      await expect(createLead("k")).rejects.toThrow(/fetch failed|terminated|socket/);
      const [row] = emulator.state.rows("Lead");
      const repeat = await createLead("k");
      expect(repeat).toMatchObject({ status: 400, body: [{ errorCode: "DUPLICATE_VALUE" }] });
      expect(JSON.stringify(repeat.body)).toContain(String(row?.["Id"]).slice(0, 15));
      expect(emulator.ledger.entries().map((entry) => [entry.fault, entry.committed, entry.keys])).toEqual([
        [kind, true, ["k"]],
        [undefined, false, ["k"]],
      ]);
    },
  );

  test("drop: nothing was kept, and a repeat is created", async () => {
    await strike({ kind: "drop" }, [1]);
    await expect(createLead("k")).rejects.toThrow(/fetch failed|terminated|socket/);
    expect(emulator.state.rows("Lead")).toEqual([]);
    expect((await createLead("k")).status).toBe(201);
  });

  test("commit-late: the repeat wins, the late one is refused and commits nothing", async () => {
    await strike({ kind: "commit-late", ms: 50 }, [1]);
    await expect(createLead("k")).rejects.toThrow(/fetch failed|terminated|socket/);
    expect((await createLead("k")).status).toBe(201);
    await emulator.settled();
    expect(emulator.state.rows("Lead")).toHaveLength(1);
    expect(emulator.ledger.entries().map((entry) => entry.committed)).toEqual([false, true]);
  });

  test("expire-token: this token is 401 from now on, a new one works", async () => {
    await strike({ kind: "expire-token" }, [1]);
    const token = emulator.accessToken();
    expect(await createLead("k", token)).toMatchObject({
      status: 401,
      body: [{ errorCode: "INVALID_SESSION_ID" }],
    });
    expect((await createLead("k", token)).status).toBe(401);
    expect((await createLead("k")).status).toBe(201);
  });

  test("a status fault answers in Salesforce's shape", async () => {
    await strike({ kind: "status", status: 503 });
    expect(await createLead("k")).toMatchObject({ status: 503, body: [{ errorCode: "SERVER_UNAVAILABLE" }] });
    expect(emulator.state.calls.total).toBe(0);
  });
});

describe("JWT bearer", () => {
  function assertion(claims: object, alg = "RS256") {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg })}.${part(claims)}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
  }
  const good = () => ({
    iss: "id",
    sub: "integration@baton.example",
    aud: "https://login.salesforce.com",
    exp: Math.floor(Date.now() / 1000) + 120,
  });

  test("a signed assertion gives a token", async () => {
    const conn = new Connection({
      oauth2: { loginUrl: emulator.url, clientId: "id" },
      version: "66.0",
    });
    await conn.authorize({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertion(good()),
    });
    expect((await conn.query("SELECT Id FROM Lead")).totalSize).toBe(0);
  });

  test.for([
    ["audience is invalid", () => assertion({ ...good(), aud: "https://elsewhere.example" })],
    ["user hasn't approved this consumer", () => assertion({ ...good(), sub: "stranger@x.example" })],
    ["expired authorization code", () => assertion({ ...good(), exp: 1 })],
    ["invalid assertion", () => assertion(good(), "HS256")],
    ["invalid assertion signature", () => assertion(good()).replace(/\.[^.]*$/, ".AAAA")],
  ] as const)("%s", async ([description, make]) => {
    const answer = await fetch(`${emulator.url}/services/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: make(),
      }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: "invalid_grant", error_description: description });
  });
});

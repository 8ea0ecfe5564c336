/** Audits that an admin starts through the API: of a file that is sent, and of the connection; followed, stopped, erased. */
import { gzipSync } from "node:zlib";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { erasePerson } from "../../src/erasure/erase.ts";
import { forgetAudits } from "../../src/erasure/queries.ts";
import { clearFaults, faultOn, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

let house: TestHouse;
let token: string;
beforeAll(async () => {
  house = await openTestHouse({ environments: [{ name: "production", mode: "shadow" }] });
  const request = {
    holder: "ada",
    scopes: SCOPES,
    environments: null,
    lifeMs: 30 * 86_400_000,
    createdBy: "the test",
  };
  ({ token } = await createToken(house.database.db, request, house.now()));
  await writes(house, { who: "ana", text: WORDS.buying });
  await writes(house, { who: "bo", text: "Good morning!" });
});
afterEach(() => clearFaults(house));
afterAll(() => house.close());

const AUDITS = "/environments/production/audits";
const QUESTION = {
  withinMs: 86_400_000,
  dealSize: { low: 9_000, high: 15_000, mark: "measured", source: "deals of last year" },
  closeRate: { low: 0.1, high: 0.2, mark: "assumed", source: "a guess" },
  currency: "EUR",
};

type Sent = string | Uint8Array<ArrayBuffer>;

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
  readonly faults: { readonly count: number };
  readonly report: {
    readonly census: { readonly in: number };
    readonly inputs: readonly object[];
    readonly samples: readonly { readonly id: string; readonly quote: string }[];
  } | null;
}

function ask(method: string, path: string, body?: Sent, type = "application/json"): Promise<Response> {
  return fetch(`${house.service.url}/api/v1${AUDITS}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": type }) },
    ...(body !== undefined && { body }),
  });
}

async function begin(over: object): Promise<string> {
  const response = await ask("POST", "", JSON.stringify({ ...QUESTION, ...over }));
  expect(response.status).toBe(201);
  return ((await response.json()) as Shown).id;
}

async function ended(id: string): Promise<Shown> {
  for (;;) {
    const shown = (await (await ask("GET", `/${id}`)).json()) as Shown;
    if (!["waiting", "running"].includes(shown.state)) return shown;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const conversation = (id: string, text: string) => ({
  type: "conversation",
  id,
  created_at: 1_790_000_000,
  source: { type: "conversation", id: `s${id}`, body: `<p>${text}</p>`, author: { type: "user", id: "7" } },
  conversation_parts: { conversation_parts: [] },
});
const EXPORT = JSON.stringify([
  conversation("71", WORDS.buying),
  conversation("72", "Good morning!"),
  { id: 1 },
]);

async function sent(bytes: Sent, type: string, name = "export.json"): Promise<Shown> {
  const id = await begin({ kind: "file", name });
  const response = await ask("PUT", `/${id}/file`, bytes, type);
  expect(response.status).toBe(200);
  return ended(id);
}

describe("an audit of a file", () => {
  test.for([
    ["plain", EXPORT, "application/octet-stream"],
    ["packed", gzipSync(EXPORT), "application/gzip"],
  ] as const)("counts it, %s, and keeps the report alone", async ([, bytes, type]) => {
    const shown = await sent(bytes, type);
    expect(shown).toMatchObject({
      state: "done",
      why: null,
      faults: { count: 1 },
      report: { source: "export.json", census: { in: 3, buckets: { qualified: 1, unreadable: 1 } } },
    });
    expect(shown.report?.inputs).toContainEqual({
      name: "Average deal size",
      value: "9,000 to 15,000 EUR",
      mark: "measured",
      source: "deals of last year",
    });
  });

  test("of what is none says so in one line", async () => {
    expect((await sent("hello", "application/octet-stream", "notes.txt")).why).toContain(
      "notes.txt holds no conversation",
    );
    const cut = gzipSync(EXPORT).subarray(0, 40);
    expect((await sent(cut, "application/gzip")).why).toContain("cannot be unpacked");
  });

  test("is refused where it is too large, empty, or sent twice", async () => {
    const id = await begin({ kind: "file", name: "large.json" });
    const large = await ask(
      "PUT",
      `/${id}/file`,
      new Uint8Array(17 * 1024 * 1024),
      "application/octet-stream",
    );
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining("larger than 16 MB")]);
    expect((await ask("PUT", `/${id}/file`, JSON.stringify({}))).status).toBe(400);
    expect((await ask("PUT", `/${id}/file`, EXPORT, "application/octet-stream")).status).toBe(200);
    await ended(id);
    expect((await ask("PUT", `/${id}/file`, EXPORT, "application/octet-stream")).status).toBe(409);
  });

  test("whose process has died with it is shown as failed", async () => {
    const id = await begin({ kind: "file", name: "lost.json" });
    house.advance(61_000);
    expect(await ended(id)).toMatchObject({
      state: "failed",
      why: expect.stringContaining("upload it again"),
    });
  });

  test.for([
    [{ ...QUESTION, dealSize: { ...QUESTION.dealSize, low: 20_000 } }, "low must not be above high"],
    [{ ...QUESTION, closeRate: { ...QUESTION.closeRate, high: 2 } }, "no more than 1 (100 %)"],
  ] as const)("needs money that can be", async ([question, words]) => {
    const response = await ask("POST", "", JSON.stringify({ kind: "file", name: "x", ...question }));
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(words)]);
  });
});

describe("an audit of the connection", () => {
  test("is a run that reads both accounts and is shown while it goes", async () => {
    const shown = await ended(await begin({ kind: "live", days: 30 }));
    expect(shown).toMatchObject({
      state: "done",
      report: {
        source: "Intercom of production, the last 30 days",
        census: { in: 2 },
        records: { there: { of: 1 } },
      },
    });
    const list = (await (await ask("GET", "")).json()) as readonly Shown[];
    expect(list[0]).toMatchObject({ id: shown.id, state: "done" });
    expect(list[0]).not.toHaveProperty("report");
    const page = await ask("GET", `/${shown.id}/page`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await page.text()).toContain("<h1>Leakage audit</h1>");
  });

  test("that Intercom refuses for good says why", async () => {
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/conversations/search", { kind: "status", status: 401 })] },
    });
    expect(await ended(await begin({ kind: "live", days: 30 }))).toMatchObject({
      state: "failed",
      why: expect.stringMatching(/\w/),
      report: null,
    });
  });

  test("can be stopped; what is over stays as it is", async () => {
    house.emulators.applyFaults({
      seed: 1,
      intercom: { rules: [faultOn("POST", "/conversations/search", { kind: "delay", ms: 1_500 })] },
    });
    const id = await begin({ kind: "live", days: 30 });
    expect((await ask("POST", `/${id}/stop`)).status).toBe(200);
    expect((await ended(id)).state).toBe("stopped");
    await house.settle();
    expect((await ended(id)).state).toBe("stopped");
    expect((await ask("GET", "/none")).status).toBe(404);
    expect((await ask("GET", `/${id}/page`)).status).toBe(404);
  });
});

describe("the words of samples", () => {
  const samples = async () => {
    const { rows } = await sql<{ n: number }>`
      select coalesce(sum(jsonb_array_length(report -> 'samples')), 0)::int as n from audits
      where kind = 'live' and report is not null`.execute(house.database.db);
    return rows[0]?.n;
  };

  test("go with the person, and when they are old", async () => {
    house.advance(2 * 86_400_000);
    const shown = await ended(await begin({ kind: "live", days: 30 }));
    expect(shown.report?.samples).toHaveLength(1);
    await erasePerson(house.database.db, "ana@ana.example", "ada", house.now());
    expect(await samples()).toBe(0);
    expect((await ended(shown.id)).report?.census.in).toBe(2);
    expect(await forgetAudits(house.database.db, -1_000_000_000)).toBeGreaterThan(0);
    expect(await forgetAudits(house.database.db, -1_000_000_000)).toBe(0);
  });
});

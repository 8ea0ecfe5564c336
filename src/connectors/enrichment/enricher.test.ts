import { describe, expect, test } from "vitest";
import { PermanentFailure, RetryableFailure, UserError } from "../../kernel/failure.ts";
import { cutBody, localServer, reset, type Answer, type LocalServer } from "../http/local-server.ts";
import { addressFor, connectEnrichment, valueAt, type EnrichmentSettings } from "./enricher.ts";
import { enrichmentOfFields } from "./fields.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };
const ANA = { email: "ana@acme.example", domain: "acme.example" };

const COMPANY = {
  name: "Acme",
  domain: "ACME.example",
  category: { industry: "Software" },
  geo: { countryCode: "US", stateCode: "CA" },
  metrics: { employees: 420, annualRevenue: 9_000_000 },
  tech: ["okta"],
  logo: "ignored",
};
const PERSON = {
  name: { fullName: "Ana B" },
  employment: { title: "CTO", role: "engineering", seniority: "executive" },
};

const clearbit = (server: LocalServer) =>
  connectEnrichment(
    { kind: "clearbit", apiUrl: server.url, allowPrivateAddresses: true } satisfies EnrichmentSettings,
    { apiKey: "sk" },
    deps,
  );

async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}

describe("Clearbit", () => {
  test("knows a person and the company by e-mail address", async () => {
    await using server = await localServer(() => ({ json: { person: PERSON, company: COMPANY } }));
    expect(await clearbit(server).enrich(ANA)).toEqual({
      source: "clearbit",
      company: {
        name: "Acme",
        domain: "acme.example",
        employees: 420,
        annualRevenue: 9_000_000,
        industry: "Software",
        country: "US",
        state: "CA",
        technology: ["okta"],
      },
      person: { name: "Ana B", attributes: { title: "CTO", jobRole: "engineering", seniority: "executive" } },
    });
    expect(server.seen[0]).toMatchObject({
      path: "/v2/combined/find",
      headers: { authorization: "Bearer sk" },
    });
    expect(server.seen[0]?.query.get("email")).toBe("ana@acme.example");
  });

  test("knows a company by domain when there is no address", async () => {
    await using server = await localServer(() => ({ json: { name: "Acme", metrics: null } }));
    expect(await clearbit(server).enrich({ email: null, domain: "acme.example" })).toEqual({
      source: "clearbit",
      company: { name: "Acme" },
      person: null,
    });
    expect(server.seen[0]?.path).toBe("/v2/companies/find");
  });

  test.for([
    ["still looks", { status: 202, json: {} }],
    ["does not know them", { status: 404, json: { error: { type: "unknown_record" } } }],
    ["knows neither", { json: { person: null, company: null } }],
  ] as const satisfies readonly (readonly [string, Answer])[])("that %s gives null", async ([, answer]) => {
    await using server = await localServer(() => answer);
    expect(await clearbit(server).enrich(ANA)).toBeNull();
  });

  test("is not asked about nobody", async () => {
    await using server = await localServer(() => ({ json: {} }));
    expect(await clearbit(server).enrich({ email: null, domain: null })).toBeNull();
    expect(server.seen).toHaveLength(0);
  });

  test.for([
    ["401", { status: 401 }, "PermanentFailure", "http_401"],
    ["422", { status: 422 }, "PermanentFailure", "http_422"],
    ["a list instead of an object", { json: [] }, "PermanentFailure", "odd_body"],
    ["429", { status: 429 }, "RetryableFailure", "rate_limited"],
    ["503", { status: 503 }, "RetryableFailure", "http_503"],
    ["a reset", reset, "RetryableFailure", "ECONNRESET"],
    ["a cut body", cutBody, "RetryableFailure", "cut"],
    ["a page", { text: "<html>" }, "RetryableFailure", "odd_body"],
  ] as const satisfies readonly (readonly [string, Answer, string, string])[])(
    "after %s",
    async ([, answer, name, code]) => {
      await using server = await localServer(() => answer);
      const failure = await failureOf(clearbit(server).enrich(ANA));
      expect(failure).toMatchObject({ name, facts: { code, target: "enrichment" } });
      expect("outcome" in failure ? failure.outcome : "not-executed").toBe("not-executed");
      expect(failure.message).not.toContain("ana@");
    },
  );

  test("without a key is a fault of the set-up", () => {
    expect(() => connectEnrichment({ kind: "clearbit" }, {}, deps)).toThrow(UserError);
  });
});

describe("any HTTP provider", () => {
  const settings = (server: LocalServer, more: object = {}): EnrichmentSettings => ({
    kind: "http",
    url: `${server.url}/find?mail={email}&site={domain}`,
    paths: {
      employees: "results.0.size",
      name: "results.0.name",
      title: "contact.title",
      technology: "stack",
    },
    allowPrivateAddresses: true,
    ...more,
  });

  test("is asked with its own address and read by paths", async () => {
    await using server = await localServer(() => ({
      json: { results: [{ size: "201-500", name: "Acme" }], contact: { title: "CTO" }, stack: "aws; okta" },
    }));
    const enricher = connectEnrichment(settings(server), { apiKey: "sk" }, deps);
    expect(await enricher.enrich({ email: "a&b=c@acme.example", domain: "acme.example" })).toEqual({
      company: { name: "Acme", employees: 201, technology: ["aws", "okta"] },
      person: { attributes: { title: "CTO" } },
      source: new URL(server.url).host,
    });
    expect(server.seen[0]?.query.get("mail")).toBe("a&b=c@acme.example");
  });

  test.for([
    ["bearer", "authorization", "Bearer sk"],
    ["basic", "authorization", "Basic c2s6"],
    ["X-Api-Key", "x-api-key", "sk"],
  ] as const)("with %s authentication", async ([auth, header, value]) => {
    await using server = await localServer(() => ({ json: {} }));
    expect(
      await connectEnrichment(settings(server, { auth }), { apiKey: "sk" }, deps).enrich(ANA),
    ).toBeNull();
    expect(server.seen[0]?.headers[header]).toBe(value);
  });

  test("is not asked when its address needs what is not known", async () => {
    await using server = await localServer(() => ({ json: {} }));
    expect(
      await connectEnrichment(settings(server), {}, deps).enrich({ email: null, domain: "acme.example" }),
    ).toBeNull();
    expect(server.seen).toHaveLength(0);
  });

  test.for([
    ["another placeholder", "https://a.example/{secret}"],
    ["a placeholder in the host", "https://{domain}/find"],
  ] as const)("with %s is refused", ([, url]) => {
    expect(() => connectEnrichment({ kind: "http", url, paths: {} }, {}, deps)).toThrow("url: ");
  });

  test("is read by own properties only", () => {
    expect(valueAt({ a: [{ b: 1 }] }, "a.0.b")).toBe(1);
    expect(valueAt({ a: null }, "a.b")).toBeUndefined();
    expect(valueAt({}, "constructor.name")).toBeUndefined();
  });

  test("never lets a value leave its place in the address", () => {
    expect(
      addressFor("https://a.example/{domain}?e={email}", { email: "x@y/../z?#", domain: "../{email}" }),
    ).toBe("https://a.example/..%2F%7Bemail%7D?e=x%40y%2F..%2Fz%3F%23");
  });
});

describe("a table", () => {
  const csv =
    '\uFEFFDomain,Name,Employees,Annual revenue,Tech nology\nacme.example,Acme,"4,200",$9000000,okta|aws\nother.example,,,,\n';

  test("knows companies by domain, whatever the case", async () => {
    const enricher = connectEnrichment({ kind: "table", csv }, {}, deps);
    expect(await enricher.enrich({ email: null, domain: "ACME.example" })).toEqual({
      company: {
        name: "Acme",
        domain: "acme.example",
        employees: 4_200,
        annualRevenue: 9_000_000,
        technology: ["okta", "aws"],
      },
      person: null,
      source: "table",
    });
    expect(await enricher.enrich({ email: null, domain: "nobody.example" })).toBeNull();
    expect(await enricher.enrich({ email: null, domain: null })).toBeNull();
  });

  test("knows people by e-mail address first", async () => {
    const people = "email,person name,title\nana@acme.example,Ana B,CTO\n";
    expect(await connectEnrichment({ kind: "table", csv: people }, {}, deps).enrich(ANA)).toEqual({
      company: null,
      person: { name: "Ana B", attributes: { title: "CTO" } },
      source: "table",
    });
  });

  test.for([
    ["no column to look up by", "name\nAcme\n"],
    ["a quote that never ends", 'domain,name\n"acme.example,Acme\n'],
  ] as const)("with %s is refused in one line", ([, broken]) => {
    expect(() => connectEnrichment({ kind: "table", csv: broken }, {}, deps)).toThrow(UserError);
  });
});

test("values of another kind are left out, and nothing at all is null", () => {
  expect(enrichmentOfFields({ employees: "many", name: 7, technology: [] }, "x")).toBeNull();
  expect(enrichmentOfFields({ employees: Number.NaN, country: " US " }, "x")).toMatchObject({
    company: { country: "US" },
  });
});

test("no provider knows nobody", async () => {
  expect(await connectEnrichment({ kind: "none" }, {}, deps).enrich(ANA)).toBeNull();
});

test("settings of another shape are refused with every fault", () => {
  expect(() => connectEnrichment({ kind: "http", url: 7 }, {}, deps)).toThrow(/url: .*; paths: /);
});

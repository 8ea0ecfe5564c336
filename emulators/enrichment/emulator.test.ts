/* oxlint-disable unicorn/no-thenable -- the published JSON of a fault plan calls it "then" */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunningEmulator } from "../core/server.ts";
import { enrichmentAccount, startEnrichmentEmulator } from "./emulator.ts";

let enrichment: RunningEmulator;

beforeEach(async () => {
  enrichment = await startEnrichmentEmulator({
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    seed: {
      companies: [
        {
          domain: "Meridale.example",
          name: "Meridale",
          employees: 4200,
          annualRevenue: 610_000_000,
          industry: "Health care",
          country: "US",
          state: "CA",
          technology: ["okta"],
        },
        { domain: "slow.example", employees: 12, pendingLookups: 1 },
      ],
      people: [{ email: "p.r@meridale.example", name: "Priyanka Raghunathan", title: "Director" }],
    },
  });
});

afterEach(() => enrichment.stop());

async function ask(path: string, key: string | null = `Bearer ${enrichmentAccount.apiKey}`) {
  const answer = await fetch(`${enrichment.url}${path}`, {
    headers: key === null ? {} : { authorization: key },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe("lookups", () => {
  test("the combined lookup knows the person and the company", async () => {
    expect(await ask("/v2/combined/find?email=P.R%40meridale.example")).toMatchObject({
      status: 200,
      body: {
        person: {
          name: { givenName: "Priyanka", familyName: "Raghunathan" },
          employment: { title: "Director" },
        },
        company: {
          domain: "meridale.example",
          metrics: { employees: 4200, employeesRange: "1K-5K", annualRevenue: 610_000_000 },
          geo: { countryCode: "US", stateCode: "CA" },
          category: { industry: "Health care" },
          tech: ["okta"],
        },
      },
    });
  });

  test("an unknown person of a known company is null beside the company", async () => {
    const { body } = await ask("/v2/combined/find?email=else@meridale.example");
    expect(body).toMatchObject({ person: null, company: { name: "Meridale" } });
  });

  test("the company lookup and the plain lookup know the same", async () => {
    const company = await ask("/v2/companies/find?domain=meridale.example");
    expect(company.body).toMatchObject({ metrics: { employees: 4200 } });
    const plain = await ask("/enrich?email=p.r@meridale.example");
    expect(plain).toMatchObject({
      status: 200,
      body: { domain: "meridale.example", employees: 4200, technology: ["okta"], title: "Director" },
    });
    expect((await ask("/enrich?domain=meridale.example")).body).not.toHaveProperty("title");
  });

  test.for([
    ["/v2/combined/find?email=no@body.example", 404, "unknown_record"],
    ["/v2/companies/find?domain=body.example", 404, "unknown_record"],
    ["/enrich?domain=body.example", 404, "unknown_record"],
    ["/v2/combined/find?email=nobody", 422, "email_invalid"],
    ["/v2/companies/find", 422, "params_invalid"],
    ["/enrich", 422, "params_invalid"],
    ["/v3/else", 404, "not_found"],
  ] as const)("%s answers %i %s", async ([path, status, type]) => {
    expect(await ask(path)).toMatchObject({ status, body: { error: { type } } });
  });

  test.for([
    "/v2/combined/find?email=a@slow.example",
    "/v2/companies/find?domain=slow.example",
    "/enrich?domain=slow.example",
  ])("%s is queued first and found then", async (path) => {
    expect((await ask(path)).status).toBe(202);
    expect((await ask(path)).status).toBe(200);
  });

  test("the key comes as Bearer or Basic; none and a wrong one answer 401", async () => {
    const path = "/v2/companies/find?domain=meridale.example";
    const basic = Buffer.from(`${enrichmentAccount.apiKey}:`).toString("base64");
    expect((await ask(path, `Basic ${basic}`)).status).toBe(200);
    expect((await ask(path, "Bearer other")).status).toBe(401);
    expect((await ask(path, null)).status).toBe(401);
    expect(JSON.stringify(enrichment.ledger.entries())).not.toContain(enrichmentAccount.apiKey);
    expect(enrichment.ledger.entries()[0]).toMatchObject({
      query: { domain: "meridale.example" },
      committed: false,
    });
  });
});

describe("control", () => {
  async function control(method: string, path: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return fetch(`${enrichment.url}/__emulator/${path}`, { method, headers, body: JSON.stringify(body) });
  }

  test("a seed adds companies, a bad one names the place, and reset goes back to the start", async () => {
    await control("POST", "seed", { companies: [{ domain: "new.example", employees: 3 }] });
    expect((await ask("/enrich?domain=new.example")).status).toBe(200);
    const bad = await control("POST", "seed", { companies: [{ domain: "x.example", employees: "many" }] });
    expect(bad.status).toBe(400);
    expect(await bad.text()).toContain("companies[0].employees");
    await control("POST", "reset", {});
    expect((await ask("/enrich?domain=new.example")).status).toBe(404);
  });

  test("faults speak Clearbit's words, and an expired key answers 401", async () => {
    await control("PUT", "faults", {
      rules: [
        { match: { path: "/enrich" }, nth: [1], then: { kind: "status", status: 429 } },
        { match: { path: "/enrich" }, nth: [2], then: { kind: "expire-token" } },
      ],
    });
    expect(await ask("/enrich?domain=meridale.example")).toMatchObject({
      status: 429,
      body: { error: { type: "rate_limit" } },
    });
    expect((await ask("/enrich?domain=meridale.example")).status).toBe(401);
  });
});

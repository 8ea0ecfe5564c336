import { describe, expect, test } from "vitest";
import { check } from "./check.ts";
import type { Facts } from "./facts.ts";
import { call, crmCall, DECISION, DONE, GOOD } from "./one-handoff.ts";
import { percentiles, reportOf, rowOfTable } from "./report.ts";
import { tableOf } from "./table.ts";

const CIRCUMSTANCES = { kills: 2, seconds: 12.34, seed: 7, badLines: [], hanging: [], accidents: [] };

const look = call({
  committed: false,
  body: {
    allOrNone: false,
    compositeRequest: [
      {
        method: "GET",
        url: `/services/data/v66.0/query?q=${encodeURIComponent("SELECT Id FROM Lead WHERE Email = 'Ana@acme.example'")}`,
      },
    ],
  },
});
const ofSomebodyElse = call({
  committed: false,
  body: {
    compositeRequest: [
      {
        method: "GET",
        url: `/services/data/v66.0/query?q=${encodeURIComponent("SELECT Id FROM Lead WHERE Email = 'bo@acme.example'")}`,
      },
    ],
  },
});
const directory = call({ method: "GET", committed: false, query: { q: "SELECT Id FROM User WHERE x" } });
const token = call({ path: "/services/oauth2/token", committed: false });

function reported(over: Partial<Facts> = {}) {
  const facts = { ...GOOD, ...over };
  return reportOf(facts, check(facts), CIRCUMSTANCES);
}

describe("the report", () => {
  test("counts what came in and what became of it", () => {
    expect(reported()).toMatchObject({
      conversations: 1,
      events: 1,
      acked: 1,
      qualified: 1,
      excluded: 0,
      handoffs: 1,
      lost: 0,
      kills: 2,
      drained: true,
      byRecipe: { "enterprise-inbound": 1 },
      seconds: 12.3,
      seed: 7,
      problems: [],
    });
  });

  test("counts Salesforce calls that the handoff caused apart from those for users and for others", () => {
    const calls = [token, directory, ofSomebodyElse, look, crmCall];
    expect(reported({ salesforce: { ...GOOD.salesforce, calls } })).toMatchObject({
      salesforceCalls: 4,
      salesforceCallsPerHandoff: 2,
      salesforceDirectoryCalls: 1,
    });
  });

  test("measures from the arrival of the words that decided to the owner's own message", () => {
    const arrived = Date.parse("2026-03-10T12:00:00.000Z");
    const events = GOOD.events.map((event) => ({ ...event, receivedAt: arrived }));
    // The channel heard it at 12:00:04, the owner at 12:00:05.
    expect(reported({ events }).handoffMs).toEqual({ p50: 5_000, p95: 5_000, p99: 5_000, max: 5_000 });
  });

  test("where nobody is told it measures to the last write", () => {
    const effects = DONE.effects.slice(0, 1).map((one) => ({ ...one, doneAt: 9_000 }));
    expect(reported({ handoffs: [{ ...DONE, effects }] }).handoffMs.max).toBe(9_000);
  });

  test("names what hangs and what the checker found, and says so in the table", () => {
    const facts = { ...GOOD, slack: { calls: [], keys: [] } };
    const report = reportOf(facts, check(facts), { ...CIRCUMSTANCES, hanging: ["run 7 is waiting"] });
    expect(report).toMatchObject({ drained: false, lost: 1 });
    expect(report.problems).toHaveLength(2);
    expect(tableOf(report)).toContain("! not finished: run 7 is waiting");
    expect(tableOf(report)).toMatch(/came to rest +NO/);
  });

  test("counts faults by vendor and kind", () => {
    const calls = [
      call({ fault: "status", status: 503, committed: false }),
      call({ fault: "drop", committed: false }),
    ];
    expect(reported({ enrichment: { calls } }).faults).toEqual({ "enrichment 503": 1, "enrichment drop": 1 });
  });
});

test("percentiles are values that occurred, zeros where there are none", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentiles(values)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
  expect(percentiles([])).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
});

test.for<[string, string | null, string, string | null, string, string]>([
  ["unknown", "qualified", "create-lead", null, "pool mid-market: ana", "unknown: create-lead"],
  ["customer", "churn-risk", "task", "Account", "account owner: Kim", "churn: task on Account"],
  [
    "customer",
    "qualified",
    "task",
    "Account",
    "CSM of the account: Carla",
    "customer: task on Account for the CSM",
  ],
  [
    "customer",
    "qualified",
    "task",
    "Account",
    "account owner: Kim",
    "customer: task on Account for the owner",
  ],
  ["open-opportunity", "qualified", "task", "Opportunity", "owner", "open-opportunity: task on Opportunity"],
])("%s, %s, %s on %s by %s is the row %s", ([situation, recipe, kind, on, via, row]) => {
  expect(rowOfTable({ ...DECISION, recipe, record: { situation, kind, on, via, because: "" } })).toBe(row);
});

import { describe, expect, test } from "vitest";
import { policy } from "../../../tests/support/cases.ts";
import type { Qualified } from "./finding.ts";
import { pageOf } from "./page.ts";
import { quantilesText, span } from "./figures.ts";
import type { Quantile } from "../quantile.ts";
import type { Assumptions } from "./inputs.ts";
import { namesIn, reportOf, type Subject } from "./report.ts";
import { counting } from "./tally.ts";

const MIN = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

function qualified(id: string, over: Partial<Qualified> = {}): Qualified {
  return {
    kind: "qualified",
    id,
    recipe: "buy",
    isLead: true,
    score: { name: "buying", value: 60, threshold: 40 },
    at: START,
    answer: { kind: "none" },
    record: "not asked",
    recordAfterMs: null,
    signals: ["sso"],
    quote: "we need <SSO>",
    url: null,
    ...over,
  };
}

const assumptions: Assumptions = {
  withinMs: DAY,
  dealSize: { low: 12_000, high: 12_000, mark: "measured", source: "deals of last year" },
  closeRate: { low: 0.15, high: 0.15, mark: "assumed", source: "given with --close-rate" },
  currency: "USD",
  asksSalesforce: false,
};
const subject: Subject = {
  source: "export<1>.json",
  policy: "the default policy",
  recipeNames: new Map([["buy", "Buy & more"]]),
  signalNames: new Map(),
  now: START + 60 * DAY,
};
const times = (from: number | null = START, to: number | null = START + (365.25 / 12) * DAY) => ({
  from,
  to,
});

describe("a leakage report", () => {
  test("computes the expected bookings of 35 leads a month as deal size times close rate", () => {
    const count = counting(DAY);
    for (let i = 0; i < 35; i += 1) count.add(qualified(`lost${i}`), times());
    for (let i = 0; i < 65; i += 1)
      count.add(qualified(`kept${i}`, { answer: { kind: "after", ms: i * MIN } }), times());
    const report = reportOf(count.result(), assumptions, subject);
    expect(report.leakage.leaked).toMatchObject({ k: 35, of: 100, share: 0.35 });
    expect(report.leakage.perMonth?.expected).toBe(35);
    expect(report.money).toMatchObject({
      name: "expected bookings",
      ofThese: { expected: 63_000 },
      perMonth: { expected: 63_000 },
      perYear: { expected: 756_000 },
    });
    expect(report.money.ofThese).toMatchObject({ low: 47_456, high: 80_542 });
    // How many write in a month varies, too.
    expect(report.money.perMonth).toMatchObject({ low: 45_301, high: 87_613 });
    expect(report.response).toMatchObject({
      timed: 65,
      p50Ms: { value: 32 * MIN, low: 24 * MIN, high: 40 * MIN },
      p90Ms: { value: 58 * MIN, low: 52 * MIN, high: 63 * MIN },
    });
    expect(report.response.within[0]?.answered).toMatchObject({ k: 6, of: 100 });
  });

  test("holds every conversation in one bucket and every qualified one in one fate", () => {
    const count = counting(60 * MIN);
    const nowhere = times(null, null);
    count.add(qualified("late", { answer: { kind: "after", ms: 61 * MIN } }), nowhere);
    count.add(qualified("early", { answer: { kind: "after", ms: 60 * MIN }, record: "there" }), nowhere);
    count.add(qualified("unseen", { answer: { kind: "after", ms: MIN }, record: "missing" }), nowhere);
    count.add(qualified("untimed", { answer: { kind: "untimed" } }), nowhere);
    count.add(qualified("churn", { recipe: "churn", isLead: false, signals: ["sso", "b", "a"] }), nowhere);
    count.add({ kind: "excluded", exclusion: "jobs" }, nowhere);
    count.add({ kind: "excluded", exclusion: "jobs" }, nowhere);
    count.add({ kind: "excluded", exclusion: "billing" }, nowhere);
    count.add({ kind: "below-threshold" }, nowhere);
    count.add({ kind: "no-customer-message" }, nowhere);
    count.skip("seen before");
    count.skip("unreadable");
    const report = reportOf(count.result(), { ...assumptions, withinMs: 60 * MIN }, subject);
    expect(report.census.in).toBe(12);
    expect(Object.values(report.census.buckets).reduce((sum, n) => sum + n)).toBe(12);
    expect(report.exclusions).toEqual([
      { name: "jobs", n: 2 },
      { name: "billing", n: 1 },
    ]);
    expect(report.leakage.fates).toEqual({
      "in time": 1,
      late: 1,
      "no answer": 1,
      "no record": 1,
      unknown: 1,
    });
    expect(report.leakage.leaked).toMatchObject({ k: 3, of: 4 });
    expect(report.leakage.leads).toMatchObject({ k: 2, of: 3 });
    expect(report.qualified.recipes.map(({ name, qualified: n }) => [name, n])).toEqual([
      ["Buy & more", 4],
      ["churn", 1],
    ]);
    expect(report.qualified.signals.map(({ id }) => id)).toEqual(["sso", "a", "b"]);
    expect([report.period, report.qualified.perMonth, report.money.perMonth]).toEqual([null, null, null]);
    expect(report.inputs.map(({ name }) => name)).toContain("Records in Salesforce");
    expect(pageOf(report)).toContain("The source bears no times");
  });

  test("gives no figure of a month for less than a week, and none of money where nothing is known", () => {
    const count = counting(DAY);
    count.add(qualified("a"), times(START, START + DAY));
    count.add(qualified("b"), times(START - DAY, START));
    const short = reportOf(count.result(), assumptions, subject);
    expect(short.period?.days).toBe(2);
    expect(short.money).toMatchObject({ ofThese: { expected: 3_600 }, perMonth: null, perYear: null });
    expect(short.leakage.perMonth).toBeNull();
    expect(pageOf(short)).toContain("less than a week");
    const unknown = counting(DAY);
    unknown.add(qualified("c", { answer: { kind: "untimed" } }), times());
    const report = reportOf(unknown.result(), assumptions, subject);
    expect([report.money.ofThese, report.leakage.perMonth]).toEqual([null, null]);
    expect(pageOf(report)).toContain("not known");
    const instant = counting(DAY);
    instant.add(qualified("d"), times(START, START));
    expect(reportOf(instant.result(), assumptions, subject).period).toBeNull();
  });

  test("shows a dozen of the clearest that leaked", () => {
    const count = counting(DAY);
    for (let i = 0; i < 30; i += 1)
      count.add(
        qualified(`x${i}`, { score: { name: "buying", value: 40 + (i % 15), threshold: 40 } }),
        times(),
      );
    count.add(qualified("odd", { score: { name: "buying", value: 9, threshold: 0 } }), times());
    const { samples } = count.result();
    expect(samples.length).toBe(12);
    expect(samples[0]?.score.value).toBe(54);
    expect(samples.map(({ score }) => score.value)).toEqual(
      samples.map(({ score }) => score.value).toSorted((a, b) => b - a),
    );
  });
});

describe("what Salesforce was asked", () => {
  const asked = { ...assumptions, asksSalesforce: true };
  const known = (recordAfterMs: number | null) =>
    qualified(`k${recordAfterMs}`, { record: "there", recordAfterMs });

  test("stands as a share with how late the records came", () => {
    const count = counting(DAY);
    for (const one of [known(0), known(60 * MIN), known(null), qualified("gone", { record: "missing" })])
      count.add(one, times());
    const report = reportOf(count.result(), asked, subject);
    expect(report.records).toMatchObject({
      there: { k: 3, of: 4 },
      p50Ms: { value: 0 },
      p90Ms: { value: 60 * MIN },
    });
    expect(report.inputs).toContainEqual({
      name: "Records in Salesforce",
      value: "3 of 4 qualified people",
      mark: "measured",
      source: "Leads and Contacts of the org with the person's address",
    });
    expect(report.inputs.map(({ name }) => name).join()).toContain("a completed Task or Event in Salesforce");
    expect(pageOf(report)).toContain(
      "half within 0 minutes (too few for an interval), nine of ten within 1 hour",
    );
  });

  test("tells no times where none are known", () => {
    const count = counting(DAY);
    count.add(known(null), times());
    const report = reportOf(count.result(), asked, subject);
    expect(pageOf(report)).toContain("1 of 1 qualified people have a Lead or Contact");
    expect(pageOf(report)).not.toContain("From the message that qualified to the record");
  });

  test("is nothing where it was not asked", () => {
    expect(reportOf(counting(DAY).result(), asked, subject).records).toBeNull();
  });
});

test("inputs that somebody gave keep their mark and source", () => {
  const { inputs } = reportOf(counting(DAY).result(), assumptions, subject);
  expect(inputs).toContainEqual({
    name: "Average deal size",
    value: "12,000 USD",
    mark: "measured",
    source: "deals of last year",
  });
});

test("recipes and signals are called by their names, else by their ids", () => {
  const { recipeNames, signalNames } = namesIn(
    policy({ signals: { sso: { label: "SSO", phrases: ["SSO"] }, api: { phrases: ["API"] } } }),
  );
  expect([recipeNames.get("qualified"), signalNames.get("sso"), signalNames.get("api")]).toEqual([
    "Any other",
    "SSO",
    "api",
  ]);
});

describe("the page", () => {
  test("takes customers' words and names for text, and adds no script", () => {
    const count = counting(DAY);
    count.add(
      qualified("<i>1</i>", { quote: "<script>alert(1)</script>", url: "https://app.example/?a=1&b=2" }),
      times(),
    );
    count.add(qualified("2", { quote: null, at: null, answer: { kind: "after", ms: 3 * DAY } }), times());
    const page = pageOf(reportOf(count.result(), assumptions, subject));
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;");
    expect(page).toContain('href="https://app.example/?a=1&amp;b=2"');
    expect(page).toContain("Buy &amp; more");
    expect(page).toContain("after 3 days");
    expect(page).toContain("@page");
  });

  test("says that there is nothing to leak where nothing qualified", () => {
    const count = counting(DAY);
    count.add({ kind: "below-threshold" }, times());
    const page = pageOf(
      reportOf(
        count.result(),
        { ...assumptions, dealSize: { ...assumptions.dealSize, low: 1, high: 2 } },
        subject,
      ),
    );
    expect(page).toContain("None of 1 conversations would have qualified");
    expect(page).toContain("1 to 2 USD");
  });
});

test("times are told in the unit that suits them", () => {
  expect([MIN, 90 * MIN, DAY, 3 * DAY].map(span)).toEqual(["1 minute", "1.5 hours", "24 hours", "3 days"]);
});

describe("times of a report", () => {
  const times = (p50Ms: Quantile, p90Ms: Quantile) => quantilesText({ p50Ms, p90Ms });

  test("are told with their interval, an end that too few tell of left open", () => {
    expect(
      times({ value: 3 * MIN, low: 2 * MIN, high: 5 * MIN }, { value: 2 * DAY, low: 1.5 * DAY, high: null }),
    ).toBe(
      "half within 3 minutes (95 %: 2 minutes to 5 minutes), nine of ten within 2 days (95 %: 36 hours or more)",
    );
    expect(
      times({ value: 3 * MIN, low: null, high: 5 * MIN }, { value: 5 * MIN, low: null, high: null }),
    ).toBe(
      "half within 3 minutes (95 %: up to 5 minutes), nine of ten within 5 minutes (too few for an interval)",
    );
    expect(times({ value: null, low: null, high: null }, { value: null, low: null, high: null })).toContain(
      "half within an unknown time",
    );
  });
});

/**
 * Quarters whose truth is known: every interval that Baton names 95 % holds the truth at least that often, less what
 * chance allows. A thousand quarters, because of a hundred even a perfect interval misses seven one time in eight.
 */
import { beforeAll, expect, test } from "vitest";
import {
  BEGIN,
  DAY,
  END,
  measuredOf,
  type Quarter,
  quarterOf,
  TRUTH,
} from "../../../tests/support/quarter.ts";
import { drawn, type Random, seeded } from "../../../tests/support/random.ts";
import { type Qualified } from "../audit/finding.ts";
import { reportOf } from "../audit/report.ts";
import { counting } from "../audit/tally.ts";
import { type Judged, validationReport } from "../validation/report.ts";
import { compareWith } from "./baseline.ts";
import { wonOf } from "./calibration.ts";
import { completenessOf } from "./completeness.ts";
import { type Metrics, metricsOf } from "./metrics.ts";

const QUARTERS = 1_000;
/** Of a hundred. */
const AT_LEAST = 93;

interface Ends {
  readonly low: number | null;
  readonly high: number | null;
}

/** How often each interval held its truth, and how often it said anything. */
const held = new Map<string, { holds: number; of: number }>();

function note(name: string, interval: Ends | null | undefined, truth: number): void {
  const before = held.get(name) ?? { holds: 0, of: 0 };
  const { low, high } = interval ?? { low: null, high: null };
  // An end that is open leaves nothing out.
  const holds = (low ?? -Infinity) <= truth && truth <= (high ?? Infinity);
  held.set(name, { holds: before.holds + (holds ? 1 : 0), of: before.of + 1 });
}

beforeAll(() => {
  let before = quarterOf(0);
  for (let seed = 1; seed <= QUARTERS; seed += 1) {
    const quarter = quarterOf(seed);
    noteMetrics(quarter, before);
    noteAudit(quarter);
    noteValidation(quarter, seeded(seed));
    before = quarter;
  }
}, 300_000);

const names = [
  "signal to alert, p50",
  "signal to alert, p90",
  "response time, p50",
  "response time, p90",
  ...[5, 15, 30, 60].map((minutes) => `within ${minutes} min`),
  "leakage",
  "leakage of a recipe",
  "response time of a rep, p50",
  "SLA breaches",
  "conversation to Opportunity",
  "trial to paid",
  "owner corrected",
  "won",
  ...[0, 1, 2].flatMap((band) => [
    `won in band ${band}`,
    `predicted in band ${band}`,
    `observed in band ${band}`,
  ]),
  ...[0, 1, 2].map((band) => `calibration of band ${band}`),
  ...["Lead.Email", "Lead.Title", "Lead.Phone", "Opportunity.Amount"].map((field) => `filled ${field}`),
  "won of a rep",
  "before and after: response time, p50",
  "before and after: response time, p90",
  "before and after: answered within 5 min",
  "before and after: answered within 60 min",
  "before and after: leakage",
  "before and after: won of won or lost",
  "audit: leaked",
  "audit: leads leaked",
  "audit: answered within 5 min",
  "audit: leaked a month",
  "audit: bookings a month",
  "validation: precision",
  "validation: recall",
  "validation: recall of a plain sample",
  "validation: precision of a recipe",
  "validation: precision at a threshold",
  "validation: recall at a threshold",
];

test.each(names)("the interval of %s holds the truth", (name) => {
  const { holds, of } = held.get(name) ?? { holds: 0, of: 0 };
  expect(of).toBe(QUARTERS);
  expect((holds / of) * 100).toBeGreaterThanOrEqual(AT_LEAST);
});

test("no interval is left out above", () => {
  expect([...held.keys()].toSorted()).toEqual(names.toSorted());
});

const MAPPING = {
  lead: ["Email", "Title", "Phone"].map((to) => ({
    to,
    from: "contact.x",
    direction: "to-salesforce" as const,
  })),
  contact: [],
  account: [],
  opportunity: [{ to: "Amount", from: "contact.x", direction: "to-salesforce" as const }],
};

function figuresOf({ handoffs, fields }: Quarter) {
  return metricsOf(handoffs.map(measuredOf), completenessOf(MAPPING, fields), DAY, END);
}

function noteMetrics(quarter: Quarter, other: Quarter): void {
  const found = figuresOf(quarter);
  const { signalToAlert, responseTime, winRate, calibration } = found;
  note("signal to alert, p50", signalToAlert.value.p50Ms, TRUTH.alertP50);
  note("signal to alert, p90", signalToAlert.value.p90Ms, TRUTH.alertP90);
  note("response time, p50", responseTime.value.p50Ms, TRUTH.responseP50);
  note("response time, p90", responseTime.value.p90Ms, TRUTH.responseP90);
  for (const { minutes, contacted } of responseTime.value.within)
    note(`within ${minutes} min`, contacted, TRUTH.within(minutes));
  note("leakage", found.leakage.value, TRUTH.leakage);
  note(
    "leakage of a recipe",
    found.byRecipe.find(({ name }) => name === "churn-risk")?.leaked,
    TRUTH.leakage,
  );
  note("response time of a rep, p50", found.byOwner[0]?.response.p50Ms, TRUTH.responseP50);
  note("SLA breaches", found.slaBreaches.value, TRUTH.breaches);
  note("conversation to Opportunity", found.toOpportunity.value, TRUTH.toOpportunity);
  note("trial to paid", found.trialToPaid.value, TRUTH.trialToPaid);
  note("owner corrected", found.corrections.value, TRUTH.corrections);
  note("won", winRate.value.all, TRUTH.won);
  note("won of a rep", found.valueByRep.value.find(({ name }) => name.startsWith("kim"))?.won, TRUTH.won);
  for (const [i, truth] of TRUTH.bands.entries()) {
    note(`won in band ${i}`, winRate.value.bands[i]?.won, truth);
    note(`predicted in band ${i}`, calibration.value[i]?.predicted, truth);
    note(`observed in band ${i}`, calibration.value[i]?.observed, truth);
    note(`calibration of band ${i}`, calibration.value[i]?.difference, 0);
  }
  for (const { object, field, filled } of found.completeness.value)
    note(`filled ${object}.${field}`, filled, TRUTH.fields[object]?.[field] ?? Number.NaN);
  noteComparison(found, other);
}

/** Against another quarter of the same house nothing has changed. */
function noteComparison(found: Metrics, other: Quarter): void {
  const before = wonOf(other.handoffs.map(measuredOf));
  const responseMinutes = other.handoffs
    .filter(({ signalledAt }) => END - signalledAt > DAY)
    .map(({ contactedAt, signalledAt }) =>
      contactedAt === null ? null : (contactedAt - signalledAt) / 60_000,
    );
  const baseline = { name: "before", responseMinutes, won: { k: before.k, of: before.of } };
  for (const { name, difference } of compareWith(baseline, found, DAY))
    note(`before and after: ${name}`, difference, 0);
}

const GIVEN = { mark: "assumed", source: "the test" } as const;
const DEAL = { ...GIVEN, low: 10_000, high: 10_000 };
const RATE = { ...GIVEN, low: 0.2, high: 0.2 };

function noteAudit({ conversations, handoffs }: Quarter): void {
  const count = counting(DAY);
  for (const { bucket } of conversations)
    if (bucket !== "handed-off") count.add({ kind: "below-threshold" }, { from: null, to: null });
  for (const { conversation, recipe, signalledAt, contactedAt } of handoffs) {
    const finding: Qualified = {
      kind: "qualified",
      id: conversation.id,
      recipe,
      isLead: recipe !== "churn-risk",
      score: { name: "buying", value: 50, threshold: 40 },
      at: signalledAt,
      answer: contactedAt === null ? { kind: "none" } : { kind: "after", ms: contactedAt - signalledAt },
      record: "not asked",
      recordAfterMs: null,
      signals: [],
      quote: null,
      url: null,
    };
    count.add(finding, { from: signalledAt, to: signalledAt });
  }
  // The source covers the whole quarter, whether anybody wrote in its first and last hour or not.
  count.add({ kind: "below-threshold" }, { from: BEGIN, to: END });
  const report = reportOf(
    count.result(),
    {
      withinMs: DAY,
      dealSize: DEAL,
      closeRate: RATE,
      currency: "USD",
      asksSalesforce: false,
    },
    { source: "x", policy: "x", recipeNames: new Map(), signalNames: new Map(), now: END },
  );
  note("audit: leaked", report.leakage.leaked, TRUTH.leakage);
  note("audit: leads leaked", report.leakage.leads, TRUTH.leakage);
  note("audit: answered within 5 min", report.response.within[0]?.answered, TRUTH.within(5));
  note("audit: leaked a month", report.leakage.perMonth, TRUTH.leakedPerMonth);
  note("audit: bookings a month", report.money.perMonth, TRUTH.leadsLeakedPerMonth * 10_000 * 0.2);
}

function noteValidation({ conversations, handoffs }: Quarter, random: Random): void {
  const recipes = new Map(handoffs.map(({ conversation, recipe }) => [conversation.id, recipe]));
  const judged: readonly Judged[] = conversations.map(({ id, bucket, isRight, strength }) => ({
    id,
    isRight,
    weight: 1,
    qualified: bucket === "handed-off",
    recipe: recipes.get(id) ?? null,
    isExcluded: false,
    signals: [],
    phrases: [],
    text: "",
    scores: { buying: { value: strength * 40, threshold: 40 } },
  }));
  const weighted = (from: readonly Judged[], most: number): readonly Judged[] => {
    const sample = drawn(from, most, random);
    return sample.map((one) => ({ ...one, weight: from.length / sample.length }));
  };
  const [passed, stopped] = [true, false].map((is) => judged.filter(({ qualified }) => qualified === is));
  const labels = [...weighted(passed ?? [], 150), ...weighted(stopped ?? [], 250)];
  const { verdict, recipes: byRecipe, sweep } = validationReport(labels, "buying");
  note("validation: precision", verdict.precision, rightOf(passed ?? []));
  note(
    "validation: recall",
    verdict.recall,
    recallAt(judged, ({ qualified }) => qualified),
  );
  note(
    "validation: precision of a recipe",
    byRecipe.find(({ name }) => name === "trial-conversion")?.right,
    TRUTH.precision,
  );
  // Half of what was handed off would not be at twice the threshold.
  const step = sweep.find(({ threshold }) => threshold === 70);
  const passes = ({ scores }: Judged): boolean => (scores["buying"]?.value ?? 0) >= 70;
  note("validation: precision at a threshold", step?.precision, rightOf(judged.filter(passes)));
  note("validation: recall at a threshold", step?.recall, recallAt(judged, passes));
  const plain = validationReport(drawn(judged, 400, random), "buying");
  note(
    "validation: recall of a plain sample",
    plain.verdict.recall,
    recallAt(judged, ({ qualified }) => qualified),
  );
}

function rightOf(all: readonly Judged[]): number {
  return all.filter(({ isRight }) => isRight).length / all.length;
}

function recallAt(all: readonly Judged[], passes: (one: Judged) => boolean): number {
  const right = all.filter(({ isRight }) => isRight);
  return right.filter(passes).length / right.length;
}

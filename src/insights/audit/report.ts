/** The leakage report out of what was counted: figures with their intervals, and every input with where it comes from. Pure. */
import type { EpochMs, Ms } from "../../kernel/time.ts";
import { quantile, shareOf, type Share } from "../share.ts";
import { type Bucket, FATES, type Fate, isLeak, type Sample, type Tally, WITHIN_MIN } from "./tally.ts";

/** A figure as a range; low and high are equal where one value was given. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Where an input of a figure comes from. */
export type Mark = "measured" | "assumed" | "published";

export interface Input {
  readonly name: string;
  readonly value: string;
  readonly mark: Mark;
  readonly source: string;
}

export interface Assumptions {
  readonly withinMs: Ms;
  readonly dealSize: Range;
  readonly closeRate: Range;
  readonly currency: string;
  /** Whether deal size and close rate were given by who asks; else they are examples. */
  readonly given: { readonly dealSize: boolean; readonly closeRate: boolean };
}

export interface Subject {
  /** The file, or the connection. */
  readonly source: string;
  /** "the default policy", or the file it was read from. */
  readonly policy: string;
  readonly recipeNames: ReadonlyMap<string, string>;
  readonly signalNames: ReadonlyMap<string, string>;
  readonly now: EpochMs;
}

export interface GroupShare {
  readonly id: string;
  readonly name: string;
  readonly qualified: number;
  readonly leaked: Share;
}

/** Money in the report's currency, rounded to whole units. */
export interface Money {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export interface AuditReport {
  readonly source: string;
  readonly policy: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly census: { readonly in: number; readonly buckets: Readonly<Record<Bucket, number>> };
  readonly exclusions: readonly { readonly name: string; readonly n: number }[];
  readonly period: { readonly from: string; readonly to: string; readonly days: number } | null;
  readonly qualified: {
    readonly n: number;
    readonly perMonth: number | null;
    readonly recipes: readonly GroupShare[];
    readonly signals: readonly GroupShare[];
  };
  readonly response: {
    /** Qualified conversations whose first answer bears a time. */
    readonly timed: number;
    readonly p50Ms: Ms | null;
    readonly p90Ms: Ms | null;
    /** Of all qualified ones whose answer is known to be early, late or missing. */
    readonly within: readonly { readonly minutes: number; readonly answered: Share }[];
  };
  readonly leakage: {
    readonly definition: string;
    readonly fates: Readonly<Record<Fate, number>>;
    /** Of the qualified ones whose fate is known. */
    readonly leaked: Share;
    /** Of those alone that a recipe for new business wanted: churn is no booking. */
    readonly leads: Share;
    /** All that leaked. */
    readonly perMonth: Money | null;
  };
  readonly money: {
    readonly name: "expected bookings";
    readonly formula: string;
    readonly currency: string;
    /** Null where of none of the qualified is known what became of it. */
    readonly ofThese: Money | null;
    readonly perMonth: Money | null;
    readonly perYear: Money | null;
  };
  readonly inputs: readonly Input[];
  readonly samples: readonly (Omit<Sample, "at"> & { readonly at: string | null })[];
}

const DAY_MS: Ms = 86_400_000;
/** A year's twelfth. */
const MONTH_DAYS = 365.25 / 12;
/** A shorter time says little of a month. */
const SHORT_DAYS = 7;

export function reportOf(tally: Tally, assumptions: Assumptions, subject: Subject): AuditReport {
  const leakedCount = FATES.filter(isLeak).reduce((sum, fate) => sum + tally.fates[fate], 0);
  const leaked = shareOf(leakedCount, tally.buckets.qualified - tally.fates.unknown);
  const leads = shareOf(tally.leads.leaked, tally.leads.known);
  const days = daysOf(tally);
  const monthly = days === null || days < SHORT_DAYS ? null : MONTH_DAYS / days;
  return {
    source: subject.source,
    policy: subject.policy,
    madeAt: iso(subject.now),
    census: { in: tally.in, buckets: tally.buckets },
    exclusions: [...tally.exclusions].map(([name, n]) => ({ name, n })).toSorted((a, b) => b.n - a.n),
    period:
      tally.period === null || days === null
        ? null
        : { from: iso(tally.period.from), to: iso(tally.period.to), days: rounded(days, 1) },
    qualified: {
      n: tally.buckets.qualified,
      perMonth: monthly === null ? null : rounded(tally.buckets.qualified * monthly, 1),
      recipes: tally.recipes.map((group) => groupShare(group, subject.recipeNames)),
      signals: tally.signals.map((group) => groupShare(group, subject.signalNames)),
    },
    response: responseOf(tally),
    leakage: {
      definition: definitionOf(assumptions.withinMs, tally),
      fates: tally.fates,
      leaked,
      leads,
      perMonth: monthly === null ? null : perMonth(leaked, monthly),
    },
    money: moneyOf(countsOf(leads), monthly, assumptions),
    inputs: inputsOf(tally, assumptions, days),
    samples: tally.samples.map((sample) => ({ ...sample, at: sample.at === null ? null : iso(sample.at) })),
  };
}

function iso(at: EpochMs): string {
  return new Date(at).toISOString();
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Null without times, or where all bear the same. */
function daysOf({ period }: Tally): number | null {
  return period === null || period.to <= period.from ? null : (period.to - period.from) / DAY_MS;
}

function groupShare(
  { name, qualified, leaked }: Tally["recipes"][number],
  names: ReadonlyMap<string, string>,
): GroupShare {
  return { id: name, name: names.get(name) ?? name, qualified, leaked: shareOf(leaked, qualified) };
}

function responseOf({ answeredMs, fates, buckets }: Tally): AuditReport["response"] {
  const untimed = buckets.qualified - answeredMs.length - fates["no answer"];
  const known = buckets.qualified - untimed;
  return {
    timed: answeredMs.length,
    p50Ms: quantile(answeredMs, 0.5),
    p90Ms: quantile(answeredMs, 0.9),
    within: WITHIN_MIN.map((minutes) => ({
      minutes,
      answered: shareOf(answeredMs.filter((ms) => ms <= minutes * 60_000).length, known),
    })),
  };
}

function definitionOf(withinMs: Ms, { fates }: Tally): string {
  const salesforce = fates["no record"] > 0 ? ", or who has no record in Salesforce" : "";
  return `Leaked: a conversation that qualifies and that no person answered within ${span(withinMs)} of the message that qualified${salesforce}. What is not known (an answer without a time) is left out.`;
}

/** "24 hours", "30 minutes", "2 days". */
export function span(ms: Ms): string {
  const [n, unit] =
    ms >= 2 * DAY_MS
      ? [ms / DAY_MS, "day"]
      : ms >= 3_600_000
        ? [ms / 3_600_000, "hour"]
        : [ms / 60_000, "minute"];
  const count = rounded(n, 1);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function times({ low, expected, high }: Money, factor: number, digits: number): Money {
  return {
    low: rounded(low * factor, digits),
    expected: rounded(expected * factor, digits),
    high: rounded(high * factor, digits),
  };
}

/** How many leaked, with the bounds of the interval; null where nothing is known. */
function countsOf({ k, of, share, low, high }: Share): Money | null {
  return share === null ? null : { low: low * of, expected: k, high: high * of };
}

function perMonth(leaked: Share, monthly: number): Money | null {
  const counts = countsOf(leaked);
  return counts === null ? null : times(counts, monthly, 1);
}

function middle({ low, high }: Range): number {
  return (low + high) / 2;
}

function moneyOf(
  counts: Money | null,
  monthly: number | null,
  assumptions: Assumptions,
): AuditReport["money"] {
  const { dealSize, closeRate, currency } = assumptions;
  const base = {
    name: "expected bookings",
    formula: "leaked leads x average deal size x close rate",
    currency,
  } as const;
  if (counts === null) return { ...base, ofThese: null, perMonth: null, perYear: null };
  const ofThese: Money = {
    low: counts.low * dealSize.low * closeRate.low,
    expected: counts.expected * middle(dealSize) * middle(closeRate),
    high: counts.high * dealSize.high * closeRate.high,
  };
  return {
    ...base,
    ofThese: times(ofThese, 1, 0),
    perMonth: monthly === null ? null : times(ofThese, monthly, 0),
    perYear: monthly === null ? null : times(ofThese, monthly * 12, 0),
  };
}

function inputsOf(tally: Tally, assumptions: Assumptions, days: number | null): readonly Input[] {
  return [...measuredInputs(tally, days), ...assumedInputs(assumptions), WHY_MINUTES];
}

function measuredInputs(tally: Tally, days: number | null): readonly Input[] {
  const measured = (name: string, value: string, source: string): Input => ({
    name,
    value,
    mark: "measured",
    source,
  });
  return [
    measured("Conversations", grouped(tally.in), "counted in the source"),
    measured(
      "Qualified conversations",
      grouped(tally.buckets.qualified),
      "scored by the policy, message by message",
    ),
    ...(days === null
      ? []
      : [measured("Time they span", `${rounded(days, 1)} days`, "first to last message in the source")]),
    measured(
      "First answers",
      `${grouped(tally.answeredMs.length)} with a time`,
      "the first message of a teammate after the one that qualified; bots do not count",
    ),
    ...(tally.fates["no record"] > 0
      ? [measured("Records in Salesforce", "as the source tells", "crm of each conversation")]
      : []),
  ];
}

function assumedInputs({ dealSize, closeRate, currency, given, withinMs }: Assumptions): readonly Input[] {
  const assumed = (name: string, value: string, source: string): Input => ({
    name,
    value,
    mark: "assumed",
    source,
  });
  const origin = (isGiven: boolean, option: string): string =>
    isGiven ? `given with ${option}` : `an example; ${option} sets yours`;
  return [
    assumed(
      "Every qualified conversation is a lead",
      "100 %",
      "measure the policy's precision on labelled conversations before you quote this figure",
    ),
    assumed(
      "An answer in Intercom is contact",
      "yes",
      "the source does not say who called or wrote elsewhere; the true leakage differs",
    ),
    assumed("In time means", span(withinMs), "--within"),
    assumed(
      "Average deal size",
      `${rangeText(dealSize, grouped)} ${currency}`,
      origin(given.dealSize, "--deal-size"),
    ),
    assumed(
      "Close rate",
      `${rangeText(closeRate, (n) => String(rounded(n * 100, 1)))} %`,
      origin(given.closeRate, "--close-rate"),
    ),
    assumed(
      "Leaked leads close like the others, and none came back by itself",
      "yes",
      "not known; the money is a bound, not a forecast",
    ),
  ];
}

const WHY_MINUTES: Input = {
  name: "Why minutes count",
  value: "nearly 7 times as likely to qualify within the hour as one hour later",
  mark: "published",
  source:
    "Oldroyd, McElheran, Elkington: The Short Life of Online Sales Leads, Harvard Business Review, March 2011 (1.25 million leads of 42 firms); stands in no figure here",
};

function rangeText({ low, high }: Range, text: (n: number) => string): string {
  return low === high ? text(low) : `${text(low)} to ${text(high)}`;
}

/** "12,000". */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** The leakage report out of what was counted: figures with their intervals, and every input with where it comes from. Pure. */
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Policy } from "../../policy/schema.ts";
import { type Quantile, quantileOf } from "../quantile.ts";
import { countOf, shareOf, type Share } from "../share.ts";
import { rounded, span } from "./figures.ts";
import { type Assumptions, type Input, inputsOf, type Range } from "./inputs.ts";
import { type Bucket, FATES, type Fate, isLeak, type Sample, type Tally, WITHIN_MIN } from "./tally.ts";

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
    readonly p50Ms: Quantile;
    readonly p90Ms: Quantile;
    /** Of all qualified ones whose answer is known to be early, late or missing. */
    readonly within: readonly { readonly minutes: number; readonly answered: Share }[];
  };
  /** What Salesforce holds of the qualified people; null where it was not asked. */
  readonly records: {
    readonly there: Share;
    /** From the message that qualified to the record, of those with both times; 0 for who had one before. */
    readonly p50Ms: Quantile;
    readonly p90Ms: Quantile;
  } | null;
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

/** What recipes and signals of a policy are called, by their ids. */
export function namesIn(policy: Policy): Pick<Subject, "recipeNames" | "signalNames"> {
  return {
    recipeNames: new Map(policy.recipes.map(({ id, name }) => [id, name])),
    signalNames: new Map(Object.entries(policy.signals).map(([id, { label }]) => [id, label ?? id])),
  };
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
    records: recordsOf(tally),
    leakage: {
      definition: definitionOf(assumptions.withinMs, tally),
      fates: tally.fates,
      leaked,
      leads,
      perMonth: monthly === null ? null : perMonth(leaked, monthly),
    },
    money: moneyOf(leads, monthly, assumptions),
    inputs: inputsOf(tally, assumptions, days),
    samples: tally.samples.map((sample) => ({ ...sample, at: sample.at === null ? null : iso(sample.at) })),
  };
}

function iso(at: EpochMs): string {
  return new Date(at).toISOString();
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
    p50Ms: quantileOf(answeredMs, 0.5),
    p90Ms: quantileOf(answeredMs, 0.9),
    within: WITHIN_MIN.map((minutes) => ({
      minutes,
      answered: shareOf(answeredMs.filter((ms) => ms <= minutes * 60_000).length, known),
    })),
  };
}

function recordsOf({ records: { asked, there, afterMs } }: Tally): AuditReport["records"] {
  if (asked === 0) return null;
  return { there: shareOf(there, asked), p50Ms: quantileOf(afterMs, 0.5), p90Ms: quantileOf(afterMs, 0.9) };
}

function definitionOf(withinMs: Ms, { fates }: Tally): string {
  const salesforce = fates["no record"] > 0 ? ", or who has no record in Salesforce" : "";
  return `Leaked: a conversation that qualifies and that no person answered within ${span(withinMs)} of the message that qualified${salesforce}. What is not known (an answer without a time) is left out.`;
}

function times({ low, expected, high }: Money, factor: number, digits: number): Money {
  return {
    low: rounded(low * factor, digits),
    expected: rounded(expected * factor, digits),
    high: rounded(high * factor, digits),
  };
}

/** How many leaked of these, with the bounds of the interval; null where nothing is known. */
function ofThese({ k, of, share, low, high }: Share): Money | null {
  return share === null ? null : { low: low * of, expected: k, high: high * of };
}

/** How many leak in such a time: how many qualify in it varies, too. */
function inSuchATime({ k }: Share): Money {
  const { low, high } = countOf(k);
  return { low, expected: k, high };
}

function perMonth(leaked: Share, monthly: number): Money | null {
  return leaked.share === null ? null : times(inSuchATime(leaked), monthly, 1);
}

function middle({ low, high }: Range): number {
  return (low + high) / 2;
}

function moneyOf(leads: Share, monthly: number | null, assumptions: Assumptions): AuditReport["money"] {
  const base = {
    name: "expected bookings",
    formula: "leaked leads x average deal size x close rate",
    currency: assumptions.currency,
  } as const;
  const counts = ofThese(leads);
  if (counts === null) return { ...base, ofThese: null, perMonth: null, perYear: null };
  const bookings = bookingsOf(inSuchATime(leads), assumptions);
  return {
    ...base,
    ofThese: times(bookingsOf(counts, assumptions), 1, 0),
    perMonth: monthly === null ? null : times(bookings, monthly, 0),
    perYear: monthly === null ? null : times(bookings, monthly * 12, 0),
  };
}

function bookingsOf(counts: Money, { dealSize, closeRate }: Assumptions): Money {
  return {
    low: counts.low * dealSize.low * closeRate.low,
    expected: counts.expected * middle(dealSize) * middle(closeRate),
    high: counts.high * dealSize.high * closeRate.high,
  };
}

/** Counts findings one by one, in memory that grows with the days and the recipes, not with the conversations. */
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Finding, Qualified } from "./finding.ts";

/** Every conversation of the file stands in exactly one. */
export const BUCKETS = [
  "qualified",
  "below threshold",
  "excluded",
  "no customer message",
  "seen before",
  "unreadable",
] as const;
export type Bucket = (typeof BUCKETS)[number];

/** What became of a qualified conversation. */
export const FATES = ["in time", "late", "no answer", "no record", "unknown"] as const;
export type Fate = (typeof FATES)[number];

/** Bounds in minutes of the shares of answers that are told. */
export const WITHIN_MIN = [5, 15, 30, 60, 1_440] as const;

/** So many conversations are shown as proof. */
const SAMPLES = 12;

export interface Group {
  readonly name: string;
  readonly qualified: number;
  readonly leaked: number;
}

export interface Sample extends Qualified {
  readonly fate: Fate;
}

export interface Tally {
  readonly in: number;
  readonly buckets: Readonly<Record<Bucket, number>>;
  readonly exclusions: ReadonlyMap<string, number>;
  readonly fates: Readonly<Record<Fate, number>>;
  /** Those of recipes that look for new business, as far as their fate is known. */
  readonly leads: { readonly known: number; readonly leaked: number };
  /** Time to the first answer of those that have one with a time, ascending. */
  readonly answeredMs: readonly Ms[];
  /** Qualified people whom Salesforce was asked about, those it knows, and how long after their message it did, ascending. */
  readonly records: { readonly asked: number; readonly there: number; readonly afterMs: readonly Ms[] };
  readonly recipes: readonly Group[];
  readonly signals: readonly Group[];
  /** Leaked ones, the highest scores first. */
  readonly samples: readonly Sample[];
  /** First and last time seen in any conversation; null without any. */
  readonly period: { readonly from: EpochMs; readonly to: EpochMs } | null;
}

export interface Counting {
  readonly add: (
    finding: Finding,
    times: { readonly from: EpochMs | null; readonly to: EpochMs | null },
  ) => void;
  readonly skip: (bucket: "seen before" | "unreadable") => void;
  readonly result: () => Tally;
}

/** Whether somebody was lost: answered late or never, or unknown to Salesforce where it was asked. */
export function isLeak(fate: Fate): boolean {
  return fate === "late" || fate === "no answer" || fate === "no record";
}

/** What became of it; in Salesforce it must stand, where that was asked. */
function fateOf({ answer, record }: Pick<Qualified, "answer" | "record">, withinMs: Ms): Fate {
  if (answer.kind === "none") return "no answer";
  if (answer.kind === "after" && answer.ms > withinMs) return "late";
  if (record === "missing") return "no record";
  return answer.kind === "untimed" ? "unknown" : "in time";
}

/** Begins to count; an answer within `withinMs` is in time. */
export function counting(withinMs: Ms): Counting {
  const buckets = Object.fromEntries(BUCKETS.map((name) => [name, 0])) as Record<Bucket, number>;
  const qualified = countingQualified(withinMs);
  const exclusions = new Map<string, number>();
  let period: Tally["period"] = null;
  return {
    add(finding, { from, to }) {
      if (from !== null && to !== null)
        period = { from: Math.min(period?.from ?? from, from), to: Math.max(period?.to ?? to, to) };
      switch (finding.kind) {
        case "qualified":
          buckets.qualified += 1;
          qualified.add(finding);
          break;
        case "excluded":
          buckets.excluded += 1;
          exclusions.set(finding.exclusion, (exclusions.get(finding.exclusion) ?? 0) + 1);
          break;
        case "below-threshold":
          buckets["below threshold"] += 1;
          break;
        case "no-customer-message":
          buckets["no customer message"] += 1;
          break;
      }
    },
    skip(bucket) {
      buckets[bucket] += 1;
    },
    result: () => ({
      in: Object.values(buckets).reduce((sum, n) => sum + n, 0),
      buckets,
      exclusions,
      period,
      ...qualified.result(),
    }),
  };
}

function countingQualified(withinMs: Ms) {
  const fates = Object.fromEntries(FATES.map((name) => [name, 0])) as Record<Fate, number>;
  const leads = { known: 0, leaked: 0 };
  const records = countingRecords();
  const recipes = new Map<string, Group>();
  const signals = new Map<string, Group>();
  const answeredMs: Ms[] = [];
  let samples: readonly Sample[] = [];
  return {
    add: (one: Qualified): void => {
      const fate = fateOf(one, withinMs);
      fates[fate] += 1;
      leads.known += one.isLead && fate !== "unknown" ? 1 : 0;
      leads.leaked += one.isLead && isLeak(fate) ? 1 : 0;
      if (one.answer.kind === "after") answeredMs.push(one.answer.ms);
      records.add(one);
      count(recipes, one.recipe, fate);
      for (const name of one.signals) count(signals, name, fate);
      if (isLeak(fate)) samples = withSample(samples, { ...one, fate });
    },
    result: (): Omit<Tally, "in" | "buckets" | "exclusions" | "period"> => ({
      fates,
      leads,
      answeredMs: answeredMs.toSorted((a, b) => a - b),
      records: records.result(),
      recipes: sorted(recipes),
      signals: sorted(signals),
      samples,
    }),
  };
}

function countingRecords() {
  const counts = { asked: 0, there: 0 };
  const afterMs: Ms[] = [];
  return {
    add: ({ record, recordAfterMs }: Qualified): void => {
      counts.asked += record === "not asked" ? 0 : 1;
      counts.there += record === "there" ? 1 : 0;
      if (recordAfterMs !== null) afterMs.push(recordAfterMs);
    },
    result: (): Tally["records"] => ({ ...counts, afterMs: afterMs.toSorted((a, b) => a - b) }),
  };
}

function count(groups: Map<string, Group>, name: string, fate: Fate): void {
  const { qualified, leaked } = groups.get(name) ?? { qualified: 0, leaked: 0 };
  groups.set(name, { name, qualified: qualified + 1, leaked: leaked + (isLeak(fate) ? 1 : 0) });
}

function sorted(groups: ReadonlyMap<string, Group>): readonly Group[] {
  return [...groups.values()].toSorted((a, b) => b.qualified - a.qualified || a.name.localeCompare(b.name));
}

function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples, sample].toSorted((a, b) => excess(b) - excess(a)).slice(0, SAMPLES);
}

function excess({ score }: Sample): number {
  return score.threshold === 0 ? 0 : score.value / score.threshold;
}

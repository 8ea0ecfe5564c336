/** How it was before Baton, out of a file, and what has changed since, each with its interval. Pure. */
import { z } from "zod";
import type { Ms } from "../../kernel/time.ts";
import { type Bounded, differenceOf } from "../difference.ts";
import type { Quantile } from "../quantile.ts";
import { boundedOf } from "./calibration.ts";
import { type Rate, rateIn, rateOf, timingOf } from "./figures.ts";
import type { Metrics } from "./metrics.ts";

const countSchema = z
  .strictObject({ k: z.int().min(0), of: z.int().min(0) })
  .refine(({ k, of }) => k <= of, "k is more than of");

/** Either what each qualified conversation took, or shares that somebody counted, or both. */
export const baselineSchema = z.strictObject({
  name: z.string().trim().min(1).max(200).default("before Baton"),
  responseMinutes: z
    .array(z.number().min(0).nullable())
    .optional()
    .describe(
      "One for each qualified conversation: minutes to the first human answer; null: nobody ever answered.",
    ),
  within5: countSchema.optional().describe("Answered within 5 minutes, of all."),
  within60: countSchema.optional(),
  leakage: countSchema.optional().describe("Not answered in time, of all."),
  toOpportunity: countSchema.optional(),
  trialToPaid: countSchema.optional(),
  won: countSchema.optional().describe("Won, of those that were won or lost."),
});
export type Baseline = z.infer<typeof baselineSchema>;

export interface Comparison {
  readonly name: string;
  readonly unit: "share" | "ms";
  readonly before: Bounded | null;
  readonly after: Bounded | null;
  /** After - before; null where one of them says nothing, or has no interval yet. */
  readonly difference: Bounded | null;
  readonly verdict: "better" | "worse" | "no clear difference" | "too few";
}

/** Each figure that both sides know. What is counted from response times gives way to what was counted by hand. */
export function compareWith(baseline: Baseline, metrics: Metrics, withinMs: Ms): readonly Comparison[] {
  const { responseTime, leakage, toOpportunity, trialToPaid, winRate } = metrics;
  const waits = baseline.responseMinutes?.map((minutes) => (minutes === null ? null : minutes * 60_000));
  const before = waits === undefined ? null : timingOf(waits.filter((wait) => wait !== null));
  const within = (minutes: number): Rate =>
    responseTime.value.within.find((one) => one.minutes === minutes)?.contacted ?? rateOf(0, 0);
  const answered = (boundMs: Ms): Rate | null =>
    waits === undefined ? null : rateIn(waits, (wait) => wait !== null && wait <= boundMs);
  const leaked = waits === undefined ? null : rateIn(waits, (wait) => wait === null || wait > withinMs);
  return [
    ...(before === null
      ? []
      : [
          times("response time, p50", before.p50Ms, responseTime.value.p50Ms),
          times("response time, p90", before.p90Ms, responseTime.value.p90Ms),
        ]),
    ...shares("answered within 5 min", counted(baseline.within5) ?? answered(300_000), within(5), "up"),
    ...shares("answered within 60 min", counted(baseline.within60) ?? answered(3_600_000), within(60), "up"),
    ...shares("leakage", counted(baseline.leakage) ?? leaked, leakage.value, "down"),
    ...shares("conversation to Opportunity", counted(baseline.toOpportunity), toOpportunity.value, "up"),
    ...shares("trial to paid", counted(baseline.trialToPaid), trialToPaid.value, "up"),
    ...shares("won of won or lost", counted(baseline.won), winRate.value.all, "up"),
  ];
}

function counted(count: { readonly k: number; readonly of: number } | undefined): Rate | null {
  return count === undefined ? null : rateOf(count.k, count.of);
}

/** None where nobody counted it before. */
function shares(
  name: string,
  before: Rate | null,
  after: Rate,
  better: "up" | "down",
): readonly Comparison[] {
  if (before === null) return [];
  const sides = { before: boundedOf(before), after: boundedOf(after) };
  return [compared({ name, unit: "share", ...sides }, before.isFew || after.isFew, better)];
}

function times(name: string, before: Quantile, after: Quantile): Comparison {
  return compared({ name, unit: "ms", before: spanOf(before), after: spanOf(after) }, false, "down");
}

/** Null where the interval has an open end. */
function spanOf({ value, low, high }: Quantile): Bounded | null {
  return value === null || low === null || high === null ? null : { value, low, high };
}

function compared(
  sides: Pick<Comparison, "name" | "unit" | "before" | "after">,
  isFew: boolean,
  better: "up" | "down",
): Comparison {
  const { before, after } = sides;
  if (before === null || after === null) return { ...sides, difference: null, verdict: "too few" };
  const difference = differenceOf(after, before);
  const isUp = difference.low > 0;
  const isClear = isUp || difference.high < 0;
  if (isFew) return { ...sides, difference, verdict: "too few" };
  if (!isClear) return { ...sides, difference, verdict: "no clear difference" };
  return { ...sides, difference, verdict: isUp === (better === "up") ? "better" : "worse" };
}

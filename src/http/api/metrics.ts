/** /api/v1/environments/{environment}/metrics: what live handoffs come to, each figure with its definition and interval. */
import { z } from "zod";
import { compareWith } from "../../insights/metrics/baseline.ts";
import { baselineOf } from "../../insights/metrics/baseline-queries.ts";
import { readMetrics } from "../../insights/metrics/queries.ts";
import { type Clock, durationMs, parseDuration } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { quantileSchema, shareSchema } from "./figures.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const instant = z.number().describe("Milliseconds since 1970.");
const rate = shareSchema.extend({
  isFew: z.boolean().describe("It rests on too few to rely on."),
});
const timing = z.object({ n: z.int(), isFew: z.boolean(), p50Ms: quantileSchema, p90Ms: quantileSchema });
const bounded = z.object({ value: z.number(), low: z.number(), high: z.number() });

function figure<Value extends z.ZodType>(value: Value) {
  return z.object({ definition: z.string(), value });
}

const part = z.object({ name: z.string(), handoffs: z.int(), response: timing, leaked: rate });
const metricsSchema = z.object({
  since: instant,
  until: instant,
  within: z.string(),
  handoffs: z.int().describe("Live ones of the range."),
  signalToAlert: figure(timing),
  responseTime: figure(timing.extend({ within: z.array(z.object({ minutes: z.int(), contacted: rate })) })),
  leakage: figure(rate),
  slaBreaches: figure(rate),
  toOpportunity: figure(rate),
  trialToPaid: figure(rate),
  winRate: figure(z.object({ all: rate, bands: z.array(z.object({ band: z.string(), won: rate })) })),
  calibration: figure(
    z.array(
      z.object({
        band: z.string(),
        predicted: rate,
        observed: rate,
        difference: bounded.nullable(),
        verdict: z.enum(["as predicted", "more than predicted", "less than predicted", "too few"]),
      }),
    ),
  ),
  completeness: figure(z.array(z.object({ object: z.string(), field: z.string(), filled: rate }))),
  corrections: figure(rate),
  valueByRep: figure(
    z.array(
      z.object({
        name: z.string(),
        handoffs: z.int(),
        won: rate,
        wonAmount: z.number(),
        openAmount: z.number(),
      }),
    ),
  ),
  byRecipe: z.array(part),
  byOwner: z.array(part),
  baseline: z
    .object({
      name: z.string(),
      comparison: z.array(
        z.object({
          name: z.string(),
          unit: z.enum(["share", "ms"]),
          before: bounded.nullable(),
          after: bounded.nullable(),
          difference: bounded.nullable().describe("After - before, with its 95 % interval."),
          verdict: z.enum(["better", "worse", "no clear difference", "too few"]),
        }),
      ),
    })
    .nullable()
    .describe("How it was before Baton, where `baton metrics --baseline FILE --keep` kept it."),
});

const MONTH_MS = durationMs("30d");
const time = z.coerce.number<string>().int().min(0).optional();

export function metricsRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/metrics",
      operationId: "readMetrics",
      summary: "Response time, leakage, outcomes and their intervals, of live handoffs of a range",
      scope: "handoffs:read",
      params: environmentParam,
      query: z.object({
        since: time.describe("Handoffs that began since then; the last 30 days without it."),
        until: time.describe("Handoffs that began before then; now without it."),
        within: z.string().default("24h").describe("A contact within this time is in time."),
      }),
      answer: { status: 200, description: "Each figure with its definition.", schema: metricsSchema },
      problems: { 404: "There is no such environment.", 422: "`within` is no time." },
      handle: async ({ params: { environment }, query }) => {
        await environmentOf(db, environment);
        const now = clock();
        const { since = now - MONTH_MS, until = now, within } = query;
        const withinMs = parseDuration(within);
        if (withinMs === null || withinMs <= 0)
          throw new Refusal(422, `"${within}" is no time; write one such as 30m, 4h or 2d.`);
        const [found, baseline] = await Promise.all([
          readMetrics(db, { environment, since, until }, withinMs, now),
          baselineOf(db, environment),
        ]);
        const compared =
          baseline === null
            ? null
            : { name: baseline.name, comparison: compareWith(baseline, found, withinMs) };
        return { body: { since, until, within, ...found, baseline: compared } };
      },
    }),
  ];
}

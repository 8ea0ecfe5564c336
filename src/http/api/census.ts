/** /api/v1/environments/{environment}/census/nights: whether everything that was heard is accounted for, night by night. */
import { z } from "zod";
import { lastReadBack, nightsOf } from "../../insights/census/night-queries.ts";
import { takeCensus } from "../../insights/census/queries.ts";
import { BUCKETS } from "../../decide/bucket.ts";
import { addsUp, sumOf, type Taken } from "../../insights/census/taken.ts";
import type { Clock } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { type ApiRoute, route } from "./route.ts";

const instant = z.number().describe("Milliseconds since 1970.");
const takenSchema = z.object({
  takenAt: instant,
  in: z.int().describe("Conversations that came in, counted without the buckets."),
  sum: z.int().describe("The sum of the buckets."),
  buckets: z.record(z.enum(BUCKETS), z.int()),
  odd: z
    .array(z.object({ conversation: z.string(), buckets: z.array(z.string()) }))
    .describe("Conversations in no bucket, or in more than one; a hundred at most."),
  addsUp: z.boolean(),
});
const place = { handoff: z.string(), conversation: z.string(), id: z.string() };

export function censusRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/census/nights",
      operationId: "listCensusNights",
      summary: "The census as of now and of each night: in = sum of the buckets, and what is not is named",
      scope: "handoffs:read",
      params: environmentParam,
      query: z.object({
        limit: z.coerce.number<string>().int().min(0).max(366).default(30).describe("Most nights."),
      }),
      answer: {
        status: 200,
        description: "The newest night first.",
        schema: z.object({
          now: takenSchema,
          nights: z.array(takenSchema.extend({ night: z.string().describe("The day in UTC.") })),
          readBack: z
            .object({
              takenAt: instant,
              records: z.int(),
              differences: z.array(
                z.discriminatedUnion("kind", [
                  z.object({ kind: z.literal("gone"), ...place }),
                  z.object({ kind: z.literal("moved"), ...place, to: z.string() }),
                  z.object({ kind: z.literal("other-owner"), ...place, owner: z.string() }),
                ]),
              ),
            })
            .nullable()
            .describe("What Salesforce held when `baton census --read-back` last asked."),
        }),
      },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, query: { limit } }) => {
        await environmentOf(db, environment);
        const [taken, nights, readBack] = await Promise.all([
          takeCensus(db, environment),
          nightsOf(db, environment, limit),
          lastReadBack(db, environment),
        ]);
        const now = { ...summed(taken), takenAt: clock() };
        return { body: { now, nights: nights.map((night) => ({ ...night, ...summed(night) })), readBack } };
      },
    }),
  ];
}

function summed(taken: Taken): Taken & { readonly sum: number; readonly addsUp: boolean } {
  return { ...taken, sum: sumOf(taken), addsUp: addsUp(taken) };
}

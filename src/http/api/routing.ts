/** /api/v1/environments/{environment}/routing: the fairness ledger. */
import { z } from "zod";
import { readLedger } from "../../decide/pools/read-ledger.ts";
import type { Clock } from "../../kernel/time.ts";
import { policyOf } from "../../policy/read.ts";
import type { Db } from "../../store/database.ts";
import { liveVersion } from "../../versions/queries.ts";
import { environmentParam } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const instant = z.int().describe("Milliseconds since 1970.");
const countedSchema = z.object({
  pool: z.string(),
  member: z.string(),
  served: z.number().describe("Turns ever."),
  adjustment: z.number().describe("Head start and credit, in leads."),
  lastAt: instant.nullable(),
  taken: z.int().describe("Leads by turn since the start."),
  sticky: z.int().describe("Leads that stayed with their rep since the start."),
  credited: z.int().describe("Of the leads taken, those given back."),
  open: z.int(),
  today: z.int(),
});
const shareSchema = countedSchema.extend({
  weight: z.number(),
  got: z.int(),
  target: z.number().describe("A part of 1, by weight."),
  due: z.number().describe("The target in leads."),
  share: z.number().nullable().describe("The part of 1 that they got; null where nothing was given."),
  level: z.number().describe("(served + adjustment) / weight."),
  cap: z.object({ open: z.int().nullable(), perDay: z.int().nullable() }),
  out: z.string().nullable().describe("Why they can take nothing now; null when they can."),
  isNext: z.boolean(),
});
const receiptSchema = z.object({
  candidate: z.string(),
  kind: z.enum(["assigned", "skipped", "held"]),
  reason: z.string(),
  place: z.object({ pool: z.string(), member: z.string() }).optional(),
});
const ledgerSchema = z.object({
  since: instant,
  now: instant,
  pools: z.array(z.object({ pool: z.string(), members: z.array(shareSchema), left: z.array(countedSchema) })),
  skips: z.array(
    z.object({
      pool: z.string(),
      member: z.string(),
      reason: z.string(),
      times: z.int(),
      lastAt: instant,
    }),
  ),
  lines: z.array(
    z.object({
      at: instant,
      handoff: z.string(),
      route: z.string(),
      pool: z.string().nullable(),
      owner: z.string(),
      turn: z.enum(["taken", "sticky"]).nullable(),
      receipts: z.array(receiptSchema),
      creditReason: z.string().nullable(),
      closedReason: z.string().nullable(),
    }),
  ),
});

const MONTH_MS = 30 * 86_400_000;

export function routingRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/routing/ledger",
      operationId: "routingLedger",
      summary: "Who got what, beside their share and caps, and who was passed over why",
      scope: "environments:read",
      params: environmentParam,
      query: z.object({
        since: z.coerce
          .number<string>()
          .int()
          .min(0)
          .optional()
          .describe("Milliseconds since 1970; the last 30 days without it."),
        limit: z.coerce.number<string>().int().min(0).max(1_000).default(100).describe("Most single leads."),
      }),
      answer: {
        status: 200,
        description: "Pools in the policy's order, leads newest first.",
        schema: ledgerSchema,
      },
      problems: { 404: "There is no such environment, or nothing was published." },
      handle: async ({ params: { environment }, query: { since, limit } }) => {
        const live = await liveVersion(db, environment);
        if (live === null) throw new Refusal(404, `"${environment}" has no live policy.`);
        const now = clock();
        const policy = policyOf(live.document, `the live policy of ${environment}`);
        const asked = { environment, since: since ?? now - MONTH_MS, now, most: limit };
        return { body: await readLedger(db, policy, asked) };
      },
    }),
  ];
}

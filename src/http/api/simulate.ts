/** /api/v1/environments/{environment}/policy/drafts/{draft}/simulation: who would get how many of leads that nobody knows yet. */
import { z } from "zod";
import { type Simulated, simulate } from "../../decide/simulate.ts";
import type { Clock } from "../../kernel/time.ts";
import { policyOf } from "../../policy/read.ts";
import type { Db } from "../../store/database.ts";
import { draftFor, draftParams, DRAFTS } from "./drafts.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const MINUTE_MS = 60_000;

const instant = z.int().describe("Milliseconds since 1970.");
const simulatedSchema = z.object({
  members: z.array(
    z.object({
      pool: z.string(),
      member: z.string(),
      weight: z.number(),
      got: z.int(),
      ideal: z.number().describe("What the weight asks for of all that the pool gave."),
      out: z.record(z.string(), z.int()).describe("How often they could take nothing, by reason."),
    }),
  ),
  others: z.record(z.string(), z.int()).describe("Leads of queues and users who take no turns."),
  gaps: z
    .array(z.object({ from: instant, until: instant.nullable(), leads: z.int() }))
    .describe("Stretches in which nobody could take what came."),
  held: z.int(),
  longestHeldMs: z.int(),
  stillHeld: z.int(),
  nobody: z.int().describe("Leads for which the route had nobody."),
  endedAt: instant,
});

export function simulateRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: `${DRAFTS}/{draft}/simulation`,
      operationId: "simulateLeads",
      summary: "Who would get how many of the next leads on a route of a draft",
      scope: "policy:read",
      params: draftParams,
      query: z.object({
        route: z.string().default("default").describe("A route of the draft."),
        leads: z.coerce.number<string>().int().min(1).max(1_000).default(100),
        everyMinutes: z.coerce.number<string>().int().min(1).max(10_080).default(10),
      }),
      answer: { status: 200, description: "By pool and member.", schema: simulatedSchema },
      problems: { 404: "There is no such draft, or no such route in it.", 422: "The draft has faults." },
      handle: async ({ params: { environment, draft }, query }) => {
        const { document } = await draftFor(db, environment, draft);
        const policy = policyOf(document, `draft "${draft}"`);
        if (!Object.hasOwn(policy.routing.routes, query.route))
          throw new Refusal(404, `Draft "${draft}" has no route "${query.route}".`);
        const { leads, everyMinutes, route } = query;
        const everyMs = everyMinutes * MINUTE_MS;
        const asked = { policy, route, leads, from: clock(), everyMs, openForMs: null };
        return { body: withReasons(simulate(asked)) };
      },
    }),
  ];
}

/** Reasons that never came up are left out. */
function withReasons({ members, ...rest }: Simulated) {
  const counted = members.map(({ out, ...member }) => ({
    ...member,
    out: Object.fromEntries(Object.entries(out).filter(([, times]) => times > 0)),
  }));
  return { ...rest, members: counted };
}

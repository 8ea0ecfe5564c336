/** /api/v1/environments/{environment}/decisions/{decision}/replay: what a policy says to a stored decision's inputs. */
import { z } from "zod";
import { decideAgain } from "../../insights/reading/again.ts";
import { liveVersion } from "../../versions/queries.ts";
import { decisionOf } from "./decision-view.ts";
import { environmentParam } from "./environments.ts";
import type { ReadingParts } from "./handoffs.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const said = z.object({
  words: z.string(),
  owners: z.array(z.string()),
  scores: z.record(z.string(), z.object({ value: z.number(), threshold: z.number() })),
});

export function replayRoutes({ db, policyOf }: ReadingParts): readonly ApiRoute[] {
  return [
    route({
      method: "POST",
      path: "/environments/{environment}/decisions/{decision}/replay",
      operationId: "replayDecision",
      summary: "Decides again from the frozen inputs, by the policy of then or the live one; writes nothing",
      scope: "handoffs:read",
      params: environmentParam.extend({ decision: z.coerce.number<string>().int().min(1) }),
      body: z.strictObject({ policy: z.enum(["then", "live"]) }),
      answer: {
        status: 200,
        description: "What was said then, and what is said now.",
        schema: z.object({
          kind: z.enum(["same", "differs", "impossible"]),
          policy: z.int().describe("Number of the version that was asked."),
          differences: z.array(z.string()),
          before: said,
          after: said.nullable(),
        }),
      },
      problems: {
        404: "There is no such decision, or nothing is live.",
        422: "Its words are erased, or today's program does not read that policy.",
      },
      handle: async ({ params: { environment, decision: id }, body: { policy: asked } }) => {
        const decision = await decisionOf(db, environment, id);
        if (decision.frozen === null)
          throw new Refusal(422, `The words of decision ${id} are erased: it cannot be made again.`);
        const live = asked === "live" ? await liveVersion(db, environment) : null;
        if (asked === "live" && live === null) throw new Refusal(404, `"${environment}" has no live policy.`);
        const compiled = await policyOf(live?.id ?? decision.policyVersion);
        const { differences, ...rest } = decideAgain(decision.frozen, compiled);
        const first = differences.slice(0, MOST_DIFFERENCES);
        return { body: { ...rest, differences: first, policy: live?.number ?? decision.policy } };
      },
    }),
  ];
}

const MOST_DIFFERENCES = 50;

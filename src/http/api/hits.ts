/** /api/v1/environments/{environment}/policy/hits: how often each phrase of the live policy counted. */
import { z } from "zod";
import { countedPhrases, windowFacts } from "../../insights/queries.ts";
import type { Clock } from "../../kernel/time.ts";
import { policyOf } from "../../policy/read.ts";
import { compile } from "../../qualify/compile.ts";
import { hitsOf } from "../../qualify/hits.ts";
import type { Db } from "../../store/database.ts";
import { liveVersion } from "../../versions/queries.ts";
import { MOST_DECISIONS, tooMany } from "./backtests.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const DAY_MS = 86_400_000;

export function hitsRoute(db: Db, clock: Clock): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/policy/hits",
    operationId: "phraseHits",
    summary: "How often each phrase of the live policy counted, in the last decision of each conversation",
    scope: "policy:read",
    params: environmentParam,
    query: z.object({ days: z.coerce.number<string>().int().min(1).max(90).default(30) }),
    answer: {
      status: 200,
      description: "In the order of the policy; phrases that nobody wrote with 0.",
      schema: z.array(z.object({ signal: z.string(), phrase: z.string(), times: z.int() })),
    },
    problems: {
      404: "There is no such environment, or nothing was published.",
      422: "The window holds too much.",
    },
    handle: async ({ params: { environment }, query: { days } }) => {
      await environmentOf(db, environment);
      const live = await liveVersion(db, environment);
      if (live === null) throw new Refusal(404, `"${environment}" has no live policy.`);
      const until = clock();
      const window = { environment, since: until - days * DAY_MS, until };
      const { decisions } = await windowFacts(db, window);
      if (decisions > MOST_DECISIONS) throw new Refusal(422, tooMany(decisions));
      const compiled = compile(policyOf(live.document, `the live policy of ${environment}`));
      return { body: [...hitsOf(await countedPhrases(db, window), compiled)] };
    },
  });
}

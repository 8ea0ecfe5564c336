/** /api/v1/environments/{environment}/policy/promote: another environment's version, once everything it names is here. */
import { z } from "zod";
import { mayTouch } from "../../access/actor.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { Db } from "../../store/database.ts";
import { promote, type PromoteAsked } from "../../versions/promote.ts";
import { isPromoted, type Promotion, promotionLines } from "../../versions/promotion.ts";
import { liveVersion, loadVersion } from "../../versions/queries.ts";
import type { LookAtTarget } from "../../versions/target.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { findingSchema } from "./findings.ts";
import { dryRun, publishedSchema } from "./policy.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const promotedSchema = publishedSchema.extend({
  from: z.object({ environment: z.string(), number: z.int() }),
  to: z.string(),
  findings: z.array(findingSchema).describe("What the target lacks and did not stop it."),
});

/** `look` asks the accounts of the environment that is promoted to. */
export function promoteRoutes(db: Db, look: LookAtTarget): readonly ApiRoute[] {
  return [
    route({
      method: "POST",
      path: "/environments/{environment}/policy/promote",
      operationId: "promotePolicy",
      summary: "Takes a version of another environment to this one, which must have everything it names",
      scope: "policy:publish",
      params: environmentParam,
      body: z.strictObject({
        from: z.string().describe("The environment it comes from."),
        number: z.int().min(1).optional().describe("Its number there; the live one without it."),
        comment: z.string().default("").describe("Empty: the version's own."),
        force: z.boolean().default(false).describe("Pass warnings; faults stop it all the same."),
        dryRun,
      }),
      answer: { status: 200, description: "The new version's number here.", schema: promotedSchema },
      problems: {
        403: "The token lacks the scope, or this environment asks for another person than the authors.",
        404: "There is no such environment or version.",
        409: "The live version says just this.",
        422: "This environment lacks what the policy names (`findings`), or the text has faults.",
        502: "Salesforce, Intercom or Slack could not be asked.",
      },
      handle: async ({ params: { environment: to }, body, actor }) => {
        const { from, number } = body;
        if (!mayTouch(actor, from)) throw new Refusal(404, `There is no environment "${from}".`);
        await environmentOf(db, from);
        await environmentOf(db, to);
        const version =
          number === undefined ? await liveVersion(db, from) : await loadVersion(db, from, number);
        if (version === null)
          throw new Refusal(
            404,
            `"${from}" has no ${number === undefined ? "live policy" : `version ${number}`}.`,
          );
        const asked = { ...body, number: version.number, to, publisher: actor.name };
        return { body: promotedOrRefused(await asking(db, asked, look)) };
      },
    }),
  ];
}

async function asking(db: Db, asked: PromoteAsked, look: LookAtTarget): Promise<Promotion> {
  try {
    return await promote(db, asked, look);
  } catch (error) {
    if (error instanceof RetryableFailure || error instanceof PermanentFailure)
      throw new Refusal(502, `${asked.to} could not be looked at: ${error.message}`);
    throw error;
  }
}

function promotedOrRefused(promotion: Promotion): Extract<Promotion, { kind: "published" | "would" }> {
  if (isPromoted(promotion)) return promotion;
  const { kind, ...rest } = promotion;
  const status = { lacking: 422, faults: 422, "needs-review": 403, stale: 409, unchanged: 409 }[kind];
  throw new Refusal(status, promotionLines(promotion).join("\n"), { reason: kind, ...rest });
}

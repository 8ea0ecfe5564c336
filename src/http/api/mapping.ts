/** /api/v1/environments/{environment}/policy/mapping: which value goes to which field, and whether the org has it. */
import { z } from "zod";
import { MAPPED_OBJECTS, type Named, namesOf } from "../../policy/names.ts";
import { policyOf } from "../../policy/read.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
import { liveVersion } from "../../versions/queries.ts";
import type { LookAtTarget, TargetAnswer } from "../../versions/target.ts";
import { asking } from "./asking.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const rowSchema = z.object({
  object: z.enum(["Lead", "Contact", "Account", "Opportunity"]),
  from: z.string().describe("A field of the conversation, the person, the company or a score."),
  part: z.enum(["first-name", "last-name"]).nullable().describe("The part of a name that is meant."),
  to: z.string().describe("API name of the field in Salesforce."),
  direction: z.enum(["to-salesforce", "to-intercom", "both"]),
  writable: z
    .boolean()
    .nullable()
    .describe("Whether the org has the field and lets Baton write it; null: not asked, or only ever read."),
  says: z.string().nullable().describe("What the org lacks, in a sentence; null where nothing is wrong."),
});

/** `look` asks the environment's own accounts. */
export function mappingRoute(db: Db, look: LookAtTarget): ApiRoute {
  return route({
    method: "GET",
    path: "/environments/{environment}/policy/mapping",
    operationId: "readMapping",
    summary: "Which value the live policy brings to which field of Salesforce, and which way",
    scope: "policy:read",
    params: environmentParam,
    query: z.object({
      ask: z.enum(["true", "false"]).default("false").describe("Whether the org is asked for the fields."),
    }),
    answer: { status: 200, description: "In the order of the policy.", schema: z.array(rowSchema) },
    problems: {
      404: "There is no such environment, or nothing was published.",
      422: "Salesforce refuses to say.",
      502: "Salesforce does not answer.",
    },
    handle: async ({ params: { environment }, query: { ask } }) => {
      await environmentOf(db, environment);
      const live = await liveVersion(db, environment);
      if (live === null) throw new Refusal(404, `"${environment}" has no live policy.`);
      const policy = policyOf(live.document, `the live policy of ${environment}`);
      const fields = namesOf(policy).filter(({ kind }) => kind === "field");
      const target = ask === "true" ? await asking(() => look(environment, fields)) : null;
      return { body: rowsOf(policy, target?.answers ?? []) };
    },
  });
}

function rowsOf({ mapping }: Policy, answers: readonly TargetAnswer[]): z.infer<typeof rowSchema>[] {
  const keyOf = (path: Named["path"]): string => path.join("/");
  const known = new Map(answers.map((answer) => [keyOf(answer.named.path), answer]));
  return (["lead", "contact", "account", "opportunity"] as const).flatMap((object) =>
    mapping[object].map(({ from, with: part = null, to, direction }, at) => {
      const answer = known.get(keyOf(["mapping", object, at, "to"]));
      const writable = answer === undefined ? null : answer.level === "ok";
      const says = answer === undefined || writable === true ? null : answer.what;
      return { object: MAPPED_OBJECTS[object], from, part, to, direction, writable, says };
    }),
  );
}

/** /api/v1/environments: what there is, and how it works. */
import { z } from "zod";
import { mayTouch } from "../../access/actor.ts";
import type { Db } from "../../store/database.ts";
import { setEnvironment } from "../../versions/environments.ts";
import { type EnvironmentState, listEnvironmentStates } from "../../versions/queries.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

export const environmentParam = z.object({ environment: z.string() });
const mode = z.enum(["shadow", "live"]);
const review = z.enum(["optional", "required"]);

export const environmentSchema = z.object({
  name: z.string(),
  mode,
  review,
  live: z.int().nullable().describe("Number of the live policy version."),
  drafts: z.int(),
});

export function environmentRoutes(db: Db): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments",
      operationId: "listEnvironments",
      summary: "Every environment that the caller has a part in",
      scope: "environments:read",
      reach: "any",
      params: z.object({}),
      answer: { status: 200, description: "By name.", schema: z.array(environmentSchema) },
      handle: async ({ actor }) => ({
        body: (await listEnvironmentStates(db)).filter(({ name }) => mayTouch(actor, name)),
      }),
    }),
    route({
      method: "PATCH",
      path: "/environments/{environment}",
      operationId: "changeEnvironment",
      summary: "Sets the mode, or whether publishing needs a second person; what is not named stays",
      scope: "environments:write",
      params: environmentParam,
      body: z.strictObject({ mode: mode.optional(), review: review.optional() }),
      answer: { status: 200, description: "As it is now.", schema: environmentSchema },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment }, body, actor }) => {
        await environmentOf(db, environment);
        return { body: await setEnvironment(db, environment, body, actor.name) };
      },
    }),
  ];
}

/** The environment, or a refusal with 404. */
export async function environmentOf(db: Db, name: string): Promise<EnvironmentState> {
  const found = (await listEnvironmentStates(db)).find((one) => one.name === name);
  if (found === undefined) throw new Refusal(404, `There is no environment "${name}".`);
  return found;
}

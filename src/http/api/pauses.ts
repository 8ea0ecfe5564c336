/** /api/v1/environments/{environment}/pauses: destinations to which an environment sends nothing for now. */
import { z } from "zod";
import { pause, resume } from "../../handoff/pause.ts";
import { DESTINATIONS, listPauses } from "../../handoff/pause-queries.ts";
import type { Clock } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { environmentOf, environmentParam } from "./environments.ts";
import { type ApiRoute, Refusal, route } from "./route.ts";

const pauseSchema = z.object({
  environment: z.string(),
  destination: z.enum(DESTINATIONS),
  reason: z.string(),
  pausedBy: z.string(),
  isAutomatic: z
    .boolean()
    .describe("Its credentials were refused; it ends by itself when they are accepted."),
  since: z.number().describe("Milliseconds since 1970."),
  waiting: z.int().describe("Runs that wait for it."),
});
const params = environmentParam.extend({ destination: z.enum(DESTINATIONS) });

export function pauseRoutes(db: Db, clock: Clock): readonly ApiRoute[] {
  return [
    route({
      method: "GET",
      path: "/environments/{environment}/pauses",
      operationId: "listPauses",
      summary: "What is paused, why, and how much waits",
      scope: "issues:read",
      params: environmentParam,
      answer: { status: 200, description: "None: everything goes out.", schema: z.array(pauseSchema) },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment } }) => {
        await environmentOf(db, environment);
        return { body: await listPauses(db, environment) };
      },
    }),
    route({
      method: "PUT",
      path: "/environments/{environment}/pauses/{destination}",
      operationId: "pauseDestination",
      summary: "Sends nothing there until it is resumed; what is due waits and keeps its order",
      scope: "issues:write",
      params,
      body: z.strictObject({ reason: z.string().trim().min(1).max(1_000) }),
      answer: { status: 200, description: "The pause.", schema: pauseSchema },
      problems: { 404: "There is no such environment." },
      handle: async ({ params: { environment, destination }, body: { reason }, actor }) => {
        await environmentOf(db, environment);
        return { body: await pause(db, { environment, destination, reason }, actor.name, clock()) };
      },
    }),
    route({
      method: "DELETE",
      path: "/environments/{environment}/pauses/{destination}",
      operationId: "resumeDestination",
      summary: "Ends a pause: what waited goes out, the oldest first",
      scope: "issues:write",
      params,
      answer: { status: 200, description: "The pause as it was.", schema: pauseSchema },
      problems: { 404: "Nothing is paused there." },
      handle: async ({ params: { environment, destination }, actor }) => {
        const ended = await resume(db, { environment, destination }, actor.name);
        if (ended === null) throw new Refusal(404, `${destination} of "${environment}" is not paused.`);
        return { body: ended };
      },
    }),
  ];
}

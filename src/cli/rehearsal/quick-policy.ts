/** The policy of a rehearsal in which nobody waits a day: the waits of follow-ups and the SLA, shortened. */
import { parse } from "yaml";
import { z } from "zod";
import { durationMs, type Ms } from "../../kernel/time.ts";

const HOUR_MS = durationMs("1h");

/** The parts that are shortened; everything else passes as it stands. */
const waits = z.looseObject({
  recipes: z.array(z.looseObject({ followUp: z.looseObject({ after: z.string() }).optional() })).optional(),
  routing: z
    .looseObject({
      sla: z.looseObject({ firstContact: z.string(), remindAt: z.string().optional() }).optional(),
    })
    .optional(),
});

/**
 * The same policy with an hour of every wait passing in `hourAs`, on a clock that always runs: a rehearsal at night would
 * wait for the morning. How soon a customer must be answered stays as it is. `document` is a policy without faults.
 */
export function quickened(document: string, hourAs: Ms): string {
  const policy = waits.parse(parse(document));
  const quick = (span: string): string =>
    `${Math.max(1, Math.round((durationMs(span) * hourAs) / HOUR_MS))}ms`;
  const recipes = policy.recipes?.map((recipe) =>
    recipe.followUp === undefined
      ? recipe
      : { ...recipe, followUp: { ...recipe.followUp, after: quick(recipe.followUp.after) } },
  );
  const sla = policy.routing?.sla;
  const quickSla = sla && {
    ...sla,
    clock: "always",
    firstContact: quick(sla.firstContact),
    ...(sla.remindAt !== undefined && { remindAt: quick(sla.remindAt) }),
  };
  return JSON.stringify({
    ...policy,
    ...(recipes && { recipes }),
    ...(policy.routing && { routing: { ...policy.routing, ...(quickSla && { sla: quickSla }) } }),
  });
}

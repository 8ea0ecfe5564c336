/** Things that somebody ticked in a list: so many at a time, and only those of the environment. */
import { z } from "zod";
import { Refusal } from "./route.ts";

const MOST_CHOSEN = 200;

/** Ids of what was ticked; one that comes twice counts once. */
export const chosenIds = z
  .array(z.string().min(1).max(200))
  .min(1, "needs at least one id")
  .max(MOST_CHOSEN, `takes at most ${MOST_CHOSEN} ids at a time: ask again with the rest`);

export const unknownProblem = { 404: "There is no such environment, or one of the ids is none of it." };

/** Refuses where some of what was asked for is none of the environment: nothing is done by halves. */
export function refuseUnknown(what: string, environment: string, unknown: readonly string[]): void {
  const [first, ...more] = unknown;
  if (first === undefined) return;
  const rest = more.length === 0 ? "" : ` (nor ${more.length} more of those asked for)`;
  throw new Refusal(404, `There is no ${what} "${first}" in ${environment}${rest}.`);
}

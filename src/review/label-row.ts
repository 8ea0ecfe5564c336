/** A labelled conversation as one line of a file, as `baton validate` and `baton score` read it. Pure. */
import type { Evidence } from "../qualify/scores.ts";
import type { Label } from "./results.ts";
import type { Reviewed } from "./votes.ts";

/** What was known when it was decided, with what people say of it. Who said it, and their notes, stay here. */
export function labelRow(
  { item, isRight, weight }: Label<Reviewed>,
  { snapshot, crm }: Evidence,
): Readonly<Record<string, unknown>> {
  const { contact, company, usage, tags, team, url, state, messages } = snapshot;
  return {
    id: item.conversation,
    label: isRight ? "yes" : "no",
    weight,
    stratum: item.stratum,
    recipe: item.recipe,
    turns: messages.map(({ id, role, author, at, text, redacted }) => ({
      id,
      role,
      author,
      at,
      text,
      redacted,
    })),
    contact,
    company,
    usage,
    tags,
    team,
    url,
    state,
    crm,
  };
}

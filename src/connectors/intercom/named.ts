/** Whether the workspace has the teams and tags that a policy names. */
import type { InboxName, Named } from "../../policy/names.ts";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { TargetAnswer } from "../../versions/target.ts";
import type { IntercomConnection } from "./inbox.ts";

const FIX = {
  team: "Create the team in Intercom, or correct the policy.",
  tag: "Create the tag in Intercom, or correct the policy.",
} as const;

/** One answer a name. A list that the app may not read leaves its names unknown. */
export async function inboxAnswers(
  connection: Pick<IntercomConnection, "list">,
  names: readonly Named<InboxName>[],
): Promise<readonly TargetAnswer[]> {
  const kinds = new Set(names.map(({ kind }) => kind));
  const [teams, tags] = await Promise.all([
    kinds.has("team") ? listed(connection, "teams") : null,
    kinds.has("tag") ? listed(connection, "tags") : null,
  ]);
  return names.map((named) =>
    named.kind === "team" ? answerOf(named, named.team, teams) : answerOf(named, named.tag, tags),
  );
}

function answerOf(named: Named<InboxName>, name: string, known: ReadonlySet<string> | null): TargetAnswer {
  const { kind } = named;
  if (known === null)
    return {
      named,
      level: "unknown",
      what: `Intercom does not show whether it has ${kind} "${name}"`,
      fix: null,
    };
  if (known.has(name.toLowerCase()))
    return { named, level: "ok", what: `Intercom has ${kind} "${name}"`, fix: null };
  return { named, level: "missing", what: `Intercom has no ${kind} "${name}"`, fix: FIX[kind] };
}

/** Names in lower case, as Baton compares them; null where the app lacks the permission. */
async function listed(
  connection: Pick<IntercomConnection, "list">,
  what: "teams" | "tags",
): Promise<ReadonlySet<string> | null> {
  try {
    return new Set((await connection.list(what)).map(({ name }) => name.toLowerCase()));
  } catch (error) {
    if (error instanceof PermanentFailure && error.facts.status === 403) return null;
    throw error;
  }
}

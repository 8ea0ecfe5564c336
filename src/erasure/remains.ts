/** What stays with others after an erasure: everything that was written there, by the ids they know it by. Pure. */
import type { Belongings, Written } from "./queries.ts";

export interface Remains {
  readonly system: "intercom" | "salesforce" | "slack" | "email" | "enrichment";
  /** "Task 00T...", "conversation 123". */
  readonly what: string;
  readonly handoff: string | null;
  /** Null: nobody knows whether it arrived. */
  readonly isCertain: boolean;
}

/** One line for each record, message and conversation. */
export function remainsOf(
  { contacts, conversations }: Belongings,
  written: readonly Written[],
): readonly Remains[] {
  const intercom = [
    ...contacts.map((id) => `contact ${id}`),
    ...conversations.map((id) => `conversation ${id}`),
  ].map((what): Remains => ({ system: "intercom", what, handoff: null, isCertain: true }));
  return [...intercom, ...written.flatMap(linesOf)];
}

function linesOf({ handoff, target, kind, state, ids, id }: Written): readonly Remains[] {
  const line = (system: Remains["system"], what: string): Remains => ({
    system,
    what,
    handoff,
    isCertain: state !== "maybe",
  });
  switch (target) {
    case "salesforce":
      return Object.entries(ids ?? {}).map(([ref, record]) => line("salesforce", `${ref} ${record}`));
    case "slack":
      return [line("slack", id === null ? "a message" : `message ${id}`)];
    case "email":
      return [line("email", id === null ? "a mail" : `mail ${id}`)];
    default:
      return kind === "reply" && target === "intercom"
        ? [line("intercom", "an answer in the conversation")]
        : [];
  }
}

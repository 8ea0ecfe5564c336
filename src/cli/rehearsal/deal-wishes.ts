/**
 * What somebody shows in Intercom in the end: of everything that the stages of all their deals ask for, tag by tag the
 * last. A person with a lost deal and one that is won after it is no case for win-back. Pure.
 */
import type { Policy } from "../../policy/schema.ts";

/** A row of OpportunityHistory. */
export interface StageRow {
  readonly id: string;
  readonly deal: string;
  readonly stage: string;
  /** ISO 8601; Salesforce keeps whole seconds. */
  readonly at: string;
}

export interface Wishes {
  /** Tags that they have, and tags that they must not have. */
  readonly wants: readonly string[];
  readonly shuns: readonly string[];
}

export function wishesOf(rows: readonly StageRow[], policy: Policy): Wishes {
  const wishes = new Map<string, boolean>();
  const stages = new Map<string, string>();
  for (const { deal, stage } of rows.toSorted((a, b) => a.at.localeCompare(b.at) || (a.id < b.id ? -1 : 1))) {
    // Another amount is no other stage.
    if (stages.get(deal) === stage) continue;
    stages.set(deal, stage);
    const { tags, untag } = asksFor(stage, policy);
    for (const tag of untag) wishes.set(tag, false);
    for (const tag of tags) wishes.set(tag, true);
  }
  const those = (isOn: boolean) => [...wishes].flatMap(([tag, is]) => (is === isOn ? [tag] : []));
  return { wants: those(true), shuns: those(false) };
}

/** What the policy's rule for a deal that is won, lost or open asks for; told apart by the fields that such rules name. */
function asksFor(
  stage: string,
  policy: Policy,
): { readonly tags: readonly string[]; readonly untag: readonly string[] } {
  const isWon = stage === "Closed Won";
  const isClosed = isWon || stage === "Closed Lost";
  const rule = policy.feedback.stages.find(
    ({ when }) =>
      !("rules" in when) &&
      when.operator === "=" &&
      (isWon ? when.field === "opportunity.isWon" : when.field === "opportunity.isClosed") &&
      when.value === isClosed,
  );
  const sequence = rule?.enrol === undefined ? undefined : policy.feedback.sequences[rule.enrol];
  return {
    tags: [rule?.tag, sequence?.tag].filter((tag) => tag !== undefined),
    untag: rule?.untag ?? [],
  };
}

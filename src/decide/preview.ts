/**
 * The answer without any network, for `baton score`, tests of a policy, and the sample of a screen.
 */
import type { Evidence } from "../qualify/scores.ts";
import type { Trigger } from "../conversation/fold.ts";
import { type Case, judge } from "./judge.ts";

/**
 * What the policy says with no network at all, as `baton score` prints it: fields that only enrichment or Salesforce
 * could tell count as not proven, but somebody who complains or cancels is taken for a customer.
 */
export function preview(given: Omit<Case, "lookedUp">): {
  readonly excluded: string | null;
  readonly recipe: string | null;
  readonly qualified: boolean;
} {
  const judgement = judge({ ...given, lookedUp: true });
  switch (judgement.kind) {
    case "excluded":
      return { excluded: judgement.exclusion, recipe: null, qualified: false };
    case "candidate":
      return { excluded: null, recipe: judgement.recipe, qualified: true };
    case "below-threshold":
      return { excluded: null, recipe: null, qualified: false };
  }
}

/** Everything a conversation holds that could have triggered a recipe, for a row that has no history of events. */
export function triggersOf(evidence: Evidence): readonly Trigger[] {
  const { snapshot } = evidence;
  const triggers: Trigger[] = [];
  if (snapshot.messages.some((message) => message.role === "customer")) triggers.push("message");
  if (snapshot.tags.length > 0 || (snapshot.contact?.tags.length ?? 0) > 0) triggers.push("tag");
  if (snapshot.usage.length > 0) triggers.push("usage");
  return triggers;
}

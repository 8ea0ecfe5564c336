/**
 * Walks over the parts of a policy that several rules of the linter need: its conditions and the rules inside them.
 */
import type { Condition, Rule } from "../condition.ts";
import type { Policy } from "../schema.ts";

/** Every condition of the policy. */
export function conditionsIn(policy: Policy): readonly Condition[] {
  const both = (
    list: readonly { readonly when?: Condition | undefined; readonly and?: Condition | undefined }[],
  ) => list.flatMap(({ when, and }) => [when ?? [], and ?? []].flat());
  return [
    ...Object.values(policy.signals).flatMap(({ attribute }) => attribute ?? []),
    ...Object.values(policy.scores).flatMap(({ bonus, multiply }) => both([...bonus, ...multiply])),
    ...both([
      ...policy.exclusions,
      ...policy.recipes,
      ...policy.records,
      ...policy.routing.territories,
      ...policy.routing.alsoTell,
      ...policy.feedback.stages,
    ]),
  ];
}

/** The rules of a condition, however deep. */
export function rulesIn(condition: Condition): readonly Rule[] {
  return "rules" in condition ? condition.rules.flatMap(rulesIn) : [condition];
}

/** The value of a rule as a list of texts. */
export function namesIn({ value }: Rule): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "object" ? value.map(String) : [String(value)];
}

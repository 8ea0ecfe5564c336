/**
 * What a deal's new stage asks of Intercom, as the policy's `feedback` says: the first rule that applies, its tags for
 * every contact of the deal. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { FieldLookup, Scalar } from "../policy/condition.ts";
import { decide } from "../policy/evaluate.ts";
import type { Policy } from "../policy/schema.ts";
import type { Deal, StageChange } from "./deal.ts";

/** One write to everybody in Intercom who has this address; done twice it changes nothing. */
export type FeedbackRequest =
  | { readonly kind: "tag"; readonly email: string; readonly tag: string }
  | { readonly kind: "untag"; readonly email: string; readonly tag: string }
  | {
      readonly kind: "set-attributes";
      readonly email: string;
      readonly attributes: Readonly<Record<string, Scalar>>;
    };

export interface PlannedChange {
  readonly change: StageChange;
  /** Position of the rule in `feedback.stages`; null when none applies. */
  readonly rule: number | null;
  readonly requests: readonly FeedbackRequest[];
}

/** What each change asks for, in order. A deal without contacts asks for nothing. */
export function planFeedback(
  deal: Deal,
  changes: readonly StageChange[],
  policy: Policy,
  now: EpochMs,
): readonly PlannedChange[] {
  return changes.map((change) => {
    const lookup = factsOfChange(change);
    const rule = policy.feedback.stages.findIndex(({ when }) => decide(when, lookup, now) === "yes");
    const stage = policy.feedback.stages[rule];
    if (stage === undefined) return { change, rule: null, requests: [] };
    return { change, rule, requests: deal.emails.flatMap((email) => requestsFor(email, stage, policy)) };
  });
}

function factsOfChange({ stage, isClosed, isWon, amount }: StageChange): FieldLookup {
  const facts: Readonly<Record<string, ReturnType<FieldLookup>>> = {
    "opportunity.stage": stage,
    "opportunity.isClosed": isClosed,
    "opportunity.isWon": isWon,
    "opportunity.amount": amount,
  };
  return (field) => facts[field];
}

type Stage = Policy["feedback"]["stages"][number];

/** Old tags go before new ones come, so that an entry rule never sees both. */
function requestsFor(email: string, stage: Stage, policy: Policy): readonly FeedbackRequest[] {
  const sequence = stage.enrol === undefined ? undefined : policy.feedback.sequences[stage.enrol];
  const tags = [stage.tag, sequence?.tag].filter((tag) => tag !== undefined);
  const attributes = sequence?.attribute;
  return [
    ...stage.untag.map((tag) => ({ kind: "untag", email, tag }) as const),
    ...(attributes === undefined ? [] : [{ kind: "set-attributes", email, attributes } as const]),
    ...tags.map((tag) => ({ kind: "tag", email, tag }) as const),
  ];
}

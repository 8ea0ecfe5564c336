/**
 * Two courses of the same conversations compared: a conversation counts once, by the strongest that became of it in the
 * window, however many messages it had.
 */
import type { Outcome, Plan, Standing } from "./outcome.ts";

/** What one policy made of a conversation over the whole window. */
export interface Side {
  readonly standing: Standing;
  /** The exclusion or the recipe that stands for it. */
  readonly reason: string | null;
  /** One for each recipe that was carried out or is held. */
  readonly plans: readonly Plan[];
  /** The highest of each score. */
  readonly scores: Readonly<Record<string, number>>;
}

export const UNSEEN: Side = { standing: "gone", reason: null, plans: [], scores: {} };

/** The stronger wins; among equals the earlier. */
const STRENGTH: Readonly<Record<Standing, number>> = {
  handoff: 6,
  "needs-salesforce": 5,
  held: 4,
  "already-handed-off": 3,
  excluded: 2,
  "below-threshold": 1,
  gone: 0,
};

/** `side` after one more decision about the conversation. */
export function withOutcome(side: Side, outcome: Outcome, scores: Readonly<Record<string, number>>): Side {
  const isStronger = side === UNSEEN || STRENGTH[outcome.kind] > STRENGTH[side.standing];
  return {
    standing: isStronger ? outcome.kind : side.standing,
    reason: isStronger ? reasonOf(outcome) : side.reason,
    plans: "plan" in outcome ? withPlan(side.plans, outcome) : side.plans,
    scores: highest(side.scores, scores),
  };
}

function reasonOf(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case "handoff":
    case "held":
      return outcome.plan.recipe;
    case "needs-salesforce":
    case "already-handed-off":
      return outcome.recipe;
    case "excluded":
      return outcome.exclusion;
    case "below-threshold":
    case "gone":
      return null;
  }
}

/** A recipe's handoff replaces what was held of it; a second handoff of a later episode adds nothing new. */
function withPlan(plans: readonly Plan[], outcome: Extract<Outcome, { plan: Plan }>): readonly Plan[] {
  const { plan } = outcome;
  const known = plans.find((one) => one.recipe === plan.recipe);
  if (known === undefined) return [...plans, plan];
  if (known.owner !== null || outcome.kind === "held") return plans;
  return plans.map((one) => (one === known ? plan : one));
}

function highest(
  known: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  if (Object.keys(known).length === 0) return more;
  const higher = Object.entries(more).filter(
    ([name, value]) => value > (known[name] ?? Number.NEGATIVE_INFINITY),
  );
  return higher.length === 0 ? known : { ...known, ...Object.fromEntries(higher) };
}

export type Part = "standing" | "recipe" | "record" | "owner";

export type Movement =
  | { readonly kind: "same" | "enters" | "leaves" }
  | { readonly kind: "changes"; readonly parts: readonly Part[] }
  /** One of the two cannot be told without asking Salesforce. */
  | { readonly kind: "unsure" };

/** A conversation is in when somebody gets it or it waits for somebody; else it is out. */
export function movementOf(before: Side, after: Side): Movement {
  const isUnsure = (side: Side): boolean => side.standing === "needs-salesforce";
  if (isUnsure(before) || isUnsure(after))
    return { kind: isUnsure(before) && isUnsure(after) ? "same" : "unsure" };
  const [was, is] = [isIn(before), isIn(after)];
  if (was !== is) return { kind: is ? "enters" : "leaves" };
  const parts = was ? changedParts(before, after) : [];
  return parts.length === 0 ? { kind: "same" } : { kind: "changes", parts };
}

function isIn(side: Side): boolean {
  return side.standing === "handoff" || side.standing === "held";
}

function changedParts(before: Side, after: Side): readonly Part[] {
  const parts: Part[] = [];
  if (before.standing !== after.standing) parts.push("standing");
  const recipes = (side: Side): string =>
    side.plans
      .map((plan) => plan.recipe)
      .toSorted()
      .join("\n");
  if (recipes(before) !== recipes(after)) parts.push("recipe");
  const pairs = before.plans.flatMap((plan) => {
    const other = after.plans.find((one) => one.recipe === plan.recipe) ?? after.plans[0];
    return other === undefined ? [] : [[plan, other] as const];
  });
  if (pairs.some(([was, is]) => was.record !== is.record)) parts.push("record");
  if (pairs.some(([was, is]) => was.owner !== is.owner)) parts.push("owner");
  return parts;
}

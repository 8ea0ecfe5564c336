/** A stored decision as a person reads it: how the points add up, why this recipe and why no other. Pure. */
import type { Decision, OwnerPlan, Receipt, Told } from "../../decide/decision.ts";
import { type Step, stepsOf } from "../../decide/judge.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Contribution, Scores } from "../../qualify/scores.ts";
import type { FrozenInputs } from "../replay.ts";

export interface ScoreRow extends Contribution {
  /** What the score has come to with this row. */
  readonly sum: number;
}

export interface ScoreSum {
  readonly name: string;
  readonly value: number;
  readonly threshold: number;
  readonly rows: readonly ScoreRow[];
}

/** Each score with its contributions and their running sum; the last sum is its value. */
export function sumsOf({ values, contributions }: Scores): readonly ScoreSum[] {
  return Object.entries(values).map(([name, { value, threshold }]) => {
    let sum = 0;
    const rows = contributions
      .filter(({ score }) => score === name)
      .map((row) => {
        sum = Math.round((sum + row.points) * 100) / 100;
        return { ...row, sum };
      });
    return { name, value, threshold, rows };
  });
}

/** A recipe beside what the conversation said to it. */
export interface RecipeWhy {
  readonly id: string;
  readonly name: string;
  /**
   * taken: it is the decision's; fits: all that it asks for held, and another one or an exclusion stood before it;
   * missing: the steps that are not "yes" would have had to differ.
   */
  readonly verdict: "taken" | "fits" | "missing";
  readonly steps: readonly Step[];
}

/** What every recipe of the policy of that time said, in its order. */
export function recipesWhy(
  inputs: Pick<FrozenInputs, "evidence" | "scores" | "triggers" | "now">,
  policy: Policy,
  taken: string | null,
): readonly RecipeWhy[] {
  const { evidence, scores, triggers, now } = inputs;
  return policy.recipes.map((recipe) => {
    const steps = stepsOf(recipe, { evidence, scores, triggers, now, policy, lookedUp: true });
    const fits = steps.every((step) => step.verdict === "yes");
    const { id, name } = recipe;
    return { id, name, steps, verdict: id === taken ? "taken" : fits ? "fits" : "missing" };
  });
}

/** Whoever was chosen, and who was passed over why. */
export interface OwnerWhy {
  readonly owner: string | null;
  readonly route: string;
  readonly via: string | null;
  readonly receipts: readonly Receipt[];
}

/** The owner, then the second people; of a held conversation the route on which nobody could take it. */
export function ownersWhy(decision: Decision): readonly OwnerWhy[] {
  switch (decision.kind) {
    case "handoff":
      return [decision.owner, ...decision.seconds].map(ownerWhy);
    case "held": {
      const { route, receipts } = decision;
      return [{ owner: null, route, via: null, receipts }];
    }
    case "excluded":
    case "below-threshold":
    case "gone":
    case "already-handed-off":
      return [];
  }
}

function ownerWhy({ owner, route, via, receipts }: OwnerPlan): OwnerWhy {
  const name = owner.kind === "queue" ? `queue ${owner.name}` : (owner.name ?? owner.email ?? owner.id);
  return { owner: name, route, via, receipts };
}

/** What was decided, as one sentence. */
export function verdictWords(decision: Decision): string {
  switch (decision.kind) {
    case "handoff":
      return `Handed off by ${decision.recipe}: ${decision.record.because}.`;
    case "held":
      return `Held: ${decision.reason}.`;
    case "excluded":
      return `Excluded by ${labelOf(decision)}.`;
    case "below-threshold":
      return "No recipe applied.";
    case "already-handed-off":
      return `Handed off before by ${decision.recipe}; its cool-down lasts.`;
    case "gone":
      return `Gone: ${decision.reason}.`;
  }
}

function labelOf({ judgement, exclusion }: Extract<Decision, { kind: "excluded" }>): string {
  return judgement.exclusions.find(({ id }) => id === exclusion)?.label ?? exclusion;
}

/** Who is told, and as what. */
export function toldWords(told: Told): string {
  switch (told.kind) {
    case "slack-channel":
      return `${told.channel} in Slack`;
    case "slack-user":
      return `${told.email} in Slack, as ${told.as}`;
    case "email":
      return `${told.email} by e-mail, as ${told.as}`;
    case "queue-task":
      return `${told.queue.name ?? told.queue.id} by a Task, as ${told.as}`;
    case "nobody":
      return `nobody as ${told.as}: ${told.reason}`;
  }
}

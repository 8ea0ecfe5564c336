/**
 * Exclusions first, then the recipes in their order; the first that applies wins. Pure and three-valued: a field
 * nobody has looked up yet is neither true nor false, and says so.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Condition, FieldLookup } from "../policy/condition.ts";
import { decide, evaluate, type Verdict } from "../policy/evaluate.ts";
import type { Policy, Recipe } from "../policy/schema.ts";
import type { Evidence, Scores } from "../qualify/scores.ts";
import { factsOf } from "../qualify/facts.ts";
import type { Trigger } from "../conversation/fold.ts";
import type { Considered, Judgement } from "./decision.ts";

export interface Case {
  readonly evidence: Evidence;
  readonly scores: Scores;
  readonly policy: Policy;
  readonly triggers: readonly Trigger[];
  readonly now: EpochMs;
  /** True when enrichment and Salesforce have been asked: what is still unknown then counts as not proven. */
  readonly lookedUp: boolean;
}

/**
 * What the policy says to this conversation. "candidate" with `certain: false` needs enrichment or Salesforce to be sure.
 * Where nobody will read why, `explained: false` leaves the reasons of conditions empty and saves half of the time.
 */
export function judge(given: Case, explained = true): Judgement {
  const lookup = factsOf(given.evidence, given.scores);
  const check: Check = (condition) => checked(condition, lookup, given.now, explained);
  const exclusions = given.policy.exclusions.map((exclusion) =>
    settle(given.lookedUp, {
      ...consider(exclusion.id, [check(exclusion.when)]),
      ...(exclusion.label !== undefined && { label: exclusion.label }),
    }),
  );
  const excluded = exclusions.find((one) => one.verdict === "yes");
  if (excluded !== undefined) return { kind: "excluded", exclusion: excluded.id, exclusions, recipes: [] };

  const recipes: Considered[] = [];
  for (const recipe of given.policy.recipes) {
    const considered = settle(given.lookedUp, considerRecipe(recipe, given, check));
    recipes.push(considered);
    if (considered.verdict !== "no") {
      const certain = considered.verdict === "yes" && exclusions.every((one) => one.verdict === "no");
      return { kind: "candidate", recipe: recipe.id, certain, exclusions, recipes };
    }
  }
  return { kind: "below-threshold", exclusions, recipes };
}

/** Whether enrichment is worth a wait: the recipe says so, or nobody knows yet whether the recipe applies. */
export function asksEnrichment(
  policy: Policy,
  judgement: Extract<Judgement, { kind: "candidate" }>,
): boolean {
  return (
    recipeOf(policy, judgement.recipe).enrich === "required-soon" ||
    judgement.recipes.at(-1)?.verdict === "unknown"
  );
}

/** The recipe of this id. A judgement can only name one the policy has; anything else is a bug, and throws. */
export function recipeOf(policy: Policy, id: string): Recipe {
  const recipe = policy.recipes.find((one) => one.id === id);
  if (recipe === undefined) throw new Error(`the policy has no recipe ${id}`);
  return recipe;
}

/** One thing that a recipe asks for. */
export interface Step {
  readonly verdict: Verdict;
  readonly reason: string;
}

type Check = (condition: Condition) => Step;

function checked(condition: Condition, lookup: FieldLookup, now: EpochMs, explained: boolean): Step {
  if (!explained) return { verdict: decide(condition, lookup, now), reason: "" };
  const { verdict, trace } = evaluate(condition, lookup, now);
  return { verdict, reason: trace.text };
}

/** Everything that the recipe asks for, each with what the case says to it, whatever other recipes say. */
export function stepsOf(recipe: Recipe, given: Case): readonly Step[] {
  const lookup = factsOf(given.evidence, given.scores);
  return recipeSteps(recipe, given, (condition) => checked(condition, lookup, given.now, true));
}

/** All steps must hold: one "no" decides, an "unknown" keeps it open. */
function consider(id: string, steps: readonly Step[]): Considered {
  const verdicts = steps.map((step) => step.verdict);
  const verdict = verdicts.includes("no") ? "no" : verdicts.includes("unknown") ? "unknown" : "yes";
  return { id, verdict, reasons: steps.map((step) => step.reason) };
}

function settle(lookedUp: boolean, considered: Considered): Considered {
  return lookedUp && considered.verdict === "unknown" ? { ...considered, verdict: "no" } : considered;
}

function considerRecipe(recipe: Recipe, given: Case, check: Check): Considered {
  return consider(recipe.id, recipeSteps(recipe, given, check));
}

function recipeSteps(recipe: Recipe, given: Case, check: Check): readonly Step[] {
  const steps: Step[] = [heardTrigger(recipe, given.triggers)];
  if (recipe.when !== undefined) steps.push(check(recipe.when));
  if (recipe.and !== undefined) steps.push(check(recipe.and));
  if (recipe.customersOnly) steps.push(isCustomer(given.evidence));
  if (recipe.score !== undefined) steps.push(reaches(recipe.score, given.scores));
  return steps;
}

function heardTrigger(recipe: Recipe, triggers: readonly Trigger[]): Step {
  const heard = recipe.on.filter((trigger) => triggers.includes(trigger));
  return heard.length > 0
    ? { verdict: "yes", reason: `started by a ${heard.join(" and a ")}` }
    : {
        verdict: "no",
        reason: `listens to ${recipe.on.join(", ")}; this was ${triggers.join(", ") || "nothing of that"}`,
      };
}

function reaches(gate: NonNullable<Recipe["score"]>, scores: Scores): Step {
  const score = scores.values[gate.name];
  const value = score?.value ?? 0;
  const wanted = gate.atLeast === "threshold" ? (score?.threshold ?? Number.POSITIVE_INFINITY) : gate.atLeast;
  const verdict = value >= wanted ? "yes" : "no";
  return { verdict, reason: `score ${gate.name} is ${value}, wanted at least ${wanted}` };
}

/**
 * A customer has won business in Salesforce, or pays by Intercom's own word. Before Salesforce was asked nobody knows,
 * and a person who writes as a customer is given the benefit of the doubt.
 */
function isCustomer({ snapshot, crm }: Evidence): Step {
  const { company } = snapshot;
  if (company?.customerSince != null || (company?.annualValue ?? 0) > 0) {
    return { verdict: "yes", reason: "Intercom says that the company is a customer" };
  }
  if (crm === null) return { verdict: "yes", reason: "taken for a customer until Salesforce says otherwise" };
  return crm.opportunities.some((opportunity) => opportunity.isWon)
    ? { verdict: "yes", reason: "Salesforce has a won opportunity" }
    : { verdict: "no", reason: "no won opportunity in Salesforce and no contract in Intercom" };
}

/**
 * How high a score can climb, and what waits for more than that.
 */
import type { EpochMs } from "../../kernel/time.ts";
import type { Policy, Recipe, ScoreRule, Signal } from "../schema.ts";
import { domainsAt } from "./domain.ts";
import type { Remark } from "./finding.ts";
import { whyImpossible } from "./proof.ts";
import type { Demand, Ground } from "./proof.ts";

/** The most a score can reach, and the sum that says so. */
export interface Reach {
  readonly most: number;
  readonly words: string;
}

/** Bonuses and multipliers beyond that are not tried in every combination but taken at their best. */
const MOST_COMBINED = 8;

/**
 * The reach of every score by name. Bonuses and multipliers that exclude each other are not added up; where there are
 * too many of them the reach is never too low.
 */
export function reachesOf(policy: Policy, now: EpochMs): Readonly<Record<string, Reach>> {
  const ground: Ground = { domains: domainsAt("score", Object.keys(policy.signals), {}), now };
  return Object.fromEntries(
    Object.entries(policy.scores).map(([name, rule]) => [name, reachOf(rule, policy, ground)]),
  );
}

function reachOf(rule: ScoreRule, policy: Policy, ground: Ground): Reach {
  const signals = [...new Set(rule.signals)].reduce((sum, name) => sum + mostOf(policy.signals[name]), 0);
  const engagement = mostEngaged(rule);
  const shares = (rule.combine?.intercomScore ?? 0) + (rule.combine?.salesforceScore ?? 0);
  const others = Math.round(shares * 10_000) / 100;
  const best = bestChoice(rule, signals + engagement, ground);
  const most = Math.max(0, Math.round((best.value + others) * 100) / 100);
  const parts = [
    `signals give at most ${signals}`,
    ...(engagement === 0 ? [] : [`engagement ${engagement}`]),
    ...best.labels,
    ...(others === 0 ? [] : [`the other systems' scores ${others}`]),
  ];
  return { most, words: `${parts.join(", ")}: ${most} at most` };
}

/** Every piece of evidence counts once, up to the cap; a signal that takes points off may stay away. */
function mostOf(signal: Signal | undefined): number {
  if (signal === undefined || signal.points <= 0) return 0;
  const { phrases, tags, examples, usage, attribute } = signal;
  const pieces =
    phrases.length +
    tags.length +
    examples.length +
    (usage === undefined ? 0 : 1) +
    (attribute === undefined ? 0 : 1);
  return Math.min(pieces * signal.points, Math.abs(signal.cap ?? Number.POSITIVE_INFINITY));
}

function mostEngaged({ engagement }: ScoreRule): number {
  if (engagement === undefined) return 0;
  return engagement.perCustomerMessage > 0 ? engagement.cap : Math.min(0, engagement.cap);
}

interface Choice {
  readonly value: number;
  readonly labels: readonly string[];
}

type Step = { readonly label: string; readonly demand: Demand["condition"] } & (
  { readonly kind: "add"; readonly points: number } | { readonly kind: "multiply"; readonly by: number }
);

function bestChoice(rule: ScoreRule, base: number, ground: Ground): Choice {
  const steps: readonly Step[] = [
    ...rule.bonus.map(({ label, when, points }): Step => ({ kind: "add", label, demand: when, points })),
    ...rule.multiply.map(({ label, when, by }): Step => ({ kind: "multiply", label, demand: when, by })),
  ];
  const isTried = steps.length <= MOST_COMBINED;
  const from = (at: number, value: number, labels: readonly string[], demands: readonly Demand[]): Choice => {
    const step = steps[at];
    if (step === undefined) return { value, labels };
    const choices = [true, false].flatMap((applies) => {
      const more: Demand = { condition: step.demand, wanted: applies ? "yes" : "not-yes" };
      const chosen = [...demands, more];
      // Beyond the limit each step is asked for by itself: then more may be added up than can come together.
      if (whyImpossible(isTried ? chosen : [more], ground) !== null) return [];
      if (!isTried && applies !== helps(step, value)) return [];
      const labelled = applies ? [...labels, words(step)] : labels;
      return [from(at + 1, applies ? applied(step, value) : value, labelled, chosen)];
    });
    const [first = from(at + 1, value, labels, demands), ...others] = choices;
    return others.reduce((best, one) => (one.value > best.value ? one : best), first);
  };
  return from(0, base, [], []);
}

function applied(step: Step, value: number): number {
  return step.kind === "add" ? value + step.points : value * step.by;
}

function helps(step: Step, value: number): boolean {
  return applied(step, value) > value;
}

function words(step: Step): string {
  return step.kind === "add" ? `${step.label} ${step.points}` : `${step.label} times ${step.by}`;
}

/** The value that a recipe's score must reach. */
export function gateOf(policy: Policy, { score }: Recipe): number {
  if (score === undefined) return 0;
  return score.atLeast === "threshold" ? (policy.scores[score.name]?.threshold ?? 0) : score.atLeast;
}

/** Thresholds and gates beyond what their score can reach. */
export function scoreRemarks(policy: Policy, reaches: Readonly<Record<string, Reach>>): readonly Remark[] {
  const thresholds = Object.entries(policy.scores).flatMap(([name, { threshold }]): readonly Remark[] =>
    beyond(threshold, reaches[name], {
      rule: "threshold-unreachable",
      path: ["scores", name, "threshold"],
      message: `no conversation can reach the threshold ${threshold} of ${name}`,
    }),
  );
  const gates = policy.recipes.flatMap((recipe, at): readonly Remark[] =>
    recipe.score === undefined || recipe.score.atLeast === "threshold"
      ? []
      : beyond(recipe.score.atLeast, reaches[recipe.score.name], {
          rule: "score-gate-unreachable",
          path: ["recipes", at, "score", "atLeast"],
          message: `recipe ${recipe.id} can never be reached: it wants a score of at least ${recipe.score.atLeast}`,
        }),
  );
  return [...thresholds, ...gates];
}

function beyond(
  wanted: number,
  reach: Reach | undefined,
  about: Pick<Remark, "rule" | "path" | "message">,
): readonly Remark[] {
  if (reach === undefined || wanted <= reach.most) return [];
  return [
    {
      severity: "fault",
      ...about,
      proof: reach.words,
      next: "lower it, or let signals, caps and bonuses give more",
    },
  ];
}

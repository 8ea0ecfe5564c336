/**
 * Parts of a policy that no conversation can reach: their condition contradicts itself, an earlier part takes
 * everything they take, or an exclusion stands before all of it.
 */
import type { EpochMs } from "../../kernel/time.ts";
import type { Condition } from "../condition.ts";
import type { Policy, Recipe } from "../schema.ts";
import { CUSTOMER, domainsAt, TRIGGER } from "./domain.ts";
import type { Place } from "./domain.ts";
import type { Path, Remark } from "./finding.ts";
import { whyImpossible } from "./proof.ts";
import type { Ground } from "./proof.ts";
import { gateOf } from "./score-reach.ts";
import type { Reach } from "./score-reach.ts";

/** A part of the policy that applies when its condition is met. */
interface Part {
  readonly path: Path;
  /** "recipe churn-risk". */
  readonly name: string;
  readonly condition: Condition;
}

/** Everything that is provably never reached. */
export function reachRemarks(
  policy: Policy,
  reaches: Readonly<Record<string, Reach>>,
  now: EpochMs,
): readonly Remark[] {
  const most = Object.fromEntries(Object.entries(reaches).map(([name, reach]) => [name, reach.most]));
  const at = (place: Place): Ground => ({
    domains: domainsAt(place, Object.keys(policy.signals), most),
    now,
  });
  const decision = at("decision");
  const { routing, feedback } = policy;
  const exclusions = policy.exclusions.map(({ id, when }, index) =>
    part(["exclusions", index], `exclusion ${id}`, [when]),
  );
  // A gate beyond the score's reach is told by its own rule.
  const recipes = policy.recipes.flatMap((recipe, index) =>
    gateOf(policy, recipe) > (reaches[recipe.score?.name ?? ""]?.most ?? Number.POSITIVE_INFINITY)
      ? []
      : [part(["recipes", index], `recipe ${recipe.id}`, demandsOf(policy, recipe))],
  );
  return [
    ...inOrder(exclusions, decision),
    ...inOrder(recipes, decision, exclusions),
    ...inOrder(
      policy.records.map(({ when, and }, index) =>
        part(["records", index], `record rule ${index + 1}`, and === undefined ? [when] : [when, and]),
      ),
      decision,
    ),
    ...inOrder(
      routing.territories.map(({ id, when }, index) =>
        part(["routing", "territories", index], `territory ${id}`, [when]),
      ),
      decision,
    ),
    ...inOrder(
      feedback.stages.map(({ when }, index) =>
        part(["feedback", "stages", index], `stage ${index + 1}`, [when]),
      ),
      at("feedback"),
    ),
    ...apart(
      routing.alsoTell.map(({ route, when }, index) =>
        part(["routing", "alsoTell", index], `the second route ${route}`, [when]),
      ),
      decision,
    ),
    ...apart(signalsOf(policy), at("signal")),
    ...apart(stepsOf(policy), at("score")),
  ];
}

function part(path: Path, name: string, conditions: readonly Condition[]): Part {
  return { path, name, condition: { combinator: "and", rules: conditions } };
}

/** Everything a recipe asks: what woke the policy, its conditions, whether they are a customer, and the score. */
function demandsOf(policy: Policy, recipe: Recipe): readonly Condition[] {
  const { score } = recipe;
  return [
    { field: TRIGGER, operator: "containsAny", value: recipe.on },
    ...(recipe.when === undefined ? [] : [recipe.when]),
    ...(recipe.and === undefined ? [] : [recipe.and]),
    ...(recipe.customersOnly ? [{ field: CUSTOMER, operator: "=", value: true } as const] : []),
    ...(score === undefined
      ? []
      : [{ field: `score.${score.name}`, operator: ">=", value: gateOf(policy, recipe) } as const]),
  ];
}

function signalsOf(policy: Policy): readonly Part[] {
  return Object.entries(policy.signals).flatMap(([name, { attribute }]) =>
    attribute === undefined
      ? []
      : [part(["signals", name, "attribute"], `the attribute of signal ${name}`, [attribute])],
  );
}

function stepsOf(policy: Policy): readonly Part[] {
  return Object.entries(policy.scores).flatMap(([name, { bonus, multiply }]) => [
    ...bonus.map(({ label, when }, at) => part(["scores", name, "bonus", at], `bonus "${label}"`, [when])),
    ...multiply.map(({ label, when }, at) =>
      part(["scores", name, "multiply", at], `multiplier "${label}"`, [when]),
    ),
  ]);
}

/** Parts that stand alone: only a contradiction keeps them from applying. */
function apart(parts: readonly Part[], ground: Ground): readonly Remark[] {
  return parts.flatMap((one) => contradiction(one, ground) ?? []);
}

/** Parts of which the first that applies wins, behind gates that are asked before all of them. */
function inOrder(parts: readonly Part[], ground: Ground, gates: readonly Part[] = []): readonly Remark[] {
  const before: Part[] = [];
  return parts.flatMap((one) => {
    const impossible = contradiction(one, ground);
    if (impossible !== null) return [impossible];
    const found = taken(one, gates, ground, "swallowed") ?? taken(one, before, ground, "shadowed");
    before.push(one);
    return found ?? [];
  });
}

function contradiction({ path, name, condition }: Part, ground: Ground): Remark | null {
  const proof = whyImpossible([{ condition, wanted: "yes" }], ground);
  return proof === null
    ? null
    : {
        severity: "fault",
        rule: "never-applies",
        path,
        message: `${name} can never apply`,
        proof,
        next: "change one of these conditions, or take it out",
      };
}

/** One part of `others`, or all of them together, that take everything `one` takes. */
function taken(
  one: Part,
  others: readonly Part[],
  ground: Ground,
  rule: "swallowed" | "shadowed",
): Remark | null {
  const alone = others.map((other) => [other]);
  for (const takers of others.length > 1 ? [...alone, others] : alone) {
    const proof = whyImpossible(
      [
        { condition: one.condition, wanted: "yes" },
        ...takers.map(({ condition }) => ({ condition, wanted: "not-yes" }) as const),
      ],
      ground,
    );
    if (proof === null) continue;
    const names = takers.map(({ name }) => name).join(", ");
    const verb = takers.length > 1 ? "together take" : "takes";
    return {
      severity: "fault",
      rule,
      path: one.path,
      message: `${one.name} can never be reached: ${names} ${verb} everything it would take`,
      proof,
      next:
        rule === "swallowed" ? "narrow the exclusion" : "move it further up, or narrow what stands before it",
    };
  }
  return null;
}

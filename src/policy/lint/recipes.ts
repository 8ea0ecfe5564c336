/**
 * Recipes and signals that say something other than their writer probably means.
 */
import type { Policy, Recipe } from "../schema.ts";
import type { Remark } from "./finding.ts";
import { namesIn, rulesIn } from "./parts.ts";

type Trigger = Recipe["on"][number];

/** Warnings about single recipes and signals. */
export function recipeRemarks(policy: Policy): readonly Remark[] {
  return [
    ...policy.recipes.flatMap((recipe, at) => [
      ...deafTo(policy, recipe, at),
      ...ownerless(policy, recipe, at),
    ]),
    ...capsBelowPoints(policy),
  ];
}

/** A recipe that wakes for other things than those that bring what it asks for. */
function deafTo(policy: Policy, recipe: Recipe, at: number): readonly Remark[] {
  const needed = [...new Set(sourcesOf(policy, recipe))];
  if (needed.length === 0 || needed.some((source) => recipe.on.includes(source))) return [];
  return [
    {
      severity: "warning",
      rule: "listens-elsewhere",
      path: ["recipes", at, "on"],
      message: `recipe ${recipe.id} listens to ${recipe.on.join(" and ")} alone`,
      proof: `all it asks for comes with a ${needed.join(" or a ")}: it then waits until a ${recipe.on.join(" or a ")} happens to follow`,
      next: `add ${needed.join(", ")} to on`,
    },
  ];
}

/** What can bring that which the recipe asks for; nothing where it also asks for what may come at any time. */
function sourcesOf(policy: Policy, recipe: Recipe): readonly Trigger[] {
  const rules = [recipe.when ?? [], recipe.and ?? []].flat().flatMap(rulesIn);
  const scores = [
    ...(recipe.score === undefined ? [] : [recipe.score.name]),
    ...rules.flatMap(({ field }) => (field.startsWith("score.") ? [field.slice("score.".length)] : [])),
  ];
  const signals = [
    ...rules.filter(({ field }) => field === "signals").flatMap(namesIn),
    ...scores.flatMap((name) => policy.scores[name]?.signals ?? []),
  ];
  const tags = rules.filter(({ field }) =>
    ["conversation.tags", "conversation.firstTag", "contact.tags"].includes(field),
  );
  return [...signals.flatMap((name) => sourcesOfSignal(policy, name)), ...tags.map((): Trigger => "tag")];
}

function sourcesOfSignal(policy: Policy, name: string): readonly Trigger[] {
  const signal = policy.signals[name];
  // An attribute may become known at any time, and an unknown signal is told elsewhere.
  if (signal === undefined || signal.attribute !== undefined) return ["message", "tag", "usage"];
  return [
    ...(signal.phrases.length + signal.examples.length > 0 ? (["message"] as const) : []),
    ...(signal.tags.length > 0 ? (["tag"] as const) : []),
    ...(signal.usage === undefined ? [] : (["usage"] as const)),
  ];
}

/** "Unless the owner was in touch", where a queue may own it: nobody is in touch in a queue's name. */
function ownerless(policy: Policy, { id, followUp, owner }: Recipe, at: number): readonly Remark[] {
  const hops = policy.routing.routes[owner.route] ?? [];
  const queue = hops.find((hop) => hop.kind === "queue");
  if (followUp?.unless !== "contactedBy.owner" || queue === undefined) return [];
  return [
    {
      severity: "warning",
      rule: "unless-without-owner",
      path: ["recipes", at, "followUp", "unless"],
      message: `the follow-up of ${id} waits for its owner, and a queue may own it`,
      proof: `route ${owner.route} can end with queue ${queue.queue}; a queue contacts nobody, so the follow-up always comes then`,
      next: "write unless: contacted, which counts anybody of the team",
    },
  ];
}

function capsBelowPoints(policy: Policy): readonly Remark[] {
  return Object.entries(policy.signals).flatMap(([name, { points, cap }]): readonly Remark[] =>
    cap === undefined || Math.abs(cap) >= Math.abs(points)
      ? []
      : [
          {
            severity: "warning",
            rule: "cap-below-points",
            path: ["signals", name, "cap"],
            message: `the cap ${cap} of signal ${name} is less than its ${points} points`,
            proof: `the first piece of evidence already gives no more than ${cap}`,
            next: "raise the cap, or lower the points",
          },
        ],
  );
}

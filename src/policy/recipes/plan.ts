/**
 * From answers to a changed draft: the recipe, and whatever it leans on that is not there. What exists is reused as it
 * is; what stands there keeps its name, and the new thing takes another.
 */
import { isSameTree } from "../same.ts";
import type { Filled, Pattern, Written } from "./pattern.ts";
import { placeOf } from "./place.ts";
import { type Answers, type Owner, usersOf } from "./questions.ts";
import { followUpWords, ownerWords, recipeSays, routeWords } from "./says.ts";
import { SCORES, SEQUENCES, SIGNALS } from "./starters.ts";
import { type Fields, fieldsOf, labelOf, listOf, textsOf, type View, viewOf } from "./view.ts";

export interface Plan {
  /** `adds` a recipe; `changes` owner and follow-up of one that starts at the same; or it `stands` there already. */
  readonly kind: "adds" | "changes" | "stands";
  readonly recipe: { readonly id: string; readonly name: string; readonly at: number };
  /** The draft afterwards. */
  readonly content: Fields;
  /** What comes with the recipe, a sentence each. */
  readonly adds: readonly string[];
  /** What the recipe does, a sentence each. */
  readonly says: readonly string[];
}

/** What these answers would make of a draft. */
export function planRecipe(content: unknown, pattern: Pattern, answers: Answers): Plan {
  const before = viewOf(content);
  const weighed = scoreFor(before, pattern, answers.signals);
  const owned = routeFor(before, pattern, answers.owner);
  const steps = [
    ...signalSteps(before, [...answers.signals, ...weighed.signals]),
    ...weighed.steps,
    ...owned.steps,
    ...sequenceSteps(before, pattern, answers),
  ];
  const grown = steps.reduce((tree, { path, part }) => withPart(tree, path, part), fieldsOf(content));
  const view = viewOf(grown);
  const recipe = pattern.write({
    ...freeName(pattern, before.recipes),
    on: triggersOf(view, answers.signals),
    signals: answers.signals,
    score: weighed.score,
    route: owned.route,
    after: answers.after,
  });
  return { ...placed(grown, recipe, view), adds: steps.map(({ says }) => says) };
}

/** A new part of the draft, at its place. */
interface Step {
  readonly path: readonly string[];
  readonly part: unknown;
  readonly says: string;
}

function withPart(tree: Fields, [step = "", ...rest]: readonly string[], part: unknown): Fields {
  return { ...tree, [step]: rest.length === 0 ? part : withPart(fieldsOf(tree[step]), rest, part) };
}

function signalSteps({ signals }: View, wanted: readonly string[]): readonly Step[] {
  return Object.entries(SIGNALS)
    .filter(([name]) => wanted.includes(name) && !Object.hasOwn(signals, name))
    .map(([name, signal]) => ({
      path: ["signals", name],
      part: signal,
      says: `Signal ${labelOf(SIGNALS, name)}: ${textsOf(signal["phrases"]).join(", ")}, or the same in other words.`,
    }));
}

interface Weighed {
  readonly score: string;
  /** Signals that a new score counts beside those that start the recipe. */
  readonly signals: readonly string[];
  readonly steps: readonly Step[];
}

/** The score that counts these signals, made where none does; new signals join the one that is there. */
function scoreFor({ signals, scores }: View, pattern: Pattern, chosen: readonly string[]): Weighed {
  const wished = pattern.score;
  if (wished === null) return { score: "", signals: [], steps: [] };
  const joining = chosen.filter((name) => !Object.hasOwn(signals, name));
  const countedBy = (score: string): readonly string[] => textsOf(scores[score]?.["signals"]);
  const fit = (score: string): number => chosen.filter((name) => countedBy(score).includes(name)).length;
  const isOwnFit = Object.hasOwn(scores, wished) && (fit(wished) > 0 || joining.length > 0);
  const [best] = Object.keys(scores)
    .filter((score) => fit(score) > 0)
    .toSorted((left, right) => fit(right) - fit(left));
  const score = isOwnFit ? wished : best;
  if (score === undefined) return newScore(wished, chosen, scores);
  if (joining.length === 0) return { score, signals: [], steps: [] };
  const counted = [...new Set([...countedBy(score), ...joining])];
  const says = `Score ${score} counts ${joining.join(", ")}, too.`;
  return { score, signals: [], steps: [{ path: ["scores", score, "signals"], part: counted, says }] };
}

function newScore(wished: keyof typeof SCORES, chosen: readonly string[], scores: View["scores"]): Weighed {
  const { signals, ...rest } = SCORES[wished];
  const score = free(wished, Object.keys(scores));
  const counted = [...new Set([...signals, ...chosen])];
  const says = `Score ${score}, which counts ${counted.join(", ")}; its threshold is ${rest.threshold}.`;
  return { score, signals, steps: [{ path: ["scores", score], part: { signals: counted, ...rest }, says }] };
}

interface Owned {
  readonly route: string;
  readonly steps: readonly Step[];
}

function routeFor(view: View, pattern: Pattern, owner: Owner): Owned {
  switch (owner.kind) {
    case "route":
      return { route: owner.route, steps: [] };
    case "pool":
      return routeOf(view, owner.pool, [{ pool: owner.pool }, ...endOf(view)]);
    case "account":
      return routeOf(view, "account-owner", [{ accountOwner: {} }, { csm: {} }, ...endOf(view)]);
    case "people":
      return routeOfPeople(view, pattern.id, owner.users);
  }
}

function routeOfPeople(view: View, wished: string, users: readonly string[]): Owned {
  const [first = ""] = users;
  if (users.length < 2) return routeOf(view, wished, [{ user: first }]);
  const known = Object.entries(view.pools).find(([, { members }]) => isSameTree(usersOf(members), users));
  const pool = known?.[0] ?? free(wished, Object.keys(view.pools));
  const { route, steps } = routeOf(view, wished, [{ pool }, { user: first }]);
  if (known !== undefined) return { route, steps };
  const part = { members: users.map((user) => ({ user })) };
  const says = `Pool ${pool}, whose members take turns: ${users.join(", ")}.`;
  return { route, steps: [{ path: ["routing", "pools", pool], part, says }, ...steps] };
}

/** The route with these steps, a new one where there is none. */
function routeOf({ routes }: View, wished: string, hops: readonly Fields[]): Owned {
  const known = Object.entries(routes).find(([, steps]) => isSameTree(steps, hops));
  if (known !== undefined) return { route: known[0], steps: [] };
  const route = free(wished, Object.keys(routes));
  const says = `Route ${route}: ${routeWords(hops)}.`;
  return { route, steps: [{ path: ["routing", "routes", route], part: hops, says }] };
}

/** Where routes of this draft mostly end: with this person, or this queue. */
function endOf({ routes, hasFallback }: View): readonly Fields[] {
  if (hasFallback) return [];
  const ends = Object.values(routes).flatMap((hops) => hops.slice(-1));
  for (const kind of ["user", "queue"]) {
    const names = ends.flatMap((hop) => textsOf(hop[kind]));
    const times = (name: string): number => names.filter((one) => one === name).length;
    const [most] = names.toSorted((left, right) => times(right) - times(left));
    if (most !== undefined) return [{ [kind]: most }];
  }
  return [];
}

function sequenceSteps({ sequences }: View, { sequence }: Pattern, { after }: Answers): readonly Step[] {
  if (sequence === null || after === null || Object.hasOwn(sequences, sequence)) return [];
  const part = SEQUENCES[sequence];
  const says = `Sequence ${sequence}: the tag ${part.tag} starts a Series in Intercom.`;
  return [{ path: ["feedback", "sequences", sequence], part, says }];
}

/** What sets off a recipe that waits for these signals: a message always may. */
export function triggersOf({ signals }: View, chosen: readonly string[]): Filled["on"] {
  const all = chosen.map((name) => signals[name] ?? {});
  return [
    "message",
    ...(all.some(({ tags }) => textsOf(tags).length > 0) ? (["tag"] as const) : []),
    ...(all.some(({ usage }) => usage !== undefined) ? (["usage"] as const) : []),
  ];
}

function free(wished: string, taken: readonly string[]): string {
  for (let i = 1; ; i += 1) if (!taken.includes(numbered(wished, "-", i))) return numbered(wished, "-", i);
}

/** The pattern's id and name, both with the first number under which neither is taken. */
function freeName(
  pattern: Pattern,
  recipes: View["recipes"],
): { readonly id: string; readonly name: string } {
  for (let i = 1; ; i += 1) {
    const [id, name] = [numbered(pattern.id, "-", i), numbered(pattern.name, " ", i)];
    if (!recipes.some((recipe) => recipe["id"] === id || recipe["name"] === name)) return { id, name };
  }
}

/** "churn-risk", "churn-risk-2". */
export function numbered(name: string, mark: string, number: number): string {
  return number === 1 ? name : `${name}${mark}${number}`;
}

/** The draft with the recipe at its place; one that starts at the same keeps all but owner and follow-up. */
function placed(content: Fields, recipe: Written, view: View): Omit<Plan, "adds"> {
  const { at, isTaken } = placeOf(recipe, view);
  const recipes = listOf(content["recipes"]);
  const hops = view.routes[recipe.owner.route] ?? [];
  if (!isTaken) {
    const { id, name } = recipe;
    const whole = { ...content, recipes: recipes.toSpliced(at, 0, recipe) };
    return { kind: "adds", recipe: { id, name, at }, content: whole, says: recipeSays(recipe, hops) };
  }
  const { followUp: _, ...twin } = fieldsOf(recipes[at]);
  const { owner, followUp } = recipe;
  const named = { id: String(twin["id"]), name: String(twin["name"]), at };
  const changed = { ...twin, owner, ...(followUp !== undefined && { followUp }) };
  if (isSameTree(changed, recipes[at])) {
    const says = [
      `The recipe “${named.name}” starts at the same and does the same: nothing is to be written.`,
    ];
    return { kind: "stands", recipe: named, content, says };
  }
  const says = [
    `The recipe “${named.name}” starts at the same. It gets this owner and this follow-up; the rest of it stays.`,
    ownerWords(recipe, hops),
    followUpWords(followUp),
  ];
  return {
    kind: "changes",
    recipe: named,
    content: { ...content, recipes: recipes.toSpliced(at, 1, changed) },
    says,
  };
}

/**
 * Where a recipe goes among others of which the first that fits is carried out: before whoever takes all it takes, and
 * after those of whom it would take all. What cannot be told from the recipes' own words is taken for no.
 */
import { isSameTree } from "../same.ts";
import { type Fields, fieldsOf, listOf, textsOf, type View } from "./view.ts";

export interface Place {
  /** Its index in the list. */
  readonly at: number;
  /** Another recipe starts at exactly the same: this is its index, and there is no room for a second one. */
  readonly isTaken: boolean;
}

/** The place of a new recipe. */
export function placeOf(recipe: Fields, { recipes, scores }: Pick<View, "recipes" | "scores">): Place {
  const given = demandsOf(recipe, scores);
  const others = recipes.map((one) => demandsOf(one, scores));
  const twin = others.findIndex((one) => takesAll(one, given) && takesAll(given, one));
  if (twin !== -1) return { at: twin, isTaken: true };
  const taker = others.findIndex((one) => takesAll(one, given));
  if (taker !== -1) return { at: taker, isTaken: false };
  const lastTaken = others.findLastIndex((one) => takesAll(given, one));
  // Recipes that take whatever is left come after everybody.
  const lastOwn = others.findLastIndex((one) => one.rules.length > 0 || one.isForCustomers);
  return { at: Math.max(lastTaken, lastOwn) + 1, isTaken: false };
}

/** What a recipe asks before it is carried out. */
interface Demands {
  readonly on: readonly string[];
  readonly rules: readonly Fields[];
  readonly isForCustomers: boolean;
  /** Not a number where nobody can tell. */
  readonly score: { readonly name: unknown; readonly atLeast: number } | null;
}

function demandsOf(recipe: Fields, scores: View["scores"]): Demands {
  const { on = ["message"], when, and, customersOnly, score } = recipe;
  return {
    on: textsOf(on),
    rules: [when, and].flatMap(rulesOf),
    isForCustomers: customersOnly === true,
    score: score === undefined ? null : gateOf(fieldsOf(score), scores),
  };
}

function gateOf({ name, atLeast }: Fields, scores: View["scores"]): Demands["score"] {
  const asked = atLeast === "threshold" ? scores[String(name)]?.["threshold"] : atLeast;
  return { name, atLeast: typeof asked === "number" ? asked : Number.NaN };
}

/** The rules that all must hold; a group of another kind counts as one. */
export function rulesOf(condition: unknown): readonly Fields[] {
  if (condition === undefined) return [];
  const { combinator, not, rules } = fieldsOf(condition);
  return combinator === "and" && not !== true ? listOf(rules).flatMap(rulesOf) : [fieldsOf(condition)];
}

function takesAll(taker: Demands, given: Demands): boolean {
  return (
    given.on.every((trigger) => taker.on.includes(trigger)) &&
    (!taker.isForCustomers || given.isForCustomers) &&
    (taker.score === null ||
      (given.score !== null &&
        taker.score.name === given.score.name &&
        taker.score.atLeast <= given.score.atLeast)) &&
    taker.rules.every((rule) => given.rules.some((one) => follows(rule, one)))
  );
}

/** Whether a rule holds wherever the other one does. */
function follows(rule: Fields, from: Fields): boolean {
  if (isSameTree(rule, from)) return true;
  if (rule["field"] !== from["field"]) return false;
  if (isAnyOf(rule) && isAnyOf(from)) {
    const names = textsOf(rule["value"]);
    return textsOf(from["value"]).every((name) => names.includes(name));
  }
  const [least, known] = [rule["value"], from["value"]];
  if (!isAbove(rule) || !isAbove(from) || typeof least !== "number" || typeof known !== "number")
    return false;
  return known > least || (known === least && rule["operator"] === ">=");
}

const isAnyOf = ({ operator }: Fields): boolean => operator === "containsAny" || operator === "contains";
const isAbove = ({ operator }: Fields): boolean => operator === ">" || operator === ">=";

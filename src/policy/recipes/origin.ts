/** From which pattern a recipe comes, told by comparing the two: nothing in the document says so. */
import { isSameTree } from "../same.ts";
import { EMPTY, type Pattern, patterns } from "./pattern.ts";
import { rulesOf } from "./place.ts";
import { numbered, triggersOf } from "./plan.ts";
import { type Fields, fieldsOf, textsOf, viewOf } from "./view.ts";

export interface Origin {
  /** The pattern's name. */
  readonly from: string;
  /** It says something that no answers would have written. */
  readonly isChanged: boolean;
}

/** Where a recipe of this draft comes from by its id; null for one of its own. */
export function originOf(content: unknown, recipe: unknown): Origin | null {
  const fields = fieldsOf(recipe);
  for (const pattern of patterns) {
    const match = new RegExp(`^${pattern.id}(?:-(\\d+))?$`).exec(String(fields["id"]));
    if (match === null || pattern.id === EMPTY) continue;
    const written = pattern.write(filledBy(content, fields, pattern, Number(match[1] ?? 1)));
    return { from: pattern.name, isChanged: !isSameTree(written, withThreshold(content, fields)) };
  }
  return null;
}

/** The answers that a recipe itself gives. */
function filledBy(content: unknown, recipe: Fields, pattern: Pattern, number: number) {
  const asked = rulesOf(recipe["when"]).find(({ field }) => field === "signals");
  const signals = textsOf(asked?.["value"]);
  const after = fieldsOf(recipe["followUp"])["after"];
  return {
    id: String(recipe["id"]),
    name: numbered(pattern.name, " ", number),
    on: triggersOf(viewOf(content), signals),
    signals,
    score: String(fieldsOf(recipe["score"])["name"]),
    route: String(fieldsOf(recipe["owner"])["route"]),
    after: typeof after === "string" ? after : null,
  };
}

/** The number that is the score's threshold says the same as the word. */
function withThreshold(content: unknown, recipe: Fields): Fields {
  const score = fieldsOf(recipe["score"]);
  const threshold = viewOf(content).scores[String(score["name"])]?.["threshold"];
  return threshold !== undefined && score["atLeast"] === threshold
    ? { ...recipe, score: { ...score, atLeast: "threshold" } }
    : recipe;
}

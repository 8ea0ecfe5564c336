/** What the labels of a round say of the policy, for all conversations of its stretch of time. Pure. */
import type { Message } from "../conversation/snapshot.ts";
import { type Estimate, rightShare } from "../insights/validation/estimate.ts";
import {
  type Judged,
  validationReport,
  type ValidationReport,
  wordsOf,
} from "../insights/validation/report.ts";
import type { Scores } from "../qualify/scores.ts";
import { type Agreement, agreements } from "./agreement.ts";
import type { Stratum } from "./sample.ts";
import { hasQualified, type Question, type Reviewed, shouldQualify, verdictOn } from "./votes.ts";

/** A conversation of a round with what was found in it; null once its words are erased. */
export interface Evidenced extends Reviewed {
  readonly words: { readonly scores: Scores; readonly messages: readonly Message[] } | null;
}

export interface StratumResult extends Stratum {
  /** Conversations of it whose votes say whether they should have qualified. */
  readonly labelled: number;
}

/** Of what a recipe handed off. */
export interface RecipeResult {
  readonly name: string;
  readonly right: Estimate;
  readonly routed: Estimate;
  readonly complete: Estimate;
}

export interface Results extends Omit<ValidationReport, "recipes"> {
  readonly strata: readonly StratumResult[];
  readonly recipes: readonly RecipeResult[];
  /** Of what was handed off, the share that went to the right person, and that told all they need. */
  readonly routed: Estimate;
  readonly complete: Estimate;
  /** Scores whose threshold can be swept, and where the swept one stands now; null where none is swept. */
  readonly scores: readonly string[];
  readonly threshold: number | null;
  readonly agreement: readonly Agreement[];
}

/** `scoreName` null: the first score that there is. */
export function resultsOf(
  items: readonly Evidenced[],
  strata: readonly Stratum[],
  scoreName: string | null,
): Results {
  const labels = weighted(items, strata, shouldQualify);
  const judged = labels.map(({ item, ...label }): Judged => ({ ...label, ...judgedOf(item) }));
  const scores = [...new Set(items.flatMap(({ words }) => Object.keys(words?.scores.values ?? {})))];
  const score = scoreName ?? scores[0] ?? null;
  const { recipes, ...report } = validationReport(judged, score);
  const ofRecipe = (name: string, question: Question): Estimate =>
    shareOfQuestion(
      items.filter(({ recipe }) => recipe === name),
      strata,
      question,
    );
  return {
    ...report,
    strata: strata.map((one) => ({
      ...one,
      labelled: labels.filter(({ item }) => item.stratum === one.name).length,
    })),
    recipes: recipes.map(({ name, right }) => ({
      name,
      right,
      routed: ofRecipe(name, "routed"),
      complete: ofRecipe(name, "complete"),
    })),
    routed: shareOfQuestion(items, strata, "routed"),
    complete: shareOfQuestion(items, strata, "complete"),
    scores,
    threshold: score === null ? null : thresholdOf(items, score),
    agreement: agreements(items),
  };
}

/** The share of "yes" among what the question was asked of. */
function shareOfQuestion(
  items: readonly Reviewed[],
  strata: readonly Stratum[],
  question: Question,
): Estimate {
  return rightShare(weighted(items, strata, ({ votes }) => verdictOn(votes, question)));
}

export interface Label<Item> {
  readonly item: Item;
  readonly isRight: boolean;
  /** How many conversations of its stratum it stands for. */
  readonly weight: number;
}

/** The items of which the votes say something, each standing for its part of the stratum. */
export function weighted<Item extends Reviewed>(
  items: readonly Item[],
  strata: readonly Stratum[],
  says: (item: Item) => boolean | null,
): readonly Label<Item>[] {
  const sizes = new Map(strata.map(({ name, size }) => [name, size]));
  const told = items.flatMap((item) => {
    const isRight = says(item);
    return isRight === null ? [] : [{ item, isRight }];
  });
  return [...Map.groupBy(told, ({ item }) => item.stratum)].flatMap(([name, list]) =>
    list.map((one) => ({ ...one, weight: (sizes.get(name) ?? list.length) / list.length })),
  );
}

/** The item as it is judged; of one without words nothing is known but what was decided. */
function judgedOf(item: Evidenced): Omit<Judged, "isRight" | "weight"> {
  const { words, kind, recipe, conversation } = item;
  return {
    id: conversation,
    qualified: hasQualified(item),
    recipe,
    isExcluded: kind === "excluded",
    ...wordsOf(words?.scores.signals ?? [], words?.messages ?? []),
    scores: words?.scores.values ?? {},
  };
}

function thresholdOf(items: readonly Evidenced[], score: string): number | null {
  const thresholds = items.map(({ words }) => words?.scores.values[score]?.threshold);
  return thresholds.findLast((one) => one !== undefined) ?? null;
}

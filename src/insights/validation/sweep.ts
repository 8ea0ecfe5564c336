/** What other thresholds would do to labelled conversations, and which one to take. Pure. */
import { type Estimate, type Labelled, verdictOf } from "./estimate.ts";

export interface Scored {
  readonly id: string;
  readonly value: number;
  readonly isRight: boolean;
  readonly weight: number;
}

export interface Step {
  readonly threshold: number;
  readonly precision: Estimate;
  readonly recall: Estimate;
  /** How many conversations would pass, as far as the labels stand for. */
  readonly volume: number;
  /** Harmonic mean of precision and recall; 0 where one of them is not known. */
  readonly f1: number;
}

export interface Suggestion {
  readonly threshold: number;
  readonly reason: string;
}

/** So few right ones tell nothing of where a threshold should stand. */
const FEWEST_RIGHT = 10;
const GOOD_PRECISION = 0.8;

/** One step for each score that occurs above 0, from the lowest. */
export function sweep(scored: readonly Scored[]): readonly Step[] {
  const thresholds = [...new Set(scored.map(({ value }) => value))].filter((value) => value > 0);
  return thresholds
    .toSorted((a, b) => a - b)
    .map((threshold) => {
      const labels: readonly Labelled[] = scored.map(({ id, value, isRight, weight }) => ({
        id,
        qualified: value >= threshold,
        isRight,
        weight,
      }));
      const { precision, recall } = verdictOf(labels);
      const volume = labels.reduce((sum, { qualified, weight }) => sum + (qualified ? weight : 0), 0);
      return { threshold, precision, recall, volume, f1: f1Of(precision, recall) };
    });
}

function f1Of({ value: p }: Estimate, { value: r }: Estimate): number {
  if (p === null || r === null || p + r === 0) return 0;
  return (2 * p * r) / (p + r);
}

/** The threshold to take, with its reason; null with a sentence where the labels are too few. */
export function suggest(
  steps: readonly Step[],
  right: number,
): Suggestion | { readonly threshold: null; readonly reason: string } {
  const [best] = steps.toSorted((a, b) => b.f1 - a.f1 || a.threshold - b.threshold);
  if (right < FEWEST_RIGHT || best === undefined || best.f1 === 0)
    return {
      threshold: null,
      reason: `${right} conversations are labelled right; a threshold can be suggested from ${FEWEST_RIGHT} on`,
    };
  const good = steps.filter(({ precision }) => (precision.value ?? 0) >= GOOD_PRECISION);
  const [most] = good.toSorted((a, b) => b.volume - a.volume);
  if (most !== undefined && most.threshold < best.threshold)
    return { threshold: most.threshold, reason: `most conversations at a precision of 80 % or more` };
  return {
    threshold: best.threshold,
    reason: `best balance of precision and recall (F1 ${best.f1.toFixed(2)})`,
  };
}

/** What figures are made of: shares and times with their intervals, and whether they rest on too few. Pure. */
import type { Ms } from "../../kernel/time.ts";
import { type Quantile, quantileOf } from "../quantile.ts";
import { type Share, shareOf } from "../share.ts";

/** A figure with the sentence that defines it. */
export interface Figure<Value> {
  readonly definition: string;
  readonly value: Value;
}

/** A share that says whether it rests on too few. */
export interface Rate extends Share {
  readonly isFew: boolean;
}

/** Times with their quantiles. */
export interface Timing {
  readonly n: number;
  readonly isFew: boolean;
  readonly p50Ms: Quantile;
  readonly p90Ms: Quantile;
}

/** Fewer cases are called too few: their interval spans some forty points. */
const FEWEST = 20;

export function rateOf(k: number, of: number): Rate {
  return { ...shareOf(k, of), isFew: of < FEWEST };
}

/** The share of those for which it holds. */
export function rateIn<One>(all: readonly One[], holds: (one: One) => boolean): Rate {
  return rateOf(all.filter(holds).length, all.length);
}

export function timingOf(spans: readonly Ms[]): Timing {
  const ascending = spans.toSorted((a, b) => a - b);
  return {
    n: ascending.length,
    isFew: ascending.length < FEWEST,
    p50Ms: quantileOf(ascending, 0.5),
    p90Ms: quantileOf(ascending, 0.9),
  };
}

/** A quantile counted from a sample, with how sure it is. */
import { quantile } from "./share.ts";

export interface Quantile {
  /** One of the values; null of none. */
  readonly value: number | null;
  /** Ends of the 95 % interval, values of the sample themselves; null: too few to name one. */
  readonly low: number | null;
  readonly high: number | null;
}

/** What may be left outside on each side. */
const TAIL = 0.025;

/**
 * The quantile with the interval of its order statistics, which asks nothing of the distribution and is no narrower
 * than it says (H. A. David, H. N. Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1).
 */
export function quantileOf(ascending: readonly number[], share: number): Quantile {
  const { under, over } = ranksOf(ascending.length, share);
  return {
    value: quantile(ascending, share),
    low: ascending[under - 1] ?? null,
    high: ascending[over - 1] ?? null,
  };
}

/**
 * Ranks from 1 between which the quantile lies: fewer than `under` values are below it, or `over` and more, with 2.5 %
 * each at most. 0, or one more than there are: no value does.
 */
function ranksOf(n: number, share: number): { readonly under: number; readonly over: number } {
  let log = n * Math.log(1 - share);
  let sum = Math.exp(log);
  let under = 0;
  for (let k = 0; k < n; k += 1) {
    // `sum` is the chance that at most k values lie below the quantile.
    if (sum <= TAIL) under = k + 1;
    if (sum >= 1 - TAIL) return { under, over: k + 1 };
    log += Math.log((n - k) / (k + 1)) + Math.log(share / (1 - share));
    sum += Math.exp(log);
  }
  return { under, over: n + 1 };
}

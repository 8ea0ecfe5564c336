/** What two estimates differ by, with how sure that is. */

/** An estimate with the ends of its 95 % interval. */
export interface Bounded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * `a` - `b` of two samples that know nothing of each other, by the method of variance estimates recovery (G. Y. Zou,
 * A. Donner, Statistics in Medicine 27, 2008). Of two shares it is R. G. Newcombe's method 10 (Statistics in Medicine
 * 17, 1998, pages 873 to 890).
 */
export function differenceOf(a: Bounded, b: Bounded): Bounded {
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

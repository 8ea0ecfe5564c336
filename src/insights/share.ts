/** A share counted from a sample, with how sure it is. */
export interface Share {
  readonly k: number;
  readonly of: number;
  /** Null where nothing was counted. */
  readonly share: number | null;
  /** The 95 % interval, 0 to 1. */
  readonly low: number;
  readonly high: number;
}

/** The quantile of the normal distribution that leaves 2.5 % above. */
const Z = 1.959_963_984_540_054;

/**
 * `k` of `of` with its Wilson score interval, which stays honest for few cases and for shares near 0 and 1
 * (E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927).
 */
export function shareOf(k: number, of: number): Share {
  if (of === 0) return { k, of, share: null, low: 0, high: 1 };
  const share = k / of;
  const square = Z * Z;
  const middle = share + square / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  const scale = 1 + square / of;
  return {
    k,
    of,
    share,
    low: k === 0 ? 0 : (middle - spread) / scale,
    high: k === of ? 1 : (middle + spread) / scale,
  };
}

/** The smallest value that at least this share of them does not exceed; null of none. */
export function quantile(ascending: readonly number[], share: number): number | null {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? null;
}

/** A count with the 95 % interval of the mean it is one sample of. */
export interface Count {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * `k` things that happened by themselves, with the score interval of a Poisson mean: how many there are in another time
 * as long (L. Barker, A comparison of nine confidence intervals for a Poisson parameter, American Statistician 56, 2002).
 */
export function countOf(k: number): Count {
  const middle = k + (Z * Z) / 2;
  const spread = Z * Math.sqrt(k + (Z * Z) / 4);
  return { value: k, low: middle - spread, high: middle + spread };
}

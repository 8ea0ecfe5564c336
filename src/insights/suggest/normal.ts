/** The normal distribution, as far as intervals need it. Pure. */

/** The value that a standard normal variable does not exceed with this chance, by halving; `chance` 0.5 to 0.9999999. */
export function quantileOf(chance: number): number {
  let [low, high] = [0, 8];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (upTo(middle) < chance) low = middle;
    else high = middle;
  }
  return high;
}

/** The chance of at most `z` (z >= 0): the series of Marsaglia, Evaluating the Normal Distribution, JSS 11, 2004. */
function upTo(z: number): number {
  let [sum, term] = [z, z];
  for (let n = 3; term > 1e-17; n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

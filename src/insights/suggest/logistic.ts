/**
 * Logistic regression with a ridge prior, by Newton's method: what each feature adds to the odds, and how sure that is.
 * Pure and deterministic; for some dozens of features.
 */

/** One case: its features, and whether what is asked about happened. */
export interface Case {
  readonly features: readonly number[];
  readonly happened: boolean;
}

type Matrix = readonly (readonly number[])[];

export interface Fit {
  /** What one unit of each feature adds to the log odds. */
  readonly weights: readonly number[];
  /** Of the weights: the inverse of the Hessian of the penalised likelihood at its top. */
  readonly covariance: Matrix;
}

const MOST_ROUNDS = 100;
const CLOSE = 1e-10;
/** Keeps the Hessian one that can be inverted, whatever the cases. */
const TINY = 1e-9;

/**
 * The weights of highest posterior density where each has a normal prior around 0 with this deviation; the intercept has
 * none. A weak prior (2.5) hardly moves what the cases tell and keeps finite what they cannot, such as a feature that
 * always won (after A. Gelman and others, A weakly informative default prior distribution for logistic regression,
 * Annals of Applied Statistics 2, 2008).
 */
export function fitLogistic(cases: readonly Case[], features: number, deviation: number): Fit {
  const rows = cases.map((one) => ({ row: [1, ...one.features], happened: Number(one.happened) }));
  const ridge = Array.from({ length: features + 1 }, (_, j) => (j === 0 ? 0 : 1 / deviation ** 2));
  let beta: readonly number[] = ridge.map(() => 0);
  let inverse: Matrix = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const gradient = beta.map((value, j) => -Number(ridge[j]) * value);
    const hessian = ridge.map((own, j) => ridge.map((_, k) => (j === k ? own + TINY : 0)));
    for (const { row, happened } of rows) {
      const chance = 1 / (1 + Math.exp(-dot(row, beta)));
      for (const [j, line] of hessian.entries()) {
        const x = Number(row[j]);
        add(gradient, j, x * (happened - chance));
        for (const [k, y] of row.entries()) add(line, k, chance * (1 - chance) * x * y);
      }
    }
    inverse = inverted(hessian);
    const step = inverse.map((line) => dot(line, gradient));
    const size = Math.max(...step.map(Math.abs));
    // Far from the top a step of Newton's may overshoot: none is longer than 1.
    beta = beta.map((value, j) => value + Number(step[j]) / Math.max(1, size));
    if (size < CLOSE) break;
  }
  return { weights: beta.slice(1), covariance: inverse.slice(1).map((line) => line.slice(1)) };
}

/** The variance of the sum of the weights, each so many times. */
export function varianceOf(times: readonly number[], { covariance }: Pick<Fit, "covariance">): number {
  return dot(
    times,
    covariance.map((line) => dot(line, times)),
  );
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * Number(b[i]), 0);
}

function add(list: number[], i: number, value: number): void {
  list[i] = Number(list[i]) + value;
}

/** By Gauss and Jordan; a positive definite matrix needs no search for a pivot. */
function inverted(matrix: Matrix): Matrix {
  let rows: Matrix = matrix.map((line, i) => [...line, ...matrix.map((_, j) => (i === j ? 1 : 0))]);
  for (const i of matrix.keys()) {
    const pivot = (rows[i] as readonly number[]).map((value, _, line) => value / Number(line[i]));
    rows = rows.map((line, k) =>
      k === i ? pivot : line.map((value, j) => value - Number(line[i]) * Number(pivot[j])),
    );
  }
  return rows.map((line) => line.slice(matrix.length));
}

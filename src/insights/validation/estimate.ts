/**
 * Precision and recall out of labelled conversations, with intervals. The sample may be stratified: whoever labels every
 * qualified conversation and each tenth of the others gives the others the weight 10. Pure.
 */
import { shareOf, type Share } from "../share.ts";

/** One conversation that somebody has judged. */
export interface Labelled {
  readonly id: string;
  /** What the policy says. */
  readonly qualified: boolean;
  /** What the person says. */
  readonly isRight: boolean;
  /** How many conversations it stands for. */
  readonly weight: number;
}

/** A figure with its 95 % interval; null where nothing can be said. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
  /** Labels it rests on. */
  readonly labels: number;
}

export interface Verdict {
  /** Of what the policy lets through, the share that a person calls right. */
  readonly precision: Estimate;
  /** Of what a person calls right, the share that the policy lets through; needs labels of both kinds. */
  readonly recall: Estimate;
  /** Labels of qualified conversations that are still needed for a precision within 10 points; 0 when it is. */
  readonly moreForPrecision: number;
  readonly counts: {
    readonly rightAndQualified: number;
    readonly wrongAndQualified: number;
    readonly rightAndNot: number;
    readonly wrongAndNot: number;
  };
}

/** A number of conversations with its interval. */
interface Total {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly variance: number;
}

const UNKNOWN = { value: null, low: 0, high: 1 } as const;
/** Width of the interval from which on a figure is called good enough. */
const WANTED_WIDTH = 0.1;
const MOST_LABELS = 100_000;

export function verdictOf(labels: readonly Labelled[]): Verdict {
  const passed = labels.filter(({ qualified }) => qualified);
  const stopped = labels.filter(({ qualified }) => !qualified);
  const count = (list: readonly Labelled[], isRight: boolean): number =>
    list.filter((one) => one.isRight === isRight).length;
  return {
    precision: rightShare(passed),
    recall: { ...recallOf(labels, passed.length), labels: labels.length },
    moreForPrecision: moreLabels(shareOf(count(passed, true), passed.length)),
    counts: {
      rightAndQualified: count(passed, true),
      wrongAndQualified: count(passed, false),
      rightAndNot: count(stopped, true),
      wrongAndNot: count(stopped, false),
    },
  };
}

type Weighted = Pick<Labelled, "isRight" | "weight">;

/** Of everything these labels stand for, the share that is right. */
export function rightShare(labels: readonly Weighted[]): Estimate {
  const all = sizeOf(labels).size;
  const { value, low, high } = totalOf(strataOf(labels), ({ isRight }) => isRight);
  const share = all === 0 ? UNKNOWN : { value: value / all, low: low / all, high: high / all };
  return { ...share, labels: labels.length };
}

type Strata<One> = readonly (readonly One[])[];

/** Those who stand for as many were drawn together. */
function strataOf<One extends Weighted>(labels: readonly One[]): Strata<One> {
  return [...Map.groupBy(labels, ({ weight }) => weight).values()];
}

/** How many labels it has, and how many conversations they stand for. */
function sizeOf(stratum: readonly Weighted[]): { readonly n: number; readonly size: number } {
  return { n: stratum.length, size: stratum.reduce((sum, { weight }) => sum + weight, 0) };
}

/**
 * Of how many conversations it holds, over all strata: the method of variance estimates recovery over Wilson intervals
 * (G. Y. Zou, A. Donner, Construction of confidence limits about effect measures, Statistics in Medicine 27, 2008).
 */
function totalOf<One extends Weighted>(strata: Strata<One>, holds: (one: One) => boolean): Total {
  let [value, below, above, variance] = [0, 0, 0, 0];
  for (const stratum of strata) {
    const { n, size } = sizeOf(stratum);
    const { k, low, high } = boundsOf(stratum.filter(holds).length, n);
    const share = k / n;
    value += size * share;
    below += (size * (share - low)) ** 2;
    above += (size * (high - share)) ** 2;
    variance += (size ** 2 * share * (1 - share)) / n;
  }
  return { value, low: value - Math.sqrt(below), high: value + Math.sqrt(above), variance };
}

/** Lower 5 % limits of a Poisson mean of which 1, 2 and 3 were counted. */
const RARE = [0.051_293, 0.355_362, 0.817_691];

/**
 * The share of one stratum. Wilson's interval is too sure of the few that were found among many: there its bound is that
 * of Poisson (L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16,
 * 2001, section 4.1), which counts where one in a heavy stratum stands for hundreds.
 */
function boundsOf(k: number, of: number): Share {
  const wilson = shareOf(k, of);
  const [few, many] = [rareBound(k, of), rareBound(of - k, of)];
  return { ...wilson, low: few ?? wilson.low, high: many === null ? wilson.high : 1 - many };
}

function rareBound(k: number, of: number): number | null {
  const mean = RARE[k - 1];
  return mean === undefined || k / of > 0.1 ? null : mean / of;
}

function isFound({ isRight, qualified }: Labelled): boolean {
  return isRight && qualified;
}

function isMissed({ isRight, qualified }: Labelled): boolean {
  return isRight && !qualified;
}

function recallOf(labels: readonly Labelled[], passed: number): Omit<Estimate, "labels"> {
  const strata = strataOf(labels);
  // Where all or none of a stratum pass it was drawn by that, and holds none of the other for certain.
  const found = totalOf(
    strata.filter((one) => one.some(({ qualified }) => qualified)),
    isFound,
  );
  const missed = totalOf(
    strata.filter((one) => one.some(({ qualified }) => !qualified)),
    isMissed,
  );
  if (passed === 0 || passed === labels.length || found.value + missed.value === 0) return UNKNOWN;
  if (strata.length === 1) {
    const right = labels.filter(({ isRight }) => isRight);
    const { share, low, high } = shareOf(right.filter(isFound).length, right.length);
    return { value: share, low, high };
  }
  const value = found.value / (found.value + missed.value);
  if (found.value === 0) return { value, low: 0, high: found.high / (found.high + missed.low) };
  const { low, high } = ratioOf(missed, found, correlationOf(strata, missed, found));
  return { value, low: 1 / (1 + high), high: 1 / (1 + low) };
}

/** Of a stratum that holds both, what is found is not missed: at thresholds that the sample was not drawn by. */
function correlationOf(strata: Strata<Labelled>, missed: Total, found: Total): number {
  const scale = Math.sqrt(missed.variance * found.variance);
  if (scale === 0) return 0;
  const covariance = strata.reduce((sum, stratum) => {
    const { n, size } = sizeOf(stratum);
    const [lost, kept] = [stratum.filter(isMissed).length / n, stratum.filter(isFound).length / n];
    return sum - (size ** 2 * lost * kept) / n;
  }, 0);
  return covariance / scale;
}

/**
 * The interval of a / b, whose estimates go together by `correlation` (A. Donner, G. Y. Zou, Closed-form confidence
 * intervals for functions of the normal mean and standard deviation, Statistical Methods in Medical Research 21, 2012).
 */
function ratioOf(a: Total, b: Total, correlation: number): { readonly low: number; readonly high: number } {
  const product = a.value * b.value;
  const under = b.high * (2 * b.value - b.high);
  const over = b.low * (2 * b.value - b.low);
  const lower = product - correlation * (a.value - a.low) * (b.high - b.value);
  const upper = product - correlation * (a.high - a.value) * (b.value - b.low);
  const lowest = lower ** 2 - a.low * under * (2 * a.value - a.low);
  const highest = upper ** 2 - a.high * over * (2 * a.value - a.high);
  return {
    low: under <= 0 ? a.low / b.high : Math.max(0, (lower - Math.sqrt(Math.max(0, lowest))) / under),
    // The lower bound of b is above 0 wherever b is.
    high: (upper + Math.sqrt(Math.max(0, highest))) / over,
  };
}

/** How many more labels bring the interval within 10 points, if the share stays what it is; half where nothing is known. */
export function moreLabels({ k, of, low, high }: Share): number {
  if (of > 0 && high - low <= WANTED_WIDTH) return 0;
  const share = of === 0 ? 0.5 : k / of;
  let [few, many] = [of, MOST_LABELS];
  while (many - few > 1) {
    const middle = Math.floor((few + many) / 2);
    const then = shareOf(share * middle, middle);
    if (then.high - then.low <= WANTED_WIDTH) many = middle;
    else few = middle;
  }
  return many - of;
}

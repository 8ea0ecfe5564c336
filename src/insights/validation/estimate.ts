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
}

const UNKNOWN = { value: null, low: 0, high: 1 } as const;
/** Width of the interval from which on a figure is called good enough. */
const WANTED_WIDTH = 0.1;
const MOST_LABELS = 100_000;

export function verdictOf(labels: readonly Labelled[]): Verdict {
  const passed = labels.filter(({ qualified }) => qualified);
  const stopped = labels.filter(({ qualified }) => !qualified);
  const right = rightIn(passed);
  const missed = rightIn(stopped);
  const count = (list: readonly Labelled[], isRight: boolean): number =>
    list.filter((one) => one.isRight === isRight).length;
  return {
    precision: rightShare(passed),
    recall: { ...recallOf(right, missed, passed, stopped), labels: labels.length },
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
  const all = labels.reduce((sum, { weight }) => sum + weight, 0);
  const { value, low, high } = rightIn(labels);
  const share = all === 0 ? UNKNOWN : { value: value / all, low: low / all, high: high / all };
  return { ...share, labels: labels.length };
}

/**
 * How many conversations are right, over all strata: the method of variance estimates recovery over Wilson intervals
 * (G. Y. Zou, A. Donner, Construction of confidence limits about effect measures, Statistics in Medicine 27, 2008).
 */
function rightIn(labels: readonly Weighted[]): Total {
  let value = 0;
  let below = 0;
  let above = 0;
  for (const [weight, stratum = []] of Map.groupBy(labels, (one) => one.weight)) {
    const size = stratum.length * weight;
    const { k, of, low, high } = boundsOf(stratum.filter(({ isRight }) => isRight).length, stratum.length);
    value += size * (k / of);
    below += (size * (k / of - low)) ** 2;
    above += (size * (high - k / of)) ** 2;
  }
  return { value, low: value - Math.sqrt(below), high: value + Math.sqrt(above) };
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

function recallOf(
  right: Total,
  missed: Total,
  passed: readonly Labelled[],
  stopped: readonly Labelled[],
): Omit<Estimate, "labels"> {
  if (passed.length === 0 || stopped.length === 0 || right.value + missed.value === 0) return UNKNOWN;
  if (isEven([...passed, ...stopped])) {
    const [{ weight } = { weight: 1 }] = passed;
    const { share, low, high } = shareOf(right.value / weight, (right.value + missed.value) / weight);
    return { value: share, low, high };
  }
  const value = right.value / (right.value + missed.value);
  if (right.value === 0) return { value, low: 0, high: right.high / (right.high + missed.low) };
  const { low, high } = ratioOf(missed, right);
  return { value, low: 1 / (1 + high), high: 1 / (1 + low) };
}

/** Everybody stands for as many: the sample is a plain one. */
function isEven(labels: readonly Labelled[]): boolean {
  return new Set(labels.map(({ weight }) => weight)).size === 1;
}

/** The interval of a / b (A. Donner, G. Y. Zou, Closed-form confidence intervals, Statistical Methods in Medical Research 21, 2012). */
function ratioOf(a: Total, b: Total): { readonly low: number; readonly high: number } {
  const product = a.value * b.value;
  const lowest = product ** 2 - a.low * b.high * (2 * a.value - a.low) * (2 * b.value - b.high);
  const highest = product ** 2 - a.high * b.low * (2 * a.value - a.high) * (2 * b.value - b.low);
  const under = b.high * (2 * b.value - b.high);
  const over = b.low * (2 * b.value - b.low);
  return {
    low: under <= 0 ? a.low / b.high : Math.max(0, (product - Math.sqrt(Math.max(0, lowest))) / under),
    // The lower bound of b is above 0 wherever b is.
    high: (product + Math.sqrt(Math.max(0, highest))) / over,
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

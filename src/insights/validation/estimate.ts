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
  /** Its share, as from a plain sample that says as much. */
  readonly plain: Share;
}

const UNKNOWN = { value: null, low: 0, high: 1 } as const;
/** Width of the interval from which on a figure is called good enough. */
const WANTED_WIDTH = 0.1;
const MOST_LABELS = 100_000;

export function verdictOf(labels: readonly Labelled[]): Verdict {
  const passed = labels.filter(({ qualified }) => qualified);
  const stopped = labels.filter(({ qualified }) => !qualified);
  const right = rightIn(passed);
  const count = (list: readonly Labelled[], isRight: boolean): number =>
    list.filter((one) => one.isRight === isRight).length;
  return {
    precision: estimateOf(right, passed),
    recall: { ...recallOf(labels, passed.length), labels: labels.length },
    moreForPrecision: moreLikeThese(passed.length, right.plain),
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
  return estimateOf(rightIn(labels), labels);
}

function rightIn(labels: readonly Weighted[]): Total {
  return totalOf(strataOf(labels), ({ isRight }) => isRight);
}

function estimateOf({ value, low, high }: Total, labels: readonly Weighted[]): Estimate {
  const all = sizeOf(labels).size;
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
 * Of how many conversations it holds, over all strata: Wilson's interval for as many labels as a plain sample of the same
 * variance would have (E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected number of
 * positive counts estimated from survey data, Survey Methodology 24, 1998). There each stratum gets half a label of both
 * kinds: one in which nothing was found is not sure to hold nothing.
 */
function totalOf<One extends Weighted>(strata: Strata<One>, holds: (one: One) => boolean): Total {
  const labels = strata.flat().length;
  if (labels === 0) return { value: 0, low: 0, high: 0, variance: 0, plain: shareOf(0, 0) };
  let [all, value, variance, spread] = [0, 0, 0, 0];
  for (const stratum of strata) {
    const { n, size } = sizeOf(stratum);
    const k = stratum.filter(holds).length;
    const unsure = (k + 0.5) / (n + 1);
    all += size;
    value += size * (k / n);
    variance += (size ** 2 * (k / n) * (1 - k / n)) / n;
    spread += (size ** 2 * unsure * (1 - unsure)) / n;
  }
  const least = 0.5 / labels;
  const share = Math.min(Math.max(value / all, least), 1 - least);
  const worth = strata.length === 1 ? labels : (share * (1 - share) * all ** 2) / spread;
  const plain = shareOf((value / all) * worth, worth);
  return { value, low: plain.low * all, high: plain.high * all, variance, plain };
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

/** Labels that are drawn unevenly say more or less than as many of a plain sample; the next ones will, too. */
function moreLikeThese(labels: number, plain: Share): number {
  const more = moreLabels(plain);
  return plain.of === 0 ? more : Math.ceil((more * labels) / plain.of);
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

/**
 * Does a higher score win more often, and as often as before? The older half of the handoffs that were won or lost says
 * what each band of the score promises; the newer half is held against it. Pure.
 */
import { type Bounded, differenceOf } from "../difference.ts";
import type { Share } from "../share.ts";
import { type Rate, rateIn } from "./figures.ts";
import { type Measured, outcomeOf } from "./measured.ts";

/** Lower bounds of the bands, in thresholds. */
const BANDS = [
  { from: 2, name: "twice the threshold and more" },
  { from: 1.5, name: "1.5 to 2 times the threshold" },
  { from: 0, name: "up to 1.5 times the threshold" },
] as const;

export interface WonInBand {
  readonly band: string;
  readonly won: Rate;
}

export interface CalibratedBand {
  readonly band: string;
  /** Won of the older half. */
  readonly predicted: Rate;
  /** Won of the newer half. */
  readonly observed: Rate;
  /** Observed - predicted; null where one of them knows nothing. */
  readonly difference: Bounded | null;
  readonly verdict: "as predicted" | "more than predicted" | "less than predicted" | "too few";
}

/** Won of those that ended, band by band, the highest first. */
export function wonByBand(all: readonly Measured[]): readonly WonInBand[] {
  return BANDS.map(({ name }, i) => ({ band: name, won: wonIn(all, i) }));
}

export function calibrationOf(all: readonly Measured[]): readonly CalibratedBand[] {
  const ended = all
    .filter((one) => outcomeOf(one) !== null)
    .toSorted((a, b) => a.signalledAt - b.signalledAt);
  const half = Math.floor(ended.length / 2);
  return BANDS.map(({ name }, i) => {
    const [predicted, observed] = [wonIn(ended.slice(0, half), i), wonIn(ended.slice(half), i)];
    const [before, after] = [boundedOf(predicted), boundedOf(observed)];
    const difference = before === null || after === null ? null : differenceOf(after, before);
    return {
      band: name,
      predicted,
      observed,
      difference,
      verdict: verdictOn(predicted, observed, difference),
    };
  });
}

function wonIn(all: readonly Measured[], band: number): Rate {
  return wonOf(all.filter((one) => bandOf(one) === band));
}

function verdictOn(predicted: Rate, observed: Rate, difference: Bounded | null): CalibratedBand["verdict"] {
  if (difference === null || predicted.isFew || observed.isFew) return "too few";
  if (difference.low > 0) return "more than predicted";
  return difference.high < 0 ? "less than predicted" : "as predicted";
}

/** Null where nothing was counted. */
export function boundedOf({ share, low, high }: Share): Bounded | null {
  return share === null ? null : { value: share, low, high };
}

function bandOf({ strength }: Measured): number {
  return strength === null ? -1 : BANDS.findIndex(({ from }) => strength >= from);
}

/** Won of those that were won or lost. */
export function wonOf(all: readonly Measured[]): Rate {
  return rateIn(
    all.filter((one) => outcomeOf(one) !== null),
    (one) => outcomeOf(one) === "won",
  );
}

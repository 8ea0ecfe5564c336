/**
 * What won and lost deals say about the points of a policy: each signal and bonus of a score weighed anew, in the policy's
 * own points. A proposal with intervals, or a sentence that says what is missing. Pure.
 */
import type { Policy } from "../../policy/schema.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import type { ClosedConversation } from "../closings/closing.ts";
import { dot, type Fit, fitLogistic, varianceOf } from "./logistic.ts";
import { quantileOf } from "./normal.ts";

/** What of one conversation bears on its deal: how often each thing that gives points was found. */
export interface ClosedCase {
  readonly isWon: boolean;
  /** Pieces of evidence that counted, by name of the signal. */
  readonly signals: Readonly<Record<string, number>>;
  /** Labels of the bonuses that applied, by name of the score. */
  readonly bonuses: Readonly<Record<string, readonly string[]>>;
  /** Scores whose threshold it reached. */
  readonly reached: readonly string[];
}

/** A place of the policy that gives points to a score. */
export interface Weight {
  readonly kind: "signal" | "bonus";
  /** Name of the signal, label of the bonus. */
  readonly id: string;
  readonly label: string;
  /** As the policy has it today. */
  readonly points: number;
}

export interface WeighedAnew extends Weight {
  /** Conversations that ended and in which it was found, and how many of those were won. */
  readonly seen: number;
  readonly won: number;
  /** What the deals say, in whole points, with its interval; null where too few conversations have it. */
  readonly fitted: { readonly points: number; readonly low: number; readonly high: number } | null;
  /** The fitted points where today's lie outside the interval; else today's. */
  readonly suggested: number;
}

export interface Suggestion {
  readonly score: string | null;
  readonly won: number;
  readonly lost: number;
  /** Won and lost conversations must each be as many. */
  readonly needed: number;
  readonly weights: readonly WeighedAnew[];
  /** Why nothing is suggested; null where something is. */
  readonly why: string | null;
}

/** Events for each weight below which coefficients are not to be trusted (P. Peduzzi and others, J Clin Epidemiol 49, 1996). */
const EVENTS_A_WEIGHT = 10;
/** Two weights' worth is the least from which anything is said. */
const FEWEST_WEIGHTS = 2;
/** What fewer conversations have is not weighed. */
const FEWEST_SEEN = 10;
/** Of a weight's log odds: one piece of evidence hardly ever changes the odds by more than a factor of 150 (e to the 5th). */
const PRIOR_DEVIATION = 2.5;
const SURENESS = 0.95;

/** What the policy of today finds in a conversation as it was then; null where its inputs cannot be read any more. */
export function caseOf({ isWon, inputs }: ClosedConversation, compiled: CompiledPolicy): ClosedCase | null {
  try {
    const { signals, values, contributions } = score(inputs.evidence, compiled, inputs.now);
    const pieces: Record<string, number> = {};
    for (const { signal, points } of signals) {
      const each = Number(compiled.policy.signals[signal]?.points);
      if (points !== 0) pieces[signal] = (pieces[signal] ?? 0) + points / each;
    }
    const bonuses = Map.groupBy(
      contributions.filter(({ kind }) => kind === "bonus"),
      (one) => one.score,
    );
    return {
      isWon,
      signals: pieces,
      bonuses: Object.fromEntries([...bonuses].map(([name, list]) => [name, list.map(({ label }) => label)])),
      reached: Object.entries(values).flatMap(([name, { value, threshold }]) =>
        value >= threshold ? [name] : [],
      ),
    };
  } catch {
    return null;
  }
}

/** Weighs the points of a score anew; of the score that most of them reached where none is named. */
export function suggest(cases: readonly ClosedCase[], policy: Policy, named: string | null): Suggestion {
  const score = named ?? mostReached(cases, policy);
  const won = cases.filter(({ isWon }) => isWon).length;
  const lost = cases.length - won;
  const place = score ?? "";
  const counted = weightsOf(policy, place).map((weight) => counts(weight, cases, place));
  const weighed = counted.filter(({ seen }) => seen >= FEWEST_SEEN);
  const needed = EVENTS_A_WEIGHT * Math.max(FEWEST_WEIGHTS, weighed.length);
  const asToday = counted.map((one) => ({ ...one, fitted: null, suggested: one.points }));
  const none = (why: string): Suggestion => ({ score, won, lost, needed, weights: asToday, why });
  if (won < needed || lost < needed)
    return none(
      `${won} conversations are won and ${lost} lost; to weigh ${Math.max(FEWEST_WEIGHTS, weighed.length)} things anew ${needed} of each are needed.`,
    );
  if (weighed.length === 0)
    return none(`No signal and no bonus was found in ${FEWEST_SEEN} conversations whose deal has ended.`);
  const fitted = pointsOf(weighed, cases, place);
  if (fitted === null)
    return none("Nothing that gives points tells won from lost surely yet; more deals will.");
  const weights = asToday.map((one): WeighedAnew => {
    const found = fitted.get(`${one.kind} ${one.id}`) ?? null;
    if (found === null) return one;
    const isOutside = one.points < found.low || one.points > found.high;
    return { ...one, fitted: found, suggested: isOutside ? found.points : one.points };
  });
  const isSame = weights.every(({ points, suggested }) => points === suggested);
  const why = isSame ? "What the deals say agrees with the points of today." : null;
  return { score, won, lost, needed, weights, why };
}

function mostReached(cases: readonly ClosedCase[], { scores }: Policy): string | null {
  const times = (name: string): number => cases.filter(({ reached }) => reached.includes(name)).length;
  const [best] = Object.keys(scores)
    .map((name) => ({ name, times: times(name) }))
    .toSorted((a, b) => b.times - a.times);
  return best?.name ?? null;
}

/** Signals and bonuses of a score that give points. */
function weightsOf({ signals, scores }: Policy, name: string): readonly Weight[] {
  const rule = scores[name];
  const ofSignals = [...new Set(rule?.signals)].flatMap((id): Weight[] => {
    const signal = signals[id];
    return signal === undefined || signal.points === 0
      ? []
      : [{ kind: "signal", id, label: signal.label ?? id, points: signal.points }];
  });
  const ofBonuses = (rule?.bonus ?? []).map(({ label, points }): Weight => ({
    kind: "bonus",
    id: label,
    label,
    points,
  }));
  return [...ofSignals, ...ofBonuses.filter(({ points }) => points !== 0)];
}

type Counted = Weight & Pick<WeighedAnew, "seen" | "won">;

function counts(weight: Weight, cases: readonly ClosedCase[], score: string): Counted {
  const having = cases.filter((one) => piecesOf(weight, one, score) > 0);
  return { ...weight, seen: having.length, won: having.filter(({ isWon }) => isWon).length };
}

function piecesOf({ kind, id }: Weight, { signals, bonuses }: ClosedCase, score: string): number {
  if (kind === "signal") return signals[id] ?? 0;
  return bonuses[score]?.includes(id) === true ? 1 : 0;
}

type Points = NonNullable<WeighedAnew["fitted"]>;

/** Whole points with intervals, by weight; null where no weight surely differs from nothing. */
function pointsOf(
  weighed: readonly Counted[],
  cases: readonly ClosedCase[],
  score: string,
): ReadonlyMap<string, Points> | null {
  const rows = cases.map((one) => ({
    features: weighed.map((weight) => piecesOf(weight, one, score)),
    happened: one.isWon,
  }));
  const fit = fitLogistic(rows, weighed.length, PRIOR_DEVIATION);
  const z = quantileOf(1 - (1 - SURENESS) / (2 * weighed.length));
  const isSure = fit.weights.some(
    (weight, j) => Math.abs(weight) > z * Math.sqrt(Number(fit.covariance[j]?.[j])),
  );
  if (!isSure) return null;
  const times = weighed.map((_, j) => rows.reduce((sum, { features }) => sum + Number(features[j]), 0));
  const today = weighed.map(({ points }) => points);
  const scaled = scaledTo(fit, times, today);
  return new Map(
    weighed.map(({ kind, id }, j) => {
      const { value, error } = scaled[j] as Scaled;
      const [low, high] = [Math.floor(value - z * error), Math.ceil(value + z * error)];
      return [`${kind} ${id}`, { points: Math.round(value), low, high }];
    }),
  );
}

export interface Scaled {
  readonly value: number;
  /** Standard error, that of the scale within it. */
  readonly error: number;
}

/**
 * Log odds as points: on the scale on which everything that was found gives as many points in all (without their signs)
 * as it does today, so that the threshold keeps its meaning. `times` is how often each was found.
 */
export function scaledTo(fit: Fit, times: readonly number[], today: readonly number[]): readonly Scaled[] {
  const { weights } = fit;
  const all = dot(times, today.map(Math.abs));
  const odds = dot(times, weights.map(Math.abs));
  return weights.map((weight, j) => {
    // How the points move with each weight: their own, and the scale that they all make (the delta method).
    const moves = weights.map(
      (other, i) =>
        (all / odds) * ((i === j ? 1 : 0) - (weight * Number(times[i]) * Math.sign(other)) / odds),
    );
    return { value: (all / odds) * weight, error: Math.sqrt(varianceOf(moves, fit)) };
  });
}

/** The policy's tree with the suggested points; a cap holds as many pieces of evidence as before. */
export function withSuggested(tree: unknown, { score, weights }: Suggestion): unknown {
  const copy = structuredClone(tree) as PointsTree;
  for (const { kind, id, points, suggested } of weights) {
    if (points === suggested) continue;
    const signal = copy.signals?.[id];
    if (kind === "signal" && signal !== undefined) {
      signal.points = suggested;
      if (signal.cap !== undefined && suggested !== 0)
        signal.cap = Math.round(Math.abs((signal.cap * suggested) / points));
    }
    const bonuses = copy.scores?.[score ?? ""]?.bonus ?? [];
    for (const bonus of kind === "bonus" ? bonuses : []) if (bonus.label === id) bonus.points = suggested;
  }
  return copy;
}

/** As far as points go. */
interface PointsTree {
  readonly signals?: Record<string, { points?: number; cap?: number }>;
  readonly scores?: Record<string, { readonly bonus?: { readonly label: string; points: number }[] }>;
}

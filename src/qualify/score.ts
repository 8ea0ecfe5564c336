/**
 * The scores of a conversation, with every point accounted for. Pure and deterministic: the same evidence, policy and
 * instant always give the same scores, whatever the order in which the policy lists its signals.
 */
import type { FieldLookup } from "../policy/condition.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { decide, evaluate } from "../policy/evaluate.ts";
import type { CompiledPolicy, CompiledScore, CompiledSignal } from "./compile.ts";
import { customerMessages, factsOf } from "./facts.ts";
import { findSignals } from "./find.ts";
import type { Sighting } from "./find.ts";
import type { Contribution, Evidence, FoundSignal, Scores, ScoreValue } from "./scores.ts";
import { openLead } from "./situation.ts";

/** One step of a score's sum, before rounding. */
interface Step {
  readonly kind: Contribution["kind"];
  readonly label: string;
  readonly points: number;
  readonly reason: string;
  readonly signals: readonly number[];
}

/**
 * Finds the signals of `evidence` and computes every score of the policy. The contributions of a score add up to its
 * value exactly (each is the difference of two rounded sums); contributions of no points are left out.
 */
export function score(evidence: Evidence, policy: CompiledPolicy, now: EpochMs): Scores {
  const sightings = findSignals(evidence, policy, now);
  const signals = sightings.map(({ found }) => found);
  const facts = factsOf(evidence, { signals, values: {}, contributions: [] });
  const values: Record<string, ScoreValue> = {};
  const contributions: Contribution[] = [];
  for (const rule of policy.scores) {
    const steps = stepsOf({ rule, policy, sightings, evidence, facts, now });
    let sum = 0;
    for (const step of steps) {
      if (step.points === 0) continue;
      const before = rounded(sum);
      sum += step.points;
      const points = rounded(rounded(sum) - before);
      if (points !== 0) contributions.push({ score: rule.name, ...step, points });
    }
    values[rule.name] = { value: rounded(sum), threshold: rule.rule.threshold };
  }
  return { signals, values, contributions };
}

/** Two decimals; the inner rounding takes off what binary fractions add, so that 2.675 is 2.68 in any order of adding. */
function rounded(value: number): number {
  return Math.round(Number((value * 100).toFixed(6))) / 100 + 0;
}

interface Question {
  readonly rule: CompiledScore;
  readonly policy: CompiledPolicy;
  readonly sightings: readonly Sighting[];
  readonly evidence: Evidence;
  readonly facts: FieldLookup;
  readonly now: EpochMs;
}

function stepsOf(question: Question): readonly Step[] {
  const steps = [...signalSteps(question), ...bonusSteps(question), ...engagementSteps(question)];
  for (const step of multiplySteps(question, total(steps))) steps.push(step);
  steps.push(...combineSteps(question));
  const sum = total(steps);
  if (sum < 0)
    steps.push({
      kind: "cap",
      label: "Never below 0",
      points: -sum,
      reason: "A score is never below 0.",
      signals: [],
    });
  return steps;
}

function total(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + step.points, 0);
}

function signalSteps({ rule, policy, sightings, now }: Question): readonly Step[] {
  return policy.signals
    .filter(({ name }) => rule.signals.includes(name))
    .flatMap((signal) => stepsOfSignal(signal, sightings, rule, now));
}

/** What one signal adds: its different pieces of evidence, less what is over its cap, less what has aged. */
function stepsOfSignal(
  signal: CompiledSignal,
  sightings: readonly Sighting[],
  rule: CompiledScore,
  now: EpochMs,
): readonly Step[] {
  const {
    label,
    rule: { points, cap },
  } = signal;
  const freshest = new Map<string, { readonly weight: number; readonly quoted: string }>();
  const positions: number[] = [];
  for (const [position, { found, evidence }] of sightings.entries()) {
    if (found.signal !== signal.name) continue;
    positions.push(position);
    const weight = weightOf(found.at, rule.halfLifeMs, now);
    const known = freshest.get(evidence);
    freshest.set(evidence, {
      weight: Math.max(weight, known?.weight ?? 0),
      quoted: known?.quoted ?? quotation(found),
    });
  }
  if (positions.length === 0) return [];
  const capped = (value: number): number =>
    cap === undefined ? value : Math.sign(value) * Math.min(Math.abs(value), Math.abs(cap));
  const raw = freshest.size * points;
  const aged = [...freshest.values()].reduce((sum, { weight }) => sum + weight * points, 0);
  const kept = capped(raw);
  const quoted = [...freshest.values()].map((one) => one.quoted).join(", ");
  const times =
    freshest.size === 1 ? `${points} points` : `${freshest.size} different ones, ${points} points each`;
  return [
    { kind: "signal", label, points: raw, reason: `${label}: ${quoted} (${times}).`, signals: positions },
    {
      kind: "cap",
      label,
      points: kept - raw,
      reason: `${label} gives at most ${cap} points.`,
      signals: positions,
    },
    {
      kind: "recency",
      label,
      points: capped(aged) - kept,
      reason: `${label} is not fresh: it counts half after ${rule.rule.recency?.halfLife}.`,
      signals: positions,
    },
  ];
}

function quotation({ text, because }: FoundSignal): string {
  return because === undefined ? `"${text}"` : `"${text}" (${because})`;
}

/** 1 for now, the future and an unknown time; half of that for each half-life gone by. */
function weightOf(at: EpochMs | null, halfLifeMs: Ms | null, now: EpochMs): number {
  if (at === null || halfLifeMs === null || at >= now) return 1;
  return halfLifeMs === 0 ? 0 : 0.5 ** ((now - at) / halfLifeMs);
}

function bonusSteps({ rule, facts, now }: Question): readonly Step[] {
  return rule.rule.bonus
    .filter(({ when }) => decide(when, facts, now) === "yes")
    .map(({ label, when, points }) => ({
      kind: "bonus",
      label,
      points,
      reason: `${label}: ${because(when, facts, now)}.`,
      signals: [],
    }));
}

function because(when: Parameters<typeof evaluate>[0], facts: FieldLookup, now: EpochMs): string {
  return evaluate(when, facts, now).trace.text;
}

function engagementSteps({ rule, evidence }: Question): readonly Step[] {
  const { engagement } = rule.rule;
  if (engagement === undefined) return [];
  const count = customerMessages(evidence.snapshot);
  const points = Math.min(count * engagement.perCustomerMessage, engagement.cap);
  const reason = `The customer wrote ${count} ${count === 1 ? "message" : "messages"}; each counts ${engagement.perCustomerMessage}, together at most ${engagement.cap}.`;
  return [{ kind: "engagement", label: "Engagement", points, reason, signals: [] }];
}

function multiplySteps({ rule, facts, now }: Question, sum: number): readonly Step[] {
  const steps: Step[] = [];
  let reached = sum;
  for (const { label, when, by } of rule.rule.multiply) {
    if (decide(when, facts, now) !== "yes") continue;
    const reason = `${label}: times ${by}, since ${because(when, facts, now)}.`;
    steps.push({ kind: "multiply", label, points: reached * (by - 1), reason, signals: [] });
    reached *= by;
  }
  return steps;
}

function combineSteps({ rule, evidence }: Question): readonly Step[] {
  const { combine } = rule.rule;
  if (combine === undefined) return [];
  const step = (whose: string, share: number, theirs: number | null | undefined): Step => {
    const value = Math.min(100, Math.max(0, theirs ?? 0));
    const reason = `${whose} gives the person ${value} of 100; ${share} of it counts.`;
    return { kind: "combine", label: `${whose} score`, points: share * value, reason, signals: [] };
  };
  const lead = evidence.crm === null ? null : openLead(evidence.crm);
  return [
    step("Intercom", combine.intercomScore, evidence.snapshot.contact?.score),
    step("Salesforce", combine.salesforceScore, lead?.score),
  ];
}

/** What labelled conversations say of a policy, as one report. Pure. */
import { preview, triggersOf } from "../../decide/preview.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import type { Evidence, FoundSignal, ScoreValue } from "../../qualify/scores.ts";
import type { Message } from "../../conversation/snapshot.ts";
import { type Estimate, rightShare, type Verdict, verdictOf } from "./estimate.ts";
import { misses, noise, type PhraseCount, type Worded } from "./phrases.ts";
import { type Scored, type Step, suggest, type Suggestion, sweep } from "./sweep.ts";

/** A labelled conversation, judged by a policy. */
export interface Judged extends Worded {
  readonly weight: number;
  readonly recipe: string | null;
  /** An exclusion keeps it out, whatever it scores. */
  readonly isExcluded: boolean;
  readonly signals: readonly string[];
  readonly scores: Readonly<Record<string, ScoreValue>>;
}

export interface ValidationReport {
  readonly labels: number;
  readonly verdict: Verdict;
  /** Of what each recipe took, and of what each signal helped through, the share that is right. */
  readonly recipes: readonly Named[];
  readonly signals: readonly Named[];
  /** The score whose threshold was swept. */
  readonly score: string | null;
  readonly sweep: readonly Step[];
  readonly suggestion: Suggestion | { readonly threshold: null; readonly reason: string };
  readonly noise: readonly PhraseCount[];
  readonly misses: readonly PhraseCount[];
}

export interface Named {
  readonly name: string;
  readonly right: Estimate;
}

/** What the policy says of the conversation as it stands at `now`. */
export function judgedBy(
  policy: CompiledPolicy,
  evidence: Evidence,
  label: Pick<Judged, "id" | "isRight" | "weight">,
  now: EpochMs,
): Judged {
  const scores = score(evidence, policy, now);
  const triggers = triggersOf(evidence);
  const verdict = preview({ evidence, scores, policy: policy.policy, triggers, now });
  return {
    ...label,
    qualified: verdict.qualified,
    recipe: verdict.recipe,
    isExcluded: verdict.excluded !== null,
    ...wordsOf(scores.signals, evidence.snapshot.messages),
    scores: scores.values,
  };
}

/** What was found, and what the customer wrote. */
export function wordsOf(
  signals: readonly FoundSignal[],
  messages: readonly Message[],
): Pick<Judged, "signals" | "phrases" | "text"> {
  return {
    signals: [...new Set(signals.map(({ signal }) => signal))],
    phrases: signals.filter(({ kind }) => kind === "phrase").map(({ text }) => text),
    text: messages
      .filter(({ role }) => role === "customer")
      .map(({ text }) => text)
      .join("\n"),
  };
}

export function validationReport(judged: readonly Judged[], scoreName: string | null): ValidationReport {
  const swept = scoreName === null ? [] : judged.flatMap((one) => scoredBy(one, scoreName));
  const steps = sweep(swept);
  return {
    labels: judged.length,
    verdict: verdictOf(judged),
    recipes: shares(judged, ({ recipe }) => (recipe === null ? [] : [recipe])),
    signals: shares(judged, ({ qualified, signals }) => (qualified ? signals : [])),
    score: scoreName,
    sweep: steps,
    suggestion: suggest(steps, swept.filter(({ isRight }) => isRight).length),
    noise: noise(judged),
    misses: misses(judged),
  };
}

/**
 * The conversation with its score, where another threshold would decide otherwise; none where it came in by another
 * score, or is kept out by more than this one.
 */
function scoredBy(one: Judged, name: string): readonly Scored[] {
  const at = one.scores[name];
  if (at === undefined || one.isExcluded || one.qualified !== at.value >= at.threshold) return [];
  return [{ id: one.id, value: at.value, isRight: one.isRight, weight: one.weight }];
}

function shares(judged: readonly Judged[], namesOf: (one: Judged) => readonly string[]): readonly Named[] {
  const named = judged.flatMap((one) => namesOf(one).map((name) => ({ name, one })));
  return [...Map.groupBy(named, ({ name }) => name)]
    .map(([name, list]) => ({ name, right: rightShare(list.map(({ one }) => one)) }))
    .toSorted((a, b) => b.right.labels - a.right.labels || a.name.localeCompare(b.name));
}

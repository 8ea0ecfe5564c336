/** What labelled conversations say of a policy, as one report. Pure. */
import { preview, triggersOf } from "../../decide/preview.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import type { Evidence } from "../../qualify/scores.ts";
import { shareOf, type Share } from "../share.ts";
import { type Verdict, verdictOf } from "./estimate.ts";
import { misses, noise, type PhraseCount, type Worded } from "./phrases.ts";
import { type Step, suggest, type Suggestion, sweep } from "./sweep.ts";

/** A labelled conversation, judged by a policy. */
export interface Judged extends Worded {
  readonly weight: number;
  readonly recipe: string | null;
  readonly signals: readonly string[];
  readonly scores: Readonly<Record<string, number>>;
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
  readonly right: Share;
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
  const { messages } = evidence.snapshot;
  return {
    ...label,
    qualified: verdict.qualified,
    recipe: verdict.recipe,
    signals: [...new Set(scores.signals.map(({ signal }) => signal))],
    phrases: scores.signals.filter(({ kind }) => kind === "phrase").map(({ text }) => text),
    text: messages
      .filter(({ role }) => role === "customer")
      .map(({ text }) => text)
      .join("\n"),
    scores: Object.fromEntries(Object.entries(scores.values).map(([name, { value }]) => [name, value])),
  };
}

export function validationReport(judged: readonly Judged[], scoreName: string | null): ValidationReport {
  const steps =
    scoreName === null ? [] : sweep(judged.map((one) => ({ ...one, value: one.scores[scoreName] ?? 0 })));
  const right = judged.filter(({ isRight }) => isRight).length;
  return {
    labels: judged.length,
    verdict: verdictOf(judged),
    recipes: shares(judged, ({ recipe }) => (recipe === null ? [] : [recipe])),
    signals: shares(judged, ({ qualified, signals }) => (qualified ? signals : [])),
    score: scoreName,
    sweep: steps,
    suggestion: suggest(steps, right),
    noise: noise(judged),
    misses: misses(judged),
  };
}

function shares(judged: readonly Judged[], namesOf: (one: Judged) => readonly string[]): readonly Named[] {
  const named = judged.flatMap((one) => namesOf(one).map((name) => ({ name, isRight: one.isRight })));
  return [...Map.groupBy(named, ({ name }) => name)]
    .map(([name, list]) => ({
      name,
      right: shareOf(list.filter(({ isRight }) => isRight).length, list.length),
    }))
    .toSorted((a, b) => b.right.of - a.right.of || a.name.localeCompare(b.name));
}

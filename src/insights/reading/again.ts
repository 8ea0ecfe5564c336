/** Stored decisions made again by some policy, for a person who asks what it would say. Pure; nothing is written. */
import { decide } from "../../decide/decide.ts";
import type { Decision } from "../../decide/decision.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import { score } from "../../qualify/score.ts";
import type { Scores } from "../../qualify/scores.ts";
import { type Movement, movementOf, type Side, UNSEEN, withOutcome } from "../compare.ts";
import { storedOutcome } from "../outcome.ts";
import { divergences, divergenceText, type FrozenInputs } from "../replay.ts";
import { ownersWhy, verdictWords } from "./why.ts";

export interface Said {
  readonly words: string;
  /** The owner and the second people. */
  readonly owners: readonly string[];
  readonly scores: Readonly<Record<string, { readonly value: number; readonly threshold: number }>>;
}

export interface Again {
  readonly kind: "same" | "differs" | "impossible";
  /** Every place that differs; of what is impossible the one reason. */
  readonly differences: readonly string[];
  readonly before: Said;
  /** Null when it is impossible. */
  readonly after: Said | null;
  /** What it means for whoever would get it; null when it is impossible. */
  readonly movement: Movement["kind"] | null;
}

/** What was said, and what `compiled` says to the same frozen inputs, with the pools as they stood then. */
export function decideAgain(
  stored: { readonly inputs: FrozenInputs; readonly answer: Decision },
  compiled: CompiledPolicy,
): Again {
  const { inputs, answer } = stored;
  const before = said(answer, inputs.scores);
  try {
    const scores = score(inputs.evidence, compiled, inputs.now);
    const decision = decide({ ...inputs, scores, policy: compiled.policy });
    const differences = [
      ...divergences(inputs.scores, scores, "scores"),
      ...divergences(answer, decision, "answer"),
    ].map(divergenceText);
    const kind = differences.length === 0 ? "same" : "differs";
    const movement = movementOf(sideOf(answer), sideOf(decision)).kind;
    return { kind, differences, before, after: said(decision, scores), movement };
  } catch (error) {
    const why = `its inputs are not what deciding takes today (${String(error)})`;
    return { kind: "impossible", differences: [why], before, after: null, movement: null };
  }
}

function sideOf(decision: Decision): Side {
  const { kind } = decision;
  const recipe = "recipe" in decision ? decision.recipe : null;
  const exclusion = kind === "excluded" ? decision.exclusion : null;
  const handoff = kind === "handoff" ? decision : null;
  return withOutcome(UNSEEN, storedOutcome({ kind, recipe, exclusion, handoff }), {});
}

/** What another policy would do to a decision: to whom it goes, else its points alone, else nothing. */
export const EFFECTS = ["enters", "leaves", "changes", "points", "same", "impossible"] as const;
export type Effect = (typeof EFFECTS)[number];

export function effectOf({ kind, movement }: Pick<Again, "kind" | "movement">): Effect {
  if (movement === null) return "impossible";
  if (movement === "same" || movement === "unsure") return kind === "same" ? "same" : "points";
  return movement;
}

function said(decision: Decision, { values }: Scores): Said {
  const owners = ownersWhy(decision).flatMap(({ owner }) => (owner === null ? [] : [owner]));
  return { words: verdictWords(decision), owners, scores: values };
}

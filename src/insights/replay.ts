/**
 * A stored decision, made again from its frozen inputs: the same answer, or each place where it came out otherwise.
 */
import type { CompiledPolicy } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import { decide, type DecisionInputs } from "../decide/decide.ts";

/** What `decisions.inputs` holds: everything but the policy, which is stored once per version. */
export type FrozenInputs = Omit<DecisionInputs, "policy">;

/** One place where the stored value and the one of today differ; `undefined` stands for a place that one of them lacks. */
export interface Divergence {
  /** "answer.owner.owner.id", "scores.values.buying.value": the part of the decision and the way to the value. */
  readonly path: string;
  readonly stored: unknown;
  readonly replayed: unknown;
}

export type Replay =
  | { readonly kind: "same" }
  | { readonly kind: "differs"; readonly divergences: readonly Divergence[] }
  /** The inputs or the policy can't be used by today's program; `why` is one sentence. */
  | { readonly kind: "impossible"; readonly why: string };

/**
 * Scores the frozen evidence and decides again, both with the policy of that time. Never throws. The answer is compared
 * over the stored scores, so that a scorer that changed does not blur what deciding changed.
 */
export function replay(
  stored: { readonly inputs: FrozenInputs; readonly answer: unknown },
  compiled: CompiledPolicy,
): Replay {
  const { inputs, answer } = stored;
  try {
    const scores = score(inputs.evidence, compiled, inputs.now);
    const decision = decide({ ...inputs, policy: compiled.policy });
    const found = [
      ...divergences(inputs.scores, scores, "scores"),
      ...divergences(answer, decision, "answer"),
    ];
    return found.length === 0 ? { kind: "same" } : { kind: "differs", divergences: found };
  } catch (error) {
    return { kind: "impossible", why: `its inputs are not what deciding takes today (${String(error)})` };
  }
}

/** Where two values differ once both are written as JSON; the order of an object's fields is no difference. */
export function divergences(stored: unknown, replayed: unknown, path: string): readonly Divergence[] {
  return compare(asJson(stored), asJson(replayed), path);
}

function compare(stored: unknown, replayed: unknown, path: string): readonly Divergence[] {
  if (!isTree(stored) || !isTree(replayed) || Array.isArray(stored) !== Array.isArray(replayed))
    return stored === replayed ? [] : [{ path, stored, replayed }];
  const keys = [...new Set([...Object.keys(stored), ...Object.keys(replayed)])];
  const step = (key: string): string => (Array.isArray(stored) ? `${path}[${key}]` : `${path}.${key}`);
  return keys.flatMap((key) => compare(own(stored, key), own(replayed, key), step(key)));
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

function own(tree: Tree, key: string): unknown {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** "answer.kind: stored "handoff", now "held"", for a person. Long values are cut. */
export function divergenceText({ path, stored, replayed }: Divergence): string {
  return `${path}: stored ${shown(stored)}, now ${shown(replayed)}`;
}

const MOST_SHOWN = 120;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}

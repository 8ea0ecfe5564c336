/**
 * What a draft says to one frozen state of a conversation, before anybody looks at earlier handoffs and at whose turn
 * it is: those depend on what the draft did before, and timeline.ts adds them in the order of time.
 */
import { writersOf } from "../decide/book.ts";
import { assign, settle, type Unassigned } from "../decide/decide.ts";
import type { Judgement } from "../decide/decision.ts";
import { asksPools, type Errand } from "../decide/errand.ts";
import { judge } from "../decide/judge.ts";
import type { Directory } from "../decide/candidate.ts";
import type { PoolState } from "../decide/turns.ts";
import type { Policy } from "../policy/schema.ts";
import type { CompiledPolicy } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import type { Scores } from "../qualify/scores.ts";
import type { FrozenInputs } from "./replay.ts";
import { type Outcome, outcomeOf, type Plan, recordText } from "./outcome.ts";

/** One policy to try on stored states. */
export interface Candidate {
  readonly compiled: CompiledPolicy;
  /** By policy version of the stored decision: people and queues that only this policy names, taken as existing. */
  readonly assumed: Readonly<Record<number, Directory>>;
}

/** A handoff whose people depend on whose turn it is, with all that finding them takes but the policy. */
export interface Turn {
  readonly kind: "turn";
  readonly recipe: string;
  readonly record: Plan["record"];
  readonly errand: Errand;
  readonly directory: Directory;
  readonly writers: ReturnType<typeof writersOf>;
  /** As the decision of that time found them; a pool that the candidate asks may be missing. */
  readonly pools: Readonly<Record<string, PoolState>>;
}

export interface Verdict {
  readonly said: Outcome | Turn;
  /** Value by name of the score. */
  readonly scores: Readonly<Record<string, number>>;
}

/**
 * The verdict of one candidate. `asksSalesforce` is false for an environment without Salesforce: nobody is ever looked
 * up there, and nothing is missing. `known` are this evidence's scores by a policy that counts alike, where there are any.
 */
export function verdictOf(
  { inputs, policyVersion }: { readonly inputs: FrozenInputs; readonly policyVersion: number },
  candidate: Candidate,
  asksSalesforce: boolean,
  known: Scores | null = null,
): { readonly verdict: Verdict; readonly scores: Scores } {
  const { evidence, triggers, now } = inputs;
  const { policy } = candidate.compiled;
  const scores = known === null ? score(evidence, candidate.compiled, now) : withThresholds(known, policy);
  const values = valuesOf(scores);
  if (asksSalesforce && evidence.crm === null && !evidence.snapshot.deleted) {
    // What is certain without Salesforce is what deciding would say; only a candidate goes on to Salesforce.
    const outcome = unasked(judge({ evidence, scores, policy, triggers, now, lookedUp: false }, false));
    return { verdict: { said: outcome, scores: values }, scores };
  }
  const directory = withAssumed(inputs.directory, candidate.assumed[policyVersion]);
  const given = { ...inputs, scores, policy, directory, earlier: [], pools: {} };
  const plan = settle(given, false);
  const said =
    plan.kind !== "unassigned"
      ? outcomeOf(plan)
      : asksPools(plan.errand, policy)
        ? turnOf(plan, inputs, directory)
        : outcomeOf(assign(plan, given));
  return { verdict: { said, scores: values }, scores };
}

function turnOf({ recipe, record, errand }: Unassigned, inputs: FrozenInputs, directory: Directory): Turn {
  const { evidence, pools } = inputs;
  const writers = writersOf(evidence.snapshot);
  return { kind: "turn", recipe, record: recordText(record), errand, directory, writers, pools };
}

/** Equal for policies that come to the same points for anything; a threshold adds none. */
export function countingOf({ signals, scores }: Policy): string {
  const rules = Object.entries(scores).map(([name, rule]) => [name, { ...rule, threshold: null }]);
  return JSON.stringify([signals, rules]);
}

function withThresholds(scores: Scores, policy: Policy): Scores {
  const values = Object.entries(scores.values).map(([name, score]) => {
    const threshold = policy.scores[name]?.threshold ?? score.threshold;
    return [name, { ...score, threshold }] as const;
  });
  return { ...scores, values: Object.fromEntries(values) };
}

function unasked(judgement: Judgement): Outcome {
  switch (judgement.kind) {
    case "candidate":
      return { kind: "needs-salesforce", recipe: judgement.recipe };
    case "excluded":
      return { kind: "excluded", exclusion: judgement.exclusion };
    case "below-threshold":
      return { kind: "below-threshold" };
  }
}

export function valuesOf(scores: Scores): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(scores.values).map(([name, { value }]) => [name, value]));
}

/** The frozen directory and whoever only the candidate names. */
function withAssumed(directory: Directory, assumed: Directory | undefined): Directory {
  if (assumed === undefined) return directory;
  return {
    users: [...directory.users, ...assumed.users],
    queues: [...directory.queues, ...assumed.queues],
  };
}

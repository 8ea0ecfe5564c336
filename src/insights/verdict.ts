/**
 * What a draft says to one frozen state of a conversation, before anybody looks at earlier handoffs and at whose turn
 * it is: those depend on what the draft did before, and timeline.ts adds them in the order of time.
 */
import { writersOf } from "../decide/book.ts";
import { settle, type Unassigned } from "../decide/decide.ts";
import type { Judgement } from "../decide/decision.ts";
import { asksPools, type Errand, foundOn } from "../decide/errand.ts";
import { judge } from "../decide/judge.ts";
import type { Directory } from "../decide/candidate.ts";
import type { PoolState } from "../decide/turns.ts";
import type { Policy } from "../policy/schema.ts";
import type { Scores } from "../qualify/scores.ts";
import type { FrozenInputs } from "./replay.ts";
import { foundOutcome, type Outcome, outcomeOf, type Plan, recordText } from "./outcome.ts";

/** One policy to try on stored states. */
export interface Candidate {
  readonly policy: Policy;
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

/** Scores, and the value of each by its name. */
export interface Counted {
  readonly scores: Scores;
  readonly values: Readonly<Record<string, number>>;
}

export function countedAs(scores: Scores): Counted {
  const values = Object.entries(scores.values).map(([name, { value }]) => [name, value] as const);
  return { scores, values: Object.fromEntries(values) };
}

export interface Verdict {
  readonly said: Outcome | Turn;
  readonly scores: Counted["values"];
}

/**
 * The verdict of one candidate, whose points are `counted` by its policy or by one that counts alike. `asksSalesforce` is
 * false for an environment without Salesforce: nobody is ever looked up there, and nothing is missing.
 */
export function verdictOf(
  { inputs, policyVersion }: { readonly inputs: FrozenInputs; readonly policyVersion: number },
  { policy, assumed }: Candidate,
  counted: Counted,
  asksSalesforce: boolean,
): Verdict {
  const { evidence, triggers, now } = inputs;
  const scores = withThresholds(counted.scores, policy);
  const { values } = counted;
  if (asksSalesforce && evidence.crm === null && !evidence.snapshot.deleted) {
    // What is certain without Salesforce is what deciding would say; only a candidate goes on to Salesforce.
    const outcome = unasked(judge({ evidence, scores, policy, triggers, now, lookedUp: false }, false));
    return { said: outcome, scores: values };
  }
  const directory = withAssumed(inputs.directory, assumed[policyVersion]);
  const plan = settle({ ...inputs, scores, policy, directory, earlier: [] }, false);
  const said = plan.kind === "unassigned" ? saidOf(plan, inputs, directory, policy) : outcomeOf(plan);
  return { said, scores: values };
}

/** The outcome where it is the same whosever turn it is. */
function saidOf(
  plan: Unassigned,
  { evidence, pools, now }: FrozenInputs,
  directory: Directory,
  policy: Policy,
): Verdict["said"] {
  const { recipe, errand } = plan;
  const record = recordText(plan.record);
  if (!asksPools(errand, policy))
    return foundOutcome({ recipe, record }, foundOn(errand, { policy, directory, pools: {}, now }).owner);
  const writers = writersOf(evidence.snapshot);
  return { kind: "turn", recipe, record, errand, directory, writers, pools };
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

/** The frozen directory and whoever only the candidate names. */
function withAssumed(directory: Directory, assumed: Directory | undefined): Directory {
  // One directory for many decisions stays one.
  if (assumed === undefined || assumed.users.length + assumed.queues.length === 0) return directory;
  return {
    users: [...directory.users, ...assumed.users],
    queues: [...directory.queues, ...assumed.queues],
  };
}

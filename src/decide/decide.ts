/**
 * The decision, whole: judgement, record, owner, and who else is told. Pure; runs inside the transaction that holds
 * the pools' lock, so that two decisions never take the same turn.
 */
import { durationMs } from "../kernel/time.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { factsOf } from "../qualify/facts.ts";
import { NOBODY_KNOWN } from "../qualify/crm.ts";
import type { Directory } from "./candidate.ts";
import {
  type Decision,
  type EarlierHandoff,
  episodeFor,
  handoffId,
  type Judgement,
  type RecordPlan,
} from "./decision.ts";
import { type Errand, errandOf, foundOn, plansOf } from "./errand.ts";
import { type Case, judge, recipeOf } from "./judge.ts";
import { planRecord } from "./record.ts";
import type { WayQuestion } from "./route.ts";
import { planTold } from "./tell.ts";
import type { PoolState } from "./turns.ts";

/** Everything a decision rests on; stored beside it. */
export interface DecisionInputs extends Omit<Case, "lookedUp"> {
  readonly environment: string;
  readonly earlier: readonly EarlierHandoff[];
  readonly directory: Directory;
  readonly pools: Readonly<Record<string, PoolState>>;
}

/** A decision but for its people: all that pools' turns have no part in. */
export interface Unassigned {
  readonly kind: "unassigned";
  readonly judgement: Judgement;
  readonly recipe: string;
  readonly episode: number;
  readonly handoff: string;
  readonly record: RecordPlan;
  readonly errand: Errand;
}

/** A decision that needs nobody. */
export type Settled = Exclude<Decision, { kind: "handoff" | "held" }>;

/** The answer for this state of the conversation. Same inputs, same answer, for ever; its reasons only where `explained`. */
export function decide(inputs: DecisionInputs, explained = true): Decision {
  const plan = settle(inputs, explained);
  return plan.kind === "unassigned" ? assign(plan, inputs) : plan;
}

/** The first half of `decide`: what can be said before anybody looks at the pools. */
export function settle(inputs: Omit<DecisionInputs, "pools">, explained = true): Settled | Unassigned {
  if (inputs.evidence.snapshot.deleted)
    return { kind: "gone", reason: "the conversation was deleted in Intercom" };
  const judgement = judge({ ...inputs, lookedUp: true }, explained);
  switch (judgement.kind) {
    case "excluded":
      return { kind: "excluded", judgement, exclusion: judgement.exclusion };
    case "below-threshold":
      return { kind: "below-threshold", judgement };
    case "candidate":
      return handOff(inputs, judgement, judgement.recipe);
  }
}

function handOff(
  inputs: Omit<DecisionInputs, "pools">,
  judgement: Judgement,
  recipeId: string,
): Settled | Unassigned {
  const { policy, evidence, directory, now } = inputs;
  const { snapshot } = evidence;
  const recipe = recipeOf(policy, recipeId);

  const episode = episodeFor(recipe.id, inputs.earlier, durationMs(policy.handoff.coolDown), now);
  if (episode.kind === "open")
    return { kind: "already-handed-off", judgement, recipe: recipe.id, handoff: episode.handoff };

  const crm = evidence.crm ?? NOBODY_KNOWN;
  const lookup = factsOf({ snapshot, crm }, inputs.scores);
  const source = snapshot.tags[0] ?? null;
  const { record, ownerWish: wish } = planRecord({ recipe, policy, crm, lookup, now, source });
  const { route } = recipe.owner;
  const [hosts, object] = [hostsOf(snapshot), ownedObject(record)];
  return {
    kind: "unassigned",
    judgement,
    recipe: recipe.id,
    episode: episode.episode,
    handoff: handoffId(inputs.environment, snapshot.conversation, recipe.id, episode.episode),
    record,
    errand: errandOf({ route, wish, policy, crm, directory, lookup, now, hosts, object }),
  };
}

/** The second half of `decide`: who gets it and who else is told, with the state of the pools. */
export function assign(plan: Unassigned, inputs: DecisionInputs): Decision {
  const { judgement, recipe, episode, handoff, record, errand } = plan;
  const { policy, evidence } = inputs;
  const { owner, seconds } = foundOn(errand, inputs);
  if (owner.kind !== "assigned") {
    const { route } = errand.owner;
    const held = { kind: "held", judgement, recipe, route, receipts: owner.receipts } as const;
    return owner.kind === "held"
      ? { ...held, reason: owner.reason, until: owner.until }
      : { ...held, reason: `nobody on route ${route} can take it`, until: null };
  }
  const crm = evidence.crm ?? NOBODY_KNOWN;
  return {
    kind: "handoff",
    judgement,
    recipe,
    episode,
    handoff,
    record,
    owner: owner.plan,
    told: planTold(recipeOf(policy, recipe), owner.plan.owner, seconds, crm),
    seconds: plansOf(seconds),
  };
}

/** The company's domain, and the host of the mail address where it lies below it ("eu.acme.example"). */
function hostsOf({ company, contact }: Snapshot): readonly string[] {
  const domain = company?.domain ?? null;
  if (domain === null) return [];
  const mail = contact?.email?.toLowerCase().split("@").at(-1) ?? "";
  return mail.endsWith(`.${domain}`) ? [domain, mail] : [domain];
}

function ownedObject(record: RecordPlan): WayQuestion["object"] {
  switch (record.kind) {
    case "create-lead":
      return "Lead";
    case "create-contact":
      return "Contact";
    case "create-opportunity":
      return "Opportunity";
    case "update-lead":
    case "task":
      return "Task";
  }
}

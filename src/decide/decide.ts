/**
 * The decision, whole: judgement, record, owner, and who else is told. Pure; runs inside the transaction that holds
 * the pools' lock, so that two decisions never take the same turn.
 */
import { durationMs } from "../kernel/time.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { factsOf } from "../qualify/facts.ts";
import { NOBODY_KNOWN } from "../qualify/crm.ts";
import {
  type Decision,
  type EarlierHandoff,
  episodeFor,
  handoffId,
  type Judgement,
  type RecordPlan,
} from "./decision.ts";
import { type Case, judge, recipeOf } from "./judge.ts";
import { planRecord } from "./record.ts";
import { type Directory, planOwner, type PoolState, type RouteQuestion } from "./route.ts";
import { planTold } from "./tell.ts";

/** Everything a decision rests on; stored beside it. */
export interface DecisionInputs extends Omit<Case, "lookedUp"> {
  readonly environment: string;
  readonly earlier: readonly EarlierHandoff[];
  readonly directory: Directory;
  readonly pools: Readonly<Record<string, PoolState>>;
}

/** The answer for this state of the conversation. Same inputs, same answer, for ever; its reasons only where `explained`. */
export function decide(inputs: DecisionInputs, explained = true): Decision {
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

function handOff(inputs: DecisionInputs, judgement: Judgement, recipeId: string): Decision {
  const { policy, evidence, now } = inputs;
  const { snapshot } = evidence;
  const recipe = recipeOf(policy, recipeId);

  const episode = episodeFor(recipe.id, inputs.earlier, durationMs(policy.handoff.coolDown), now);
  if (episode.kind === "open")
    return { kind: "already-handed-off", judgement, recipe: recipe.id, handoff: episode.handoff };

  const crm = evidence.crm ?? NOBODY_KNOWN;
  const lookup = factsOf({ snapshot, crm }, inputs.scores);
  const { record, ownerWish } = planRecord({
    recipe,
    policy,
    crm,
    lookup,
    now,
    source: snapshot.tags[0] ?? null,
  });
  const question: RouteQuestion = {
    route: recipe.owner.route,
    wish: ownerWish,
    policy,
    crm,
    directory: inputs.directory,
    pools: inputs.pools,
    lookup,
    now,
    hosts: hostsOf(snapshot),
    object: ownedObject(record),
    besides: null,
  };
  const owner = planOwner(question);
  if (owner.kind !== "assigned") {
    const { route } = recipe.owner;
    const held = { kind: "held", judgement, recipe: recipe.id, route, receipts: owner.receipts } as const;
    return owner.kind === "held"
      ? { ...held, reason: owner.reason, until: owner.until }
      : { ...held, reason: `nobody on route ${route} can take it`, until: null };
  }
  const { told, seconds } = planTold(recipe, owner.plan, question);
  return {
    kind: "handoff",
    judgement,
    recipe: recipe.id,
    episode: episode.episode,
    handoff: handoffId(inputs.environment, snapshot.conversation, recipe.id, episode.episode),
    record,
    owner: owner.plan,
    told,
    seconds,
  };
}

/** The company's domain, and the host of the mail address where it lies below it ("eu.acme.example"). */
function hostsOf({ company, contact }: Snapshot): readonly string[] {
  const domain = company?.domain ?? null;
  if (domain === null) return [];
  const mail = contact?.email?.toLowerCase().split("@").at(-1) ?? "";
  return mail.endsWith(`.${domain}`) ? [domain, mail] : [domain];
}

function ownedObject(record: RecordPlan): RouteQuestion["object"] {
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

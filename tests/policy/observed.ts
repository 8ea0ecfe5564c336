/** Everything that can be seen of a policy in one case: from the signals to the last timer. */
import { factsOf } from "../../src/qualify/facts.ts";
import type { CompiledPolicy } from "../../src/qualify/compile.ts";
import { readMeaning } from "../../src/qualify/meaning/read.ts";
import { shippedModel } from "../../src/qualify/meaning/shipped.ts";
import { foreignIn } from "../../src/qualify/own-words.ts";
import { score } from "../../src/qualify/score.ts";
import type { Meaning } from "../../src/qualify/meaning/understand.ts";
import type { CrmView } from "../../src/qualify/crm.ts";
import { wordsOf } from "../../src/qualify/words.ts";
import type { Trigger } from "../../src/conversation/fold.ts";
import type { Snapshot } from "../../src/conversation/snapshot.ts";
import { decide } from "../../src/decide/decide.ts";
import type { EarlierHandoff } from "../../src/decide/decision.ts";
import { asksEnrichment, judge, recipeOf } from "../../src/decide/judge.ts";
import type { Directory } from "../../src/decide/candidate.ts";
import type { PoolState } from "../../src/decide/turns.ts";
import { stickyQuestions } from "../../src/decide/sticky.ts";
import type { StageChange } from "../../src/feedback/deal.ts";
import { planFeedback } from "../../src/feedback/plan.ts";
import { syncedRows, type Values } from "../../src/sync/fields.ts";
import { planSync } from "../../src/sync/plan.ts";
import { effectsOf } from "../../src/followup/actions.ts";
import { contactFor, contactsIn, partiesOf } from "../../src/followup/contact.ts";
import { armingsOf } from "../../src/followup/plan.ts";
import type { HandoffDecision } from "../../src/handoff/crm-plan.ts";
import { planEffects } from "../../src/handoff/plan.ts";
import type { Teammate } from "../../src/handoff/ports.ts";
import type { Policy } from "../../src/policy/schema.ts";

/** One conversation, Salesforce around it, and what everybody has in hand. */
export interface Talk {
  readonly name: string;
  readonly now: number;
  readonly snapshot: Snapshot;
  /** What the text model reads in it. */
  readonly meaning: Meaning;
  readonly crm: CrmView;
  readonly triggers: readonly Trigger[];
  readonly earlier: readonly EarlierHandoff[];
  readonly pools: Readonly<Record<string, PoolState>>;
  readonly directory: Directory;
  /** Answers after the handoff. */
  readonly answered: Snapshot;
  readonly teammates: readonly Teammate[];
}

const URL = "https://app.intercom.example/100";
const HOUR = 3_600_000;

/** What the text model that comes with Baton reads in a conversation. */
export function meaningOf({ messages }: Snapshot): Meaning {
  const model = shippedModel();
  const readings = messages.flatMap(({ text }, turn) =>
    readMeaning(wordsOf(text, foreignIn(text)), model).map((reading) => ({ ...reading, turn })),
  );
  return { model: model.id, readings, examples: "off", likenesses: [] };
}

/** What the policy makes of a talk, step by step. */
export function* seenIn(talk: Talk, compiled: CompiledPolicy): Generator {
  const { policy } = compiled;
  const { now, snapshot, meaning, crm } = talk;
  const evidence = { snapshot, meaning, crm };
  const scores = score(evidence, compiled, now);
  yield scores;
  const inputs = { ...talk, environment: "acme", evidence, scores };
  const decision = decide({ ...inputs, policy });
  yield decision;

  const blind = { snapshot, meaning, crm: null };
  const first = judge({
    ...talk,
    evidence: blind,
    scores: score(blind, compiled, now),
    policy,
    lookedUp: false,
  });
  yield first;
  if (first.kind === "candidate") yield asksEnrichment(policy, first);

  if (decision.kind !== "handoff") return;
  const { pool } = decision.owner;
  if (pool !== null)
    yield stickyQuestions([pool.pool], policy, { company: "acme.com", person: "ana@acme.com" });
  const lookup = factsOf(evidence, scores);
  yield planEffects(decision, { snapshot, scores, policy, lookup, now, conversationUrl: URL });
  yield* timersOf(decision, talk, inputs, policy);
}

function* timersOf(
  decision: HandoffDecision,
  talk: Talk,
  inputs: Parameters<typeof effectsOf>[0]["inputs"],
  policy: Policy,
): Generator {
  const recipe = recipeOf(policy, decision.recipe);
  const { owner } = decision.owner;
  const contacts = contactsIn({
    parties: partiesOf(owner, decision.told, talk.crm),
    teammates: talk.teammates,
    snapshot: talk.answered,
    touches: { touches: [], owner: null },
    claims: [],
    since: talk.now,
    ownAnswers: [],
  });
  const armings = armingsOf({ recipe, policy, owner, now: talk.now, signalledAt: talk.now });
  yield armings;
  yield recipe.followUp === undefined ? null : contactFor(recipe.followUp.unless, contacts);
  for (const arming of armings) {
    yield effectsOf({
      ...arming,
      id: `followup:${arming.kind}`,
      decision,
      inputs,
      policy,
      owner,
      had: [],
      next: { kind: "nobody", reason: "nobody else was asked for" },
      recordOwner: null,
      ids: { record: "00Qnew", contact: "003new", account: "001new", task: "00Tnew" },
      mode: "live",
      teammates: talk.teammates,
      actingTeammate: "1",
      askedBy: null,
      conversationUrl: URL,
      now: arming.dueAt,
    });
  }
}

const stage = (id: string, over: Partial<StageChange>): StageChange => ({
  id,
  stage: "Qualification",
  isClosed: false,
  isWon: false,
  amount: 1_000,
  at: HOUR,
  by: "Ola",
  ...over,
});

/** What a deal that is opened, lost and won brings back to Intercom. */
export function* seenInDeal(policy: Policy): Generator {
  const changes = [
    stage("1", {}),
    stage("2", { isClosed: true, stage: "Closed Lost" }),
    stage("3", { isClosed: true, isWon: true, stage: "Closed Won" }),
  ];
  const deal = { id: "0061", name: "Acme", changes, emails: ["ana@acme.com"] };
  yield planFeedback(deal, changes, policy, HOUR);
}

/** What a person whose record was changed in one system, then in the other, makes of every line that is synced. */
export function* seenInSync(policy: Policy): Generator {
  for (const object of ["Lead", "Contact", "Account"] as const) {
    const rows = syncedRows(policy, object);
    const side = (value: string, at: number) => ({
      values: Object.fromEntries(rows.map(({ to }) => [to, value])) satisfies Values,
      at,
    });
    const met = planSync({ fields: {}, aligning: false }, side("1", 0), side("1", 0), rows, HOUR);
    const known = { fields: met.fields, aligning: false };
    yield planSync(known, side("2", HOUR), side("1", 0), rows, HOUR).changes;
    yield planSync(known, side("1", 0), side("2", HOUR), rows, HOUR).changes;
  }
}

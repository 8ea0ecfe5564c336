/**
 * From a decision to its effects, in the order in which they are carried out: Salesforce, Intercom, then the people.
 * Pure; stored with the decision before anything goes out.
 */
import type { FieldLookup } from "../policy/condition.ts";
import type { Policy, Recipe } from "../policy/schema.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { Scores } from "../qualify/scores.ts";
import { summarize } from "../context/summary.ts";
import { transcript } from "../context/transcript.ts";
import type { Told } from "../decide/decision.ts";
import { recipeOf } from "../decide/judge.ts";
import { composeAlert } from "./alert.ts";
import { type CrmWords, type HandoffDecision, planAnew, planCrmWrite } from "./crm-plan.ts";
import { effectKey, type EffectRequest, type PlannedEffect } from "./effects.ts";
import type { Alert, Recipient } from "./ports.ts";

export interface HandoffWords {
  readonly snapshot: Snapshot;
  readonly scores: Scores;
  readonly policy: Policy;
  readonly lookup: FieldLookup;
  readonly now: EpochMs;
  readonly conversationUrl: string;
}

/** Every effect of this handoff; the same decision gives the same effects with the same keys. */
export function planEffects(decision: HandoffDecision, words: HandoffWords): readonly PlannedEffect[] {
  const { policy, snapshot } = words;
  const recipe = recipeOf(policy, decision.recipe);
  const recipeName = recipe.name;
  const { depth, notes } = { depth: policy.handoff.transcript, notes: policy.handoff.internalNotes };
  const transcriptParts = transcript(snapshot, { depth, internalNotes: notes }).parts;
  const summary = summarize(snapshot, words.scores.signals).sentences.map((sentence) => sentence.text);
  const crmWords: CrmWords = { ...words, recipeName, summary, transcriptParts };
  const alertWords = { ...words, recipeName, summary, transcriptHtml: transcriptParts.join("") };

  const plan = plannerFor(decision.handoff);
  const anew = planAnew(decision, crmWords);
  return [
    plan("crm", "salesforce", {
      kind: "crm-write",
      operations: planCrmWrite(decision, crmWords),
      owner: decision.owner.owner,
      alternates: decision.owner.alternates,
      about: aboutOf(decision.record),
      ...(anew !== null && { anew }),
    }),
    ...inboxRequests(recipe, snapshot).map((request, i) => plan(`inbox${i + 1}`, "intercom", request)),
    ...decision.told
      .filter((told) => told.kind !== "queue-task")
      .map((told, i) =>
        notice(told, `tell${i + 1}`, plan, (key) => composeAlert(key, decision, wordsOf(told), alertWords)),
      ),
  ];
}

/** The request may need the key it is sent with. */
export type EffectPlanner = (
  purpose: string,
  target: PlannedEffect["target"],
  request: EffectRequest | ((key: string) => EffectRequest),
) => PlannedEffect;

/** Plans effects whose keys come from `id`: a handoff's, or a follow-up's. */
export function plannerFor(id: string): EffectPlanner {
  return (purpose, target, given) => {
    const key = effectKey(id, purpose);
    const request = typeof given === "function" ? given(key) : given;
    return { kind: request.kind, target, key, request };
  };
}

/** What a person wants to open: the record, not the Task on it. */
function aboutOf(record: HandoffDecision["record"]): string | { readonly ref: string } {
  switch (record.kind) {
    case "create-lead":
    case "create-contact":
    case "create-opportunity":
      return { ref: "record" };
    case "update-lead":
      return record.leadId;
    case "task":
      return record.on?.id ?? { ref: "task" };
  }
}

function wordsOf(told: Told): {
  readonly text: string | null;
  readonly with: readonly ("enrichment" | "transcript")[];
} {
  return "with" in told ? told : { text: null, with: [] };
}

/** The message to one person or channel; `compose` makes its words, given the key it carries. */
export function notice(
  told: Told,
  purpose: string,
  plan: EffectPlanner,
  compose: (key: string) => Alert,
): PlannedEffect {
  if (told.kind === "nobody" || told.kind === "queue-task") {
    const reason = told.kind === "nobody" ? told.reason : "told by its Task";
    return plan(purpose, "slack", { kind: "impossible", what: `tell ${told.as}`, reason });
  }
  const target = told.kind === "email" ? "email" : "slack";
  const recipient = recipientOf(told);
  return plan(purpose, target, (key) => ({ kind: "notify", recipient, alert: compose(key) }));
}

function recipientOf(told: Extract<Told, { kind: "slack-channel" | "slack-user" | "email" }>): Recipient {
  return told.kind === "slack-channel"
    ? { kind: told.kind, channel: told.channel }
    : { kind: told.kind, email: told.email };
}

function inboxRequests(recipe: Recipe, snapshot: Snapshot): readonly EffectRequest[] {
  const wishes = recipe.intercom;
  if (wishes === undefined) return [];
  const { conversation, contact } = snapshot;
  const requests: EffectRequest[] = [];
  if (wishes.tagConversation !== undefined)
    requests.push({ kind: "tag-conversation", conversation, tag: wishes.tagConversation });
  if (wishes.tagContact !== undefined) {
    requests.push(
      contact === null
        ? {
            kind: "impossible",
            what: `tag the person "${wishes.tagContact}"`,
            reason: "Intercom gave no contact for this conversation",
          }
        : { kind: "tag-contact", contact: contact.id, tag: wishes.tagContact },
    );
  }
  if (wishes.moveToTeam !== undefined)
    requests.push({ kind: "move-to-team", conversation, team: wishes.moveToTeam });
  return requests;
}

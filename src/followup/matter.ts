/**
 * What is done about a lead after its handoff, whatever the occasion: messages about it, a Task where the handoff's own
 * hangs, and the change of hands. Planned from the frozen decision and the policy version it was made with. Pure.
 */
import { type CrmView, NOBODY_KNOWN } from "../qualify/crm.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Policy } from "../policy/schema.ts";
import type { DecisionInputs } from "../decide/decide.ts";
import type { OwnerRef, Told } from "../decide/decision.ts";
import { recipeOf } from "../decide/judge.ts";
import { tellTo } from "../decide/tell.ts";
import { summarize } from "../context/summary.ts";
import { composeAlert } from "../handoff/alert.ts";
import { type HandoffDecision, planLaterTask } from "../handoff/crm-plan.ts";
import type { EffectRequest, PlannedEffect } from "../handoff/effects.ts";
import { type EffectPlanner, notice } from "../handoff/plan.ts";
import type { CrmOperation, CrmValue } from "../handoff/ports.ts";

/** Everything such an effect rests on. */
export interface Matter {
  /** Id of the arming or the press; keys come from it. */
  readonly id: string;
  readonly decision: HandoffDecision;
  readonly inputs: Omit<DecisionInputs, "policy">;
  readonly policy: Policy;
  /** Who has it now. */
  readonly owner: OwnerRef;
  /** Salesforce ids of the handoff's write by `ref`; null when there was none, in shadow mode too. */
  readonly ids: Readonly<Record<string, string>> | null;
  readonly mode: "shadow" | "live";
  readonly conversationUrl: string;
  readonly now: EpochMs;
}

/** A Task as it is to be written. */
export interface LaterTask {
  readonly key: string;
  readonly subject: string;
  readonly description: string;
  readonly owner: OwnerRef;
  /** It tells of something; there is nothing left to do. */
  readonly isNote?: true;
}

/** One write of a Task after `before`; impossible when the handoff left no record on which it could hang. */
export function taskWrite(
  task: LaterTask,
  before: readonly CrmOperation[],
  { decision, ids, mode, now }: Matter,
): EffectRequest {
  const { owner, subject } = task;
  const planned = planLaterTask(recordToday(decision.record, ids), { ...task, at: now });
  const fields = Object.fromEntries(
    Object.entries(planned.fields).map(([name, value]) => [name, resolved(value, ids)]),
  );
  if (mode === "live" && Object.values(fields).some((value) => typeof value === "object" && value !== null)) {
    const reason = "the handoff wrote no record on which the Task could hang";
    return { kind: "impossible", what: `Task "${subject}"`, reason };
  }
  const operations = [...before, { ...planned, fields }];
  return { kind: "crm-write", operations, owner, alternates: [], about: { ref: "task" } };
}

/** A Lead that had been deleted was made again by the handoff's write. */
function recordToday(record: HandoffDecision["record"], ids: Matter["ids"]): HandoffDecision["record"] {
  return record.kind === "update-lead" ? { ...record, leadId: ids?.["record"] ?? record.leadId } : record;
}

/** The id that a `ref` to the handoff's write stands for. */
function resolved(value: CrmValue, ids: Matter["ids"]): CrmValue {
  if (typeof value !== "object" || value === null) return value;
  return ids?.[value.ref] ?? value;
}

/** `owner` gets the record, if it is Baton's own, and a Task. */
export function handOver(
  purpose: string,
  { owner, subject }: { readonly owner: OwnerRef; readonly subject: string },
  matter: Matter,
  plan: EffectPlanner,
): PlannedEffect {
  const { ids, decision, conversationUrl } = matter;
  const updated = (ref: string, object: string): readonly CrmOperation[] => {
    const id = ids?.[ref];
    return id === undefined
      ? []
      : [{ kind: "update", ref: `${ref}Owner`, object, id, fields: { OwnerId: owner.id } }];
  };
  const { record } = decision;
  const owned = [
    ...(record.kind === "create-lead" ? updated("record", "Lead") : []),
    ...(record.kind === "create-opportunity" ? updated("record", "Opportunity") : []),
  ];
  return plan(purpose, "salesforce", (key) =>
    taskWrite({ key, subject, description: conversationUrl, owner }, owned, matter),
  );
}

/** Tells whoever has it. */
export function tellOwner(
  purpose: string,
  headline: string,
  matter: Matter,
  plan: EffectPlanner,
): PlannedEffect {
  const tell = { ...mediumOf(matter, "owner"), also: [], with: [] };
  const [told] = tellTo(tell, matter.owner, crmOf(matter));
  const nobody: Told = { kind: "nobody", as: "owner", reason: "nobody is named" };
  return message(told ?? nobody, purpose, headline, matter, plan);
}

/** By mail where the recipe tells by mail first, else in Slack. */
export function mediumOf(
  { policy, decision }: Matter,
  name: string,
): { readonly email: string } | { readonly slack: string } {
  const [first] = recipeOf(policy, decision.recipe).tell;
  return first?.email === undefined || name.startsWith("#") ? { slack: name } : { email: name };
}

/** One message about it to one person or channel, with the words of the alert under a headline of its own. */
export function message(
  told: Told,
  purpose: string,
  headline: string,
  matter: Matter,
  plan: EffectPlanner,
): PlannedEffect {
  const { decision, inputs, policy, owner, conversationUrl } = matter;
  const { snapshot } = inputs.evidence;
  const who = snapshot.contact?.name ?? snapshot.contact?.email ?? "Somebody without a name";
  const company = snapshot.company?.name ?? snapshot.company?.domain ?? null;
  const text = `${headline}: ${who}${company === null ? "" : ` of ${company}`}`;
  const now: HandoffDecision = { ...decision, owner: { ...decision.owner, owner } };
  return notice(told, purpose, plan, (key) =>
    composeAlert(
      key,
      now,
      { text, with: [] },
      {
        snapshot,
        scores: inputs.scores,
        recipeName: recipeOf(policy, decision.recipe).name,
        summary: summarize(snapshot, inputs.scores.signals).sentences.map((sentence) => sentence.text),
        transcriptHtml: "",
        conversationUrl,
      },
    ),
  );
}

export function crmOf({ inputs }: Pick<Matter, "inputs">): CrmView {
  return inputs.evidence.crm ?? NOBODY_KNOWN;
}

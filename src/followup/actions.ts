/**
 * What a timer does when it fires, as effects of its handoff: planned from the frozen decision and the policy version
 * it was made with. Pure.
 */
import { assertNever } from "../kernel/assert-never.ts";
import type { EpochMs } from "../kernel/time.ts";
import { filledText } from "../policy/placeholders.ts";
import type { Recipe } from "../policy/schema.ts";
import type { CrmOwner } from "../qualify/crm.ts";
import type { Told } from "../decide/decision.ts";
import { recipeOf } from "../decide/judge.ts";
import type { NextMember } from "../decide/ledger.ts";
import { tellTo } from "../decide/tell.ts";
import { ownerName } from "../handoff/alert.ts";
import type { EffectRequest, PlannedEffect } from "../handoff/effects.ts";
import { type EffectPlanner, plannerFor } from "../handoff/plan.ts";
import type { Teammate } from "../handoff/ports.ts";
import { crmOf, handOver, type Matter, mediumOf, message, taskWrite, tellOwner } from "./matter.ts";
import type { TimerKind } from "./plan.ts";

/** Everything a firing rests on. */
export interface Firing extends Matter {
  readonly kind: TimerKind;
  readonly since: EpochMs;
  readonly notAfter: EpochMs | null;
  /** Ids of everybody who had it after the handoff's own owner. */
  readonly had: readonly string[];
  /** Who gets it next where it is given to somebody else. */
  readonly next: NextMember;
  /** Who owns the Lead or Opportunity in Salesforce by now; null where nobody looked or it is gone. */
  readonly recordOwner: CrmOwner | null;
  readonly teammates: readonly Teammate[];
  /** The teammate who speaks for an owner without an account in Intercom. */
  readonly actingTeammate: string;
  /** Slack's address of whoever asked for this reminder; null for the timers of the policy. */
  readonly askedBy: string | null;
}

type FollowUpAction = NonNullable<Recipe["followUp"]>["then"][number];

/** The effects in their order; what the policy asks for and nobody can do is among them, with the reason. */
export function effectsOf(firing: Firing): readonly PlannedEffect[] {
  const plan = plannerFor(firing.id);
  switch (firing.kind) {
    case "acknowledge":
      return [plan("reply", "intercom", replyOf(firing))];
    case "follow-up": {
      const { followUp } = recipeOf(firing.policy, firing.decision.recipe);
      return (followUp?.then ?? []).flatMap((action, i) =>
        ofAction(action, `then${i + 1}`, firing, plan, followUp?.after ?? ""),
      );
    }
    case "remind":
      return [tellOwner("remind", "First contact is due soon", firing, plan)];
    case "snooze": {
      const to: Told =
        firing.askedBy === null
          ? { kind: "nobody", as: "whoever asked", reason: "nobody knows who asked for it" }
          : { kind: "slack-user", email: firing.askedBy, as: "whoever asked", text: null, with: [] };
      return [message(to, "snooze", "You asked to be reminded", firing, plan)];
    }
    case "breach":
      return ofBreach(firing, plan);
    default:
      return assertNever(firing.kind);
  }
}

// --- The customer -------------------------------------------------------------------------------------------------

/** The acknowledgement, in the name of the owner's teammate. The recipe has one, or the timer would not be there. */
export function replyOf(firing: Firing): Extract<EffectRequest, { kind: "reply" }> {
  const { owner, decision, inputs, policy, teammates, actingTeammate } = firing;
  const { contact, company, conversation } = inputs.evidence.snapshot;
  const email = owner.kind === "user" ? owner.email?.toLowerCase() : undefined;
  const teammate = teammates.find(({ emails }) => email !== undefined && emails.includes(email));
  const name = owner.kind === "user" ? owner.name : null;
  const text = filledText(recipeOf(policy, decision.recipe).acknowledge?.text ?? "", {
    "owner.name": name,
    "owner.firstName": firstWord(name),
    "contact.name": contact?.name ?? null,
    "contact.firstName": firstWord(contact?.name ?? null),
    "company.name": company?.name ?? null,
  });
  return {
    kind: "reply",
    conversation,
    admin: teammate?.id ?? actingTeammate,
    text,
    since: firing.since,
    notAfter: firing.notAfter ?? firing.now,
  };
}

function firstWord(name: string | null): string | null {
  return name?.trim().split(/\s+/)[0] ?? null;
}

// --- Follow-ups ---------------------------------------------------------------------------------------------------

function ofAction(
  action: FollowUpAction,
  purpose: string,
  firing: Firing,
  plan: EffectPlanner,
  after: string,
): readonly PlannedEffect[] {
  const { slack, email, task, intercom } = action;
  const headline = `No contact within ${after}`;
  return [
    ...[slack === undefined ? null : { slack }, email === undefined ? null : { email }]
      .filter((tell) => tell !== null)
      .flatMap((tell) => tellTo({ ...tell, also: [], with: [] }, firing.owner, crmOf(firing)))
      .map((told, i) => message(told, `${purpose}-tell${i + 1}`, headline, firing, plan)),
    ...(task === undefined ? [] : [laterTask(task, `${purpose}-task`, firing, plan)]),
    ...(intercom === undefined ? [] : enrolment(intercom.enrol, purpose, firing, plan)),
  ];
}

/** Intercom has no call to enrol somebody: an attribute and a tag meet the entry rule of the Series. */
function enrolment(
  sequence: string,
  purpose: string,
  { policy, inputs }: Firing,
  plan: EffectPlanner,
): readonly PlannedEffect[] {
  const { contact } = inputs.evidence.snapshot;
  const { tag, attribute } = policy.feedback.sequences[sequence] ?? {};
  const what = `enrol the person in "${sequence}"`;
  if (contact === null || (tag === undefined && attribute === undefined)) {
    const reason =
      contact === null
        ? "Intercom gave no contact for this conversation"
        : "the sequence names neither a tag nor an attribute";
    return [plan(`${purpose}-enrol`, "intercom", { kind: "impossible", what, reason })];
  }
  return [
    ...(attribute === undefined
      ? []
      : [
          plan(`${purpose}-attribute`, "intercom", {
            kind: "set-attributes",
            contact: contact.id,
            attributes: attribute,
          }),
        ]),
    ...(tag === undefined
      ? []
      : [plan(`${purpose}-tag`, "intercom", { kind: "tag-contact", contact: contact.id, tag })]),
  ];
}

/** A Task where the handoff's own Task hangs. */
function laterTask(subject: string, purpose: string, firing: Firing, plan: EffectPlanner): PlannedEffect {
  const { owner, conversationUrl } = firing;
  const description = ["Nobody has been in touch since the handoff.", "", conversationUrl].join("\n");
  return plan(purpose, "salesforce", (key) => taskWrite({ key, subject, description, owner }, [], firing));
}

// --- SLA ----------------------------------------------------------------------------------------------------------

function ofBreach(firing: Firing, plan: EffectPlanner): readonly PlannedEffect[] {
  const { sla } = firing.policy.routing;
  return (sla?.onBreach ?? []).flatMap((step, i) => {
    const purpose = `breach${i + 1}`;
    if (step === "remind") return tellOwner(purpose, overdue(firing), firing, plan);
    if (step === "reassign") return reassignment(purpose, firing, plan);
    const tell = { ...mediumOf(firing, step.escalate), also: [], with: [] };
    const [told] = tellTo(tell, firing.owner, crmOf(firing));
    const nobody: Told = { kind: "nobody", as: step.escalate, reason: "nobody is named" };
    return message(told ?? nobody, purpose, overdue(firing), firing, plan);
  });
}

/** True when this timer gives it to somebody else. */
export function reassigns({ kind, policy }: Pick<Firing, "kind" | "policy">): boolean {
  return kind === "breach" && policy.routing.sla?.onBreach.includes("reassign") === true;
}

/** The pool of which the next member gets it, or why it stays where it is. */
export function poolToAsk({
  decision,
  owner,
  recordOwner,
  ids,
  mode,
}: Firing): { readonly pool: string } | { readonly reason: string } {
  if (mode === "live" && ids === null)
    return { reason: "the handoff wrote no record that could be given away" };
  if (decision.owner.pool === null) return { reason: "it did not come from a pool" };
  if (recordOwner !== null && recordOwner.id !== owner.id)
    return { reason: `${recordOwner.name ?? recordOwner.id} owns it in Salesforce by now` };
  return { pool: decision.owner.pool.pool };
}

/** The new owner gets the record, if it is Baton's own, and a Task; both are told. Without one it is said so. */
function reassignment(purpose: string, firing: Firing, plan: EffectPlanner): readonly PlannedEffect[] {
  const { next, policy } = firing;
  if (next.kind === "nobody") {
    const what = "give it to the next in the pool";
    const isTold = policy.routing.sla?.onBreach.some((step) => step !== "reassign") === true;
    return [
      plan(purpose, "salesforce", { kind: "impossible", what, reason: next.reason }),
      ...(isTold ? [] : [tellOwner(`${purpose}-stays`, overdue(firing), firing, plan)]),
    ];
  }
  const { owner } = next;
  const subject = `Taken over from ${ownerName(firing.owner)}: first contact is overdue`;
  const taking = { ...firing, owner };
  return [
    handOver(purpose, { owner, subject }, firing, plan),
    tellOwner(`${purpose}-tell`, `Taken over from ${ownerName(firing.owner)}`, taking, plan),
    tellOwner(`${purpose}-before`, `Taken over by ${ownerName(owner)}`, firing, plan),
  ];
}

/** What people read of a breach; where nobody else can take it, that too. */
function overdue(firing: Firing): string {
  const { next } = firing;
  const stays = reassigns(firing) && next.kind === "nobody" ? ` and it stays: ${next.reason}` : "";
  return `First contact is overdue${stays}`;
}

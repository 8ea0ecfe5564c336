/**
 * What became of one state of a conversation, or would become of it: a decision reduced to what a comparison looks at,
 * small enough to keep for a hundred thousand conversations.
 */
import type { Carried } from "../decide/brief.ts";
import type { Settled } from "../decide/decide.ts";
import type { Decision, OwnerRef, RecordPlan } from "../decide/decision.ts";
import type { Route } from "../decide/route.ts";

/** A recipe carried out: on which record, by whom. Record and owner are null for what is held. */
export interface Plan {
  readonly recipe: string;
  /** "new Lead", "Task on Account". */
  readonly record: string | null;
  /** An address, or "queue Inbound". */
  readonly owner: string | null;
}

export type Outcome =
  | { readonly kind: "handoff" | "held"; readonly plan: Plan }
  /** Salesforce was never asked about this person, and the policy cannot answer without. */
  | { readonly kind: "needs-salesforce"; readonly recipe: string }
  | { readonly kind: "already-handed-off"; readonly recipe: string }
  | { readonly kind: "excluded"; readonly exclusion: string }
  | { readonly kind: "below-threshold" }
  | { readonly kind: "gone" };

export type Standing = Outcome["kind"];

export function outcomeOf(decision: Settled): Outcome {
  switch (decision.kind) {
    case "already-handed-off":
      return { kind: "already-handed-off", recipe: decision.recipe };
    case "excluded":
      return { kind: "excluded", exclusion: decision.exclusion };
    case "below-threshold":
    case "gone":
      return { kind: decision.kind };
  }
}

/** What becomes of a handoff whose people have been looked for. */
export function foundOutcome({ recipe, record }: Pick<Plan, "recipe" | "record">, owner: Route): Outcome {
  return owner.kind === "assigned"
    ? { kind: "handoff", plan: { recipe, record, owner: ownerText(owner.plan.owner) } }
    : { kind: "held", plan: { recipe, record: null, owner: null } };
}

/** The columns of a stored decision that say what became of it. */
export interface StoredAnswer {
  readonly kind: Decision["kind"];
  readonly recipe: string | null;
  readonly exclusion: string | null;
  /** The answer's record and owner where it is a handoff; null for all others. */
  readonly handoff: Carried | null;
}

export function storedOutcome({ kind, recipe, exclusion, handoff }: StoredAnswer): Outcome {
  switch (kind) {
    case "handoff":
    case "held": {
      const plan = {
        recipe: recipe ?? "",
        record: handoff === null ? null : recordText(handoff.record),
        owner: handoff === null ? null : ownerText(handoff.owner.owner),
      };
      return { kind, plan };
    }
    case "already-handed-off":
      return { kind, recipe: recipe ?? "" };
    case "excluded":
      return { kind, exclusion: exclusion ?? "" };
    case "below-threshold":
    case "gone":
      return { kind };
  }
}

/** "new Lead", "Task on Account". */
export function recordText(record: RecordPlan): string {
  switch (record.kind) {
    case "create-lead":
      return "new Lead";
    case "update-lead":
      return "open Lead";
    case "create-contact":
      return "new Contact";
    case "create-opportunity":
      return record.type === null ? "new Opportunity" : `new Opportunity (${record.type})`;
    case "task":
      return record.on === null ? "Task" : `Task on ${record.on.object}`;
  }
}

function ownerText(owner: OwnerRef): string {
  return owner.kind === "queue" ? `queue ${owner.name}` : (owner.email ?? owner.name ?? owner.id);
}

/**
 * The answer for one conversation state: what happens, on which record, with whom, and why not otherwise.
 * Immutable and plain data: stored before anything goes out, replayed from its frozen inputs.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { CrmSituation } from "../qualify/crm.ts";

/** Why an exclusion or a recipe did or did not apply, as a sentence per step. */
export interface Considered {
  readonly id: string;
  /** What people call the exclusion, where the policy says it. */
  readonly label?: string;
  readonly verdict: "yes" | "no" | "unknown";
  readonly reasons: readonly string[];
}

/** What exclusions and recipes say, before Salesforce is asked how to carry it out. */
export type Judgement = {
  readonly exclusions: readonly Considered[];
  readonly recipes: readonly Considered[];
} & (
  | { readonly kind: "excluded"; readonly exclusion: string }
  | { readonly kind: "candidate"; readonly recipe: string; readonly certain: boolean }
  | { readonly kind: "below-threshold" }
);

export type OwnerRef =
  | {
      readonly kind: "user";
      readonly id: string;
      readonly email: string | null;
      readonly name: string | null;
    }
  | { readonly kind: "queue"; readonly id: string; readonly name: string };

/** The record the handoff works on. Ids are Salesforce ids; `because` is read by people. */
export type RecordPlan = { readonly situation: CrmSituation; readonly because: string } & (
  | { readonly kind: "create-lead"; readonly source: string | null; readonly accountId: string | null }
  | { readonly kind: "update-lead"; readonly leadId: string; readonly source: string | null }
  | { readonly kind: "create-contact"; readonly source: string | null; readonly accountId: string | null }
  | {
      readonly kind: "create-opportunity";
      readonly contactId: string | null;
      readonly accountId: string | null;
      /** The account is the person: the Opportunity gets no contact role. */
      readonly isPersonAccount: boolean;
      readonly type: string | null;
      readonly stage: string;
      readonly closeAt: EpochMs;
      readonly source: string | null;
    }
  | {
      readonly kind: "task";
      readonly on: {
        readonly object: "Account" | "Contact" | "Lead" | "Opportunity";
        readonly id: string;
      } | null;
      readonly contactId: string | null;
      readonly subject: string;
      readonly priority: string;
    }
);

/** What became of one candidate owner on the way along a route. */
export interface Receipt {
  /** "account owner", "list named-accounts", "pool mid-market: ana@…". */
  readonly candidate: string;
  readonly kind: "assigned" | "skipped" | "held";
  readonly reason: string;
  /** Set for a member of a pool. */
  readonly place?: PoolPlace;
}

/** A member of a pool, both by name; the member as the ledger names people: the address in lower case. */
export interface PoolPlace {
  readonly pool: string;
  readonly member: string;
}

export interface OwnerPlan {
  readonly owner: OwnerRef;
  readonly route: string;
  /** The hop that gave the owner, as receipts name it. */
  readonly via: string;
  readonly receipts: readonly Receipt[];
  /** Set for somebody of a pool: by a turn, or because the company or the person stays with the rep they had. */
  readonly pool: (PoolPlace & { readonly turn: "taken" | "sticky" }) | null;
  /** Who comes next if Salesforce refuses the owner at the last moment. */
  readonly alternates: readonly OwnerRef[];
}

export type Told =
  | {
      readonly kind: "slack-channel";
      readonly channel: string;
      readonly text: string | null;
      readonly with: readonly Attachment[];
    }
  | {
      readonly kind: "slack-user";
      readonly email: string;
      readonly as: string;
      readonly text: string | null;
      readonly with: readonly Attachment[];
    }
  | {
      readonly kind: "email";
      readonly email: string;
      readonly as: string;
      readonly text: string | null;
      readonly with: readonly Attachment[];
    }
  /** A second queue gets a Task of its own: queues read no Slack. */
  | { readonly kind: "queue-task"; readonly queue: OwnerRef; readonly as: string }
  /** Nobody could be found for what the policy asks; shown, never silent. */
  | { readonly kind: "nobody"; readonly as: string; readonly reason: string };

export type Attachment = "enrichment" | "transcript";

export type Decision =
  | { readonly kind: "excluded"; readonly judgement: Judgement; readonly exclusion: string }
  | { readonly kind: "below-threshold"; readonly judgement: Judgement }
  | { readonly kind: "gone"; readonly reason: string }
  | {
      readonly kind: "already-handed-off";
      readonly judgement: Judgement;
      readonly recipe: string;
      readonly handoff: string;
    }
  | {
      readonly kind: "held";
      readonly judgement: Judgement;
      readonly recipe: string;
      readonly route: string;
      readonly reason: string;
      /** The next instant at which somebody can take it; null when no clock can tell. */
      readonly until: EpochMs | null;
      readonly receipts: readonly Receipt[];
    }
  | {
      readonly kind: "handoff";
      readonly judgement: Judgement;
      readonly recipe: string;
      readonly episode: number;
      readonly handoff: string;
      readonly record: RecordPlan;
      readonly owner: OwnerPlan;
      readonly told: readonly Told[];
      /** Who was found for each `alsoTell` that applies, with the receipts; they are among `told`. */
      readonly seconds: readonly OwnerPlan[];
    };

/** The lasting id of a handoff, unique for ever: blueprint section 3.5. */
export function handoffId(
  environment: string,
  conversation: string,
  recipe: string,
  episode: number,
): string {
  return `handoff:${environment}:${conversation}:${recipe}:${episode}`;
}

/** An earlier handoff of the same conversation. */
export interface EarlierHandoff {
  readonly id: string;
  readonly recipe: string;
  readonly episode: number;
  readonly at: EpochMs;
}

/**
 * Which episode a new handoff by `recipe` belongs to: the running one while the cool-down lasts (then that handoff
 * stands in the way), else the next. Returns the handoff in the way, or the number of the new episode (from 1).
 */
export function episodeFor(
  recipe: string,
  earlier: readonly EarlierHandoff[],
  coolDownMs: number,
  now: EpochMs,
): { readonly kind: "open"; readonly handoff: string } | { readonly kind: "new"; readonly episode: number } {
  const last = earlier.filter((one) => one.recipe === recipe).toSorted((a, b) => b.episode - a.episode)[0];
  if (last === undefined) return { kind: "new", episode: 1 };
  return now - last.at < coolDownMs
    ? { kind: "open", handoff: last.id }
    : { kind: "new", episode: last.episode + 1 };
}

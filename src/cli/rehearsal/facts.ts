/**
 * What a rehearsal leaves behind, as plain data: Baton's own tables beside the emulators' ledgers and states. The
 * checker and the report read nothing else.
 */
import type { LedgerEntry } from "../../../emulators/core/ledger.ts";
import type { EffectRequest } from "../../handoff/effects.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Wishes } from "./deal-wishes.ts";

/** What must become of a conversation by its words alone, found without Baton's run of it. */
export interface Expectation {
  /** Intercom's id. */
  readonly conversation: string;
  /** The row or demo conversation it was made of. */
  readonly name: string;
  readonly person: { readonly email: string | null; readonly domain: string | null };
  /** "either": it qualified on the way but not at the end, or only with what enrichment knows. */
  readonly handoff: "must" | "must-not" | "either";
  /** Read by people: the recipe or the exclusion. */
  readonly because: string;
}

/** One attempt of Intercom to deliver a notification. */
export interface DeliveryFact {
  readonly topic: string;
  /** Null for a ping. */
  readonly notificationId: string | null;
  readonly status: "delivered" | "refused" | "unanswered" | "withheld" | "discarded";
  readonly ms: Ms;
}

export interface EventFact {
  readonly notificationId: string;
  readonly topic: string;
  readonly conversation: string | null;
  /** conversation:part:topic for messages. */
  readonly partKey: string | null;
  readonly receivedAt: EpochMs;
  readonly isTaken: boolean;
}

export interface StandingFact {
  readonly conversation: string;
  readonly bucket: string;
  /** Something was heard that nobody has decided about. */
  readonly isPending: boolean;
}

export interface DecisionFact {
  readonly id: number;
  readonly conversation: string;
  readonly kind: string;
  readonly recipe: string | null;
  readonly exclusion: string | null;
  readonly decidedAt: EpochMs;
  /** The handoff it names, for kind "handoff". */
  readonly handoff: string | null;
  /** For kind "handoff": where the person stood, and what is written. */
  readonly record: {
    readonly situation: string;
    readonly kind: string;
    readonly on: string | null;
    readonly because: string;
    readonly via: string;
  } | null;
  /** People and channels to tell, queues left out (they are told by a Task); 0 for other kinds. */
  readonly notices: number;
  readonly ownerEmail: string | null;
  /** Intercom's id of the newest words of the customer that it rests on. */
  readonly newestWords: string | null;
}

export interface EffectFact {
  readonly kind: EffectRequest["kind"];
  readonly key: string;
  readonly request: EffectRequest;
  readonly state: "planned" | "sending" | "done" | "would" | "maybe" | "failed" | "skipped";
  readonly result: {
    readonly ids?: Readonly<Record<string, string>>;
    readonly already?: boolean;
  } | null;
  readonly error: string | null;
  readonly doneAt: EpochMs | null;
}

export interface HandoffFact {
  readonly id: string;
  readonly conversation: string;
  readonly recipe: string;
  readonly episode: number;
  readonly decision: number;
  readonly mode: "shadow" | "live";
  readonly status: string;
  readonly effects: readonly EffectFact[];
}

/** A timer of a handoff. */
export interface FollowUpFact {
  readonly id: string;
  readonly handoff: string;
  readonly conversation: string;
  readonly recipe: string;
  readonly kind: "acknowledge" | "follow-up" | "remind" | "breach";
  readonly arming: number;
  readonly state: "armed" | "fired" | "done" | "maybe" | "failed" | "cancelled" | "skipped";
  readonly reason: string | null;
  readonly dueAt: EpochMs;
  /** When it was due and its handoff through. */
  readonly readyAt: EpochMs;
  /** When its run was started. */
  readonly startedAt: EpochMs | null;
  readonly effects: readonly EffectFact[];
}

/** What the policy asks of the timers of a recipe: how many effects each has when it fires; null: no such timer. */
export type TimerWishes = Readonly<Record<FollowUpFact["kind"], number | null>>;

/** Somebody whom a handoff concerns was in touch with the customer, as the rehearsal had them be. */
export interface ContactFact {
  readonly handoff: string;
  readonly at: EpochMs;
}

/** A run of the engine that ended badly. */
export interface FailedRun {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly error: string | null;
}

export interface CrmRecord {
  readonly object: string;
  readonly id: string;
  /** Baton_Key__c. */
  readonly key: string | null;
}

/** A deal whose stage somebody changed while the rehearsal ran. */
export interface DealFact {
  readonly deal: string;
  /** Ids of the stages it took on, as Salesforce keeps them. */
  readonly history: readonly string[];
  readonly stored: readonly { readonly change: string; readonly effects: readonly string[] }[];
  /** Its contacts in Intercom as they are in the end, and what all their deals ask for. */
  readonly people: readonly ({ readonly id: string; readonly tags: readonly string[] } & Wishes)[];
}

export interface Facts {
  readonly expectations: readonly Expectation[];
  readonly deliveries: readonly DeliveryFact[];
  readonly events: readonly EventFact[];
  readonly standings: readonly StandingFact[];
  readonly decisions: readonly DecisionFact[];
  readonly handoffs: readonly HandoffFact[];
  readonly followUps: readonly FollowUpFact[];
  /** By recipe. */
  readonly timerWishes: Readonly<Record<string, TimerWishes>>;
  readonly contacts: readonly ContactFact[];
  /** Tags that stages of deals put on people or take off them. */
  readonly feedbackTags: readonly string[];
  /** Attributes that stages of deals set. */
  readonly feedbackAttributes: readonly string[];
  readonly deals: readonly DealFact[];
  /** What sync wrote: of a record "id field", of a person in Intercom the id. */
  readonly synced: readonly string[];
  /** When the rehearsal ended. */
  readonly endedAt: EpochMs;
  readonly failedRuns: readonly FailedRun[];
  /** How many things each recipe asks of Intercom, by recipe. */
  readonly inboxWishes: Readonly<Record<string, number>>;
  readonly salesforce: {
    readonly calls: readonly LedgerEntry[];
    /** Deleted ones included. */
    readonly records: readonly CrmRecord[];
    readonly contactRoles: readonly { readonly opportunity: string; readonly contact: string }[];
  };
  readonly intercom: {
    readonly calls: readonly LedgerEntry[];
    readonly conversations: readonly {
      readonly id: string;
      readonly tags: readonly string[];
      readonly team: string | null;
      /** Teammates' answers: who, and the words without markup. */
      readonly answers: readonly { readonly admin: string; readonly text: string }[];
    }[];
    readonly contacts: readonly {
      readonly id: string;
      readonly tags: readonly string[];
      readonly attributes: Readonly<Record<string, unknown>>;
    }[];
    readonly teams: readonly { readonly id: string; readonly name: string }[];
  };
  /** `keys`: one for each message that is there. */
  readonly slack: { readonly calls: readonly LedgerEntry[]; readonly keys: readonly string[] };
  /** `keys`: the part of each Message-ID before the @, one for each mail and recipient. */
  readonly mail: { readonly calls: readonly LedgerEntry[]; readonly keys: readonly string[] };
  readonly enrichment: { readonly calls: readonly LedgerEntry[] };
}

/** The topics of notifications that never arrived: withheld, or given up because nobody answered in time. */
export function untold(deliveries: readonly DeliveryFact[]): readonly string[] {
  const arrived = new Set(
    deliveries.filter((one) => one.status === "delivered").map((one) => one.notificationId),
  );
  return deliveries.flatMap(({ notificationId, topic }) =>
    notificationId === null || arrived.has(notificationId) ? [] : [topic],
  );
}

/** Everything whose effects went out: handoffs, and timers that fired. */
export function carried({ handoffs, followUps }: Facts): readonly Pick<HandoffFact, "id" | "effects">[] {
  return [...handoffs, ...followUps];
}

/** Something the checker does not accept. */
export interface Problem {
  readonly kind: "lost" | "doubled" | "out-of-order" | "failed" | "mismatch";
  /** One line: what, where. */
  readonly line: string;
}

/** An empty rehearsal; tests start from it. */
export const NOTHING: Facts = {
  expectations: [],
  deliveries: [],
  events: [],
  standings: [],
  decisions: [],
  handoffs: [],
  followUps: [],
  timerWishes: {},
  contacts: [],
  feedbackTags: [],
  feedbackAttributes: [],
  deals: [],
  synced: [],
  endedAt: 0,
  failedRuns: [],
  inboxWishes: {},
  salesforce: { calls: [], records: [], contactRoles: [] },
  intercom: { calls: [], conversations: [], contacts: [], teams: [] },
  slack: { calls: [], keys: [] },
  mail: { calls: [], keys: [] },
  enrichment: { calls: [] },
};

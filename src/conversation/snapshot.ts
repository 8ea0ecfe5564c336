/**
 * A conversation as Baton reasons about it: what the events add up to at one instant. Plain data, frozen into every
 * decision, so that the decision can be replayed from it alone.
 */
import type { EpochMs } from "../kernel/time.ts";

/** Who wrote a message. Only `customer` words count as evidence; `note` is internal; `unknown` keeps a new vendor value. */
export type Role = "customer" | "teammate" | "bot" | "note" | "unknown";

export interface Message {
  /** Intercom's part id, or the source id for the first message; in a score row the turn's position as text. */
  readonly id: string;
  readonly role: Role;
  /** Null when the vendor gave no name. */
  readonly author: string | null;
  /** Intercom's id of the author, null where unknown. */
  readonly authorId: string | null;
  /** Plain text, line breaks kept. Empty for a redacted message. */
  readonly text: string;
  /** Null when the source gives no time. */
  readonly at: EpochMs | null;
  readonly redacted: boolean;
  /** Names of attached files. */
  readonly attachments: readonly string[];
}

export interface Person {
  readonly id: string;
  readonly externalId: string | null;
  readonly role: string | null;
  /** Null when unknown; never an empty text. */
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly plan: string | null;
  readonly tags: readonly string[];
  readonly lastSeenAt: EpochMs | null;
  readonly signedUpAt: EpochMs | null;
  /** Intercom's own score of the person, 0..100, from an attribute. */
  readonly score: number | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Company {
  readonly id: string | null;
  readonly name: string | null;
  /** Registrable domain in lower case ("acme.com"); null when unknown. */
  readonly domain: string | null;
  readonly employees: number | null;
  readonly plan: string | null;
  readonly industry: string | null;
  /** ISO 3166 alpha-2 where the source gives it. */
  readonly country: string | null;
  readonly state: string | null;
  /** In the account's currency. */
  readonly annualRevenue: number | null;
  /** What the customer pays a year. */
  readonly annualValue: number | null;
  readonly customerSince: EpochMs | null;
  readonly technology: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One use of the product, told by Intercom's event.created. */
export interface UsageEvent {
  readonly event: string;
  readonly at: EpochMs;
}

export interface Snapshot {
  /** Intercom's workspace id (app_id). */
  readonly workspace: string;
  readonly conversation: string;
  /** In order of Intercom's own time. */
  readonly messages: readonly Message[];
  /** True when Intercom gave fewer parts than it counts (it returns at most the 500 newest). */
  readonly truncated: boolean;
  readonly contact: Person | null;
  /** The other people of a group conversation. */
  readonly otherContacts: readonly string[];
  readonly company: Company | null;
  readonly usage: readonly UsageEvent[];
  readonly tags: readonly string[];
  /** Name of the Intercom team it is assigned to, else its id. */
  readonly team: string | null;
  readonly assigneeId: string | null;
  readonly state: "open" | "closed" | "snoozed" | "unknown";
  readonly deleted: boolean;
  readonly url: string | null;
  readonly createdAt: EpochMs | null;
  readonly updatedAt: EpochMs | null;
}

/**
 * What a handoff needs from the outside. Connectors implement these; `main.ts` plugs them in. Every call either
 * returns, or throws RetryableFailure or PermanentFailure (kernel/failure.ts).
 */
import type { CrmOwner, CrmQuestion, CrmView } from "../qualify/crm.ts";
import type { Company, Person, Snapshot } from "../conversation/snapshot.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { OrgCalls } from "./allowance.ts";

/** One record to write. `key` goes into Baton_Key__c, so that a repeat is refused as DUPLICATE_VALUE. */
export type CrmOperation =
  | {
      readonly kind: "create";
      /** Name inside this write; later operations refer to it as {"ref": "record"}. Letters and digits. */
      readonly ref: string;
      readonly object: string;
      /** [A-Za-z0-9_-], at most 80 characters; null only for objects that carry no key (OpportunityContactRole). */
      readonly key: string | null;
      readonly fields: Readonly<Record<string, CrmValue>>;
    }
  | {
      readonly kind: "update";
      readonly ref: string;
      readonly object: string;
      readonly id: string;
      readonly fields: Readonly<Record<string, CrmValue>>;
    };

/** A field value; `ref` points to the id of an earlier operation of the same write, `queue` to a queue's id by name. */
export type CrmValue = string | number | boolean | null | { readonly ref: string };

export interface CrmWritten {
  /** Salesforce ids by `ref`. */
  readonly ids: Readonly<Record<string, string>>;
  /** True when the records were already there from an earlier attempt. */
  readonly already: boolean;
  /** What the org could not take and was left out or cut; read by people, without any value. */
  readonly notes?: readonly string[];
}

export interface CrmUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly active: boolean;
}

/** People and queues of the org, read at connect time and every few minutes, not per handoff. */
export interface CrmDirectory {
  readonly users: readonly CrmUser[];
  readonly queues: readonly {
    readonly id: string;
    readonly name: string;
    readonly objects: readonly string[];
    /** True when nobody is in it; absent when somebody is, or when it is not known. */
    readonly isEmpty?: true;
  }[];
}

/** Which records somebody may have worked on, and since when. Ids are Salesforce ids. */
export interface TouchQuestion {
  readonly leadId: string | null;
  readonly contactId: string | null;
  readonly accountId: string | null;
  readonly opportunityId: string | null;
  readonly since: EpochMs;
  readonly now: EpochMs;
}

/** One thing a user of the org did on the record. */
export interface CrmTouch {
  readonly kind: "task" | "event" | "email" | "status" | "stage";
  /** "completed the Task \"Call back\"", without the person. */
  readonly what: string;
  readonly at: EpochMs;
  readonly by: { readonly id: string; readonly name: string | null; readonly email: string | null };
}

export interface CrmTouches {
  /** The earliest first. */
  readonly touches: readonly CrmTouch[];
  /** Who owns the Lead or Opportunity now; null when neither was asked about or it is gone. */
  readonly owner: CrmOwner | null;
}

/** Whose a Lead or Opportunity is now, and who changed it last. */
export interface RecordOwner {
  readonly id: string;
  readonly owner: CrmOwner;
  readonly stage: string | null;
  readonly changedBy: { readonly id: string; readonly name: string | null };
  readonly changedAt: EpochMs;
}

export interface Crm {
  /** Who is this in Salesforce: one composite call. */
  look(question: CrmQuestion): Promise<CrmView>;
  /** All operations or none: one composite call with allOrNone, in order. */
  write(operations: readonly CrmOperation[]): Promise<CrmWritten>;
  /** Which of these keyed operations exist, deleted ones included. Null: none does. Asked before an ambiguous write is repeated. */
  find(operations: readonly CrmOperation[]): Promise<CrmWritten | null>;
  /** Where these records are today: the same id, that of the record they were merged or converted into; null: gone. */
  whereabouts(ids: readonly string[]): Promise<Readonly<Record<string, string | null>>>;
  directory(): Promise<CrmDirectory>;
  /** What the org said last of its calls within a day; null before its first answer. Asks nothing. */
  usage(): OrgCalls | null;
  /** What people did on these records since: one composite call. */
  touches(question: TouchQuestion): Promise<CrmTouches>;
  /** Whose these Leads and Opportunities are now: one composite call. Others, and those that are gone, are left out. */
  owners(ids: readonly string[]): Promise<readonly RecordOwner[]>;
  /** Where a person opens the record in a browser. */
  recordUrl(id: string): string;
}

/** A teammate of the Intercom workspace. */
export interface Teammate {
  readonly id: string;
  readonly name: string;
  /** Their own address and those the connection's settings say are theirs too, in lower case. */
  readonly emails: readonly string[];
}

export interface Inbox {
  /** The whole conversation with contact, company and tags by name, through the API; null when it is gone. */
  read(conversation: string): Promise<Snapshot | null>;
  /** Tags by name, made when absent; a repeat changes nothing. */
  tagConversation(conversation: string, tag: string): Promise<void>;
  tagContact(contact: string, tag: string): Promise<void>;
  /** Assigns to a team by name; does nothing when it is already there. */
  moveToTeam(conversation: string, team: string): Promise<void>;
  /** Answers the customer as a teammate. Not idempotent: after an unknown outcome read the conversation first. */
  reply(conversation: string, admin: string, text: string): Promise<void>;
  /** Sets custom attributes of a person, declared when they are not; a repeat changes nothing. */
  setContactAttributes(
    contact: string,
    attributes: Readonly<Record<string, string | number | boolean>>,
  ): Promise<void>;
  teammates(): Promise<readonly Teammate[]>;
  /** The teammate Baton acts as where nobody else is meant. */
  actingTeammate(): Promise<string>;
  /** Where a person opens the conversation in a browser. */
  conversationUrl(conversation: string): string;
}

/** One alert to one person or channel, with the same content for Slack and e-mail. */
export interface Alert {
  /** Derived from the handoff; travels as Slack metadata and as the e-mail's Message-ID. */
  readonly key: string;
  readonly title: string;
  /** Who and why in one line, plain text. */
  readonly headline: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** "+10 Enterprise intent: SSO": the score as a person reads it. */
  readonly reasons: readonly string[];
  readonly summary: readonly string[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Escaped minimal HTML, for e-mail only. */
  readonly transcriptHtml: string | null;
}

export type Recipient =
  | { readonly kind: "slack-channel"; readonly channel: string }
  | { readonly kind: "slack-user"; readonly email: string }
  | { readonly kind: "email"; readonly email: string };

export type Delivery = { readonly kind: "delivered"; readonly id: string } | { readonly kind: "absent" };

export interface Sent {
  readonly id: string;
  /** Why it went elsewhere than it was meant to, where it did. */
  readonly note?: string;
}

export interface Notifier {
  /** Sends once. After a RetryableFailure with outcome "unknown" call `find` before anything else. */
  send(recipient: Recipient, alert: Alert): Promise<Sent>;
  /** Whether the alert with this key reached the recipient. "cannot-tell": the target gives no way to ask (SMTP). */
  find(recipient: Recipient, key: string): Promise<Delivery | { readonly kind: "cannot-tell" }>;
}

export interface Enrichment {
  readonly company: Partial<Company> | null;
  readonly person: Partial<Person> | null;
  /** "clearbit", "table", the host of an HTTP provider. */
  readonly source: string;
}

export interface Enricher {
  /** Null when the provider knows nothing about them. */
  enrich(who: { readonly email: string | null; readonly domain: string | null }): Promise<Enrichment | null>;
}

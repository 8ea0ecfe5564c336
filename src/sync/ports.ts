/** What sync needs from the outside; the connectors of Intercom and Salesforce implement it. */
import type { Company, Person } from "../conversation/snapshot.ts";
import type { OrgCalls } from "../handoff/allowance.ts";
import type { RetryableFailure } from "../kernel/failure.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { SyncedObject, Value, Values } from "./fields.ts";

export interface CompanyReading {
  readonly company: Company;
  readonly updatedAt: EpochMs;
}

/** A person of Intercom, as the API shows them now. */
export interface PersonReading {
  readonly person: Person;
  /** The first of their companies; null when none, or when it was not asked for. */
  readonly company: CompanyReading | null;
  readonly updatedAt: EpochMs;
}

export interface PeoplePage {
  readonly people: readonly PersonReading[];
  /** How many there are in all. */
  readonly total: number;
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
}

/** What may be asked about people. */
export interface PeopleQuestion {
  /** Whether their company is read too: one call for each. */
  readonly companies: boolean;
}

export interface SyncPeople {
  /** The person of this id; null when Intercom has them no more. */
  readPerson(contact: string, question: PeopleQuestion): Promise<PersonReading | null>;
  /** Ids of the people with these addresses, users before leads, by address in lower case. */
  peopleByEmails(emails: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** A page of all people in a fixed order; `from` null: the first. */
  pageOfPeople(from: string | null, question: PeopleQuestion): Promise<PeoplePage>;
  /** Ids of people who changed since, the latest first, at most as many as one look may bring. */
  peopleChangedSince(
    since: EpochMs,
  ): Promise<readonly { readonly id: string; readonly updatedAt: EpochMs }[]>;
  /** Writes fields by their names in the mapping ("contact.email"); a repeat changes nothing. */
  setPerson(contact: string, fields: Values): Promise<void>;
  /** The company of this id; null when Intercom has it no more. */
  readCompany(company: string): Promise<CompanyReading | null>;
  /** Writes fields by their names in the mapping ("company.name"); a repeat changes nothing. */
  setCompany(company: string, fields: Values): Promise<void>;
}

/** A Lead, Contact or Account as it is now. */
export interface CrmRecord {
  readonly object: SyncedObject;
  readonly id: string;
  /** In lower case; null when there is none, or for an Account. */
  readonly email: string | null;
  /** Of an Account: what its Website leads to. */
  readonly domain: string | null;
  readonly changedAt: EpochMs;
  readonly values: Values;
}

/** The Salesforce fields to read, by object. */
export type FieldsToRead = Readonly<Partial<Record<SyncedObject, readonly string[]>>>;

export interface RecordQuestion {
  readonly fields: FieldsToRead;
  readonly ids: readonly string[];
  /** Leads that are not converted and Contacts are looked for by them, at most 200. */
  readonly emails: readonly string[];
  /** Accounts are looked for by them. */
  readonly domains: readonly string[];
}

export interface RecordsFound {
  /** By the id that was asked for: merged and converted ones are followed; null: gone. */
  readonly byId: ReadonlyMap<string, CrmRecord | null>;
  /** By address in lower case: a Contact before a Lead, the oldest first. */
  readonly byEmail: ReadonlyMap<string, CrmRecord>;
  readonly byDomain: ReadonlyMap<string, CrmRecord>;
}

export interface RecordWrite {
  readonly object: SyncedObject;
  readonly id: string;
  readonly fields: Values;
}

/** What became of one record's write. */
export type RecordWritten =
  | {
      readonly kind: "done";
      /** What was written, where the org's fields could not hold it as it was. */
      readonly fitted: Readonly<Record<string, Value>>;
    }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** Time may cure it (a locked row, say); the others are not held up by it. */
  | { readonly kind: "later"; readonly failure: RetryableFailure };

export interface SyncCrm {
  /** One composite call for 200 people, and one more for what was merged or converted. */
  readRecords(question: RecordQuestion): Promise<RecordsFound>;
  /** Records that changed after `since`, and up to when nothing can be missing. Those that changed shortly before come again. */
  changedRecords(
    object: SyncedObject,
    fields: readonly string[],
    since: EpochMs,
  ): Promise<{ readonly coveredUntil: EpochMs; readonly records: readonly CrmRecord[] }>;
  /**
   * Each by itself, 200 a call; in order. A repeat changes nothing. Throws where nothing of the first call can be known;
   * of a later one it is the records' own "later".
   */
  writeRecords(writes: readonly RecordWrite[]): Promise<readonly RecordWritten[]>;
  /** Calls made since the last time this was asked. */
  takeCalls(): number;
  /** What the org said last about the day's calls; null before the first answer. */
  usage(): OrgCalls | null;
}

/**
 * Salesforce as evidence: one person, looked up once, before the decision, and frozen into it.
 */
import type { EpochMs } from "../kernel/time.ts";

export interface CrmQuestion {
  readonly email: string | null;
  /** Registrable domain of the company; null for free mail. */
  readonly domain: string | null;
  readonly companyName: string | null;
  /** Baton_Key__c of what earlier handoffs may have made of this person; none for somebody new. */
  readonly keys: readonly string[];
}

/** What led to a record, the strongest first. */
export const matchKinds = ["contact", "lead", "key", "domain", "name"] as const;
export type MatchKind = (typeof matchKinds)[number];

/** Why a record is taken for this person's. */
export interface CrmMatch {
  /** By the address of a Contact, by a Lead (converted or merged), by Baton's own key, by website, by name. */
  readonly by: MatchKind;
  /** 0 to 1. Only a name gives less than 0.9. */
  readonly confidence: number;
  /** Read by people. */
  readonly reason: string;
}

/** A record that fits too and was not taken. */
export interface CrmCompeting {
  readonly object: "Account" | "Lead" | "Contact";
  readonly id: string;
  readonly name: string | null;
  /** Why not; read by people. */
  readonly reason: string;
}

/** A Salesforce user or queue as an owner. `email` is null for a queue. */
export interface CrmOwner {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly active: boolean;
}

export interface CrmLead {
  readonly id: string;
  readonly owner: CrmOwner;
  readonly status: string | null;
  readonly company: string | null;
  /** The lead score the org keeps, 0..100, where there is such a field. */
  readonly score: number | null;
  readonly createdAt: EpochMs | null;
  readonly convertedContactId: string | null;
  /** Null where nobody said; the same for the other records. */
  readonly match: CrmMatch | null;
}

export interface CrmAccount {
  readonly id: string;
  readonly name: string | null;
  readonly owner: CrmOwner;
  /** The customer success manager: the lookup field that the connection names, else the account team's; null: none. */
  readonly csm: CrmOwner | null;
  readonly website: string | null;
  readonly employees: number | null;
  readonly annualRevenue: number | null;
  readonly country: string | null;
  readonly state: string | null;
  /** The account is a person: Opportunities on it need no contact role. */
  readonly isPersonAccount: boolean;
  readonly lastActivityAt: EpochMs | null;
  readonly match: CrmMatch | null;
}

export interface CrmContact {
  readonly id: string;
  readonly owner: CrmOwner;
  readonly accountId: string | null;
  readonly match: CrmMatch | null;
}

export interface CrmOpportunity {
  readonly id: string;
  readonly name: string | null;
  readonly stage: string;
  readonly isClosed: boolean;
  readonly isWon: boolean;
  readonly amount: number | null;
  readonly accountId: string | null;
  readonly owner: CrmOwner;
  readonly lastActivityAt: EpochMs | null;
  /** Linked to the person through a contact role. */
  readonly ofContact: boolean;
}

/** The rows of the blueprint's table, section 4. */
export type CrmSituation = "unknown" | "open-lead" | "contact" | "open-opportunity" | "customer";

/** Everything one composite read brought back; every list is ordered, the best match first. */
export interface CrmView {
  readonly leads: readonly CrmLead[];
  /** Those of the chosen account first. */
  readonly contacts: readonly CrmContact[];
  /** The chosen account first, then further ones that the person is a Contact of; empty where none is sure. */
  readonly accounts: readonly CrmAccount[];
  /** Of the person and of `accounts`; not of an account that only a name speaks for. */
  readonly opportunities: readonly CrmOpportunity[];
  readonly competing: readonly CrmCompeting[];
}

/** What a look-up finds about somebody Salesforce has never heard of. */
export const NOBODY_KNOWN: CrmView = {
  leads: [],
  contacts: [],
  accounts: [],
  opportunities: [],
  competing: [],
};

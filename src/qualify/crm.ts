/**
 * Salesforce as evidence: one person, looked up once, before the decision, and frozen into it.
 */
import type { EpochMs } from "../kernel/time.ts";

export interface CrmQuestion {
  readonly email: string | null;
  /** Registrable domain of the company; null for free mail. */
  readonly domain: string | null;
  readonly companyName: string | null;
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
}

export interface CrmAccount {
  readonly id: string;
  readonly name: string | null;
  readonly owner: CrmOwner;
  /** The customer success manager, from the lookup field that the connection names; null where there is none. */
  readonly csm: CrmOwner | null;
  readonly website: string | null;
  readonly employees: number | null;
  readonly annualRevenue: number | null;
  readonly country: string | null;
  readonly state: string | null;
}

export interface CrmContact {
  readonly id: string;
  readonly owner: CrmOwner;
  readonly accountId: string | null;
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
  readonly contacts: readonly CrmContact[];
  /** The accounts of the contacts first, then those with the company's domain. */
  readonly accounts: readonly CrmAccount[];
  readonly opportunities: readonly CrmOpportunity[];
}

/**
 * Where a person stands in Salesforce: the rows of the table that decides what record a handoff writes.
 */
import type { CrmLead, CrmMatch, CrmOpportunity, CrmSituation, CrmView } from "./crm.ts";

/** The row of the table: an open opportunity outranks a customer, a customer a contact, a contact an open lead. */
export function situationOf(crm: CrmView): CrmSituation {
  if (openOpportunity(crm) !== null) return "open-opportunity";
  if (crm.opportunities.some((opportunity) => opportunity.isWon)) return "customer";
  if (crm.contacts.length > 0) return "contact";
  return openLead(crm) === null ? "unknown" : "open-lead";
}

/** The open opportunities, the most recently active first; among equals the better match first. */
export function openOpportunities(crm: CrmView): readonly CrmOpportunity[] {
  return crm.opportunities
    .filter((opportunity) => !opportunity.isClosed)
    .toSorted((a, b) => (b.lastActivityAt ?? -1) - (a.lastActivityAt ?? -1));
}

/** The open opportunity with the latest activity; null when none is open. */
export function openOpportunity(crm: CrmView): CrmOpportunity | null {
  return openOpportunities(crm)[0] ?? null;
}

/** The first lead that was not converted into a contact; null when there is none. */
export function openLead(crm: CrmView): CrmLead | null {
  return crm.leads.find((lead) => lead.convertedContactId === null) ?? null;
}

/** What led to the account, or without one to the contact or the lead; null for somebody nobody knows. */
export function bestMatch(crm: CrmView): CrmMatch | null {
  return [crm.accounts[0], crm.contacts[0], openLead(crm)].find((one) => one?.match)?.match ?? null;
}

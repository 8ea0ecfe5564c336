/**
 * Where a person stands in Salesforce: the rows of the table that decides what record a handoff writes.
 */
import type { CrmLead, CrmOpportunity, CrmSituation, CrmView } from "./crm.ts";

/** The row of the table: an open opportunity outranks a customer, a customer a contact, a contact an open lead. */
export function situationOf(crm: CrmView): CrmSituation {
  if (openOpportunity(crm) !== null) return "open-opportunity";
  if (crm.opportunities.some((opportunity) => opportunity.isWon)) return "customer";
  if (crm.contacts.length > 0) return "contact";
  return openLead(crm) === null ? "unknown" : "open-lead";
}

/** The open opportunity with the latest activity; among equals the first, which is the best match. */
export function openOpportunity(crm: CrmView): CrmOpportunity | null {
  let chosen: CrmOpportunity | null = null;
  for (const candidate of crm.opportunities) {
    if (candidate.isClosed) continue;
    if (chosen === null || (candidate.lastActivityAt ?? -1) > (chosen.lastActivityAt ?? -1))
      chosen = candidate;
  }
  return chosen;
}

/** The first lead that was not converted into a contact; null when there is none. */
export function openLead(crm: CrmView): CrmLead | null {
  return crm.leads.find((lead) => lead.convertedContactId === null) ?? null;
}

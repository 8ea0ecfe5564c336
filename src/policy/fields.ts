/**
 * The fields that conditions and mappings may name. The linter warns about any other; the screens offer these.
 */

/** What a field holds; an `instant` is milliseconds since 1970 and is compared with within / olderThan. */
export type FieldKind = "text" | "number" | "instant" | "list" | "flag";

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** What it is, in a person's words. */
  readonly about: string;
}

const field = (name: string, kind: FieldKind, about: string): Field => ({ name, kind, about });

/** Every field with a fixed name. `score.<name>` and the attributes come on top: see `isKnownField`. */
export const fields: readonly Field[] = [
  field("contact.email", "text", "e-mail address of the person"),
  field("contact.emailDomain", "text", "what stands after the @ of the address"),
  field("contact.name", "text", "the person's name"),
  field("contact.phone", "text", "the person's phone number"),
  field("contact.role", "text", "Intercom's role: user or lead"),
  field("contact.plan", "text", "plan or tier of the person"),
  field("contact.tags", "list", "tags on the person"),
  field("contact.lastSeenAt", "instant", "when the person was last active"),
  field("contact.signedUpAt", "instant", "when the person signed up"),
  field("contact.score", "number", "Intercom's own score of the person, 0 to 100"),
  field("company.name", "text", "name of the company"),
  field("company.domain", "text", "registrable domain of the company"),
  field("company.employees", "number", "number of employees; Salesforce's where Intercom has none"),
  field("company.plan", "text", "plan or tier of the company"),
  field("company.industry", "text", "industry"),
  field("company.country", "text", "ISO country code"),
  field("company.state", "text", "state or region"),
  field("company.annualRevenue", "number", "the company's revenue a year"),
  field("company.annualValue", "number", "what the customer pays a year"),
  field("company.customerSince", "instant", "since when the company is a customer"),
  field("company.technology", "list", "technologies in use, from enrichment"),
  field("conversation.team", "text", "Intercom team it is assigned to"),
  field("conversation.tags", "list", "tags on the conversation"),
  field("conversation.firstTag", "text", "the first tag on the conversation"),
  field("conversation.state", "text", "open, closed or snoozed"),
  field("conversation.customerMessages", "number", "how many messages the customer wrote"),
  field("conversation.url", "text", "address of the conversation in Intercom"),
  field("signals", "list", "names of the signals that were found"),
  field("crm.situation", "text", "unknown, open-lead, contact, open-opportunity or customer"),
  field("crm.score", "number", "the lead score that Salesforce keeps, 0 to 100"),
  field("crm.hasLead", "flag", "Salesforce has an open lead of this person"),
  field("crm.hasContact", "flag", "Salesforce has a contact of this person"),
  field("crm.hasAccount", "flag", "Salesforce has an account of this person or domain"),
  field("crm.match", "text", "what led to the account: contact, lead, key, domain or name"),
  field("crm.matchConfidence", "number", "how sure that is, 0 to 1; only a name is below 0.95"),
  field("crm.competing", "number", "how many records fitted too and were not taken"),
  field("crm.openOpportunities", "number", "how many opportunities are open"),
  field("crm.isPersonAccount", "flag", "the account is a person, not a company"),
  field("crm.lead.status", "text", "status of the open lead"),
  field("crm.lead.owner", "text", "e-mail address of the lead's owner"),
  field("crm.openOpportunity.name", "text", "name of the open opportunity"),
  field("crm.openOpportunity.stage", "text", "stage of the open opportunity"),
  field("crm.openOpportunity.amount", "number", "amount of the open opportunity"),
  field("crm.openOpportunity.owner", "text", "e-mail address of the opportunity's owner"),
  field("crm.account.name", "text", "name of the account"),
  field("crm.account.owner", "text", "e-mail address of the account's owner"),
  field("crm.account.csm", "text", "e-mail address of the customer success manager"),
  field("crm.account.employees", "number", "number of employees on the account"),
  field("crm.account.annualRevenue", "number", "annual revenue on the account"),
  field("crm.account.country", "text", "country on the account"),
  field("crm.account.state", "text", "state on the account"),
  field("crm.account.website", "text", "website on the account"),
  field("opportunity.isWon", "flag", "the opportunity that changed was won"),
  field("opportunity.isClosed", "flag", "the opportunity that changed is closed"),
  field("opportunity.stage", "text", "its stage"),
  field("opportunity.amount", "number", "its amount"),
];

const kinds: ReadonlyMap<string, FieldKind> = new Map(fields.map(({ name, kind }) => [name, kind]));
const OPEN_ENDED = ["contact.attributes.", "company.attributes.", "score."];

/** True for a fixed name, for an attribute of contact or company, and for `score.<name>`. */
export function isKnownField(name: string): boolean {
  return (
    kinds.has(name) || OPEN_ENDED.some((prefix) => name.startsWith(prefix) && name.length > prefix.length)
  );
}

/** What the field holds; `null` for attributes and unknown names, which may hold anything. */
export function fieldKind(name: string): FieldKind | null {
  return name.startsWith("score.") ? "number" : (kinds.get(name) ?? null);
}

/** The records of one person, for every row of the record table and for what real orgs make of them. */
import type { FieldValue } from "./fields.ts";
import { convertLead, mergeRecords, objectNamed } from "./lifecycle.ts";
import { type Org, stamp } from "./org.ts";
import { changeRow, insertRow } from "./records.ts";

/** Where a person stands in Salesforce before the conversation. */
export const situationNames = [
  "unknown",
  "open-lead",
  "contact",
  "open-opportunity",
  "customer",
  "customer-with-csm",
  "converted-lead",
  "late-stage",
  "lead-with-inactive-owner",
  "account-by-domain",
  "converted-lead-other-address",
  "merged-contact",
  "several-opportunities",
  "person-account",
  "account-by-name",
  "two-equal-accounts",
] as const;
export type SituationName = (typeof situationNames)[number];

/** Somebody whose records are made. */
export interface SituatedPerson {
  readonly email: string;
  readonly name: string;
  readonly company?: string | undefined;
  readonly domain?: string | undefined;
  readonly situation: SituationName;
}

/** Who owns it, and which accounts the other people of a company have made. */
export interface Making {
  readonly ownerId: string;
  readonly csmId: string | null;
  readonly place: number;
  readonly accounts: Map<string, string>;
}

/** What was made for one person; null where there is nothing. */
export interface Records {
  readonly accountId: string | null;
  readonly contactId: string | null;
  readonly leadId: string | null;
  readonly opportunityId: string | null;
}

const nothing: Records = { accountId: null, contactId: null, leadId: null, opportunityId: null };

/** Makes the records of one situation. */
export function recordsFor(org: Org, person: SituatedPerson, making: Making): Records {
  const { ownerId } = making;
  switch (person.situation) {
    case "unknown":
      return nothing;
    case "open-lead":
    case "lead-with-inactive-owner":
      return { ...nothing, leadId: leadOf(org, person, ownerId) };
    case "account-by-domain":
      return { ...nothing, accountId: accountOf(org, person, making) };
    case "contact":
      return withContact(org, person, making);
    case "open-opportunity":
      return withOpportunity(org, person, making, "Qualification", 30);
    case "late-stage":
      return withOpportunity(org, person, making, "Negotiation", 30);
    case "customer":
    case "customer-with-csm":
      return withOpportunity(org, person, making, "Closed Won", -200);
    case "converted-lead": {
      const leadId = leadOf(org, person, ownerId);
      const made = convertLead(org, { lead: leadId, doNotCreateOpportunity: true });
      return { ...nothing, leadId, accountId: made.accountId, contactId: made.contactId };
    }
    case "converted-lead-other-address": {
      const leadId = leadOf(org, person, ownerId);
      const made = convertLead(org, { lead: leadId, doNotCreateOpportunity: true });
      const contact = rowById(org, "Contact", made.contactId);
      if (contact !== undefined)
        changeRow(org, objectNamed(org, "Contact"), contact, { Email: `other.${person.email}` });
      return { ...nothing, leadId, accountId: made.accountId, contactId: made.contactId };
    }
    case "merged-contact":
      return withMergedContact(org, person, making);
    case "several-opportunities":
      return withSeveralOpportunities(org, person, making);
    case "person-account":
      return withPersonAccount(org, person, ownerId);
    case "account-by-name":
      return { ...nothing, accountId: namesakeOf(org, person, ownerId) };
    case "two-equal-accounts":
      // Neither is the person's: nothing tells them apart.
      for (const place of [1, 2])
        accountNamed(org, `${companyOf(person)} ${place}`, domainFor(person), ownerId);
      return nothing;
    default:
      throw new Error(`no such situation: ${String(person.situation satisfies never)}`);
  }
}

function withContact(org: Org, person: SituatedPerson, making: Making): Records & { contactId: string } {
  const accountId = accountOf(org, person, making);
  const contactId = insertRow(org, objectNamed(org, "Contact"), {
    ...namesOf(person.name),
    Email: person.email,
    AccountId: accountId,
    OwnerId: rowById(org, "Account", accountId)?.["OwnerId"] ?? making.ownerId,
  });
  return { ...nothing, accountId, contactId };
}

function withOpportunity(
  org: Org,
  person: SituatedPerson,
  making: Making,
  stage: string,
  closeInDays: number,
): Records {
  const made = withContact(org, person, making);
  return { ...made, opportunityId: opportunityOn(org, person, making, made, stage, closeInDays) };
}

function opportunityOn(
  org: Org,
  person: SituatedPerson,
  making: Making,
  { accountId, contactId }: Records,
  stage: string,
  closeInDays: number,
): string {
  const opportunityId = insertRow(org, objectNamed(org, "Opportunity"), {
    Name: `${companyOf(person)} ${stage === "Closed Won" ? "subscription" : "expansion"}`,
    AccountId: accountId,
    StageName: stage,
    CloseDate: stamp(org.now() + closeInDays * 86_400_000).slice(0, 10),
    Amount: 12_000 + (making.place % 10) * 8_000,
    OwnerId: rowById(org, "Account", accountId)?.["OwnerId"] ?? making.ownerId,
  });
  insertRow(org, objectNamed(org, "OpportunityContactRole"), {
    OpportunityId: opportunityId,
    ContactId: contactId,
    IsPrimary: true,
    Role: "Decision Maker",
  });
  return opportunityId;
}

/** The Contact with the person's address was merged into one with another address. */
function withMergedContact(org: Org, person: SituatedPerson, making: Making): Records {
  const loser = withContact(org, person, making);
  const master = withContact(org, { ...person, email: `other.${person.email}` }, making);
  mergeRecords(org, "Contact", master.contactId, [loser.contactId]);
  return master;
}

/** Three are open; the one that is named was worked on last. */
function withSeveralOpportunities(org: Org, person: SituatedPerson, making: Making): Records {
  const made = withContact(org, person, making);
  const [, latest] = [60, 3, 20].map((daysAgo) => {
    const id = opportunityOn(org, person, making, made, "Qualification", 30);
    const opportunity = rowById(org, "Opportunity", id);
    const day = stamp(org.now() - daysAgo * 86_400_000).slice(0, 10);
    if (opportunity !== undefined)
      changeRow(org, objectNamed(org, "Opportunity"), opportunity, { LastActivityDate: day });
    return id;
  });
  return { ...made, opportunityId: latest ?? null };
}

/** An org without person accounts has a plain Account and Contact instead. */
function withPersonAccount(org: Org, person: SituatedPerson, ownerId: string): Records {
  const account = objectNamed(org, "Account");
  const names = namesOf(person.name);
  if (!account.fields.has("personemail")) {
    const accountId = insertRow(org, account, { Name: person.name, OwnerId: ownerId });
    const contactId = insertRow(org, objectNamed(org, "Contact"), {
      ...names,
      Email: person.email,
      AccountId: accountId,
      OwnerId: ownerId,
    });
    return { ...nothing, accountId, contactId };
  }
  const accountId = insertRow(org, account, { ...names, PersonEmail: person.email, OwnerId: ownerId });
  const contactId = String(rowById(org, "Account", accountId)?.["PersonContactId"]);
  return { ...nothing, accountId, contactId };
}

/** The company under another website and in another legal form. */
function namesakeOf(org: Org, person: SituatedPerson, ownerId: string): string {
  return accountNamed(org, `${companyOf(person).toUpperCase()} GmbH`, `other-${domainFor(person)}`, ownerId);
}

function accountNamed(org: Org, name: string, domain: string, ownerId: string): string {
  return insertRow(org, objectNamed(org, "Account"), {
    Name: name,
    Website: `https://www.${domain}`,
    Type: "Prospect",
    OwnerId: ownerId,
  });
}

function domainFor(person: SituatedPerson): string {
  return person.domain ?? domainOf(person.email);
}

function leadOf(org: Org, person: SituatedPerson, ownerId: string): string {
  return insertRow(org, objectNamed(org, "Lead"), {
    ...namesOf(person.name),
    Company: companyOf(person),
    Email: person.email,
    LeadSource: "Web",
    OwnerId: ownerId,
  });
}

function accountOf(org: Org, person: SituatedPerson, making: Making): string {
  const domain = domainFor(person);
  const known = making.accounts.get(domain);
  const isCustomer = person.situation.startsWith("customer");
  const existing = rowById(org, "Account", known ?? null);
  if (known !== undefined && existing !== undefined) {
    if (making.csmId !== null)
      changeRow(org, objectNamed(org, "Account"), existing, { CSM__c: making.csmId });
    return known;
  }
  const id = insertRow(org, objectNamed(org, "Account"), {
    Name: companyOf(person),
    Website: `https://www.${domain}`,
    Type: isCustomer ? "Customer - Direct" : "Prospect",
    NumberOfEmployees: 40 * (1 + (making.place % 20)),
    AnnualRevenue: 500_000 * (1 + (making.place % 40)),
    BillingCountry: "US",
    BillingState: "CA",
    OwnerId: making.ownerId,
    CSM__c: making.csmId,
  });
  making.accounts.set(domain, id);
  return id;
}

/** First and last name. */
export function namesOf(name: string): Record<string, FieldValue> {
  const words = name.trim().split(/\s+/);
  const last = words.pop() ?? name;
  return { FirstName: words.length > 0 ? words.join(" ") : null, LastName: last };
}

function companyOf(person: SituatedPerson): string {
  return person.company ?? domainFor(person);
}

function domainOf(email: string): string {
  return email.slice(email.indexOf("@") + 1);
}

/** The record of that id, deleted ones included. */
export function rowById(org: Org, object: string, id: string | null) {
  return id === null ? undefined : org.tables.get(object)?.rows.get(id);
}

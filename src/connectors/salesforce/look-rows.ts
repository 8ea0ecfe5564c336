/** The rows of the look-up as Salesforce sends them, and what Baton makes of them. */
import { z } from "zod";
import { parseInstant } from "../../kernel/time.ts";
import type { CrmAccount, CrmContact, CrmLead, CrmOpportunity, CrmOwner } from "../../qualify/crm.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === "" ? null : value));
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
const instant = z.unknown().optional().transform(parseInstant);

const Person = z
  .object({ Name: text, Email: text, IsActive: z.boolean().nullish() })
  .nullish()
  .transform((value) => value ?? null);
type Person = z.infer<typeof Person>;

/** Ids of queues begin with 00G; a queue has no e-mail of its own and is never inactive. */
export function ownerOf(id: string, person: Person): CrmOwner {
  if (id.startsWith("00G")) return { id, name: person?.Name ?? null, email: null, active: true };
  return { id, name: person?.Name ?? null, email: person?.Email ?? null, active: person?.IsActive === true };
}

export const LeadRow = z
  .looseObject({
    Id: z.string(),
    OwnerId: z.string(),
    Owner: Person,
    Status: text,
    Company: text,
    CreatedDate: instant,
    IsConverted: z.boolean().nullish(),
    ConvertedContactId: text,
  })
  .transform((row) => ({
    isConverted: row.IsConverted === true,
    /** `score` is null: the field's name is a setting, so the caller reads it from `raw`. */
    lead: {
      id: row.Id,
      owner: ownerOf(row.OwnerId, row.Owner),
      status: row.Status,
      company: row.Company,
      score: null,
      createdAt: row.CreatedDate,
      convertedContactId: row.ConvertedContactId,
    } satisfies CrmLead,
    raw: row as Readonly<Record<string, unknown>>,
  }));

const OpportunityFields = z.object({
  Name: text,
  StageName: text,
  IsClosed: z.boolean().nullish(),
  IsWon: z.boolean().nullish(),
  Amount: number,
  AccountId: text,
  OwnerId: text,
  Owner: Person,
  LastActivityDate: instant,
});

function opportunityOf(
  id: string,
  row: z.infer<typeof OpportunityFields>,
  ofContact: boolean,
): CrmOpportunity {
  return {
    id,
    name: row.Name,
    stage: row.StageName ?? "",
    isClosed: row.IsClosed === true,
    isWon: row.IsWon === true,
    amount: row.Amount,
    accountId: row.AccountId,
    owner: ownerOf(row.OwnerId ?? "", row.Owner),
    lastActivityAt: row.LastActivityDate,
    ofContact,
  };
}

export const OpportunityRow = OpportunityFields.extend({ Id: z.string() }).transform((row) =>
  opportunityOf(row.Id, row, false),
);

const ContactRole = z
  .object({ OpportunityId: z.string(), Opportunity: OpportunityFields.nullish() })
  .transform((row) => (row.Opportunity ? opportunityOf(row.OpportunityId, row.Opportunity, true) : null));

/** Child rows of a query: {records: [...]}, or null when there are none. */
const children = <T extends z.ZodType>(row: T) =>
  z
    .object({ records: z.array(row) })
    .nullish()
    .transform((value) => value?.records ?? []);

const AccountFields = z.looseObject({
  Id: z.string().nullish(),
  Name: text,
  OwnerId: text,
  Owner: Person,
  Website: text,
  NumberOfEmployees: number,
  AnnualRevenue: number,
  BillingCountry: text,
  BillingState: text,
});

/** "CSM__c" has its user under "CSM__r". */
export function relationshipOf(lookupField: string): string {
  return lookupField.endsWith("__c") ? `${lookupField.slice(0, -1)}r` : lookupField.replace(/Id$/, "");
}

function accountOf(id: string, row: z.infer<typeof AccountFields>, csmField: string | null): CrmAccount {
  const csmId = csmField === null ? null : row[csmField];
  const csm = csmField === null ? null : Person.safeParse(row[relationshipOf(csmField)]).data;
  return {
    id,
    name: row.Name,
    owner: ownerOf(row.OwnerId ?? "", row.Owner),
    csm: typeof csmId === "string" ? ownerOf(csmId, csm ?? null) : null,
    website: row.Website,
    employees: row.NumberOfEmployees,
    annualRevenue: row.AnnualRevenue,
    country: row.BillingCountry,
    state: row.BillingState,
  };
}

/** An account with its opportunities, found by domain. */
export const accountRow = (csmField: string | null) =>
  AccountFields.extend({ Id: z.string(), Opportunities: children(OpportunityRow) }).transform((row) => ({
    account: accountOf(row.Id, row, csmField),
    opportunities: row.Opportunities,
  }));

/** A contact with the account and the opportunities that name the person in a contact role. */
export const contactRow = (csmField: string | null) =>
  z
    .object({
      Id: z.string(),
      OwnerId: z.string(),
      Owner: Person,
      AccountId: text,
      Account: AccountFields.nullish(),
      OpportunityContactRoles: children(ContactRole),
    })
    .transform((row) => ({
      contact: {
        id: row.Id,
        owner: ownerOf(row.OwnerId, row.Owner),
        accountId: row.AccountId,
      } satisfies CrmContact,
      account: row.Account && row.AccountId !== null ? accountOf(row.AccountId, row.Account, csmField) : null,
      opportunities: row.OpportunityContactRoles.filter((one) => one !== null),
    }));

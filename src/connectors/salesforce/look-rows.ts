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

/** A record as it stands behind another one. */
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

const ConvertedContact = z
  .object({ AccountId: text, IsDeleted: flag, MasterRecordId: text, OwnerId: text, Owner: Person })
  .nullish()
  .transform((value) => value ?? null);

export const LeadRow = z
  .looseObject({
    Id: z.string(),
    OwnerId: z.string(),
    Owner: Person,
    Status: text,
    Company: text,
    Email: text,
    CreatedDate: instant,
    IsDeleted: flag,
    MasterRecordId: text,
    IsConverted: flag,
    ConvertedContactId: text,
    ConvertedAccountId: text,
    ConvertedContact,
  })
  .transform((row) => ({
    id: row.Id,
    email: row.Email,
    isDeleted: row.IsDeleted,
    masterId: row.MasterRecordId,
    isConverted: row.IsConverted,
    convertedAccountId: row.ConvertedAccountId,
    /** The Contact that a conversion made, whatever its address is today. */
    converted:
      row.ConvertedContactId === null || row.ConvertedContact === null
        ? null
        : {
            id: row.ConvertedContactId,
            isDeleted: row.ConvertedContact.IsDeleted,
            masterId: row.ConvertedContact.MasterRecordId,
            contact: {
              id: row.ConvertedContactId,
              owner: ownerOf(row.ConvertedContact.OwnerId ?? "", row.ConvertedContact.Owner),
              accountId: row.ConvertedContact.AccountId,
              match: null,
            } satisfies CrmContact,
          },
    /** `score` is null: the field's name is a setting, so the caller reads it from `raw`. */
    lead: {
      id: row.Id,
      owner: ownerOf(row.OwnerId, row.Owner),
      status: row.Status,
      company: row.Company,
      score: null,
      createdAt: row.CreatedDate,
      convertedContactId: row.ConvertedContactId,
      match: null,
    } satisfies CrmLead,
    raw: row as Readonly<Record<string, unknown>>,
  }));
export type LeadRow = z.infer<typeof LeadRow>;

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

const OpportunityRow = OpportunityFields.extend({ Id: z.string() }).transform((row) =>
  opportunityOf(row.Id, row, false),
);

const ContactRole = z
  .object({
    OpportunityId: z.string(),
    IsDeleted: flag,
    Opportunity: OpportunityFields.extend({ IsDeleted: flag }).nullish(),
  })
  .transform(({ OpportunityId, IsDeleted, Opportunity }) =>
    IsDeleted || !Opportunity || Opportunity.IsDeleted
      ? null
      : opportunityOf(OpportunityId, Opportunity, true),
  );

/** Child rows of a query: {records: [...]}, or null when there are none. */
const children = <T extends z.ZodType>(row: T) =>
  z
    .object({ records: z.array(row) })
    .nullish()
    .transform((value) => value?.records ?? []);

const TeamMember = z
  .object({ UserId: z.string(), User: Person })
  .transform(({ UserId, User }) => ownerOf(UserId, User));

const AccountFields = z.looseObject({
  Id: z.string(),
  Name: text,
  OwnerId: text,
  Owner: Person,
  Website: text,
  NumberOfEmployees: number,
  AnnualRevenue: number,
  BillingCountry: text,
  BillingState: text,
  LastActivityDate: instant,
  Baton_Key__c: text,
  IsPersonAccount: flag,
  Opportunities: children(OpportunityRow),
  AccountTeamMembers: children(TeamMember),
});

/** "CSM__c" has its user under "CSM__r". */
export function relationshipOf(lookupField: string): string {
  return lookupField.endsWith("__c") ? `${lookupField.slice(0, -1)}r` : lookupField.replace(/Id$/, "");
}

/** The user of the lookup field, else the first of the team who is still there, else the first. */
function csmOf(row: z.infer<typeof AccountFields>, csmField: string | null): CrmOwner | null {
  const csmId = csmField === null ? null : row[csmField];
  const csm = csmField === null ? null : Person.safeParse(row[relationshipOf(csmField)]).data;
  if (typeof csmId === "string") return ownerOf(csmId, csm ?? null);
  const team = row.AccountTeamMembers;
  return team.find(({ active }) => active) ?? team[0] ?? null;
}

/** An account with its opportunities. */
export const accountRow = (csmField: string | null) =>
  AccountFields.transform((row) => ({
    account: {
      id: row.Id,
      name: row.Name,
      owner: ownerOf(row.OwnerId ?? "", row.Owner),
      csm: csmOf(row, csmField),
      website: row.Website,
      employees: row.NumberOfEmployees,
      annualRevenue: row.AnnualRevenue,
      country: row.BillingCountry,
      state: row.BillingState,
      isPersonAccount: row.IsPersonAccount,
      lastActivityAt: row.LastActivityDate,
      match: null,
    } satisfies CrmAccount,
    key: row.Baton_Key__c,
    opportunities: row.Opportunities,
  }));
export type AccountRow = z.infer<ReturnType<typeof accountRow>>;

/** A contact with the opportunities that name the person in a contact role. */
export const ContactRow = z
  .object({
    Id: z.string(),
    OwnerId: z.string(),
    Owner: Person,
    AccountId: text,
    Email: text,
    IsDeleted: flag,
    MasterRecordId: text,
    OpportunityContactRoles: children(ContactRole),
  })
  .transform((row) => ({
    id: row.Id,
    email: row.Email,
    isDeleted: row.IsDeleted,
    masterId: row.MasterRecordId,
    contact: {
      id: row.Id,
      owner: ownerOf(row.OwnerId, row.Owner),
      accountId: row.AccountId,
      match: null,
    } satisfies CrmContact,
    opportunities: row.OpportunityContactRoles.filter((one) => one !== null),
  }));
export type ContactRow = z.infer<typeof ContactRow>;

/**
 * The queries of a look-up: five at most, in one composite call. Salesforce refuses a semi-join under OR, so each way to
 * an account is a query of its own.
 */
import { searchWords } from "../../qualify/company-name.ts";
import type { CrmQuestion } from "../../qualify/crm.ts";
import { querySubrequest, type Subrequest } from "./composite.ts";
import { relationshipOf } from "./look-rows.ts";
import { contains, names, type Soql, soql, startsWith } from "./soql.ts";

/** What an org may or may not have; what it has not is left out after the first refusal. */
export interface LookFields {
  /** Lookup on Account to the customer success manager. */
  readonly csmField: string | null;
  /** Role in the account team of the customer success manager. */
  readonly csmTeamRole: string | null;
  /** Number on Lead, 0..100. */
  readonly leadScoreField: string | null;
  /** Baton_Key__c on Lead, Contact and Account. */
  readonly hasKeys: boolean;
  /** IsPersonAccount on Account. */
  readonly hasPersonAccounts: boolean;
}

/** Records to read whoever they belong to: where merged and converted ones went. */
export interface Followed {
  readonly leads: readonly string[];
  readonly contacts: readonly string[];
  readonly accounts: readonly string[];
}

/** The names of the five answers. */
export type LookName = "leads" | "contacts" | "contactAccounts" | "leadAccounts" | "accounts";

/** So many accounts of a website or a name are read; a name that more carry says nothing. */
export const MOST_ACCOUNTS = 100;

const OWNER = ["OwnerId", "Owner.Name", "Owner.Email", "Owner.IsActive"] as const;
const OPPORTUNITY = [
  "Id",
  "Name",
  "StageName",
  "IsClosed",
  "IsWon",
  "Amount",
  "AccountId",
  "LastActivityDate",
  ...OWNER,
] as const;

const prefixed = (prefix: string, fields: readonly string[]): string[] =>
  fields.map((field) => `${prefix}.${field}`);

function anyOf(conditions: readonly Soql[]): Soql | null {
  const [first, ...rest] = conditions;
  return first === undefined ? null : rest.reduce((all, one) => soql`${all} OR ${one}`, first);
}

/** What makes a Lead or Contact the person's: the address, Baton's key, or that another record leads there. */
function personCondition(question: CrmQuestion, ids: readonly string[], fields: LookFields): Soql | null {
  const { email, keys } = question;
  return anyOf([
    ...(email === null ? [] : [soql`Email = ${email}`]),
    ...(keys.length === 0 || !fields.hasKeys ? [] : [soql`Baton_Key__c IN ${keys}`]),
    ...(ids.length === 0 ? [] : [soql`Id IN ${ids}`]),
  ]);
}

function accountCondition(question: CrmQuestion, ids: readonly string[], fields: LookFields): Soql | null {
  const { domain, companyName, keys } = question;
  const words = companyName === null ? [] : searchWords(companyName);
  return anyOf([
    ...(domain === null ? [] : [soql`Website LIKE ${contains(domain)}`]),
    // Two letters stand in the middle of too many names.
    ...words.map((word) => soql`Name LIKE ${word.length < 3 ? startsWith(word) : contains(word)}`),
    ...(keys.length === 0 || !fields.hasKeys ? [] : [soql`Baton_Key__c IN ${keys}`]),
    ...(ids.length === 0 ? [] : [soql`Id IN ${ids}`]),
  ]);
}

function accountFields(fields: LookFields): Soql {
  const { csmField, csmTeamRole, hasPersonAccounts, hasKeys } = fields;
  const csm = csmField === null ? [] : [csmField, ...prefixed(relationshipOf(csmField), USER)];
  const own = names(
    "Id",
    "Name",
    "Website",
    "NumberOfEmployees",
    "AnnualRevenue",
    "BillingCountry",
    "BillingState",
    "LastActivityDate",
    ...OWNER,
    ...csm,
    ...(hasKeys ? ["Baton_Key__c"] : []),
    ...(hasPersonAccounts ? ["IsPersonAccount"] : []),
  );
  const opportunities = soql`(SELECT ${names(...OPPORTUNITY)} FROM Opportunities
    ORDER BY IsClosed ASC, IsWon DESC, LastModifiedDate DESC LIMIT 50)`;
  if (csmTeamRole === null) return soql`${own}, ${opportunities}`;
  return soql`${own}, ${opportunities}, (SELECT UserId, ${names(...prefixed("User", USER))} FROM AccountTeamMembers
    WHERE TeamMemberRole = ${csmTeamRole} ORDER BY CreatedDate ASC LIMIT 5)`;
}

const USER = ["Name", "Email", "IsActive"] as const;

function leadFields(fields: LookFields): Soql {
  return names(
    "Id",
    "Status",
    "Company",
    "CreatedDate",
    "Email",
    "IsDeleted",
    "MasterRecordId",
    "IsConverted",
    "ConvertedContactId",
    "ConvertedAccountId",
    ...OWNER,
    ...prefixed("ConvertedContact", ["AccountId", "IsDeleted", "MasterRecordId", ...OWNER]),
    ...(fields.leadScoreField === null ? [] : [fields.leadScoreField]),
  );
}

const CONTACT = ["Id", "AccountId", "Email", "IsDeleted", "MasterRecordId", ...OWNER] as const;
const ROLE = [
  "OpportunityId",
  "IsDeleted",
  "Opportunity.IsDeleted",
  ...prefixed("Opportunity", OPPORTUNITY),
] as const;

/**
 * The queries for one question; none when nothing is known to ask by. Leads and Contacts are read with the deleted ones,
 * because a merged one names the record that won.
 */
export function lookQueries(question: CrmQuestion, followed: Followed, fields: LookFields): Subrequest[] {
  const lead = personCondition(question, followed.leads, fields);
  const contact = personCondition(question, followed.contacts, fields);
  const account = accountCondition(question, followed.accounts, fields);
  const columns = accountFields(fields);
  const query = (name: LookName, text: Soql, rows: "live" | "all" = "live"): Subrequest =>
    querySubrequest(name, text, rows);
  return [
    ...(lead === null
      ? []
      : [
          query(
            "leads",
            soql`SELECT ${leadFields(fields)} FROM Lead WHERE ${lead}
              ORDER BY IsConverted ASC, CreatedDate DESC LIMIT 20`,
            "all",
          ),
          query(
            "leadAccounts",
            soql`SELECT ${columns} FROM Account
              WHERE Id IN (SELECT ConvertedAccountId FROM Lead WHERE IsConverted = ${true} AND (${lead})) LIMIT 20`,
          ),
        ]),
    ...(contact === null
      ? []
      : [
          query(
            "contacts",
            soql`SELECT ${names(...CONTACT)}, (SELECT ${names(...ROLE)} FROM OpportunityContactRoles LIMIT 50)
              FROM Contact WHERE ${contact} ORDER BY LastModifiedDate DESC LIMIT 20`,
            "all",
          ),
          query(
            "contactAccounts",
            soql`SELECT ${columns} FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE ${contact}) LIMIT 20`,
          ),
        ]),
    ...(account === null
      ? []
      : [
          query(
            "accounts",
            soql`SELECT ${columns} FROM Account WHERE ${account}
              ORDER BY LastModifiedDate DESC LIMIT ${MOST_ACCOUNTS}`,
          ),
        ]),
  ];
}

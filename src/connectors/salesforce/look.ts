/** Who is this in Salesforce: one composite call with at most four queries. */
import { getDomain } from "tldts";
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import type {
  CrmAccount,
  CrmContact,
  CrmLead,
  CrmOpportunity,
  CrmQuestion,
  CrmView,
} from "../../qualify/crm.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, querySubrequest, type Subrequest, type Subresponse } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { accountRow, contactRow, LeadRow, OpportunityRow, relationshipOf } from "./look-rows.ts";
import { contains, names, soql } from "./soql.ts";

/** Fields that an org may or may not have; one that it has not is left out after the first refusal. */
export interface LookFields {
  /** Lookup on Account to the customer success manager. */
  readonly csmField: string | null;
  /** Number on Lead, 0..100. */
  readonly leadScoreField: string | null;
}

const OWNER = ["OwnerId", "Owner.Name", "Owner.Email", "Owner.IsActive"] as const;
const OPPORTUNITY = [
  "Name",
  "StageName",
  "IsClosed",
  "IsWon",
  "Amount",
  "AccountId",
  "LastActivityDate",
  ...OWNER,
] as const;
const ACCOUNT = [
  "Name",
  "Website",
  "NumberOfEmployees",
  "AnnualRevenue",
  "BillingCountry",
  "BillingState",
  ...OWNER,
] as const;

function csmNames(csmField: string | null): string[] {
  if (csmField === null) return [];
  const user = relationshipOf(csmField);
  return [csmField, `${user}.Name`, `${user}.Email`, `${user}.IsActive`];
}

function prefixed(prefix: string, fields: readonly string[]): string[] {
  return fields.map((field) => `${prefix}.${field}`);
}

/** The queries of one look-up. Salesforce refuses a semi-join under OR, so each way to a record is its own query. */
function lookQueries(question: CrmQuestion, fields: LookFields): Subrequest[] {
  const { email, domain } = question;
  const account = [...ACCOUNT, ...csmNames(fields.csmField)];
  const score = fields.leadScoreField === null ? [] : [fields.leadScoreField];
  const queries: Subrequest[] = [];
  if (email !== null) {
    const leadFields = names(
      "Id",
      "Status",
      "Company",
      "CreatedDate",
      "IsConverted",
      "ConvertedContactId",
      ...OWNER,
      ...score,
    );
    queries.push(
      querySubrequest(
        "leads",
        soql`SELECT ${leadFields} FROM Lead WHERE Email = ${email} ORDER BY IsConverted ASC, CreatedDate DESC LIMIT 20`,
      ),
      querySubrequest(
        "contacts",
        soql`SELECT ${names("Id", "AccountId", ...OWNER, ...prefixed("Account", account))},
          (SELECT ${names("OpportunityId", ...prefixed("Opportunity", OPPORTUNITY))} FROM OpportunityContactRoles LIMIT 50)
          FROM Contact WHERE Email = ${email} ORDER BY LastModifiedDate DESC LIMIT 20`,
      ),
      querySubrequest(
        "opportunities",
        soql`SELECT ${names("Id", ...OPPORTUNITY)} FROM Opportunity
          WHERE AccountId IN (SELECT AccountId FROM Contact WHERE Email = ${email})
          ORDER BY IsClosed ASC, IsWon DESC, LastModifiedDate DESC LIMIT 100`,
      ),
    );
  }
  if (domain !== null) {
    queries.push(
      querySubrequest(
        "accounts",
        soql`SELECT ${names("Id", ...account)},
          (SELECT ${names("Id", ...OPPORTUNITY)} FROM Opportunities ORDER BY IsClosed ASC, IsWon DESC, LastModifiedDate DESC LIMIT 50)
          FROM Account WHERE Website LIKE ${contains(domain)} ORDER BY LastModifiedDate DESC LIMIT 50`,
      ),
    );
  }
  return queries;
}

const page = <T extends z.ZodType>(row: T) => z.object({ records: z.array(row) });

/** The shapes of the four answers. Made once for a choice of fields: a schema costs more to make than to use. */
function pagesFor(fields: LookFields) {
  return {
    fields,
    leads: page(LeadRow),
    contacts: page(contactRow(fields.csmField)),
    opportunities: page(OpportunityRow),
    accounts: page(accountRow(fields.csmField)),
  };
}
type Pages = ReturnType<typeof pagesFor>;

/** The rows of one answer; none when it was not asked for. */
function rowsOf<T>(
  shape: z.ZodType<{ readonly records: readonly T[] }>,
  response: Subresponse | undefined,
): readonly T[] {
  if (response === undefined) return [];
  const parsed = shape.safeParse(response.body);
  if (parsed.success) return parsed.data.records;
  const message = `Salesforce answered the look-up of ${response.referenceId} with rows of another shape than documented.`;
  throw new RetryableFailure(
    { target: "salesforce", code: "odd_body", message, cause: parsed.error },
    "not-executed",
  );
}

function distinct<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row);
  return [...byId.values()];
}

/** Open before closed, the person's own before the company's, the last touched first. */
function byRelevance(a: CrmOpportunity, b: CrmOpportunity): number {
  return (
    Number(a.isClosed) - Number(b.isClosed) ||
    Number(b.ofContact) - Number(a.ofContact) ||
    (b.lastActivityAt ?? 0) - (a.lastActivityAt ?? 0)
  );
}

/** Puts the answers of the four queries together, each record once, the best match first. */
function viewOf(responses: ReadonlyMap<string, Subresponse>, question: CrmQuestion, pages: Pages): CrmView {
  const scoreField = pages.fields.leadScoreField;
  const leads = rowsOf(pages.leads, responses.get("leads")).flatMap(
    ({ lead, isConverted, raw }): CrmLead[] => {
      // A converted lead whose contact is not visible says nothing that anybody could work on.
      if (isConverted && lead.convertedContactId === null) return [];
      const score = scoreField === null ? null : raw[scoreField];
      return [{ ...lead, score: typeof score === "number" ? score : null }];
    },
  );
  const contactRows = rowsOf(pages.contacts, responses.get("contacts"));
  const accountRows = rowsOf(pages.accounts, responses.get("accounts")).filter(
    // LIKE also finds "notacme.com" and "acme.com.evil.example".
    ({ account }) => account.website !== null && getDomain(account.website) === question.domain,
  );
  const contacts: CrmContact[] = contactRows.map(({ contact }) => contact);
  const accounts: CrmAccount[] = distinct([
    ...contactRows.flatMap(({ account }) => (account === null ? [] : [account])),
    ...accountRows.map(({ account }) => account),
  ]);
  const opportunities = distinct([
    ...contactRows.flatMap((row) => row.opportunities),
    ...rowsOf(pages.opportunities, responses.get("opportunities")),
    ...accountRows.flatMap((row) => row.opportunities),
  ]).sort(byRelevance);
  return { leads, contacts, accounts, opportunities };
}

/** The optional field that an error complains about, so that it can be left out from now on. */
function missingOptional(message: string, fields: LookFields): keyof LookFields | null {
  const { csmField, leadScoreField } = fields;
  if (csmField !== null && (message.includes(csmField) || message.includes(relationshipOf(csmField))))
    return "csmField";
  if (leadScoreField !== null && message.includes(leadScoreField)) return "leadScoreField";
  return null;
}

/**
 * Makes the look-up for one org. It remembers optional fields that the org does not have, so that the extra call this
 * costs happens once.
 */
export function createLook(
  client: SalesforceClient,
  wanted: LookFields,
): (question: CrmQuestion) => Promise<CrmView> {
  let pages = pagesFor(wanted);
  return async function look(question) {
    for (;;) {
      const asked = pages;
      const queries = lookQueries(question, asked.fields);
      if (queries.length === 0) return { leads: [], contacts: [], accounts: [], opportunities: [] };
      const responses = await composite(client, queries, { effect: "read", allOrNone: false });
      const refused = [...responses.values()].find(({ httpStatusCode }) => httpStatusCode >= 400);
      if (refused === undefined) return viewOf(responses, question, asked);
      const [error] = errorsOf(refused.body);
      const missing = error?.code === "INVALID_FIELD" ? missingOptional(error.message, asked.fields) : null;
      if (missing !== null) pages = pagesFor({ ...pages.fields, [missing]: null });
      else if (error !== undefined) {
        throw failureOfError(error, { effect: "read", status: refused.httpStatusCode, rolledBack: true });
      }
    }
  };
}

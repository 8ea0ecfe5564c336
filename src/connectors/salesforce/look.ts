/** Who is this in Salesforce: one composite call with at most five queries, and one more where a merge leads on. */
import { z } from "zod";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { CrmQuestion, CrmView } from "../../qualify/crm.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { composite, type Subresponse } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { type Followed, type LookFields, type LookName, lookQueries } from "./look-queries.ts";
import { accountRow, ContactRow, LeadRow, relationshipOf } from "./look-rows.ts";
import { leadsOn, type LookRows, viewOf } from "./look-view.ts";
import { soql } from "./soql.ts";

/** Settings of a connection that the look-up reads. */
export type LookSettings = Pick<LookFields, "csmField" | "csmTeamRole" | "leadScoreField"> & {
  readonly metadata: "baton" | "none";
};

const page = <T extends z.ZodType>(row: T) => z.object({ records: z.array(row) });

/** The shapes of the answers. Made once for a choice of fields: a schema costs more to make than to use. */
function pagesFor(fields: LookFields) {
  return {
    fields,
    leads: page(LeadRow),
    contacts: page(ContactRow),
    accounts: page(accountRow(fields.csmField)),
  };
}
type Pages = ReturnType<typeof pagesFor>;

/** The rows of one answer; none when it was not asked for. */
function rowsOf<T>(
  shape: z.ZodType<{ readonly records: readonly T[] }>,
  responses: ReadonlyMap<string, Subresponse>,
  name: LookName,
): readonly T[] {
  const response = responses.get(name);
  if (response === undefined) return [];
  const parsed = shape.safeParse(response.body);
  if (parsed.success) return parsed.data.records;
  const message = `Salesforce answered the look-up of ${name} with rows of another shape than documented.`;
  throw new RetryableFailure(
    { target: "salesforce", code: "odd_body", message, cause: parsed.error },
    "not-executed",
  );
}

function allRows(responses: ReadonlyMap<string, Subresponse>, pages: Pages): LookRows {
  return {
    leads: rowsOf(pages.leads, responses, "leads"),
    contacts: rowsOf(pages.contacts, responses, "contacts"),
    contactAccounts: rowsOf(pages.accounts, responses, "contactAccounts"),
    leadAccounts: rowsOf(pages.accounts, responses, "leadAccounts"),
    accounts: rowsOf(pages.accounts, responses, "accounts"),
  };
}

/** The optional thing that an error complains about, so that it can be left out from now on. */
function withoutMissing(message: string, fields: LookFields): LookFields | null {
  const { csmField, csmTeamRole, leadScoreField, hasKeys, hasPersonAccounts } = fields;
  if (csmField !== null && (message.includes(csmField) || message.includes(relationshipOf(csmField))))
    return { ...fields, csmField: null };
  if (leadScoreField !== null && message.includes(leadScoreField)) return { ...fields, leadScoreField: null };
  if (csmTeamRole !== null && message.includes("AccountTeamMember")) return { ...fields, csmTeamRole: null };
  if (hasKeys && message.includes("Baton_Key__c")) return { ...fields, hasKeys: false };
  if (hasPersonAccounts && message.includes("IsPersonAccount"))
    return { ...fields, hasPersonAccounts: false };
  return null;
}

/** An unknown child list is INVALID_TYPE, an unknown column INVALID_FIELD. */
const MISSING: ReadonlySet<string> = new Set(["INVALID_FIELD", "INVALID_TYPE"]);

/** Merges of merges: nobody makes more of them within the fifteen days of the recycle bin. */
const MOST_ROUNDS = 5;
const NOTHING_FOLLOWED: Followed = { leads: [], contacts: [], accounts: [] };

/** Whether the org has person accounts: asked once, because few have them and the field exists nowhere else. */
async function hasPersonAccounts(client: SalesforceClient): Promise<boolean> {
  const query = soql`SELECT Id FROM Account WHERE IsPersonAccount = ${true} LIMIT 1`;
  try {
    await client.call({
      method: "GET",
      path: `${API_PATH}/query?q=${encodeURIComponent(query.text)}`,
      effect: "read",
    });
    return true;
  } catch (error) {
    if (error instanceof PermanentFailure && error.facts.code === "INVALID_FIELD") return false;
    throw error;
  }
}

/**
 * Makes the look-up for one org. It remembers what the org does not have, so that the extra call this costs happens
 * once.
 */
export function createLook(
  client: SalesforceClient,
  wanted: LookSettings,
): (question: CrmQuestion) => Promise<CrmView> {
  let pages: Pages | null = null;

  async function opened(): Promise<Pages> {
    const { csmField, csmTeamRole, leadScoreField, metadata } = wanted;
    pages ??= pagesFor({
      csmField,
      csmTeamRole,
      leadScoreField,
      hasKeys: metadata === "baton",
      hasPersonAccounts: await hasPersonAccounts(client),
    });
    return pages;
  }

  /** The answers to one question; the fields that the org refuses are left out and it is asked again. */
  async function ask(question: CrmQuestion, followed: Followed): Promise<LookRows> {
    for (;;) {
      const asked = await opened();
      const queries = lookQueries(question, followed, asked.fields);
      if (queries.length === 0) return NO_ROWS;
      const responses = await composite(client, queries, { effect: "read", allOrNone: false });
      const refused = [...responses.values()].filter(({ httpStatusCode }) => httpStatusCode >= 400);
      if (refused.length === 0) return allRows(responses, asked);
      let fields = asked.fields;
      for (const { body, httpStatusCode: status } of refused) {
        const [error] = errorsOf(body);
        if (error === undefined) continue;
        const fewer = MISSING.has(error.code) ? withoutMissing(error.message, fields) : null;
        // Another answer of the same call may have named the same field.
        const isKnown = MISSING.has(error.code) && withoutMissing(error.message, asked.fields) !== null;
        if (fewer === null && !isKnown)
          throw failureOfError(error, { effect: "read", status, rolledBack: true });
        fields = fewer ?? fields;
      }
      pages = pagesFor(fields);
    }
  }

  return async function look(question) {
    let rows = await ask(question, NOTHING_FOLLOWED);
    const seen = new Set<string>();
    for (let round = 1; round < MOST_ROUNDS; round += 1) {
      const followed = leadsOn(rows, seen);
      const ids = Object.values(followed).flat();
      if (ids.length === 0) break;
      // What the integration user may not see never comes back; it is asked for once.
      for (const id of ids) seen.add(id);
      rows = joined(rows, await ask(NOTHING_ASKED, followed));
    }
    const scoreField = (await opened()).fields.leadScoreField;
    return viewOf(rows, question, scoreField);
  };
}

const NOTHING_ASKED: CrmQuestion = { email: null, domain: null, companyName: null, keys: [] };
const NO_ROWS: LookRows = { leads: [], contacts: [], contactAccounts: [], leadAccounts: [], accounts: [] };

function joined(a: LookRows, b: LookRows): LookRows {
  return {
    leads: [...a.leads, ...b.leads],
    contacts: [...a.contacts, ...b.contacts],
    contactAccounts: [...a.contactAccounts, ...b.contactAccounts],
    leadAccounts: [...a.leadAccounts, ...b.leadAccounts],
    accounts: [...a.accounts, ...b.accounts],
  };
}

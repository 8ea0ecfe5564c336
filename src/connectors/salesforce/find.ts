/** Which keyed records of a write exist already: asked before an ambiguous write is repeated. */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import type { CrmOperation, CrmWritten } from "../../handoff/ports.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, MOST_QUERIES, querySubrequest, type Subresponse } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { names, soql } from "./soql.ts";

type Keyed = Extract<CrmOperation, { kind: "create" }> & { readonly key: string };

const Rows = z.object({
  records: z.array(
    z.object({
      Id: z.string(),
      Baton_Key__c: z.string(),
      IsDeleted: z.boolean().nullish(),
      MasterRecordId: z.string().nullish(),
    }),
  ),
});
type Row = z.infer<typeof Rows>["records"][number];

/** Objects whose merged losers name the record that won. */
const MERGEABLE: ReadonlySet<string> = new Set(["Lead", "Contact", "Account"]);

function rowsOf(response: Subresponse): Row[] {
  const { body, httpStatusCode: status } = response;
  const [error] = status >= 300 ? errorsOf(body) : [];
  if (error !== undefined) throw failureOfError(error, { effect: "read", status, rolledBack: true });
  const parsed = Rows.safeParse(body);
  if (parsed.success) return parsed.data.records;
  const message =
    "Salesforce answered the search for Baton's keys with rows of another shape than documented.";
  throw new RetryableFailure(
    { target: "salesforce", code: "odd_body", message, cause: parsed.error },
    "not-executed",
  );
}

function keyedByObject(operations: readonly CrmOperation[]): Map<string, Keyed[]> {
  const byObject = new Map<string, Keyed[]>();
  for (const operation of operations) {
    if (operation.kind !== "create" || operation.key === null) continue;
    const list = byObject.get(operation.object) ?? [];
    byObject.set(operation.object, list);
    list.push({ ...operation, key: operation.key });
  }
  return byObject;
}

/** queryAll, because a rep may have deleted what Baton wrote: it was written, and must not come back. */
function searches(byObject: ReadonlyMap<string, readonly Keyed[]>): ReturnType<typeof querySubrequest>[] {
  return [...byObject].map(([object, keyed], i) => {
    const fields = ["Id", "Baton_Key__c", "IsDeleted", ...(MERGEABLE.has(object) ? ["MasterRecordId"] : [])];
    const keys = keyed.map(({ key }) => key);
    const query = soql`SELECT ${names(...fields)} FROM ${names(object)} WHERE Baton_Key__c IN ${keys}`;
    return querySubrequest(`find${i}`, query, "all");
  });
}

/** One composite call for up to five objects. Null: none of the keyed records exists. */
export async function findWritten(
  client: SalesforceClient,
  operations: readonly CrmOperation[],
): Promise<CrmWritten | null> {
  const byObject = keyedByObject(operations);
  const asked = searches(byObject);
  const rows = new Map<string, Row>();
  for (let at = 0; at < asked.length; at += MOST_QUERIES) {
    const part = asked.slice(at, at + MOST_QUERIES);
    const responses = await composite(client, part, { effect: "read", allOrNone: false });
    for (const row of [...responses.values()].flatMap(rowsOf)) {
      // A live record stands before a deleted one with the same key.
      if (rows.get(row.Baton_Key__c)?.IsDeleted !== false) rows.set(row.Baton_Key__c, row);
    }
  }
  if (rows.size === 0) return null;
  const ids: Record<string, string> = {};
  for (const operation of operations) {
    const row = operation.kind === "create" ? rows.get(operation.key ?? "") : undefined;
    if (row !== undefined) ids[operation.ref] = row.MasterRecordId ?? row.Id;
    else if (operation.kind === "update") ids[operation.ref] = operation.id;
  }
  return { ids, already: true };
}

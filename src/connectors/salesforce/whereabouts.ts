/** Where records are today: merged into another, converted, deleted. Asked when a write meets one that has moved. */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, querySubrequest } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { names, soql } from "./soql.ts";

/** First characters of ids, and the fields that say where a record went (object reference). */
const OBJECTS: Readonly<Record<string, { readonly object: string; readonly ways: readonly string[] }>> = {
  "001": { object: "Account", ways: ["MasterRecordId"] },
  "003": { object: "Contact", ways: ["MasterRecordId"] },
  "00Q": { object: "Lead", ways: ["MasterRecordId", "IsConverted", "ConvertedContactId"] },
  "006": { object: "Opportunity", ways: [] },
};

const id = z.string().nullish();
const Rows = z.object({
  records: z.array(
    z.object({
      Id: z.string(),
      IsDeleted: z.boolean(),
      MasterRecordId: id,
      IsConverted: z.boolean().nullish(),
      ConvertedContactId: id,
    }),
  ),
});
type Row = z.infer<typeof Rows>["records"][number];

/** Where a record went; its own id when it is there, null when it is gone. */
function next(row: Row | undefined): string | null {
  if (row === undefined) return null;
  if (row.IsDeleted) return row.MasterRecordId ?? null;
  return row.IsConverted === true ? (row.ConvertedContactId ?? row.Id) : row.Id;
}

async function readRows(client: SalesforceClient, ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const groups = Object.entries(Object.groupBy(ids, (one) => one.slice(0, 3)));
  const queries = groups.flatMap(([prefix, group = []]) => {
    const kind = OBJECTS[prefix];
    if (kind === undefined) return [];
    const fields = names("Id", "IsDeleted", ...kind.ways);
    const query = soql`SELECT ${fields} FROM ${names(kind.object)} WHERE Id IN ${group}`;
    return [querySubrequest(`of${prefix}`, query, "all")];
  });
  if (queries.length === 0) return new Map();
  const responses = await composite(client, queries, { effect: "read", allOrNone: false });
  const rows = [...responses.values()].flatMap(({ body, httpStatusCode: status }) => {
    const [error] = status >= 300 ? errorsOf(body) : [];
    if (error !== undefined) throw failureOfError(error, { effect: "read", status, rolledBack: true });
    const parsed = Rows.safeParse(body);
    if (parsed.success) return parsed.data.records;
    const message = "Salesforce answered the search for moved records with rows of another shape.";
    const facts = { target: "salesforce", code: "odd_body", message, cause: parsed.error } as const;
    throw new RetryableFailure(facts, "not-executed");
  });
  return new Map(rows.map((row) => [row.Id, row]));
}

/** A merge can end in a record that was merged itself. */
const MOST_STEPS = 5;

/** One composite call for each step of the longest way. */
export async function whereabouts(
  client: SalesforceClient,
  ids: readonly string[],
): Promise<Readonly<Record<string, string | null>>> {
  let where = new Map<string, string | null>(ids.map((one) => [one, one]));
  let open: readonly string[] = ids;
  for (let step = 0; step < MOST_STEPS && open.length > 0; step += 1) {
    const rows = await readRows(client, [...new Set(open)]);
    const reached = new Map(open.map((one) => [one, next(rows.get(one))]));
    where = new Map(
      [...where].map(([one, today]) => [
        one,
        today === null ? null : (reached.get(today) ?? (reached.has(today) ? null : today)),
      ]),
    );
    open = [...reached].flatMap(([one, today]) => (today === null || today === one ? [] : [today]));
  }
  return Object.fromEntries(where);
}

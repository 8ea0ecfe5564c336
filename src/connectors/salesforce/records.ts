/** Records of people and companies for sync: read 200 people a call, changed ones by polling, written 200 a call. */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import { parseInstant } from "../../kernel/time.ts";
import { registrable } from "../../qualify/domain.ts";
import type { SyncedObject, Value } from "../../sync/fields.ts";
import type { CrmRecord, FieldsToRead, RecordQuestion, RecordsFound } from "../../sync/ports.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, querySubrequest, type Subrequest } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { contains, names, type Soql, soql } from "./soql.ts";

const PREFIXES: Readonly<Record<string, SyncedObject>> = {
  "00Q": "Lead",
  "003": "Contact",
  "001": "Account",
};

/** What tells whose a record is and where it went, beside the mapping's fields (object reference). */
const OWN: Readonly<Record<SyncedObject, readonly string[]>> = {
  Lead: ["Email", "IsConverted", "ConvertedContactId"],
  Contact: ["Email"],
  Account: ["Website"],
};

const text = z.string().nullish();
export const RecordRow = z.looseObject({
  Id: z.string(),
  SystemModstamp: z.string(),
  IsDeleted: z.boolean(),
  MasterRecordId: text,
  Email: text,
  Website: text,
  IsConverted: z.boolean().nullish(),
  ConvertedContactId: text,
});
export type RecordRow = z.infer<typeof RecordRow>;
const Rows = z.object({ records: z.array(RecordRow) });

/** The columns of an object: the mapping's, and what Baton needs itself. */
export function columnsOf(object: SyncedObject, fields: readonly string[]): Soql {
  const own = ["Id", "SystemModstamp", "IsDeleted", "MasterRecordId", ...OWN[object]];
  return names(...new Set([...own, ...fields]));
}

/** A row as a record; the fields that nobody asked for are left out. */
export function recordOf(object: SyncedObject, row: RecordRow, fields: readonly string[]): CrmRecord {
  return {
    object,
    id: row.Id,
    email: row.Email?.toLowerCase() ?? null,
    domain: object === "Account" ? registrable(row.Website ?? null) : null,
    changedAt: parseInstant(row.SystemModstamp) ?? 0,
    values: Object.fromEntries(fields.map((name) => [name, valueOf(fieldAt(row, name))])),
  };
}

const Related = z.record(z.string(), z.unknown());

/** The value of a field, or of a field of the record that it points to: `Owner.Name`. */
function fieldAt(row: RecordRow, path: string): unknown {
  const [name = "", further] = path.split(".");
  return further === undefined ? row[name] : Related.safeParse(row[name]).data?.[further];
}

/** Compound fields (addresses) are no values that a mapping can carry. */
function valueOf(value: unknown): Value {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** Steps from a merged or converted record to the one that stands for it. */
const MOST_STEPS = 5;
/** A composite call takes five queries; three go by id. */
const DOMAINS_A_CALL = 20;

/** Reads what the question asks for; merged and converted records are followed with one more call a step. */
export async function readRecords(client: SalesforceClient, question: RecordQuestion): Promise<RecordsFound> {
  const { fields } = question;
  const byId = new Map<string, CrmRecord | null>();
  const rows = await readRows(client, question);
  const known = new Map(rows.byId);
  let open: readonly (readonly [asked: string, at: string])[] = question.ids.map((id) => [id, id]);
  for (let step = 0; open.length > 0 && step <= MOST_STEPS; step += 1) {
    const missing = [...new Set(open.map(([, at]) => at).filter((at) => !known.has(at)))];
    if (missing.length > 0 && step > 0) {
      const more = await readRows(client, { fields, ids: missing, emails: [], domains: [] });
      for (const [id, row] of more.byId) known.set(id, row);
    }
    const further: (readonly [string, string])[] = [];
    for (const [asked, at] of open) {
      const row = known.get(at);
      const next = row === undefined ? null : nextOf(row);
      const object = PREFIXES[at.slice(0, 3)];
      if (row === undefined || next === null || object === undefined) byId.set(asked, null);
      else if (next === at) byId.set(asked, recordOf(object, row, fields[object] ?? []));
      else further.push([asked, next]);
    }
    open = further;
  }
  for (const [asked] of open) byId.set(asked, null);
  return { byId, byEmail: byEmailOf(rows, fields), byDomain: byDomainOf(rows, fields, question.domains) };
}

/** Its own id when it stands for itself; null when it is gone. */
function nextOf(row: RecordRow): string | null {
  if (row.IsDeleted) return row.MasterRecordId ?? null;
  return row.IsConverted === true ? (row.ConvertedContactId ?? null) : row.Id;
}

interface RowsRead {
  readonly byId: ReadonlyMap<string, RecordRow>;
  readonly contacts: readonly RecordRow[];
  readonly leads: readonly RecordRow[];
  readonly accounts: readonly RecordRow[];
}

async function readRows(client: SalesforceClient, question: RecordQuestion): Promise<RowsRead> {
  const queries = queriesOf(question);
  const answers = await Promise.all(
    queries.map((part) => composite(client, part, { effect: "read", allOrNone: false })),
  );
  const rows = (name: string): readonly RecordRow[] =>
    answers.flatMap((answer) =>
      [...answer.values()].flatMap(({ body, httpStatusCode: status, referenceId }) => {
        if (!referenceId.startsWith(name)) return [];
        const [error] = status >= 300 ? errorsOf(body) : [];
        if (error !== undefined) throw failureOfError(error, { effect: "read", status, rolledBack: true });
        const parsed = Rows.safeParse(body);
        if (parsed.success) return parsed.data.records;
        const message =
          "Salesforce answered the search for people with rows of another shape than documented.";
        throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, "not-executed");
      }),
    );
  return {
    byId: new Map(rows("id").map((row) => [row.Id, row])),
    contacts: rows("contacts"),
    leads: rows("leads"),
    accounts: rows("accounts"),
  };
}

/** Five queries a composite call at most: by id for each object, by address for both, by domain. */
function queriesOf({ fields, ids, emails, domains }: RecordQuestion): readonly Subrequest[][] {
  const groups = Object.entries(Object.groupBy(ids, (id) => PREFIXES[id.slice(0, 3)] ?? "unknown"));
  const byId = groups.flatMap(([object, group]) => {
    if (object !== "Lead" && object !== "Contact" && object !== "Account") return [];
    const columns = columnsOf(object, fields[object] ?? []);
    const query = soql`SELECT ${columns} FROM ${names(object)} WHERE Id IN ${group}`;
    return [querySubrequest(`id${object}`, query, "all")];
  });
  const order = soql`ORDER BY CreatedDate ASC, Id ASC`;
  const byEmail =
    emails.length === 0
      ? []
      : [
          ...(fields.Contact === undefined
            ? []
            : [
                querySubrequest(
                  "contacts",
                  soql`SELECT ${columnsOf("Contact", fields.Contact)} FROM Contact WHERE Email IN ${emails} ${order}`,
                ),
              ]),
          ...(fields.Lead === undefined
            ? []
            : [
                querySubrequest(
                  "leads",
                  soql`SELECT ${columnsOf("Lead", fields.Lead)} FROM Lead
                    WHERE Email IN ${emails} AND IsConverted = ${false} ${order}`,
                ),
              ]),
        ];
  const people = [...byId, ...byEmail];
  const calls = people.length === 0 ? [] : [people];
  for (let at = 0; at < domains.length; at += DOMAINS_A_CALL) {
    const [first, ...rest] = domains.slice(at, at + DOMAINS_A_CALL);
    if (first === undefined) break;
    const condition = rest.reduce(
      (all, domain) => soql`${all} OR Website LIKE ${contains(domain)}`,
      soql`Website LIKE ${contains(first)}`,
    );
    const columns = columnsOf("Account", fields.Account ?? []);
    calls.push([
      querySubrequest("accounts", soql`SELECT ${columns} FROM Account WHERE ${condition} ${order}`),
    ]);
  }
  return calls;
}

function byEmailOf(rows: RowsRead, fields: FieldsToRead): ReadonlyMap<string, CrmRecord> {
  const found = new Map<string, CrmRecord>();
  for (const [object, group] of [["Contact", rows.contacts] as const, ["Lead", rows.leads] as const]) {
    for (const row of group) {
      const record = recordOf(object, row, fields[object] ?? []);
      if (record.email !== null && !found.has(record.email)) found.set(record.email, record);
    }
  }
  return found;
}

/** Of accounts with the same domain the oldest one. */
function byDomainOf(
  rows: RowsRead,
  fields: FieldsToRead,
  domains: readonly string[],
): ReadonlyMap<string, CrmRecord> {
  const found = new Map<string, CrmRecord>();
  for (const row of rows.accounts) {
    const record = recordOf("Account", row, fields.Account ?? []);
    if (record.domain !== null && domains.includes(record.domain) && !found.has(record.domain))
      found.set(record.domain, record);
  }
  return found;
}

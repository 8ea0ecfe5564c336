/** Whose records are, which stage they have, and who changed them last: one composite call for many. */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import { parseInstant } from "../../kernel/time.ts";
import type { RecordOwner } from "../../handoff/ports.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, querySubrequest } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { ownerOf } from "./look-rows.ts";
import { names, soql } from "./soql.ts";

/** First characters of ids, and the field that says the stage (object reference). */
const OBJECTS: Readonly<Record<string, { readonly object: string; readonly stage: string }>> = {
  "00Q": { object: "Lead", stage: "Status" },
  "006": { object: "Opportunity", stage: "StageName" },
};

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const Rows = z.object({
  records: z.array(
    z.object({
      Id: z.string(),
      OwnerId: z.string(),
      Owner: z
        .object({ Name: text, Email: text, IsActive: z.boolean().nullish() })
        .nullish()
        .transform((value) => value ?? null),
      Status: text,
      StageName: text,
      LastModifiedById: z.string(),
      LastModifiedBy: z.object({ Name: text }).nullish(),
      LastModifiedDate: z.unknown(),
    }),
  ),
});

/** Records that are gone are left out. */
export async function readOwners(
  client: SalesforceClient,
  ids: readonly string[],
): Promise<readonly RecordOwner[]> {
  const queries = Object.entries(OBJECTS).flatMap(([prefix, { object, stage }]) => {
    const some = ids.filter((id) => id.startsWith(prefix));
    if (some.length === 0) return [];
    const who = names("OwnerId", "Owner.Name", "Owner.Email", "Owner.IsActive");
    const changed = names("LastModifiedById", "LastModifiedBy.Name", "LastModifiedDate");
    const query = soql`SELECT Id, ${who}, ${names(stage)}, ${changed} FROM ${names(object)} WHERE Id IN ${some}`;
    return [querySubrequest(`owners${object}`, query)];
  });
  if (queries.length === 0) return [];
  const responses = await composite(client, queries, { effect: "read", allOrNone: false });
  return [...responses.values()].flatMap(({ body, httpStatusCode: status }) => {
    const [error] = status >= 300 ? errorsOf(body) : [];
    if (error !== undefined) throw failureOfError(error, { effect: "read", status, rolledBack: true });
    const parsed = Rows.safeParse(body);
    if (!parsed.success) {
      const message = "Salesforce answered the question for owners with rows of another shape.";
      const facts = { target: "salesforce", code: "odd_body", message, cause: parsed.error } as const;
      throw new RetryableFailure(facts, "not-executed");
    }
    return parsed.data.records.map((row) => ({
      id: row.Id,
      owner: ownerOf(row.OwnerId, row.Owner),
      stage: row.StageName ?? row.Status,
      changedBy: { id: row.LastModifiedById, name: row.LastModifiedBy?.Name ?? null },
      changedAt: parseInstant(row.LastModifiedDate) ?? 0,
    }));
  });
}

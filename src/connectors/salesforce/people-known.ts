/**
 * What the org knows of many people: their oldest Lead or Contact, and when a person of the org first did something on it.
 * Two composite calls for 200 people; reads only.
 */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import { type EpochMs, parseInstant } from "../../kernel/time.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, querySubrequest, type Subrequest, type Subresponse } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { instant, soql } from "./soql.ts";

export interface PersonQuestion {
  /** In lower case. */
  readonly email: string;
  /** Only what was done from then on counts. */
  readonly since: EpochMs;
}

export interface PersonKnown {
  readonly createdAt: EpochMs | null;
  readonly touchedAt: EpochMs | null;
}

const at = z.unknown().optional().transform(parseInstant);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const PersonRow = z.object({ Id: z.string(), Email: text, CreatedDate: at });
const TaskRow = z.object({ WhoId: text, CompletedDateTime: at, LastModifiedDate: at });
const EventRow = z.object({ WhoId: text, EndDateTime: at });

/** Rows of one answer; whoever has had more in that time was looked after. */
const MOST_ROWS = 2_000;

interface Org {
  readonly now: EpochMs;
  /** Whether Tasks bear Baton's key: those are its own notes, and nobody's touch. */
  readonly hasKeys: boolean;
}

/** By address; whoever has neither a Lead nor a Contact is missing. At most 200 people. */
export async function peopleKnown(
  client: SalesforceClient,
  people: readonly PersonQuestion[],
  { now, hasKeys }: Org,
): Promise<ReadonlyMap<string, PersonKnown>> {
  const emails = people.map(({ email }) => email);
  if (emails.length === 0) return new Map();
  const responses = await ask(client, [
    querySubrequest(
      "contacts",
      soql`SELECT Id, Email, CreatedDate FROM Contact WHERE Email IN ${emails} ORDER BY CreatedDate ASC LIMIT ${MOST_ROWS}`,
    ),
    querySubrequest(
      "leads",
      soql`SELECT Id, Email, CreatedDate FROM Lead WHERE Email IN ${emails} ORDER BY CreatedDate ASC LIMIT ${MOST_ROWS}`,
    ),
  ]);
  const rows = [
    ...rowsOf(PersonRow, responses.get("contacts")),
    ...rowsOf(PersonRow, responses.get("leads")),
  ];
  const touches = await touchesOf(
    client,
    rows.map(({ Id }) => Id),
    {
      since: Math.min(...people.map(({ since }) => since)),
      now,
      hasKeys,
    },
  );
  return new Map(
    people.flatMap(({ email, since }) => {
      const own = rows.filter(({ Email }) => Email?.toLowerCase() === email);
      if (own.length === 0) return [];
      const touched = own.flatMap(({ Id }) => touches.get(Id) ?? []).filter((when) => when >= since);
      const known = {
        createdAt: earliest(own.flatMap(({ CreatedDate }) => CreatedDate ?? [])),
        touchedAt: earliest(touched),
      };
      return [[email, known] as const];
    }),
  );
}

function earliest(times: readonly EpochMs[]): EpochMs | null {
  return times.length === 0 ? null : Math.min(...times);
}

/** When something was done on each record: a completed Task (a mail is one), a past Event. */
async function touchesOf(
  client: SalesforceClient,
  ids: readonly string[],
  { since, now, hasKeys }: Org & { readonly since: EpochMs },
): Promise<ReadonlyMap<string, readonly EpochMs[]>> {
  if (ids.length === 0) return new Map();
  const byPeople = hasKeys ? soql`IsClosed = true AND Baton_Key__c = null` : soql`IsClosed = true`;
  const responses = await ask(client, [
    querySubrequest(
      "tasks",
      soql`SELECT WhoId, CompletedDateTime, LastModifiedDate FROM Task
        WHERE ${byPeople} AND WhoId IN ${ids} AND LastModifiedDate >= ${instant(since)}
        ORDER BY LastModifiedDate ASC LIMIT ${MOST_ROWS}`,
    ),
    querySubrequest(
      "events",
      soql`SELECT WhoId, EndDateTime FROM Event
        WHERE WhoId IN ${ids} AND EndDateTime >= ${instant(since)} AND EndDateTime <= ${instant(now)}
        ORDER BY EndDateTime ASC LIMIT ${MOST_ROWS}`,
    ),
  ]);
  const found = new Map<string, EpochMs[]>();
  const note = (id: string | null, when: EpochMs | null): void => {
    if (id !== null && when !== null) found.set(id, [...(found.get(id) ?? []), when]);
  };
  for (const row of rowsOf(TaskRow, responses.get("tasks")))
    note(row.WhoId, row.CompletedDateTime ?? row.LastModifiedDate);
  for (const row of rowsOf(EventRow, responses.get("events"))) note(row.WhoId, row.EndDateTime);
  return found;
}

function ask(
  client: SalesforceClient,
  queries: readonly Subrequest[],
): Promise<ReadonlyMap<string, Subresponse>> {
  return composite(client, queries, { effect: "read", allOrNone: false });
}

function rowsOf<T>(row: z.ZodType<T>, response: Subresponse | undefined): readonly T[] {
  const { body, httpStatusCode: status } = response ?? { body: { records: [] }, httpStatusCode: 200 };
  const [error] = status >= 300 ? errorsOf(body) : [];
  if (error !== undefined) throw failureOfError(error, { effect: "read", status, rolledBack: true });
  const parsed = z.object({ records: z.array(row) }).safeParse(body);
  if (parsed.success) return parsed.data.records;
  const message =
    "Salesforce answered the question for many people with rows of another shape than documented.";
  throw new RetryableFailure(
    { target: "salesforce", code: "odd_body", message, cause: parsed.error },
    "not-executed",
  );
}

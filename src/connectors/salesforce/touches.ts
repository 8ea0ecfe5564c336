/**
 * What people did on a record since a handoff: one composite call. A completed Task or a past Event of theirs, a mail
 * they sent, a change of status or stage. A mail to a Lead or Contact is a completed Task in Salesforce (object
 * reference, EmailMessage), so mails are asked for only where they relate to an Account or Opportunity.
 */
import { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import { parseInstant } from "../../kernel/time.ts";
import type { CrmTouch, CrmTouches, TouchQuestion } from "../../handoff/ports.ts";
import type { SalesforceClient } from "./client.ts";
import { composite, querySubrequest, type Subrequest, type Subresponse } from "./composite.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { ownerOf } from "./look-rows.ts";
import { instant, names, type Soql, soql } from "./soql.ts";

const MOST_ROWS = 200;

/** Objects that an org may do without: history that is not tracked, mails that are switched off. */
const OPTIONAL: ReadonlySet<string> = new Set(["history", "emails"]);
const ABSENT: ReadonlySet<string> = new Set(["INVALID_TYPE", "INVALID_FIELD"]);

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const at = z.unknown().optional().transform(parseInstant);
const Person = z
  .object({ Name: text, Email: text, IsActive: z.boolean().nullish() })
  .nullish()
  .transform((value) => value ?? null);

const TaskRow = z.object({
  Subject: text,
  OwnerId: z.string(),
  Owner: Person,
  CompletedDateTime: at,
  LastModifiedDate: at,
});
const EventRow = z.object({ Subject: text, OwnerId: z.string(), Owner: Person, EndDateTime: at });
const EmailRow = z.object({ Subject: text, CreatedById: z.string(), CreatedBy: Person, MessageDate: at });
const RecordRow = z.object({ OwnerId: z.string(), Owner: Person });
const LeadHistoryRow = z.object({
  Field: z.string(),
  NewValue: z.unknown().optional(),
  CreatedById: z.string(),
  CreatedBy: Person,
  CreatedDate: at,
});
const StageRow = z.object({ StageName: text, CreatedById: z.string(), CreatedBy: Person, CreatedDate: at });

/** What people did, the earliest first, and who owns the Lead or Opportunity now. */
export async function readTouches(client: SalesforceClient, question: TouchQuestion): Promise<CrmTouches> {
  const queries = queriesFor(question);
  if (queries.length === 0) return { touches: [], owner: null };
  const responses = await composite(client, queries, { effect: "read", allOrNone: false });
  const [owned] = rowsOf(RecordRow, responses.get("record"));
  const touches = [
    ...rowsOf(TaskRow, responses.get("tasks")).map((row) =>
      touch(
        "task",
        `completed the Task ${quoted(row.Subject)}`,
        row.CompletedDateTime ?? row.LastModifiedDate,
        [row.OwnerId, row.Owner],
      ),
    ),
    ...rowsOf(EventRow, responses.get("events")).map((row) =>
      touch("event", `held the Event ${quoted(row.Subject)}`, row.EndDateTime, [row.OwnerId, row.Owner]),
    ),
    ...rowsOf(EmailRow, responses.get("emails")).map((row) =>
      touch("email", `sent the mail ${quoted(row.Subject)}`, row.MessageDate, [
        row.CreatedById,
        row.CreatedBy,
      ]),
    ),
    ...(question.opportunityId === null
      ? statusChanges(responses.get("history"))
      : stageChanges(responses.get("history"))),
  ].filter((one) => one !== null);
  // Salesforce keeps whole seconds.
  const since = Math.floor(question.since / 1_000) * 1_000;
  return {
    touches: touches.filter((one) => one.at >= since).toSorted((a, b) => a.at - b.at),
    owner: owned === undefined ? null : ownerOf(owned.OwnerId, owned.Owner),
  };
}

function queriesFor(question: TouchQuestion): readonly Subrequest[] {
  const { leadId, contactId, accountId, opportunityId, since, now } = question;
  const who = [leadId, contactId].filter((id) => id !== null);
  const what = [opportunityId, accountId].filter((id) => id !== null);
  const place = placeOf(who, what);
  if (place === null) return [];
  const owner = names("OwnerId", "Owner.Name", "Owner.Email");
  const author = names("CreatedById", "CreatedBy.Name", "CreatedBy.Email");
  const limit = MOST_ROWS;
  const queries = [
    querySubrequest(
      "tasks",
      soql`SELECT Subject, CompletedDateTime, LastModifiedDate, ${owner} FROM Task
        WHERE IsClosed = true AND ${place} AND LastModifiedDate >= ${instant(since)}
        ORDER BY LastModifiedDate ASC LIMIT ${limit}`,
    ),
    querySubrequest(
      "events",
      soql`SELECT Subject, EndDateTime, ${owner} FROM Event
        WHERE ${place} AND EndDateTime >= ${instant(since)} AND EndDateTime <= ${instant(now)}
        ORDER BY EndDateTime ASC LIMIT ${limit}`,
    ),
  ];
  if (what.length > 0)
    queries.push(
      querySubrequest(
        "emails",
        soql`SELECT Subject, MessageDate, ${author} FROM EmailMessage
          WHERE RelatedToId IN ${what} AND Incoming = false AND MessageDate >= ${instant(since)}
          ORDER BY MessageDate ASC LIMIT ${limit}`,
      ),
    );
  const owned = opportunityId ?? leadId;
  if (owned === null) return queries;
  const object = names(opportunityId === null ? "Lead" : "Opportunity");
  queries.push(
    querySubrequest("record", soql`SELECT ${owner}, Owner.IsActive FROM ${object} WHERE Id = ${owned}`),
    querySubrequest(
      "history",
      opportunityId === null
        ? soql`SELECT Field, OldValue, NewValue, CreatedDate, ${author} FROM LeadHistory
            WHERE LeadId = ${owned} ORDER BY CreatedDate ASC LIMIT ${limit}`
        : soql`SELECT StageName, CreatedDate, ${author} FROM OpportunityHistory
            WHERE OpportunityId = ${owned} ORDER BY CreatedDate ASC LIMIT ${limit}`,
    ),
  );
  return queries;
}

/** The condition that an activity hangs on one of these; null when there is nothing to hang on. */
function placeOf(who: readonly string[], what: readonly string[]): Soql | null {
  if (who.length === 0 && what.length === 0) return null;
  if (who.length === 0) return soql`WhatId IN ${what}`;
  if (what.length === 0) return soql`WhoId IN ${who}`;
  return soql`(WhoId IN ${who} OR WhatId IN ${what})`;
}

function rowsOf<T>(row: z.ZodType<T>, response: Subresponse | undefined): readonly T[] {
  if (response === undefined) return [];
  const { body, httpStatusCode: status, referenceId } = response;
  const [error] = status >= 300 ? errorsOf(body) : [];
  if (error !== undefined) {
    if (OPTIONAL.has(referenceId) && ABSENT.has(error.code)) return [];
    throw failureOfError(error, { effect: "read", status, rolledBack: true });
  }
  const parsed = z.object({ records: z.array(row) }).safeParse(body);
  if (parsed.success) return parsed.data.records;
  const message = `Salesforce answered the question for ${referenceId} of a record with rows of another shape than documented.`;
  throw new RetryableFailure(
    { target: "salesforce", code: "odd_body", message, cause: parsed.error },
    "not-executed",
  );
}

function touch(
  kind: CrmTouch["kind"],
  what: string,
  when: number | null,
  [id, person]: readonly [string, z.infer<typeof Person>],
): CrmTouch | null {
  if (when === null) return null;
  return { kind, what, at: when, by: { id, name: person?.Name ?? null, email: person?.Email ?? null } };
}

function statusChanges(response: Subresponse | undefined): readonly (CrmTouch | null)[] {
  return rowsOf(LeadHistoryRow, response).flatMap((row) => {
    const by = [row.CreatedById, row.CreatedBy] as const;
    if (row.Field === "Status")
      return [touch("status", `set the status to ${quoted(String(row.NewValue))}`, row.CreatedDate, by)];
    return row.Field === "leadConverted" ? [touch("status", "converted the Lead", row.CreatedDate, by)] : [];
  });
}

/** A row of the history stands for any of several changes: only those with another stage than before count. */
function stageChanges(response: Subresponse | undefined): readonly (CrmTouch | null)[] {
  const rows = rowsOf(StageRow, response);
  return rows.flatMap((row, i) => {
    const before = rows[i - 1];
    if (before === undefined || before.StageName === row.StageName) return [];
    const what = `moved the Opportunity to ${quoted(row.StageName)}`;
    return [touch("stage", what, row.CreatedDate, [row.CreatedById, row.CreatedBy])];
  });
}

function quoted(subject: string | null): string {
  return `"${subject ?? ""}"`;
}

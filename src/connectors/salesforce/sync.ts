/** The port SyncCrm over one org. Fields that the org lacks are left out, and values are fitted to those that it has. */
import { z } from "zod";
import type { OrgCalls } from "../../handoff/allowance.ts";
import { RetryableFailure } from "../../kernel/failure.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import type { SyncedObject, Values } from "../../sync/fields.ts";
import type { FieldsToRead, RecordWrite, RecordWritten, SyncCrm } from "../../sync/ports.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { type Describe, describeObject } from "./describe.ts";
import { queryRows } from "./directory.ts";
import { errorsOf, failureOfError } from "./errors.ts";
import { columnsOf, readRecords, RecordRow, recordOf } from "./records.ts";
import { shaped } from "./shape.ts";
import { names, soql } from "./soql.ts";
import { changedSince } from "./updated.ts";

/** A field that an admin adds is used after this time at the latest. */
const REMEMBERED_MS: Ms = 3_600_000;
/** Records of one call (REST API: sObject Collections). */
const MOST_RECORDS = 200;

/** What the org said last about its day. */
export interface Meter {
  readonly usage: () => OrgCalls | null;
}

type Fields = (object: SyncedObject) => Promise<Describe | null>;

/** Makes the port; only calls that go through it are counted. */
export function createSync(of: SalesforceClient, meter: Meter, clock: Clock): SyncCrm {
  let calls = 0;
  const client: SalesforceClient = {
    ...of,
    call: (request) => {
      calls += 1;
      return of.call(request);
    },
  };
  const described = new Map<
    SyncedObject,
    { readonly at: EpochMs; readonly found: Promise<Describe | null> }
  >();
  const fieldsOf: Fields = (object) => {
    const kept = described.get(object);
    if (kept !== undefined && clock() - kept.at < REMEMBERED_MS) return kept.found;
    const found = describeObject(client, object);
    described.set(object, { at: clock(), found });
    found.catch(() => described.delete(object));
    return found;
  };
  return {
    readRecords: async (question) =>
      readRecords(client, { ...question, fields: await present(fieldsOf, question.fields) }),
    async changedRecords(object, fields, since) {
      const wanted = (await present(fieldsOf, { [object]: fields }))[object] ?? [];
      const columns = columnsOf(object, wanted);
      const { coveredUntil, rows } = await changedSince(client, object, { since, now: clock() }, (where) =>
        queryRows(client, soql`SELECT ${columns} FROM ${names(object)} WHERE ${where}`, RecordRow),
      );
      return { coveredUntil, records: rows.map((row) => recordOf(object, row, wanted)) };
    },
    async writeRecords(writes) {
      const results: RecordWritten[] = [];
      for (let at = 0; at < writes.length; at += MOST_RECORDS) {
        try {
          results.push(...(await writeSome(client, writes.slice(at, at + MOST_RECORDS), fieldsOf)));
        } catch (failure) {
          if (at === 0 || !(failure instanceof RetryableFailure)) throw failure;
          return [...results, ...writes.slice(at).map(() => ({ kind: "later", failure }) as const)];
        }
      }
      return results;
    },
    takeCalls() {
      const taken = calls;
      calls = 0;
      return taken;
    },
    usage: meter.usage,
  };
}

/** Of the fields those that the org has and shows; an object that it does not have has none. */
async function present(fieldsOf: Fields, fields: FieldsToRead): Promise<FieldsToRead> {
  const entries = Object.entries(fields) as [SyncedObject, readonly string[]][];
  const kept = await Promise.all(
    entries.map(async ([object, wanted]) => {
      const has = new Set((await fieldsOf(object))?.fields.map(({ name }) => name));
      // An owner is somebody of every org: what has an OwnerId has an Owner with a name.
      const isThere = (name: string): boolean => has.has(name.startsWith("Owner.") ? "OwnerId" : name);
      return [object, wanted.filter(isThere)] as const;
    }),
  );
  return Object.fromEntries(kept);
}

const Results = z.array(z.object({ success: z.boolean(), errors: z.unknown() }));

async function writeSome(
  client: SalesforceClient,
  writes: readonly RecordWrite[],
  fieldsOf: Fields,
): Promise<readonly RecordWritten[]> {
  const described = new Map<string, Describe>();
  for (const object of new Set(writes.map((write) => write.object))) {
    const found = await fieldsOf(object);
    if (found !== null) described.set(object, found);
  }
  const operations = writes.map((write, at) => ({ ...write, kind: "update" as const, ref: `r${at}` }));
  const fitted = shaped(operations, described).operations.map(({ fields }) => fields as Values);
  const records = writes.map(({ object, id }, at) => ({ attributes: { type: object }, id, ...fitted[at] }));
  const sent = records.filter((_, at) => Object.keys(fitted[at] ?? {}).length > 0);
  const answers = sent.length === 0 ? [] : await patch(client, sent);
  let next = 0;
  return writes.map((_, at): RecordWritten => {
    const fields = fitted[at] ?? {};
    if (Object.keys(fields).length === 0) return { kind: "done", fitted: fields };
    const answer = answers[next];
    next += 1;
    return answer?.success === true ? { kind: "done", fitted: fields } : refused(answer?.errors);
  });
}

async function patch(client: SalesforceClient, records: readonly object[]): Promise<z.infer<typeof Results>> {
  const answer = await client.call({
    method: "PATCH",
    path: `${API_PATH}/composite/sobjects`,
    body: { allOrNone: false, records },
    effect: "write",
  });
  const parsed = Results.safeParse(answer);
  if (parsed.success && parsed.data.length === records.length) return parsed.data;
  const message =
    "Salesforce answered a write of several records with a body of another shape than documented.";
  throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, "unknown");
}

function refused(errors: unknown): RecordWritten {
  const [error] = errorsOf(errors);
  const known = error ?? { code: "unknown", message: "", fields: [], matches: [] };
  const failure = failureOfError(known, { effect: "write", status: 400, rolledBack: true });
  if (failure instanceof RetryableFailure) return { kind: "later", failure };
  return { kind: "refused", code: known.code, message: failure.message };
}

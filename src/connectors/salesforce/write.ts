/**
 * All records of a handoff in one transaction: one POST /composite with allOrNone. Every created record carries
 * Baton_Key__c, so a repeat is refused as DUPLICATE_VALUE and overwrites nothing that a rep has changed meanwhile.
 */
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { CrmOperation, CrmValue, CrmWritten } from "../../handoff/ports.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { composite, MOST_SUBREQUESTS, type Subrequest, type Subresponse } from "./composite.ts";
import { errorsOf, failureOfError, type SalesforceError } from "./errors.ts";

/** Baton's own key: External ID, unique, case-sensitive. */
const KEY_FIELD = "Baton_Key__c";

const REF = /^[A-Za-z][A-Za-z0-9_]{0,79}$/;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,79}$/;
const KEY = /^[A-Za-z0-9_-]{1,80}$/;
const ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;
/** Baton chooses the owner: without this header the org's assignment rules override OwnerId. */
const NO_ASSIGNMENT = { "Sforce-Auto-Assign": "FALSE" } as const;

function mustMatch(pattern: RegExp, value: string, what: string): void {
  if (!pattern.test(value)) throw new TypeError(`${JSON.stringify(value)} is no ${what}`);
}

/**
 * A composite body reads "@{name.id}" as a reference, also inside a customer's words; a blank between the two
 * characters keeps them words.
 */
function harmless(text: string): string {
  return text.replaceAll("@{", "@ {");
}

function fieldValue(value: CrmValue): unknown {
  if (typeof value === "string") return harmless(value);
  if (typeof value !== "object" || value === null) return value;
  mustMatch(REF, value.ref, "name of an operation");
  return `@{${value.ref}.id}`;
}

/** One operation as a subrequest. Throws TypeError for a name, key or id that Salesforce would misread. */
function writeSubrequest(operation: CrmOperation): Subrequest {
  mustMatch(REF, operation.ref, "name of an operation");
  mustMatch(NAME, operation.object, "name of an object");
  const body: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(operation.fields)) {
    mustMatch(NAME, field, "name of a field");
    body[field] = fieldValue(value);
  }
  const common = { referenceId: operation.ref, httpHeaders: NO_ASSIGNMENT, body };
  const path = `${API_PATH}/sobjects/${operation.object}`;
  if (operation.kind === "update") {
    mustMatch(ID, operation.id, "Salesforce id");
    return { method: "PATCH", url: `${path}/${operation.id}`, ...common };
  }
  if (operation.key !== null) {
    mustMatch(KEY, operation.key, "key of letters, digits, _ and - (at most 80)");
    body[KEY_FIELD] = operation.key;
  }
  return { method: "POST", url: path, ...common };
}

function idOf(operation: CrmOperation, response: Subresponse | undefined): string | null {
  if (operation.kind === "update") return operation.id;
  const id = (response?.body as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" ? id : null;
}

function writtenIds(
  operations: readonly CrmOperation[],
  responses: ReadonlyMap<string, Subresponse>,
): Record<string, string> | null {
  const ids: Record<string, string> = {};
  for (const operation of operations) {
    const id = idOf(operation, responses.get(operation.ref));
    if (id === null) return null;
    ids[operation.ref] = id;
  }
  return ids;
}

/** DUPLICATE_VALUE on Baton's own key; the text is all that tells it from another unique field of the org. */
function isOwnKey(error: SalesforceError): boolean {
  return (
    error.code === "DUPLICATE_VALUE" &&
    (error.message.includes(KEY_FIELD) || error.fields.includes(KEY_FIELD))
  );
}

interface Cause {
  readonly operation: CrmOperation;
  readonly status: number;
  readonly error: SalesforceError;
}

/** The subresponses that failed by themselves; the others of the transaction say PROCESSING_HALTED. */
function causesOf(operations: readonly CrmOperation[], responses: ReadonlyMap<string, Subresponse>): Cause[] {
  return operations.flatMap((operation) => {
    const response = responses.get(operation.ref);
    if (response === undefined || response.httpStatusCode < 300) return [];
    const errors = errorsOf(response.body).filter(({ code }) => code !== "PROCESSING_HALTED");
    return errors.map((error) => ({ operation, status: response.httpStatusCode, error }));
  });
}

function halted(): RetryableFailure {
  const message = "Salesforce halted the write without saying why; nothing was kept. It is tried again.";
  return new RetryableFailure({ target: "salesforce", code: "PROCESSING_HALTED", message }, "not-executed");
}

/**
 * Makes the write for one org. It returns the ids by `ref`; `already` is true when an earlier attempt had written the
 * records. Throws PermanentFailure with a RefusalDetail, or RetryableFailure with its outcome.
 */
export function createWrite(
  client: SalesforceClient,
  find: (operations: readonly CrmOperation[]) => Promise<CrmWritten | null>,
): (operations: readonly CrmOperation[]) => Promise<CrmWritten> {
  return async function write(operations) {
    if (operations.length === 0) return { ids: {}, already: false };
    if (operations.length > MOST_SUBREQUESTS) {
      const message = `A handoff of ${operations.length} records does not fit one Salesforce transaction of ${MOST_SUBREQUESTS}: shorten the transcript in the policy.`;
      throw new PermanentFailure({ target: "salesforce", code: "too_many_operations", message });
    }
    const subrequests = operations.map(writeSubrequest);
    const responses = await composite(client, subrequests, { effect: "write", allOrNone: true });
    const causes = causesOf(operations, responses);
    const isHalted = [...responses.values()].some(({ httpStatusCode }) => httpStatusCode >= 300);
    if (!isHalted) {
      const ids = writtenIds(operations, responses);
      if (ids !== null) return { ids, already: false };
      const message = "Salesforce accepted the write without naming every record.";
      throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, "unknown");
    }
    if (causes.some(({ error }) => isOwnKey(error))) return readBack(operations, find);
    const [cause] = causes;
    if (cause === undefined) throw halted();
    const { ref, object } = cause.operation;
    throw failureOfError(cause.error, {
      effect: "write",
      status: cause.status,
      rolledBack: true,
      operation: { ref, object },
    });
  };
}

/** The earlier attempt won: its records are the result. */
async function readBack(
  operations: readonly CrmOperation[],
  find: (operations: readonly CrmOperation[]) => Promise<CrmWritten | null>,
): Promise<CrmWritten> {
  const found = await find(operations);
  if (found !== null) return found;
  const message =
    "Salesforce holds a record with the key of this handoff, but the integration user cannot see it yet. It is tried again.";
  throw new RetryableFailure({ target: "salesforce", code: "DUPLICATE_VALUE", message }, "not-executed");
}

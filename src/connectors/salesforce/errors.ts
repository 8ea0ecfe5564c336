/**
 * What Salesforce's error codes mean for Baton: whether time cures them, and what a person should do. Codes as the SOAP
 * and REST guides' StatusCode lists name them.
 */
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { Ms } from "../../kernel/time.ts";
import type { Effect } from "../http/failures.ts";
import { redact } from "../http/redact.ts";

/** One error of an answer; subresponses of a collection say statusCode where others say errorCode. */
export interface SalesforceError {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
  /** Ids of the records that a duplicate rule matched, or that share a key. */
  readonly matches: readonly string[];
}

/** What went wrong in data, for the caller: which record to link to, which field to map differently. */
export interface RefusalDetail {
  /** The `ref` of the operation that was refused; null when the whole call was. */
  readonly operation: string | null;
  readonly object: string | null;
  readonly code: string;
  readonly fields: readonly string[];
  /** Ids of records that a duplicate rule matched, or that share a key. */
  readonly records: readonly string[];
  /** Salesforce's own text, cut and without secrets. */
  readonly message: string;
}

type Meaning =
  | {
      readonly kind: "retry";
      readonly words: string;
      readonly waitMs?: Ms;
      /** The org does not let Baton in: every other call would be refused, too. */
      readonly isSignIn?: true;
      /** The calls of the day are used up: every other call would be refused, too. */
      readonly isSpent?: true;
    }
  | {
      readonly kind: "permanent";
      readonly words: string;
      readonly quote?: boolean;
      readonly isSignIn?: true;
    };

const retry = (words: string, waitMs?: Ms): Meaning => ({
  kind: "retry",
  words,
  ...(waitMs === undefined ? {} : { waitMs }),
});
const permanent = (words: string, quote = false): Meaning => ({ kind: "permanent", words, quote });
const signIn = (meaning: Meaning): Meaning => ({ ...meaning, isSignIn: true });

const LOCKED = "another process holds the record; it is tried again";
const SIDE = "a fault on Salesforce's side; it is tried again";
const METADATA =
  "Baton's field or object is missing, or its user may not see it: run `baton salesforce check`";
const PERMISSION = "the integration user lacks a permission: check the permission set Baton_Integration";
const DATA = "the org refuses this value: change the mapping of the policy or the rule in Salesforce";
const BUG = "Salesforce does not understand the request; please report this with the details of the failure";
const GONE = "the record was deleted, merged or is not visible to the integration user";
/** What jsforce calls an answer 300: more than one record has the key. */
const MULTIPLE = "MULTIPLE_CHOICES";

const SPENT =
  "the org's API calls for 24 hours are spent; Baton knocks every minute and goes on by itself when calls are free again";
const LIMIT = "too much at once for the org; it is tried again more slowly";

/** Every code that Baton knows. What is not here is permanent, and quoted. */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
  UNABLE_TO_LOCK_ROW: retry(LOCKED),
  ENTITY_IS_LOCKED: permanent("the record is locked by an approval process: a person must unlock it"),
  REQUEST_LIMIT_EXCEEDED: { kind: "retry", words: SPENT, waitMs: 60_000, isSpent: true },
  SERVER_UNAVAILABLE: retry(SIDE),
  UNKNOWN_EXCEPTION: retry(SIDE),
  QUERY_TIMEOUT: retry(LIMIT),
  OPERATION_TOO_LARGE: retry(LIMIT),
  EXCEEDED_CONCURRENCY_LIMIT: retry(LIMIT, 5_000),
  TXN_SECURITY_METERING_ERROR: retry(LIMIT, 5_000),
  APEX_CONCURRENCY_LIMIT: retry(LIMIT, 5_000),
  // Credentials that are refused say so at the sign-in; a session may end twice for other reasons.
  INVALID_SESSION_ID: retry("the session ended and a new one was refused at once; it is tried again"),
  DUPLICATE_VALUE: permanent("another record already has a value that must be unique", true),
  DUPLICATES_DETECTED: permanent(
    "a duplicate rule of the org found a record like it: link to that one, or let Baton's user bypass the rule",
  ),
  [MULTIPLE]: permanent(
    "several records share one key: merge or delete all but one of them, and make Baton_Key__c unique",
    true,
  ),
  ENTITY_IS_DELETED: permanent(GONE),
  NOT_FOUND: permanent(GONE),
  INVALID_CROSS_REFERENCE_KEY: permanent(GONE),
  CANNOT_UPDATE_CONVERTED_LEAD: permanent(
    "the lead was converted meanwhile: its contact is the record to work on",
  ),
  INACTIVE_OWNER_OR_USER: permanent("the owner is no longer an active user: choose another in the routing"),
  FIELD_CUSTOM_VALIDATION_EXCEPTION: permanent("a validation rule of the org refuses the record", true),
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: permanent("a trigger or flow of the org failed", true),
  CANNOT_EXECUTE_FLOW_TRIGGER: permanent("a flow of the org failed", true),
  REQUIRED_FIELD_MISSING: permanent(
    "the org requires a field that Baton does not fill: add it to the mapping",
    true,
  ),
  STRING_TOO_LONG: permanent("a text is longer than its field: change the mapping or the field", true),
  INVALID_EMAIL_ADDRESS: permanent("the e-mail address is not one that Salesforce accepts"),
  FIELD_INTEGRITY_EXCEPTION: permanent(DATA, true),
  FIELD_FILTER_VALIDATION_EXCEPTION: permanent(DATA, true),
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: permanent(
    "a value is not in the field's list: add it in Salesforce or map another",
    true,
  ),
  NUMBER_OUTSIDE_VALID_RANGE: permanent(DATA, true),
  INVALID_TYPE_ON_FIELD_IN_RECORD: permanent(DATA, true),
  INVALID_FIELD: permanent(METADATA, true),
  INVALID_TYPE: permanent(METADATA, true),
  INVALID_FIELD_FOR_INSERT_UPDATE: permanent(METADATA, true),
  INSUFFICIENT_ACCESS_OR_READONLY: permanent(PERMISSION),
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: permanent(PERMISSION),
  TRANSFER_REQUIRES_READ: permanent(
    "the new owner cannot see the record: give that user access to the object",
  ),
  API_DISABLED_FOR_ORG: signIn(permanent("this edition of Salesforce has no API")),
  API_CURRENTLY_DISABLED: signIn(
    permanent("the integration user may not use the API: check the permission set Baton_Integration"),
  ),
  STORAGE_LIMIT_EXCEEDED: permanent("the org's storage is full: free some or buy more"),
  MALFORMED_QUERY: permanent(BUG),
  MALFORMED_ID: permanent(BUG),
  JSON_PARSER_ERROR: permanent(BUG),
  METHOD_NOT_ALLOWED: permanent(BUG),
  INVALID_QUERY_LOCATOR: retry("a long reading took too long between its pages; it is started again"),
  UNSUPPORTED_API_VERSION: permanent(
    "this org no longer knows the API version that Baton uses: update Baton",
  ),
  invalid_grant: signIn(
    permanent(
      "the sign-in was refused: check the Run As user, My Domain and the permitted users of the app",
      true,
    ),
  ),
  invalid_client: signIn(
    permanent("the sign-in was refused: check the consumer key and secret of the connection"),
  ),
  invalid_client_id: signIn(permanent("the sign-in was refused: check the consumer key of the connection")),
  inactive_user: signIn(permanent("the integration user is inactive")),
  inactive_org: signIn(permanent("the org is inactive or locked")),
  unsupported_grant_type: signIn(
    permanent("the app does not allow this sign-in: switch on its client credentials flow or use JWT"),
  ),
  rate_limit_exceeded: retry("too many sign-ins; it is tried again", 60_000),
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function recordIdsOf(duplicate: unknown): string[] {
  const results = (duplicate as { matchResults?: unknown } | undefined)?.matchResults;
  if (!Array.isArray(results)) return [];
  return results.flatMap((result: { matchRecords?: { record?: { Id?: unknown } }[] }) =>
    (result.matchRecords ?? []).map((match) => textOf(match.record?.Id)).filter((id) => id !== ""),
  );
}

function errorOf(raw: Record<string, unknown>): SalesforceError {
  const fields = Array.isArray(raw["fields"])
    ? raw["fields"].map(textOf).filter((field) => field !== "")
    : [];
  return {
    code: textOf(raw["errorCode"]) || textOf(raw["statusCode"]) || textOf(raw["error"]) || "unknown",
    message: textOf(raw["message"]) || textOf(raw["error_description"]),
    fields,
    // "duplicateResut" is how Salesforce has spelt it in recorded answers of v48 to v51.
    matches: recordIdsOf(raw["duplicateResut"] ?? raw["duplicateResult"]),
  };
}

/** The records that share a key: answer 300 lists where they are, "/services/data/v66.0/sobjects/Lead/00Q…". */
function sharersIn(body: unknown): readonly SalesforceError[] {
  if (!Array.isArray(body)) return [];
  const records = body.flatMap((one) => {
    const [, object, id] = /\/sobjects\/(\w+)\/(\w{15,18})$/.exec(textOf(one)) ?? [];
    return object === undefined || id === undefined ? [] : [{ object, id }];
  });
  if (records.length === 0) return [];
  const message = records.map(({ object, id }) => `${object} ${id}`).join(", ");
  return [{ code: MULTIPLE, message, fields: [], matches: records.map(({ id }) => id) }];
}

/** The errors of an answer's body: a list, one object, or the token endpoint's own shape. Never empty. */
export function errorsOf(body: unknown): readonly SalesforceError[] {
  const sharers = sharersIn(body);
  if (sharers.length > 0) return sharers;
  const list = (Array.isArray(body) ? body : [body]).filter((one) => typeof one === "object" && one !== null);
  const errors = list.map((one) => errorOf(one as Record<string, unknown>));
  return errors.length > 0 ? errors : [{ code: "unknown", message: "", fields: [], matches: [] }];
}

export interface RefusedCall {
  readonly effect: Effect;
  readonly status: number;
  /** True when Salesforce said that nothing was kept: an error of a transaction, or a 4xx answer. */
  readonly rolledBack: boolean;
  readonly operation?: { readonly ref: string; readonly object: string } | undefined;
  readonly retryAfterMs?: Ms | undefined;
  /** The org's calls within a day, where the answer told. */
  readonly usage?: { readonly used: number; readonly most: number } | null;
}

/** 401 texts that a fresh token never cures: the app or its policies must be changed. */
const NEVER_CURED = /not valid for use with the REST API|Connected app is not attached/;

/** True for a refused token that signing in again may cure. */
export function isSessionOver(status: number, errors: readonly SalesforceError[]): boolean {
  return status === 401 && !errors.some(({ message }) => NEVER_CURED.test(message));
}

function meaningOf(error: SalesforceError, { status, usage = null }: RefusedCall): Meaning {
  if (NEVER_CURED.test(error.message)) {
    return permanent("the app's policies do not allow its token here: check the External Client App", true);
  }
  // A trigger that met a locked row is a lock in disguise: its text names the code.
  if (error.message.includes("UNABLE_TO_LOCK_ROW")) return retry(LOCKED);
  // The same code says that too much comes at once: then calls of the day are left.
  const isCrowd =
    status === 429 || /concurrent/i.test(error.message) || (usage !== null && usage.used < usage.most);
  if (error.code === "REQUEST_LIMIT_EXCEEDED" && isCrowd) return retry(LIMIT, 5_000);
  const known = MEANINGS[error.code];
  if (known !== undefined) return known;
  return status >= 500 ? retry(SIDE) : permanent("Salesforce refused it", true);
}

/** The failure for an error of Salesforce. `detail` of a permanent one is a RefusalDetail. */
export function failureOfError(
  error: SalesforceError,
  call: RefusedCall,
): RetryableFailure | PermanentFailure {
  const meaning = meaningOf(error, call);
  const what = call.operation === undefined ? "" : ` (${call.operation.object})`;
  const said = redact(error.message).slice(0, 300);
  const quote =
    meaning.kind === "permanent" && meaning.quote === true && said !== "" ? ` Salesforce says: ${said}` : "";
  const isSpent = meaning.kind === "retry" && meaning.isSpent === true;
  const { usage = null } = call;
  const spent = isSpent && usage !== null ? ` Spent are ${usage.used} of ${usage.most}.` : "";
  const message = `Salesforce refused${what}: ${error.code}: ${meaning.words}.${spent}${quote}`;
  const { isSignIn } = meaning;
  const facts = {
    target: "salesforce",
    code: error.code,
    status: call.status,
    message,
    ...(isSignIn === true && { isSignIn }),
    ...(isSpent && { isSpent }),
  } as const;
  if (meaning.kind === "retry") {
    const outcome = call.effect === "write" && !call.rolledBack ? "unknown" : "not-executed";
    return new RetryableFailure(facts, outcome, call.retryAfterMs ?? meaning.waitMs);
  }
  const detail: RefusalDetail = {
    operation: call.operation?.ref ?? null,
    object: call.operation?.object ?? null,
    code: error.code,
    fields: error.fields,
    records: error.matches,
    message: said,
  };
  return new PermanentFailure(facts, detail);
}

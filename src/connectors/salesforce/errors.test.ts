import { expect, test } from "vitest";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { errorsOf, failureOfError, MEANINGS } from "./errors.ts";

const said = { message: "said so", fields: [], matches: [] };
const write = { effect: "write", status: 400, rolledBack: true } as const;

test.for(Object.entries(MEANINGS))("%s is as the table says, in one readable line", ([code, meaning]) => {
  const failure = failureOfError({ code, ...said }, write);
  expect(failure).toBeInstanceOf(meaning.kind === "retry" ? RetryableFailure : PermanentFailure);
  expect(failure.message).toMatch(/^Salesforce refused: [A-Za-z_]+: [^\n]+\.$|Salesforce says: said so$/);
  expect(failure.facts).toMatchObject({ target: "salesforce", code });
});

test.for([
  ["a locked row", "UNABLE_TO_LOCK_ROW", "said so", "RetryableFailure"],
  [
    "a locked row behind a trigger",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "X: System.DmlException: UNABLE_TO_LOCK_ROW",
    "RetryableFailure",
  ],
  [
    "a trigger that fails by itself",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "X: null pointer",
    "PermanentFailure",
  ],
  [
    "too many calls at once",
    "REQUEST_LIMIT_EXCEEDED",
    "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    "RetryableFailure",
  ],
  [
    "a policy of the app",
    "INVALID_SESSION_ID",
    "This session is not valid for use with the REST API",
    "PermanentFailure",
  ],
  ["a code nobody knows", "BRAND_NEW", "said so", "PermanentFailure"],
] as const)("%s", ([, code, message, name]) => {
  expect(failureOfError({ ...said, code, message }, write).name).toBe(name);
});

test("a code nobody knows under a 5xx is a fault on their side, and a write's outcome is unknown", () => {
  const failure = failureOfError(
    { ...said, code: "BRAND_NEW" },
    { effect: "write", status: 500, rolledBack: false },
  );
  expect(failure).toMatchObject({ name: "RetryableFailure", outcome: "unknown" });
});

test("a secret in Salesforce's text is not repeated", () => {
  const message = "session 00D000000000001!AQEAQabc is over";
  expect(failureOfError({ ...said, code: "BRAND_NEW", message }, write).message).not.toContain("AQEAQ");
});

test.for([
  ["a list", [{ errorCode: "A", message: "m" }], "A"],
  ["one object", { errorCode: "A", message: "m" }, "A"],
  ["a record of a collection", [{ statusCode: "A", message: "m", fields: ["F", 7] }], "A"],
  ["the token endpoint", { error: "A", error_description: "m" }, "A"],
  ["text", "oops", "unknown"],
  ["nothing", null, "unknown"],
  ["an empty list", [], "unknown"],
] as const)("the errors of %s", ([, body, code]) => {
  expect(errorsOf(body)[0]?.code).toBe(code);
});

const TIME_CURES = [
  "UNABLE_TO_LOCK_ROW",
  "REQUEST_LIMIT_EXCEEDED",
  "SERVER_UNAVAILABLE",
  "UNKNOWN_EXCEPTION",
  "QUERY_TIMEOUT",
  "EXCEEDED_CONCURRENCY_LIMIT",
  "TXN_SECURITY_METERING_ERROR",
  "INVALID_SESSION_ID",
];
const A_PERSON_CURES = [
  "DUPLICATE_VALUE",
  "DUPLICATES_DETECTED",
  "MULTIPLE_CHOICES",
  "ENTITY_IS_DELETED",
  "NOT_FOUND",
  "INVALID_CROSS_REFERENCE_KEY",
  "CANNOT_UPDATE_CONVERTED_LEAD",
  "INACTIVE_OWNER_OR_USER",
  "FIELD_CUSTOM_VALIDATION_EXCEPTION",
  "REQUIRED_FIELD_MISSING",
  "STRING_TOO_LONG",
  "INVALID_EMAIL_ADDRESS",
  "FIELD_INTEGRITY_EXCEPTION",
  "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
  "NUMBER_OUTSIDE_VALID_RANGE",
  "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
  "INVALID_FIELD",
  "INVALID_TYPE",
  "INVALID_FIELD_FOR_INSERT_UPDATE",
  "INSUFFICIENT_ACCESS_OR_READONLY",
  "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
  "STORAGE_LIMIT_EXCEEDED",
  "MALFORMED_QUERY",
  "MALFORMED_ID",
  "JSON_PARSER_ERROR",
];

test.for([
  ...TIME_CURES.map((code) => [code, "RetryableFailure"] as const),
  ...A_PERSON_CURES.map((code) => [code, "PermanentFailure"] as const),
])("%s is a %s, with words of its own", ([code, name]) => {
  const failure = failureOfError({ code, ...said }, write);
  expect([failure.name, code in MEANINGS]).toEqual([name, true]);
});

test("several records under one key are named, and what to do with them", () => {
  const ids = ["00Q000000000001AAA", "00Q000000000002AAA"];
  const [error] = errorsOf(ids.map((id) => `/services/data/v66.0/sobjects/Lead/${id}`));
  const failure = failureOfError(error ?? { code: "none", ...said }, { ...write, status: 300 });
  expect(failure).toMatchObject({ name: "PermanentFailure", detail: { records: ids } });
  expect(failure.message).toBe(
    "Salesforce refused: MULTIPLE_CHOICES: several records share one key: merge or delete all but one of them, and make Baton_Key__c unique. Salesforce says: Lead 00Q000000000001AAA, Lead 00Q000000000002AAA",
  );
});

test("a spent day says how many of how many, and shuts the org for everybody; too much at once does not", () => {
  const spent = { ...said, code: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." };
  const failure = failureOfError(spent, { ...write, usage: { used: 15_003, most: 15_000 } });
  expect(failure.message).toBe(
    "Salesforce refused: REQUEST_LIMIT_EXCEEDED: the org's API calls for 24 hours are spent; Baton knocks every minute and goes on by itself when calls are free again. Spent are 15003 of 15000.",
  );
  expect(failure.facts.isSpent).toBe(true);
  expect(failureOfError(spent, write).message).toMatch(/free again\.$/);
  const crowd = { ...spent, message: "ConcurrentRequests (Concurrent API Requests) Limit exceeded." };
  expect(failureOfError(crowd, write).facts.isSpent).toBeUndefined();
  expect(failureOfError(spent, { ...write, status: 429 }).facts.isSpent).toBeUndefined();
  const left = { ...write, usage: { used: 20, most: 15_000 } };
  expect(failureOfError(spent, left).facts.isSpent).toBeUndefined();
});

test.for([
  ["INVALID_SESSION_ID", undefined],
  ["invalid_grant", true],
  ["invalid_client", true],
  ["invalid_client_id", true],
  ["inactive_user", true],
  ["inactive_org", true],
  ["unsupported_grant_type", true],
  ["API_DISABLED_FOR_ORG", true],
  ["API_CURRENTLY_DISABLED", true],
  ["INSUFFICIENT_ACCESS_OR_READONLY", undefined],
  ["rate_limit_exceeded", undefined],
] as const)("whether %s keeps Baton out of the org altogether: %s", ([code, isSignIn]) => {
  expect(failureOfError({ code, ...said }, write).facts.isSignIn).toBe(isSignIn);
});

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

/**
 * What Intercom's refusals mean for Baton, by status and by the code of its error list
 * (developers.intercom.com, error codes and HTTP responses).
 */
import { z } from "zod";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { callForPeople, effectOf, failureOfStatus } from "../http/failures.ts";
import type { HttpRequest, HttpResponse } from "../http/http.ts";
import { redact } from "../http/redact.ts";

const ErrorList = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })),
});

const TOKEN =
  "Check the access token of the connection, and that its region (US, EU, AU) is the workspace's own.";

/** What a person does about a code; codes that are not here are quoted. */
const NEXT: Readonly<Record<string, string>> = {
  unauthorized: TOKEN,
  token_unauthorized: TOKEN,
  token_not_found: TOKEN,
  token_expired: TOKEN,
  missing_authorization: TOKEN,
  token_revoked: "The app was removed from the workspace: install it again and store its new token.",
  token_blocked: "Intercom has blocked the token: contact their support.",
  api_plan_restricted: "The workspace's plan does not include this: see Intercom's plans.",
  forbidden: "Give the app this permission in the Developer Hub.",
  action_forbidden: "Give the app this permission in the Developer Hub.",
  intercom_version_invalid: "Baton's API version is not known to Intercom any more: update Baton.",
  admin_not_found: "Choose a teammate that still exists for the connection.",
  team_not_found: "Choose a team that still exists in the policy.",
  conflict: "Another record with these details exists already.",
};

/** Codes under a 4xx that time cures: nothing was executed. */
const RETRYABLE: ReadonlySet<string> = new Set([
  "rate_limit_exceeded",
  "too_many_requests",
  "retry_after",
  "team_unavailable",
]);

function firstError(text: string): { readonly code: string; readonly message: string } | null {
  try {
    const [error] = ErrorList.parse(JSON.parse(text)).errors;
    return error === undefined ? null : { code: error.code, message: error.message ?? "" };
  } catch {
    return null;
  }
}

/** The failure of an answer that is not 2xx. `detail` of a permanent one is {code, message} as Intercom gave them. */
export function failureOfAnswer(
  request: HttpRequest,
  response: HttpResponse,
  now: EpochMs,
): RetryableFailure | PermanentFailure {
  const { status } = response;
  const byStatus = failureOfStatus("intercom", request, response, now);
  const error = firstError(response.text);
  if (error === null || byStatus instanceof RetryableFailure) return byStatus;
  const { isSignIn } = byStatus.facts;
  const facts = {
    target: "intercom",
    code: error.code,
    status,
    ...(isSignIn === true && { isSignIn }),
  } as const;
  const said = redact(error.message).slice(0, 200);
  const message =
    `Intercom refused ${callForPeople(request)}: ${error.code}. ${NEXT[error.code] ?? said}`.trim();
  if (RETRYABLE.has(error.code)) return new RetryableFailure({ ...facts, message }, "not-executed");
  return new PermanentFailure({ ...facts, message }, { code: error.code, message: said });
}

/** True when Intercom says that the thing does not exist. */
export function isNotFound(error: unknown): error is PermanentFailure {
  return error instanceof PermanentFailure && error.facts.status === 404;
}

/** A good answer whose body is not what the documentation says. */
export function oddBody(request: HttpRequest, cause: unknown): RetryableFailure {
  const message = `Intercom answered ${callForPeople(request)} with a body of another shape than documented.`;
  const outcome = effectOf(request) === "write" ? "unknown" : "not-executed";
  return new RetryableFailure({ target: "intercom", code: "odd_body", message, cause }, outcome);
}

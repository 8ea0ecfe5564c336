/** Turns a missing or a bad answer into one of Baton's two failures. Vendors' own codes are read by each connector. */
import { PermanentFailure, RetryableFailure, type Target } from "../../kernel/failure.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { ExchangeError, HttpRequest, HttpResponse } from "./exchange.ts";
import { waitAsked } from "./pace.ts";
import { addressForPeople } from "./redact.ts";
import { unreachableWords } from "./unreachable.ts";

export type Effect = "read" | "write";

/** How a person calls the destination. */
export const TARGET_NAMES: Readonly<Record<Target, string>> = {
  intercom: "Intercom",
  salesforce: "Salesforce",
  slack: "Slack",
  email: "The mail server",
  enrichment: "The enrichment provider",
  database: "The database",
};

/** GET, HEAD and OPTIONS read, unless the caller knows better. */
export function effectOf(request: HttpRequest): Effect {
  return request.effect ?? (/^(GET|HEAD|OPTIONS)$/i.test(request.method) ? "read" : "write");
}

/** "POST https://host/path", without the query. */
export function callForPeople(request: HttpRequest): string {
  return `${request.method} ${addressForPeople(new URL(request.url))}`;
}

/** A repeated read does no harm, so only a write that may have left can have an unknown outcome. */
function outcomeOf(effect: Effect, sent: boolean): "not-executed" | "unknown" {
  return effect === "write" && sent ? "unknown" : "not-executed";
}

/** The failure of an exchange without a whole answer: retryable, but for an address that Baton must not call. */
export function failureOfExchange(
  target: Target,
  request: HttpRequest,
  error: ExchangeError,
): RetryableFailure | PermanentFailure {
  const where = `${TARGET_NAMES[target]} (${callForPeople(request)})`;
  const facts = { target, code: error.code, cause: error };
  if (error.code === "private_address" || error.code === "bad_address") {
    const why =
      error.code === "bad_address" ? "is no http or https address" : "points into a private network";
    const message = `${where} was not called: the address ${why}. Correct the address of the connection, or allow private addresses for it.`;
    return new PermanentFailure({ ...facts, message });
  }
  const outcome = outcomeOf(effectOf(request), error.sent);
  const what = error.sent
    ? error.code === "timeout"
      ? "did not answer in time"
      : `broke off before its answer was complete (${error.code})`
    : error.code === "timeout"
      ? "could not be reached in time"
      : `could not be reached: ${unreachableWords(error.code)}`;
  const next =
    outcome === "unknown"
      ? "The write may have happened: it is looked up before it is repeated."
      : error.sent
        ? "It is tried again."
        : "Nothing was sent, no credentials either; it is tried again.";
  return new RetryableFailure({ ...facts, message: `${where} ${what}. ${next}` }, outcome);
}

/**
 * The failure of an answer that is not 2xx, by its HTTP status alone: 429 and 420 were not executed and carry the wait
 * that was asked; 5xx and 408 on a write have an unknown outcome; everything else is permanent, redirects included.
 */
export function failureOfStatus(
  target: Target,
  request: HttpRequest,
  response: HttpResponse,
  now: EpochMs,
): RetryableFailure | PermanentFailure {
  const { status } = response;
  const facts = { target, code: `http_${status}`, status };
  const where = `${TARGET_NAMES[target]} answered ${status} (${callForPeople(request)})`;
  if (status === 429 || status === 420) {
    const waitMs = waitAsked(status, response.headers, now) ?? undefined;
    const message = `${where}: too many calls. It is tried again after the pause that was asked for.`;
    return new RetryableFailure({ ...facts, code: "rate_limited", message }, "not-executed", waitMs);
  }
  if (status >= 500 || status === 408) {
    const waitMs = waitAsked(status, response.headers, now) ?? undefined;
    const message = `${where}: a fault on their side. It is tried again.`;
    return new RetryableFailure({ ...facts, message }, outcomeOf(effectOf(request), true), waitMs);
  }
  if (status === 407) {
    const message = `${TARGET_NAMES[target]} could not be reached (${callForPeople(request)}): a proxy on the way asks for a sign-in of its own (407). The credentials of the connection are not at fault; let Baton through the proxy. It is tried again.`;
    return new RetryableFailure({ ...facts, message }, "not-executed");
  }
  if (status >= 300 && status < 400) {
    const message = `${where}: a redirect, which is never followed with credentials. Correct the address of the connection.`;
    return new PermanentFailure({ ...facts, message });
  }
  const next =
    status === 401 || status === 403
      ? "Check the credentials and permissions of the connection."
      : "The request was refused.";
  const signIn = status === 401 ? ({ isSignIn: true } as const) : {};
  return new PermanentFailure({ ...facts, ...signIn, message: `${where}. ${next}` });
}

/**
 * The body as JSON. A body that is no JSON under a good status is a broken answer: the write may have happened.
 * Throws RetryableFailure with code "odd_body".
 */
export function jsonOf(target: Target, request: HttpRequest, response: HttpResponse): unknown {
  try {
    return JSON.parse(response.text);
  } catch (cause) {
    const message = `${TARGET_NAMES[target]} (${callForPeople(request)}) answered ${response.status} with a body that is no JSON.`;
    throw new RetryableFailure(
      { target, code: "odd_body", status: response.status, message, cause },
      outcomeOf(effectOf(request), true),
    );
  }
}

/** Intercom's errors: `{type: "error.list", request_id, errors: [{code, message}]}` (developers.intercom.com, error-codes). */
import type { EmulatorAnswer } from "../core/routes.ts";

/** Thrown by a handler to refuse a request; the gate turns it into the vendor's answer. */
export class IntercomError extends Error {
  override readonly name = "IntercomError";
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export function notFound(message = "Resource Not Found", code = "not_found"): IntercomError {
  return new IntercomError(404, code, message);
}

export function badParameter(message: string, code = "parameter_invalid", field?: string): IntercomError {
  return new IntercomError(400, code, message, field);
}

/** An error.list body with one error. */
export function errorList(code: string, message: string, field?: string): Record<string, unknown> {
  return {
    type: "error.list",
    request_id: null,
    errors: [{ code, message, ...(field !== undefined && { field }) }],
  };
}

export function answerOfError(error: IntercomError): EmulatorAnswer {
  return { status: error.status, body: errorList(error.code, error.message, error.field) };
}

const codeOfStatus: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "client_error",
  422: "unprocessable_entity",
  429: "rate_limit_exceeded",
  503: "service_unavailable",
};

/** The body of an answer that only has a status: a planned fault, or a mistake inside the emulator. */
export function errorBodyOfStatus(status: number, message?: string): Record<string, unknown> {
  const code = codeOfStatus[status] ?? (status >= 500 ? "server_error" : "client_error");
  return errorList(code, message ?? (status === 429 ? "Exceeded rate limit" : code.replaceAll("_", " ")));
}

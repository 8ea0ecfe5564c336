/** Salesforce's errors: always a list of `{message, errorCode, fields?}` (developer.salesforce.com, api_rest/errorcodes). */

export interface ErrorItem {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
  /** Further properties of this kind of error, for example `duplicateResut`. */
  readonly [extra: string]: unknown;
}

/** A refused request. `errors` is the body of the answer. */
export class SalesforceError extends Error {
  override readonly name = "SalesforceError";
  readonly status: number;
  readonly errors: readonly ErrorItem[];
  constructor(status: number, errors: readonly ErrorItem[]) {
    super(errors[0]?.message ?? "error");
    this.status = status;
    this.errors = errors;
  }
}

/** One error with its HTTP status; throw it. */
export function refusal(
  status: number,
  errorCode: string,
  message: string,
  fields?: readonly string[],
): SalesforceError {
  return new SalesforceError(status, [{ message, errorCode, ...(fields && { fields }) }]);
}

/** 404 for a resource, record or key that does not exist. */
export function notFound(message = "The requested resource does not exist"): SalesforceError {
  return new SalesforceError(404, [{ errorCode: "NOT_FOUND", message }]);
}

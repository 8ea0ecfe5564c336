/** One call of the REST API, whether it came alone or as a part of a composite. */
import { SalesforceError } from "./errors.ts";
import type { Org } from "./org.ts";
import type { WriteContext } from "./records.ts";

export interface ApiCall {
  readonly method: string;
  /** Pieces of the path after `/services/data/v66.0`, decoded, without empty ones. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `66.0`. */
  readonly version: string;
  readonly userId: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Records changed because of this call. */
  readonly changed?: boolean;
}

/** What the API keeps beside the org's records. */
export interface Service {
  readonly org: Org;
  /** Open query cursors: locator to what is left of the result. */
  readonly cursors: Map<string, { readonly totalSize: number; readonly records: readonly unknown[] }>;
  readonly deploys: Map<string, unknown>;
  cursorSerial: number;
}

/** The call's user and headers, for a write. */
export function writeContext(call: ApiCall): WriteContext {
  return { userId: call.userId, headers: call.headers };
}

/** Runs a handler; a refusal becomes its answer. */
export function answered(handler: () => ApiAnswer): ApiAnswer {
  try {
    return handler();
  } catch (error) {
    if (error instanceof SalesforceError) return { status: error.status, body: error.errors };
    throw error;
  }
}

/** `https://.../sobjects/Lead/00Q...` without the host. */
export function recordPath(version: string, object: string, id: string): string {
  return `/services/data/v${version}/sobjects/${object}/${id}`;
}

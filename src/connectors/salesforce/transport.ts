/**
 * Baton's transport under jsforce. jsforce's own one lets a body that is cut mid-way kill the process and stops its
 * timer at the headers; this one reads the whole answer under one deadline. It is set on underscore fields of jsforce
 * 3.10.26, so the version is pinned and transport.test.ts watches the fields.
 */
import { PassThrough } from "node:stream";
import type { Connection } from "jsforce/lib/connection.js";
import type { OAuth2 } from "jsforce/lib/oauth2.js";
import { StreamPromise } from "jsforce/lib/util/promise.js";
import type { Effect } from "../http/failures.ts";
import type { Http } from "../http/http.ts";
import { errorsOf, type SalesforceError } from "./errors.ts";

/** What jsforce asks a transport to send. */
interface JsforceRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | null;
}

export interface JsforceTransport {
  httpRequest(request: JsforceRequest): StreamPromise<unknown>;
}

/** Salesforce answered, and refused. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly errors: readonly SalesforceError[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, errors: readonly SalesforceError[], headers: Readonly<Record<string, string>>) {
    super(`${status} ${errors.map(({ code }) => code).join(" ")}`);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

function parsedOrEmpty(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function exchange(http: Http, effect: Effect, request: JsforceRequest): Promise<unknown> {
  // Node sets the length itself; jsforce's own header would be a second one.
  const { "content-length": _length, ...headers } = request.headers ?? {};
  const { method, url } = request;
  const response = await http.request({ method, url, headers, body: request.body ?? undefined, effect });
  if (response.status >= 300)
    throw new Refusal(response.status, errorsOf(parsedOrEmpty(response.text)), response.headers);
  return { statusCode: response.status, headers: response.headers, body: response.text };
}

/** A transport for jsforce. It rejects with Baton's failures, and with Refusal for every answer of 300 and above. */
export function jsforceTransport(http: Http, effect: Effect): JsforceTransport {
  return {
    httpRequest: (request) =>
      StreamPromise.create(() => ({ stream: new PassThrough(), promise: exchange(http, effect, request) })),
  };
}

/** Where jsforce 3.10.26 keeps its transport. */
const TRANSPORT_FIELD = "_transport";

/** Puts the transport under a connection or a sign-in; both keep it in a field that their types call private. */
export function setTransport(owner: Connection | OAuth2, transport: JsforceTransport): void {
  Object.assign(owner, { [TRANSPORT_FIELD]: transport });
}

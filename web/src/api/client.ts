/** Calls the service. What goes out and comes in is typed by its OpenAPI document. */
import { OPERATIONS, type Operations } from "./operations.ts";

export type Operation = keyof Operations;
export type Answer<O extends Operation> = Operations[O]["answer"];

export interface Asked<O extends Operation> {
  readonly path: Operations[O]["path"];
  readonly query?: Operations[O]["query"];
  readonly body?: Operations[O]["body"];
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What the service refused, in its words, with the id under which its log tells more. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly requestId: string | null;
  /** What stands beside the words, as a draft that somebody else saved. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    detail: string,
    requestId: string | null,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.status = status;
    this.requestId = requestId;
    this.more = more;
  }
}

const TOKEN = "baton.token";

export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, token);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

/** Where an operation is called, and with what in the head of the request. Without a token the browser's session counts. */
export function addressed<O extends Operation>(
  operation: O,
  asked: Omit<Asked<O>, "body">,
): { readonly method: string; readonly address: string; readonly headers: Readonly<Record<string, string>> } {
  const [method, pattern] = OPERATIONS[operation];
  const path = `/api/v1${pattern}`.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((asked.path as Record<string, unknown>)[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const token = sessionStorage.getItem(TOKEN);
  return {
    method,
    address: query.size === 0 ? path : `${path}?${query}`,
    headers: { ...asked.headers, ...(token !== null && { authorization: `Bearer ${token}` }) },
  };
}

/** Throws an ApiProblem unless the service did what was asked. */
export async function call<O extends Operation>(operation: O, asked: Asked<O>): Promise<Answer<O>> {
  return (await (await answer(operation, asked)).json()) as Answer<O>;
}

/** The answer as it comes, for what is no JSON. */
export function answer<O extends Operation>(operation: O, asked: Asked<O>): Promise<Response> {
  const { method, address, headers } = addressed(operation, asked);
  return sent(method, address, asked.body, headers, asked.signal);
}

/** The same for an address that the client does not name. */
export async function send<T>(method: string, address: string, body?: unknown): Promise<T> {
  return (await (await sent(method, address, body)).json()) as T;
}

function sent(
  method: string,
  address: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return answered(address, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    body: body === undefined ? null : JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

/** The answer of an address; throws an ApiProblem unless the service did what was asked. */
export async function answered(address: string, request: RequestInit): Promise<Response> {
  const response = await fetch(address, request).catch((error: unknown) => {
    if (request.signal?.aborted === true) throw error;
    throw new ApiProblem(0, "Baton does not answer. Is it running, and is the network there?", null);
  });
  if (response.ok) return response;
  const said = (await response.json().catch(() => ({}))) as { detail?: string; requestId?: string };
  throw new ApiProblem(response.status, said.detail ?? response.statusText, said.requestId ?? null, said);
}

/**
 * Intercom's official SDK over Baton's transport. The SDK knows paths and parameters; sending, deadlines and failures
 * are Baton's: the SDK's own fetcher would repeat a POST on 5xx, and lose the cause of a failure.
 */
import type { IntercomClient } from "intercom-client";
import { jsonOf } from "../http/failures.ts";
import type { Http, HttpRequest } from "../http/http.ts";
import type { Clock } from "../../kernel/time.ts";
import { failureOfAnswer } from "./errors.ts";

/** The version the SDK is generated for; always sent. Webhooks do not follow it. */
const INTERCOM_VERSION = "2.14";

type Options = ConstructorParameters<typeof IntercomClient>[0];
type Fetcher = NonNullable<NonNullable<Options>["fetcher"]>;
type FetcherArguments = Parameters<Fetcher>[0];

async function plainHeaders(given: FetcherArguments["headers"]): Promise<Record<string, string>> {
  const headers: Record<string, string> = { accept: "application/json" };
  for (const [name, value] of Object.entries(given ?? {})) {
    const one: unknown = typeof value === "function" ? await (value as () => unknown)() : value;
    if (typeof one === "string") headers[name.toLowerCase()] = one;
  }
  return headers;
}

function addressOf(url: string, query: Record<string, unknown> | undefined): string {
  const parameters = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? [[name, String(value)]]
      : [],
  );
  return parameters.length === 0 ? url : `${url}?${new URLSearchParams(parameters).toString()}`;
}

function fetcherOver(http: Http, clock: Clock): Fetcher {
  return async (call) => {
    const headers = await plainHeaders(call.headers);
    if (call.contentType !== undefined) headers["content-type"] = call.contentType;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const request: HttpRequest = {
      method: call.method,
      url: addressOf(call.url, call.queryParameters),
      headers,
      body,
      // Tagging and assigning twice leaves the same state, but an unknown outcome is still told as it is.
      effect: call.url.endsWith("/search") ? "read" : undefined,
    };
    const response = await http.request(request);
    if (response.status < 200 || response.status >= 300) throw failureOfAnswer(request, response, clock());
    const parsed = response.text === "" ? undefined : jsonOf("intercom", request, response);
    const rawResponse = { status: response.status, statusText: "", url: request.url, headers: new Headers() };
    return { ok: true as const, body: parsed as never, rawResponse: rawResponse as never };
  };
}

/** Loads the SDK on first use: it takes about 40 MB and half a second, which a process without Intercom saves. */
export function createClient(settings: {
  readonly apiUrl: string;
  readonly token: string;
  readonly http: Http;
  readonly clock: Clock;
}): () => Promise<IntercomClient> {
  const { apiUrl, token, http, clock } = settings;
  let loading: Promise<IntercomClient> | null = null;
  return () =>
    (loading ??= import("intercom-client").then(
      ({ IntercomClient: Client }) =>
        new Client({
          token,
          baseUrl: apiUrl,
          version: INTERCOM_VERSION,
          maxRetries: 0,
          fetcher: fetcherOver(http, clock),
        }),
    ));
}

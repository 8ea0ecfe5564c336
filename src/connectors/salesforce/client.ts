/** Calls to one org, through jsforce over Baton's transport: signed in, repeated once when the session ended. */
import { RetryableFailure } from "../../kernel/failure.ts";
import { failureOfStatus, type Effect } from "../http/failures.ts";
import type { Http } from "../http/http.ts";
import { waitAsked } from "../http/pace.ts";
import type { Clock, EpochMs } from "../../kernel/time.ts";
import { failureOfError, isSessionOver } from "./errors.ts";
import { API_VERSION, type Session, type Sessions } from "./session.ts";
import { usageOf } from "./usage.ts";
import { jsforceTransport, Refusal, type JsforceTransport } from "./transport.ts";

/** Where the REST API of the pinned version starts. */
export const API_PATH = `/services/data/v${API_VERSION}`;

export interface SalesforceCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From the root of the instance: "/services/data/v66.0/...". */
  readonly path: string;
  readonly body?: unknown;
  readonly effect: Effect;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface SalesforceClient {
  /**
   * Sends one call and returns its JSON body (undefined for 204). Throws RetryableFailure and PermanentFailure; the
   * errors of Salesforce are read by errors.ts.
   */
  call(request: SalesforceCall): Promise<unknown>;
  /** The instance in use, or null before the first sign-in. */
  instanceUrl(): string | null;
  /** Signs in if need be and returns the instance. */
  connect(): Promise<string>;
}

type Transports = Readonly<Record<Effect, JsforceTransport>>;

async function send(session: Session, request: SalesforceCall, transports: Transports): Promise<unknown> {
  const isBytes = request.body instanceof Uint8Array;
  const body = request.body === undefined || isBytes ? request.body : JSON.stringify(request.body);
  const type = body === undefined || isBytes ? {} : { "content-type": "application/json" };
  // On the subrequests of a composite the same header stands again: they do not inherit it.
  const headers = { ...type, "Sforce-Auto-Assign": "FALSE", ...request.headers };
  const { method, path, effect } = request;
  const jsforceRequest = { method, url: path, headers, ...(body === undefined ? {} : { body }) };
  const options = { transport: transports[effect] };
  const answer: unknown = await session.connection.request(jsforceRequest as never, options as never);
  if (answer === undefined || (typeof answer === "object" && answer !== null)) return answer;
  const message = `Salesforce answered ${method} ${path.split("?")[0]} with a body that is no JSON.`;
  const outcome = effect === "write" ? "unknown" : "not-executed";
  throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, outcome);
}

function failureOf(request: SalesforceCall, refusal: Refusal, now: EpochMs): unknown {
  const { status, headers } = refusal;
  const error = refusal.errors.find(({ code }) => code !== "unknown");
  // A proxy or load balancer in front of Salesforce answers without its error list.
  if (error === undefined || status === 429 || status === 420) {
    const url = `https://salesforce${request.path}`;
    const call = { method: request.method, url, effect: request.effect };
    return failureOfStatus("salesforce", call, { status, headers, text: "" }, now);
  }
  const retryAfterMs = waitAsked(status, headers, now) ?? undefined;
  const usage = usageOf(headers);
  return failureOfError(error, {
    effect: request.effect,
    status,
    rolledBack: status < 500,
    retryAfterMs,
    usage,
  });
}

/** Joins sign-in and transport into a client. */
export function createClient(http: Http, sessions: Sessions, clock: Clock): SalesforceClient {
  const transports: Transports = {
    read: jsforceTransport(http, "read"),
    write: jsforceTransport(http, "write"),
  };
  let instanceUrl: string | null = null;

  async function open(): Promise<Session> {
    const session = await sessions.current();
    instanceUrl = session.instanceUrl;
    return session;
  }

  return {
    async call(request) {
      for (let isRepeat = false; ; isRepeat = true) {
        const session = await open();
        try {
          return await send(session, request, transports);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          // A 401 was not executed, so the repeat is safe whatever the call does.
          const isOver = isSessionOver(error.status, error.errors);
          if (isOver) sessions.drop(session);
          if (!isOver || isRepeat) throw failureOf(request, error, clock());
        }
      }
    },
    instanceUrl: () => instanceUrl,
    connect: async () => (await open()).instanceUrl,
  };
}

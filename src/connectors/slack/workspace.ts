/** One Slack workspace as the connector's parts call it: through the SDK, sent by connectors/http, answers parsed. */
import type { Logger, LogLevel, WebAPICallResult, WebClient } from "@slack/web-api";
import type { z } from "zod";
import { RetryableFailure } from "../../kernel/failure.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import type { Effect } from "../http/failures.ts";
import { createHttp, type Http, type HttpLog, type HttpRequest } from "../http/http.ts";
import { failureOf } from "./errors.ts";

/** What a Slack connection stores; `token` is secret. */
export interface SlackSettings {
  /** Default: "https://slack.com/api/". */
  readonly apiUrl?: string | undefined;
  /** The bot token, xoxb-... */
  readonly token: string;
  /** With what Slack signs what people press; without it alerts offer nothing to press. */
  readonly signingSecret?: string | undefined;
  /** Addresses by which others know somebody -> their id or address in Slack. */
  readonly teammates: Readonly<Record<string, string>>;
  /** Gets the alerts whose channel or person Slack does not reach any more, by name or id; null: they fail. */
  readonly fallbackChannel: string | null;
  readonly allowPrivateAddresses: boolean;
}

const API_URL = "https://slack.com/api/";

export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

const TIMEOUT_MS: Ms = 15_000;
const CONCURRENCY = 10;
/** People and channels are looked up again after this long. */
const KEPT_MS: Ms = 3_600_000;

/** Only posting changes anything that a repeat would double; opening a conversation twice gives the same one. */
function effectOf(request: HttpRequest): Effect {
  return String(request.url).endsWith("/chat.postMessage") ? "write" : "read";
}

/** Slack's status is 200 unless the call did not get through; its SDK would turn the rest into words. */
function fetchOver(http: Http): typeof fetch {
  return async (input, init) => {
    const response = await http.fetch(input, init);
    if (response.status === 200) return response;
    const request: HttpRequest = {
      method: init?.method ?? "GET",
      url: input instanceof Request ? input.url : input,
    };
    const headers = Object.fromEntries(response.headers.entries());
    throw http.failureOf(
      { ...request, effect: effectOf(request) },
      { status: response.status, headers, text: "" },
    );
  };
}

/** The SDK prints what Slack complains of; here that is a failure with words. */
function silent(level: LogLevel): Logger {
  const nothing = (): void => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    getLevel: () => level,
    setName: nothing,
  };
}

export interface Workspace {
  call<T extends z.ZodType>(method: string, shape: T, options: Record<string, unknown>): Promise<z.infer<T>>;
  readonly settings: SlackSettings;
  /** What was looked up, by a name of its own: conversations by what the policy calls them, people by their id. */
  readonly looked: Map<string, { readonly at: number; readonly found: unknown }>;
  readonly clock: Clock;
  close(): void;
}

/** Nothing is sent before the first call. */
export function createWorkspace(settings: SlackSettings, { clock, log }: ConnectorDeps): Workspace {
  const http = createHttp({
    target: "slack",
    clock,
    log,
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    allowPrivateAddresses: settings.allowPrivateAddresses,
    effect: effectOf,
  });
  let loading: Promise<WebClient> | null = null;
  const sdk = (): Promise<WebClient> =>
    (loading ??= import("@slack/web-api").then(
      ({ WebClient: Client, LogLevel: Level }) =>
        new Client(settings.token, {
          slackApiUrl: settings.apiUrl ?? API_URL,
          fetch: fetchOver(http),
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
          logger: silent(Level.ERROR),
        }),
    ));
  return {
    settings,
    looked: new Map(),
    clock,
    close: () => http.close(),
    async call(method, shape, options) {
      const effect = effectOf({ method: "POST", url: `/${method}` });
      const client = await sdk();
      let answer: WebAPICallResult;
      try {
        answer = await client.apiCall(method, options);
      } catch (error) {
        throw failureOf(error, method, effect);
      }
      const parsed = shape.safeParse(answer);
      if (parsed.success) return parsed.data;
      const message = `Slack answered ${method} with a body of another shape than documented.`;
      const outcome = effect === "write" ? "unknown" : "not-executed";
      throw new RetryableFailure(
        { target: "slack", code: "odd_body", message, cause: parsed.error },
        outcome,
      );
    },
  };
}

/** What `find` says, asked again after an hour. `name` is of this question alone. */
export async function kept<T>(workspace: Workspace, name: string, find: () => Promise<T>): Promise<T> {
  const known = workspace.looked.get(name);
  // Whoever keeps under a name reads it under the same name.
  if (known !== undefined && workspace.clock() - known.at < KEPT_MS) return known.found as T;
  const found = await find();
  workspace.looked.set(name, { at: workspace.clock(), found });
  return found;
}

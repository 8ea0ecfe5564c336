/** The port Notifier over one Slack workspace. */
import type { Logger, LogLevel, WebAPICallResult, WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Alert, Delivery, Notifier, Recipient } from "../../handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import type { Effect } from "../http/failures.ts";
import { createHttp, type Http, type HttpLog, type HttpRequest } from "../http/http.ts";
import { alertBlocks, alertFallback } from "./blocks.ts";
import { failureOf } from "./errors.ts";

/** What a Slack connection stores; `token` is secret. */
export interface SlackSettings {
  /** Default: "https://slack.com/api/". */
  readonly apiUrl?: string | undefined;
  /** The bot token, xoxb-... */
  readonly token: string;
  readonly allowPrivateAddresses: boolean;
}

const API_URL = "https://slack.com/api/";

export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

/** "cannot-tell": it is named by its id, or the app lacks the scope to list channels. */
export type ChannelAnswer = "yes" | "no" | "archived" | "cannot-tell";

export interface SlackConnection extends Notifier {
  /** auth.test: which workspace and bot the token belongs to. */
  whoami(): Promise<{ readonly team: string; readonly user: string }>;
  /** Whether the app can post to a channel of this name, as far as its list of channels says. */
  hasChannel(name: string): Promise<ChannelAnswer>;
  close(): void;
}

const TIMEOUT_MS: Ms = 15_000;
const CONCURRENCY = 10;
/** People and channels are looked up again after this long. */
const KEPT_MS: Ms = 3_600_000;
/** How far back `find` looks: newest first, 200 messages a page. */
const PAGES = 5;
const PAGE_LENGTH = 200;

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

interface Workspace {
  call<T extends z.ZodType>(method: string, shape: T, options: Record<string, unknown>): Promise<z.infer<T>>;
  /** Ids of channels and of conversations with people, by what the policy calls them. */
  readonly ids: Map<string, { readonly at: number; readonly id: string }>;
  readonly clock: Clock;
}

function createWorkspace(settings: SlackSettings, http: Http, clock: Clock): Workspace {
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
    ids: new Map(),
    clock,
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

async function kept(workspace: Workspace, name: string, find: () => Promise<string>): Promise<string> {
  const known = workspace.ids.get(name);
  if (known !== undefined && workspace.clock() - known.at < KEPT_MS) return known.id;
  const id = await find();
  workspace.ids.set(name, { at: workspace.clock(), id });
  return id;
}

const Channels = z.object({
  channels: z.array(
    z.object({ id: z.string(), name: z.string().nullish(), is_archived: z.boolean().nullish() }),
  ),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

type Channel = z.infer<typeof Channels>["channels"][number];

async function channelByName(workspace: Workspace, name: string): Promise<Channel> {
  let cursor: string | undefined;
  do {
    const page: z.infer<typeof Channels> = await workspace.call("conversations.list", Channels, {
      types: "public_channel,private_channel",
      exclude_archived: false,
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const found = page.channels.find((channel) => channel.name === name);
    if (found !== undefined) return found;
    cursor = page.response_metadata?.next_cursor ?? undefined;
  } while (cursor !== undefined && cursor !== "");
  const message = `Slack has no channel #${name} that the app can see: check its name in the policy, or invite the app to it.`;
  throw new PermanentFailure({ target: "slack", code: "channel_not_found", message });
}

/** Slack's ids of channels are a letter, capitals and digits; names are lower case. */
const CHANNEL_ID = /^[CGD][A-Z0-9]{6,}$/;

/** Asked anew: who checks a policy may have made the channel just now. */
async function hasChannel(workspace: Workspace, channel: string): Promise<ChannelAnswer> {
  const name = channel.replace(/^#/, "");
  if (CHANNEL_ID.test(name)) return "cannot-tell";
  try {
    const found = await channelByName(workspace, name);
    return found.is_archived === true ? "archived" : "yes";
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    if (error.facts.code === "channel_not_found") return "no";
    if (error.facts.code === "missing_scope") return "cannot-tell";
    throw error;
  }
}

const Opened = z.object({ channel: z.object({ id: z.string() }) });
const Found = z.object({ user: z.object({ id: z.string() }) });

async function directMessage(workspace: Workspace, email: string): Promise<string> {
  const { user } = await workspace.call("users.lookupByEmail", Found, { email });
  const { channel } = await workspace.call("conversations.open", Opened, { users: user.id });
  return channel.id;
}

function notServed(recipient: Recipient): PermanentFailure {
  const message = `Slack does not serve recipients of the kind "${recipient.kind}".`;
  return new PermanentFailure({ target: "slack", code: "not_served", message });
}

/** The id of the conversation that reaches the recipient. */
async function conversationOf(workspace: Workspace, recipient: Recipient): Promise<string> {
  if (recipient.kind === "email") throw notServed(recipient);
  if (recipient.kind === "slack-user") {
    const { email } = recipient;
    return kept(workspace, `@${email.toLowerCase()}`, () => directMessage(workspace, email));
  }
  const name = recipient.channel.replace(/^#/, "");
  if (CHANNEL_ID.test(name)) return name;
  return kept(workspace, `#${name}`, async () => (await channelByName(workspace, name)).id);
}

const Posted = z.object({ ts: z.string(), channel: z.string() });

async function send(
  workspace: Workspace,
  recipient: Recipient,
  alert: Alert,
): Promise<{ readonly id: string }> {
  const channel = await conversationOf(workspace, recipient);
  const posted = await workspace.call("chat.postMessage", Posted, {
    channel,
    text: alertFallback(alert),
    blocks: alertBlocks(alert),
    metadata: { event_type: "baton_alert", event_payload: { key: alert.key } },
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  });
  return { id: `${posted.channel}:${posted.ts}` };
}

const History = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_payload: z.object({ key: z.unknown().optional() }).nullish() })
        .nullish()
        .catch(null),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

async function find(
  workspace: Workspace,
  recipient: Recipient,
  key: string,
): Promise<Delivery | { readonly kind: "cannot-tell" }> {
  const channel = await conversationOf(workspace, recipient);
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const history: z.infer<typeof History> = await workspace.call("conversations.history", History, {
      channel,
      include_all_metadata: true,
      limit: PAGE_LENGTH,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const found = history.messages.find(({ metadata }) => metadata?.event_payload?.key === key);
    if (found !== undefined) return { kind: "delivered", id: `${channel}:${found.ts}` };
    cursor = history.response_metadata?.next_cursor ?? undefined;
    if (cursor === undefined || cursor === "") return { kind: "absent" };
  }
  return { kind: "cannot-tell" };
}

/** Without the scope to read history nobody can say whether a message arrived. */
function cannotTell(error: unknown): { readonly kind: "cannot-tell" } {
  if (error instanceof PermanentFailure && ["missing_scope", "not_in_channel"].includes(error.facts.code)) {
    return { kind: "cannot-tell" };
  }
  throw error;
}

/** Opens a connection; nothing is sent before the first call. */
export function connectSlack(settings: SlackSettings, deps: ConnectorDeps): SlackConnection {
  const { clock, log } = deps;
  const http = createHttp({
    target: "slack",
    clock,
    log,
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    allowPrivateAddresses: settings.allowPrivateAddresses,
    effect: effectOf,
  });
  const workspace = createWorkspace(settings, http, clock);
  return {
    send: (recipient, alert) => send(workspace, recipient, alert),
    find: (recipient, key) => find(workspace, recipient, key).catch(cannotTell),
    whoami: () => workspace.call("auth.test", z.object({ team: z.string(), user: z.string() }), {}),
    hasChannel: (name) => hasChannel(workspace, name),
    close: () => http.close(),
  };
}

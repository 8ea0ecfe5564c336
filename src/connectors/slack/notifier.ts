/** The port Notifier over one Slack workspace. */
import { z } from "zod";
import { withNote } from "../../handoff/alert.ts";
import type { Alert, Delivery, Notifier, Recipient, Sent } from "../../handoff/ports.ts";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { Board } from "../../response/ports.ts";
import { FRESH } from "../../response/standing.ts";
import { alertBlocks, alertFallback } from "./blocks.ts";
import { boardOf } from "./board.ts";
import { NOT_REACHED } from "./errors.ts";
import {
  type ConnectorDeps,
  createWorkspace,
  kept,
  type SlackSettings,
  type Workspace,
} from "./workspace.ts";

/** "cannot-tell": it is named by its id, or the app lacks the scope to list channels. */
export type ChannelAnswer = "yes" | "no" | "archived" | "cannot-tell";

export interface SlackConnection extends Notifier {
  readonly settings: SlackSettings;
  /** auth.test: which workspace and bot the token belongs to, and what the app may do; null where Slack does not say it. */
  whoami(): Promise<{
    readonly team: string;
    readonly user: string;
    readonly scopes: readonly string[] | null;
  }>;
  /** Whether somebody in Slack is meant by this address, overrides included. Throws a PermanentFailure for an address of nobody. */
  knows(email: string): Promise<boolean>;
  /** Whether the app can post to a channel of this name, as far as its list of channels says. */
  hasChannel(name: string): Promise<ChannelAnswer>;
  /** What people press and are shown there; null without a signing secret. */
  readonly board: Board | null;
  close(): void;
}

/** How far back `find` looks: newest first, 200 messages a page. */
const PAGES = 5;
const PAGE_LENGTH = 200;

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
  const users = await userId(workspace, email);
  const { channel } = await workspace.call("conversations.open", Opened, { users });
  return channel.id;
}

/** Slack's ids of people are a letter, capitals and digits. */
const USER_ID = /^[UW][A-Z0-9]{2,}$/;

/** Who is known elsewhere by another address is found by the one the settings give. */
async function userId(workspace: Workspace, email: string): Promise<string> {
  const others = Object.entries(workspace.settings.teammates);
  const there = others.find(([other]) => other.toLowerCase() === email.toLowerCase())?.[1] ?? email;
  if (USER_ID.test(there)) return there;
  return (await workspace.call("users.lookupByEmail", Found, { email: there })).user.id;
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

async function post(
  workspace: Workspace,
  recipient: Recipient,
  alert: Alert,
): Promise<{ readonly id: string }> {
  const channel = await conversationOf(workspace, recipient);
  const posted = await workspace.call("chat.postMessage", Posted, {
    channel,
    text: alertFallback(alert),
    blocks: alertBlocks(alert, workspace.settings.signingSecret === undefined ? null : FRESH),
    metadata: { event_type: "baton_alert", event_payload: { key: alert.key } },
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  });
  return { id: `${posted.channel}:${posted.ts}` };
}

/** Where an alert goes that its own channel or person can't get; null: nowhere. */
function fallbackOf({ settings }: Workspace): Recipient | null {
  const { fallbackChannel: channel } = settings;
  return channel === null ? null : { kind: "slack-channel", channel };
}

function isNotReached(error: unknown): error is PermanentFailure {
  return error instanceof PermanentFailure && NOT_REACHED.has(error.facts.code);
}

/** Posts to the recipient, or with the reason to the fallback channel where Slack does not reach the recipient. */
async function send(workspace: Workspace, recipient: Recipient, alert: Alert): Promise<Sent> {
  try {
    return await post(workspace, recipient, alert);
  } catch (error) {
    const fallback = fallbackOf(workspace);
    if (fallback === null || !isNotReached(error)) throw error;
    const meant = recipient.kind === "slack-channel" ? recipient.channel : recipient.email;
    const note = `Meant for ${meant}. ${error.facts.message}`;
    return { ...(await post(workspace, fallback, withNote(alert, note))), note };
  }
}

type Answer = Delivery | { readonly kind: "cannot-tell" };

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

/** Looks where the alert was meant to go, and in the fallback channel when it is not there. */
async function find(workspace: Workspace, recipient: Recipient, key: string): Promise<Answer> {
  const fallback = fallbackOf(workspace);
  const found = await look(workspace, recipient, key).catch((error: unknown): Answer => {
    if (fallback === null || !isNotReached(error)) return cannotTell(error);
    return { kind: "absent" };
  });
  if (fallback === null || found.kind !== "absent") return found;
  return look(workspace, fallback, key).catch(cannotTell);
}

async function look(workspace: Workspace, recipient: Recipient, key: string): Promise<Answer> {
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

/** The SDK puts the scopes of the answer's header beside its body. */
const Myself = z.object({
  team: z.string(),
  user: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).nullish() }).nullish(),
});

/** Opens a connection; nothing is sent before the first call. */
export function connectSlack(settings: SlackSettings, deps: ConnectorDeps): SlackConnection {
  const workspace = createWorkspace(settings, deps);
  return {
    send: (recipient, alert) => send(workspace, recipient, alert),
    find: (recipient, key) => find(workspace, recipient, key),
    settings,
    whoami: async () => {
      const { response_metadata: meta, ...who } = await workspace.call("auth.test", Myself, {});
      return { ...who, scopes: meta?.scopes ?? null };
    },
    knows: async (email) => {
      const user = await userId(workspace, email);
      await workspace.call("users.info", Found, { user });
      return true;
    },
    hasChannel: (name) => hasChannel(workspace, name),
    board: settings.signingSecret === undefined ? null : boardOf(workspace),
    close: () => workspace.close(),
  };
}

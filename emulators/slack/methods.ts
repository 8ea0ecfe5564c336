/**
 * The Web API methods that Baton calls. Each takes the parsed arguments and answers Slack's JSON; errors are
 * Slack's own words (docs.slack.dev/reference/methods/<method>).
 */
import { blockErrors, viewErrors } from "./blocks.ts";
import {
  addUser,
  nextTs,
  openDirect,
  type SlackChannel,
  type SlackMessage,
  type SlackUser,
  type Workspace,
} from "./workspace.ts";

/** Arguments by name; JSON arguments of a form are parsed already. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface MethodResult {
  readonly body: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The workspace changed. */
  readonly committed?: boolean;
}

export interface Context {
  readonly workspace: Workspace;
  readonly team: { readonly id: string; readonly name: string; readonly url: string };
  readonly bot: { readonly id: string; readonly userId: string; readonly name: string };
  readonly now: () => number;
}

export interface Method {
  /** The app needs one of these; empty = none. */
  readonly scopes: readonly string[];
  readonly call: (context: Context, given: Arguments) => MethodResult;
}

const conversationScopes = ["channels:read", "groups:read", "im:read"];
const historyScopes = ["channels:history", "groups:history", "im:history"];

export const methods: Readonly<Record<string, Method>> = {
  "auth.test": { scopes: [], call: authTest },
  "chat.postMessage": { scopes: ["chat:write"], call: postMessage },
  "chat.update": { scopes: ["chat:write"], call: updateMessage },
  "chat.postEphemeral": { scopes: ["chat:write"], call: postEphemeral },
  "chat.getPermalink": { scopes: [], call: permalink },
  "conversations.list": { scopes: conversationScopes, call: listConversations },
  "conversations.info": { scopes: conversationScopes, call: conversationInfo },
  "conversations.history": { scopes: historyScopes, call: history },
  "conversations.open": { scopes: ["im:write", "mpim:write"], call: openConversation },
  "conversations.join": { scopes: ["channels:join"], call: joinConversation },
  "users.list": { scopes: ["users:read"], call: listUsers },
  "users.info": { scopes: ["users:read"], call: userInfo },
  "views.open": { scopes: [], call: openView },
  "users.lookupByEmail": { scopes: ["users:read.email"], call: lookupByEmail },
};

function refused(error: string, more: Readonly<Record<string, unknown>> = {}): MethodResult {
  return { body: { ok: false, error, ...more } };
}

function authTest({ team, bot }: Context): MethodResult {
  return {
    body: {
      ok: true,
      url: team.url,
      team: team.name,
      team_id: team.id,
      user: bot.name,
      user_id: bot.userId,
      bot_id: bot.id,
      is_enterprise_install: false,
    },
  };
}

/** A channel by id, by "#name" or "name", or the direct conversation of a person given by id. */
function findChannel({ workspace }: Context, reference: unknown): SlackChannel | undefined {
  if (typeof reference !== "string") return undefined;
  const byId = workspace.channels.get(reference);
  if (byId) return byId;
  const user = workspace.users.get(reference);
  if (user) return user.deleted ? undefined : openDirect(workspace, [user.id]);
  return workspace.channels.get(workspace.channelIdByName.get(reference.replace(/^#/, "")) ?? "");
}

/**
 * Above 40,000 characters Slack's documentation speaks of truncating, its list of errors of `msg_too_long`; the
 * emulator refuses, so that nobody relies on a cut text.
 */
const maxText = 40_000;

function contentError(given: Arguments): MethodResult | undefined {
  const { text, blocks, attachments, metadata } = given;
  const hasText = typeof text === "string" && text !== "";
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0;
  if (!hasText && !hasBlocks && attachments === undefined) return refused("no_text");
  if (typeof text === "string" && text.length > maxText) return refused("msg_too_long");
  if (typeof blocks === "string") return refused("invalid_blocks_format");
  if (blocks !== undefined) {
    const errors = blockErrors(blocks);
    if (errors.length > 0) {
      const messages = errors.map((error) => `[ERROR] ${error}`);
      return refused("invalid_blocks", { errors, response_metadata: { messages } });
    }
  }
  if (metadata !== undefined && metadataOf(metadata) === undefined) return refused("invalid_metadata_format");
  return undefined;
}

/** `metadata` as Slack wants it: event_type and an event_payload object (docs.slack.dev/messaging/message-metadata). */
export function metadataOf(value: unknown): SlackMessage["metadata"] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { event_type, event_payload } = value as Record<string, unknown>;
  if (typeof event_type !== "string" || typeof event_payload !== "object" || event_payload === null) {
    return undefined;
  }
  return { event_type, event_payload: event_payload as Record<string, unknown> };
}

function postMessage(context: Context, given: Arguments): MethodResult {
  const { workspace } = context;
  const channel = findChannel(context, given["channel"]);
  // A private channel that the app is not in does not exist for it.
  if (!channel || (channel.kind === "private" && !channel.isMember)) return refused("channel_not_found");
  if (channel.isArchived) return refused("is_archived");
  if (!channel.isMember && !workspace.scopes.has("chat:write.public")) return refused("not_in_channel");
  const wrong = contentError(given);
  if (wrong) return wrong;
  const limited = rateLimited(context, channel);
  if (limited) return limited;
  const message: SlackMessage = {
    ts: nextTs(workspace, context.now()),
    text: textOf(given["text"]),
    blocks: Array.isArray(given["blocks"]) ? given["blocks"] : null,
    metadata: metadataOf(given["metadata"]) ?? null,
    edited: null,
    threadTs: typeof given["thread_ts"] === "string" ? given["thread_ts"] : null,
  };
  workspace.messages.get(channel.id)?.push(message);
  return {
    body: { ok: true, channel: channel.id, ts: message.ts, message: wireMessage(context, message, true) },
    committed: true,
  };
}

/** "Generally allows posting one message per second per channel" (docs.slack.dev/apis/web-api/rate-limits). */
function rateLimited({ workspace, now }: Context, channel: SlackChannel): MethodResult | undefined {
  if (workspace.postsPerSecond === 0) return undefined;
  const sinceTs = (now() - 1000) / 1000;
  const recent = (workspace.messages.get(channel.id) ?? []).filter((message) => Number(message.ts) > sinceTs);
  if (recent.length < workspace.postsPerSecond) return undefined;
  return { ...refused("ratelimited"), status: 429, headers: { "Retry-After": "1" } };
}

function updateMessage(context: Context, given: Arguments): MethodResult {
  const channel = findChannel(context, given["channel"]);
  if (!channel) return refused("channel_not_found");
  if (channel.isArchived) return refused("is_archived");
  const message = context.workspace.messages
    .get(channel.id)
    ?.find((candidate) => candidate.ts === given["ts"]);
  if (!message) return refused("message_not_found");
  const wrong = contentError(given);
  if (wrong) return wrong;
  message.text = textOf(given["text"]);
  if (Array.isArray(given["blocks"])) message.blocks = given["blocks"];
  message.metadata = metadataOf(given["metadata"]) ?? message.metadata;
  message.edited = nextTs(context.workspace, context.now());
  return {
    body: {
      ok: true,
      channel: channel.id,
      ts: message.ts,
      text: message.text,
      message: wireMessage(context, message, true),
    },
    committed: true,
  };
}

/** Seen by one person and kept nowhere (docs.slack.dev/reference/methods/chat.postEphemeral). */
function postEphemeral(context: Context, given: Arguments): MethodResult {
  const channel = findChannel(context, given["channel"]);
  if (!channel) return refused("channel_not_found");
  if (channel.isArchived) return refused("is_archived");
  const userId = textOf(given["user"]);
  const isDirect = channel.kind === "im" || channel.kind === "mpim";
  if (!context.workspace.users.has(userId) || (isDirect && !channel.userIds.includes(userId)))
    return refused("user_not_in_channel");
  const wrong = contentError(given);
  if (wrong) return wrong;
  context.workspace.whispers.push({ channel: channel.id, userId, text: textOf(given["text"]) });
  return { body: { ok: true, message_ts: nextTs(context.workspace, context.now()) }, committed: true };
}

/** "Triggers expire in three seconds" and are good once (docs.slack.dev/reference/methods/views.open). */
const triggerMs = 3_000;

function openView({ workspace, now }: Context, given: Arguments): MethodResult {
  const id = textOf(given["trigger_id"]);
  const trigger = workspace.triggers.get(id);
  if (!trigger) return refused("invalid_trigger_id");
  if (now() - trigger.at > triggerMs) return refused("expired_trigger_id");
  const { view } = given;
  const errors = viewErrors(view);
  if (errors.length > 0) return refused("invalid_arguments", { response_metadata: { messages: errors } });
  workspace.triggers.delete(id);
  // viewErrors has seen that it is an object.
  const opened = view as Readonly<Record<string, unknown>>;
  const viewId = `V${String(workspace.views.length + 1).padStart(10, "0")}`;
  workspace.views.push({ id: viewId, userId: trigger.userId, view: opened });
  return { body: { ok: true, view: { ...opened, id: viewId } }, committed: true };
}

function permalink(context: Context, given: Arguments): MethodResult {
  const channel = findChannel(context, given["channel"]);
  if (!channel) return refused("channel_not_found");
  const ts = textOf(given["message_ts"]);
  const exists = context.workspace.messages.get(channel.id)?.some((message) => message.ts === ts);
  if (!exists) return refused("message_not_found");
  const link = `${context.team.url}archives/${channel.id}/p${ts.replace(".", "")}`;
  return { body: { ok: true, channel: channel.id, permalink: link } };
}

function listConversations({ workspace }: Context, given: Arguments): MethodResult {
  const types = new Set(textOf(given["types"] ?? "public_channel").split(","));
  const wireKind = { public: "public_channel", private: "private_channel", im: "im", mpim: "mpim" } as const;
  const visible = [...workspace.channels.values()].filter(
    (channel) =>
      types.has(wireKind[channel.kind]) &&
      (channel.kind !== "private" || channel.isMember) &&
      !(isTrue(given["exclude_archived"]) && channel.isArchived),
  );
  return page(visible.map(wireChannel), "channels", given, 100, 1000);
}

function conversationInfo(context: Context, given: Arguments): MethodResult {
  const channel = context.workspace.channels.get(textOf(given["channel"]));
  if (!channel || (channel.kind === "private" && !channel.isMember)) return refused("channel_not_found");
  return { body: { ok: true, channel: wireChannel(channel) } };
}

/** Newest first; `oldest` and `latest` are exclusive unless `inclusive` (docs.slack.dev/reference/methods/conversations.history). */
function history(context: Context, given: Arguments): MethodResult {
  const channel = context.workspace.channels.get(textOf(given["channel"]));
  if (!channel) return refused("channel_not_found");
  if (!channel.isMember) return refused(channel.kind === "public" ? "not_in_channel" : "channel_not_found");
  const oldest = given["oldest"] === undefined ? -Infinity : Number(given["oldest"]);
  const latest = given["latest"] === undefined ? Infinity : Number(given["latest"]);
  const isInclusive = isTrue(given["inclusive"]);
  const found = (context.workspace.messages.get(channel.id) ?? [])
    .filter(({ ts }) => {
      const at = Number(ts);
      return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    })
    .reverse()
    .map((message) => wireMessage(context, message, isTrue(given["include_all_metadata"])));
  const answer = page(found, "messages", given, 100, 999);
  const hasMore = "response_metadata" in answer.body;
  return { ...answer, body: { ...answer.body, has_more: hasMore, pin_count: 0 } };
}

function openConversation({ workspace }: Context, given: Arguments): MethodResult {
  const { channel: existing, users } = given;
  if (typeof existing === "string" && existing !== "") {
    const channel = workspace.channels.get(existing);
    if (!channel) return refused("channel_not_found");
    return { body: { ok: true, no_op: true, already_open: true, channel: { id: channel.id } } };
  }
  const userIds = textOf(users)
    .split(",")
    .filter((id) => id !== "");
  if (userIds.length === 0) return refused("users_list_not_supplied");
  if (userIds.length > 8) return refused("too_many_users");
  const people = userIds.map((id) => workspace.users.get(id));
  if (people.includes(undefined)) return refused("user_not_found");
  if (people.some((user) => user?.deleted)) return refused("user_disabled");
  const before = workspace.channels.size;
  const channel = openDirect(workspace, userIds);
  const isNew = workspace.channels.size > before;
  const flags = isNew ? {} : { no_op: true, already_open: true };
  return { body: { ok: true, ...flags, channel: { id: channel.id } }, committed: isNew };
}

function joinConversation({ workspace }: Context, given: Arguments): MethodResult {
  const channel = workspace.channels.get(textOf(given["channel"]));
  if (!channel || channel.kind === "private") return refused("channel_not_found");
  if (channel.kind !== "public") return refused("method_not_supported_for_channel_type");
  if (channel.isArchived) return refused("is_archived");
  if (channel.isMember) {
    return { body: { ok: true, channel: wireChannel(channel), warning: "already_in_channel" } };
  }
  channel.isMember = true;
  return { body: { ok: true, channel: wireChannel(channel) }, committed: true };
}

function listUsers({ workspace, team }: Context, given: Arguments): MethodResult {
  const people = [...workspace.users.values()].map((user) => wireUser(user, team.id));
  return page(people, "members", given, 200, 1000);
}

function userInfo({ workspace, team }: Context, given: Arguments): MethodResult {
  const user = workspace.users.get(textOf(given["user"]));
  return user ? { body: { ok: true, user: wireUser(user, team.id) } } : refused("user_not_found");
}

function lookupByEmail({ workspace, team }: Context, given: Arguments): MethodResult {
  const email = textOf(given["email"]).trim().toLowerCase();
  const known = workspace.users.get(workspace.userIdByEmail.get(email) ?? "");
  if (known && !known.deleted) return { body: { ok: true, user: wireUser(known, team.id) } };
  if (known || !workspace.anyUser || !email.includes("@")) return refused("users_not_found");
  const invented = addUser(workspace, { email });
  return { body: { ok: true, user: wireUser(invented, team.id) } };
}

/** One page by `limit` and `cursor`; the cursor is opaque base64 as Slack's is (docs.slack.dev/apis/web-api/pagination). */
function page(
  rows: readonly unknown[],
  name: string,
  given: Arguments,
  defaultLimit: number,
  maxLimit: number,
): MethodResult {
  const limit = Math.min(Math.max(Number(given["limit"] ?? defaultLimit) || defaultLimit, 1), maxLimit);
  const cursor = textOf(given["cursor"]);
  const start =
    cursor === ""
      ? 0
      : Number(
          Buffer.from(cursor, "base64")
            .toString()
            .replace(/^next:/, ""),
        );
  if (Number.isNaN(start)) return refused("invalid_cursor");
  const end = start + limit;
  const more =
    end < rows.length
      ? { response_metadata: { next_cursor: Buffer.from(`next:${end}`).toString("base64") } }
      : {};
  return { body: { ok: true, [name]: rows.slice(start, end), ...more } };
}

function wireMessage({ team, bot }: Context, message: SlackMessage, withMetadata: boolean) {
  return {
    type: "message",
    ts: message.ts,
    user: bot.userId,
    bot_id: bot.id,
    team: team.id,
    text: message.text,
    ...(message.blocks && { blocks: message.blocks }),
    ...(message.threadTs && { thread_ts: message.threadTs }),
    ...(message.edited && { edited: { user: bot.userId, ts: message.edited } }),
    ...(withMetadata && message.metadata && { metadata: message.metadata }),
  };
}

function wireChannel(channel: SlackChannel) {
  if (channel.kind === "im")
    return { id: channel.id, is_im: true, user: channel.userIds[0], is_archived: false };
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.kind === "public",
    is_group: channel.kind === "private",
    is_im: false,
    is_mpim: channel.kind === "mpim",
    is_private: channel.kind !== "public",
    is_archived: channel.isArchived,
    is_member: channel.isMember,
  };
}

function wireUser(user: SlackUser, teamId: string) {
  return {
    id: user.id,
    team_id: teamId,
    name: user.email.split("@")[0],
    deleted: user.deleted,
    real_name: user.name,
    is_bot: false,
    tz: user.timezone,
    profile: {
      ...(!user.hidesEmail && { email: user.email }),
      real_name: user.name,
      display_name: user.name,
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true" || value === "1" || value === 1;
}

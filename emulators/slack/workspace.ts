/**
 * One Slack workspace: people, channels, messages. Rows are plain; `methods.ts` gives them Slack's wire shape.
 */
import { z } from "zod";
import { SeedError } from "../core/control.ts";

/** What the emulator's app is allowed to do by default; a seed may take scopes away. */
const defaultScopes = [
  "chat:write",
  "channels:read",
  "channels:history",
  "channels:join",
  "groups:read",
  "groups:history",
  "im:read",
  "im:write",
  "im:history",
  "users:read",
  "users:read.email",
] as const;

const SeedUser = z.strictObject({
  /** Slack's id; invented from the e-mail address when absent. */
  id: z.string().optional(),
  email: z.email(),
  name: z.string().optional(),
  /** A deactivated account: no lookup by e-mail finds it. */
  deleted: z.boolean().default(false),
  /** Default: Europe/Berlin. */
  timezone: z.string().optional(),
  /** The app is not told the address (a guest, an app without users:read.email). */
  hidesEmail: z.boolean().default(false),
});

const SeedChannel = z.strictObject({
  id: z.string().optional(),
  /** Without "#". */
  name: z
    .string()
    .regex(/^[a-z0-9_-]{1,80}$/, "lower-case letters, digits, hyphens, underscores, at most 80"),
  isPrivate: z.boolean().default(false),
  isArchived: z.boolean().default(false),
  /** The app was invited. Posting elsewhere answers `not_in_channel`. */
  isMember: z.boolean().default(true),
});

const Seed = z.strictObject({
  users: z.array(SeedUser).default([]),
  channels: z.array(SeedChannel).default([]),
  /** `users.lookupByEmail` invents a person for every address it does not know. */
  anyUser: z.boolean().optional(),
  /** Replaces the app's scopes. */
  scopes: z.array(z.string()).optional(),
  /** `true`: the bot token answers `token_revoked` from now on; `false` restores it. */
  tokenRevoked: z.boolean().optional(),
  /** Messages a second and channel above which chat.postMessage answers 429; 0 (the default) = no limit. */
  postsPerSecond: z.number().min(0).optional(),
});
/** What `POST /__emulator/seed` adds to the workspace. */
export type SlackSeed = z.input<typeof Seed>;

export interface SlackUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly timezone: string;
  readonly hidesEmail: boolean;
}

/** A line that only one person saw. */
export interface SlackWhisper {
  readonly channel: string;
  readonly userId: string;
  readonly text: string;
}

/** A view that the app opened for somebody. */
export interface SlackView {
  readonly id: string;
  readonly userId: string;
  readonly view: Readonly<Record<string, unknown>>;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im" | "mpim";
  readonly isArchived: boolean;
  /** The members of a direct conversation beside the app. */
  readonly userIds: readonly string[];
  isMember: boolean;
}

export interface SlackMessage {
  readonly ts: string;
  text: string;
  blocks: unknown[] | null;
  metadata: { readonly event_type: string; readonly event_payload: Readonly<Record<string, unknown>> } | null;
  edited: string | null;
  readonly threadTs: string | null;
}

export interface Workspace {
  readonly users: Map<string, SlackUser>;
  readonly userIdByEmail: Map<string, string>;
  readonly channels: Map<string, SlackChannel>;
  readonly channelIdByName: Map<string, string>;
  /** Oldest first, by channel id. */
  readonly messages: Map<string, SlackMessage[]>;
  readonly whispers: SlackWhisper[];
  readonly views: SlackView[];
  /** What lets the app open a view: whose press it was, and when. */
  readonly triggers: Map<string, { readonly userId: string; readonly at: number }>;
  scopes: ReadonlySet<string>;
  anyUser: boolean;
  /** Null: valid. Else the Unix milliseconds at which the token works again. */
  revokedUntil: number | null;
  postsPerSecond: number;
  lastTsMicros: number;
}

/** An empty workspace with a valid token and all of Baton's scopes. */
export function emptyWorkspace(): Workspace {
  return {
    users: new Map(),
    userIdByEmail: new Map(),
    channels: new Map(),
    channelIdByName: new Map(),
    messages: new Map(),
    whispers: [],
    views: [],
    triggers: new Map(),
    scopes: new Set(defaultScopes),
    anyUser: false,
    revokedUntil: null,
    postsPerSecond: 0,
    lastTsMicros: 0,
  };
}

/** Adds a seed to a workspace. Throws `SeedError` naming the place that cannot be read. */
export function seedWorkspace(workspace: Workspace, json: unknown): { users: number; channels: number } {
  const parsed = Seed.safeParse(json ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SeedError(`seed: ${z.core.toDotPath(issue?.path ?? []) || "the body"}: ${issue?.message}`);
  }
  const seed = parsed.data;
  for (const user of seed.users) addUser(workspace, user);
  for (const channel of seed.channels) {
    addChannel(workspace, {
      id: channel.id ?? slackId("C", channel.name),
      name: channel.name,
      kind: channel.isPrivate ? "private" : "public",
      isArchived: channel.isArchived,
      userIds: [],
      isMember: channel.isMember,
    });
  }
  if (seed.anyUser !== undefined) workspace.anyUser = seed.anyUser;
  if (seed.scopes !== undefined) workspace.scopes = new Set(seed.scopes);
  if (seed.tokenRevoked !== undefined) workspace.revokedUntil = seed.tokenRevoked ? Infinity : null;
  if (seed.postsPerSecond !== undefined) workspace.postsPerSecond = seed.postsPerSecond;
  return { users: workspace.users.size, channels: workspace.channels.size };
}

/** Adds or replaces a person; the e-mail address is the identity. */
export function addUser(
  workspace: Workspace,
  user: {
    id?: string | undefined;
    email: string;
    name?: string | undefined;
    deleted?: boolean;
    timezone?: string | undefined;
    hidesEmail?: boolean;
  },
): SlackUser {
  const email = user.email.toLowerCase();
  const id = user.id ?? slackId("U", email);
  const added = {
    id,
    email,
    name: user.name ?? nameFromEmail(email),
    deleted: user.deleted ?? false,
    timezone: user.timezone ?? "Europe/Berlin",
    hidesEmail: user.hidesEmail ?? false,
  };
  workspace.users.set(id, added);
  workspace.userIdByEmail.set(email, id);
  return added;
}

/** Somebody by id or e-mail address; where everybody is known, a new address is somebody new. */
export function findUser(workspace: Workspace, who: string): SlackUser | undefined {
  const id = workspace.userIdByEmail.get(who.toLowerCase()) ?? who;
  const known = workspace.users.get(id);
  return known ?? (workspace.anyUser && who.includes("@") ? addUser(workspace, { email: who }) : undefined);
}

/** Adds or replaces a channel. */
function addChannel(workspace: Workspace, channel: SlackChannel): SlackChannel {
  workspace.channels.set(channel.id, channel);
  if (channel.kind === "public" || channel.kind === "private") {
    workspace.channelIdByName.set(channel.name, channel.id);
  }
  if (!workspace.messages.has(channel.id)) workspace.messages.set(channel.id, []);
  return channel;
}

/** The direct conversation between the app and these people, made when absent. */
export function openDirect(workspace: Workspace, userIds: readonly string[]): SlackChannel {
  const members = [...new Set(userIds)].sort();
  const kind = members.length === 1 ? "im" : "mpim";
  const id = slackId(kind === "im" ? "D" : "G", members.join(","));
  const existing = workspace.channels.get(id);
  return (
    existing ??
    addChannel(workspace, { id, name: id, kind, isArchived: false, userIds: members, isMember: true })
  );
}

/**
 * The next message time stamp: Unix seconds with six digits, unique in the workspace and rising, as Slack's
 * is within a channel (docs.slack.dev/messaging/retrieving-messages).
 */
export function nextTs(workspace: Workspace, nowMs: number): string {
  workspace.lastTsMicros = Math.max(Math.floor(nowMs * 1000), workspace.lastTsMicros + 1);
  return `${Math.floor(workspace.lastTsMicros / 1e6)}.${String(workspace.lastTsMicros % 1e6).padStart(6, "0")}`;
}

/** A Slack id: one letter for the kind, then ten characters that depend only on `text`. */
function slackId(kind: "U" | "C" | "D" | "G", text: string): string {
  let low = 2_166_136_261;
  let high = 40_389;
  for (let index = 0; index < text.length; index++) {
    low = Math.imul(low ^ text.charCodeAt(index), 16_777_619) >>> 0;
    high = (Math.imul(high, 31) + text.charCodeAt(index)) >>> 0;
  }
  const digits = (high * 4_294_967_296 + low).toString(36).toUpperCase();
  return kind + digits.padStart(10, "0").slice(-10);
}

function nameFromEmail(email: string): string {
  const [local = email] = email.split("@");
  return local
    .split(/[._-]+/)
    .filter((piece) => piece !== "")
    .map((piece) => piece.charAt(0).toUpperCase() + piece.slice(1))
    .join(" ");
}

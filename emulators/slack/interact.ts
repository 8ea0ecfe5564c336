/**
 * People who press something: the payloads that Slack posts to the app's request URL, signed as Slack signs them
 * (docs.slack.dev/reference/interaction-payloads, docs.slack.dev/authentication/verifying-requests-from-slack).
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { SeedError } from "../core/control.ts";
import type { Context } from "./methods.ts";
import { findUser, type SlackMessage, type SlackUser } from "./workspace.ts";

/** Where Slack posts what people press, and with what it signs. */
export interface Interactivity {
  readonly url: string;
  readonly signingSecret: string;
}

const Press = z.strictObject({
  /** Slack's id or the e-mail address of whoever presses. */
  user: z.string(),
  /** The message, by the key in its metadata; with `channel` (id) where several carry it. */
  key: z.string(),
  channel: z.string().optional(),
  action: z.string(),
  /** What is chosen, for a select: the beginning of the option's value. */
  option: z.string().optional(),
});
/** What `POST /__emulator/press` takes. */
export type SlackPress = z.input<typeof Press>;

const Submission = z.strictObject({
  user: z.string(),
  /** By block: the value that is chosen or written. */
  values: z.record(z.string(), z.string().nullable()),
});
/** What `POST /__emulator/submit` takes: the answer to the view that was opened for this person last. */
export type SlackSubmission = z.input<typeof Submission>;

/** A request as it was sent, so that it can be sent again. */
export interface SentRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Pressed {
  /** What the app answered; 0 when it could not be reached. */
  readonly status: number;
  readonly request: SentRequest;
}

type Json = Readonly<Record<string, unknown>>;

/** Somebody presses a button or chooses an option under a message. Throws SeedError when it is not there. */
export async function press(context: Context, to: Interactivity, given: unknown): Promise<Pressed> {
  const wanted = parsed(Press, given);
  const { workspace } = context;
  const user = knownUser(context, wanted.user);
  const found = [...workspace.messages].flatMap(([channel, messages]) =>
    messages
      .filter(({ metadata }) => metadata?.event_payload["key"] === wanted.key)
      .filter(() => wanted.channel === undefined || wanted.channel === channel)
      .map((message) => ({ channel, message })),
  )[0];
  if (found === undefined) throw new SeedError(`press: no message carries the key ${wanted.key}`);
  const channel = workspace.channels.get(found.channel);
  if (channel !== undefined && channel.userIds.length > 0 && !channel.userIds.includes(user.id))
    throw new SeedError(
      `press: ${wanted.user} does not see the message, which stands in somebody else's talk`,
    );
  const element = elementOf(found.message, wanted.action);
  const trigger = newTrigger(context, user.id);
  return post(context, to, {
    type: "block_actions",
    team: { id: context.team.id },
    user: { id: user.id, username: user.email.split("@")[0], team_id: context.team.id },
    trigger_id: trigger,
    container: { type: "message", message_ts: found.message.ts, channel_id: found.channel },
    channel: { id: found.channel },
    message: {
      type: "message",
      ts: found.message.ts,
      text: found.message.text,
      blocks: found.message.blocks,
    },
    response_url: `${context.team.url}actions/unused`,
    actions: [{ ...actionOf(element, wanted.option), action_ts: String(context.now() / 1_000) }],
  });
}

/** Somebody answers the view that was opened for them last. */
export async function submit(context: Context, to: Interactivity, given: unknown): Promise<Pressed> {
  const wanted = parsed(Submission, given);
  const user = knownUser(context, wanted.user);
  const opened = context.workspace.views.filter(({ userId }) => userId === user.id).at(-1);
  if (opened === undefined) throw new SeedError(`submit: no view is open for ${wanted.user}`);
  const values = Object.fromEntries(
    inputsOf(opened.view).map(([block, element]) => {
      const value = wanted.values[block] ?? null;
      const state =
        element["type"] === "static_select"
          ? { type: "static_select", selected_option: value === null ? null : { value } }
          : { type: element["type"], value };
      return [block, { [String(element["action_id"])]: state }];
    }),
  );
  return post(context, to, {
    type: "view_submission",
    team: { id: context.team.id },
    user: { id: user.id, team_id: context.team.id },
    trigger_id: newTrigger(context, user.id),
    view: { ...opened.view, id: opened.id, state: { values } },
  });
}

/** Signs the payload at this moment and posts it as a form. */
async function post(
  context: Context,
  { url, signingSecret }: Interactivity,
  payload: Json,
): Promise<Pressed> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const request = { url, body, headers: signedHeaders(body, signingSecret, context.now()) };
  const answer = await fetch(url, { method: "POST", headers: request.headers, body }).catch(() => null);
  return { status: answer?.status ?? 0, request };
}

/** The headers that Slack sends with these bytes at `nowMs`. */
export function signedHeaders(body: string, signingSecret: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const digest = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${digest}`,
  };
}

function newTrigger({ workspace, now }: Context, userId: string): string {
  const id = `${now()}.${workspace.triggers.size + 1}.emulated`;
  workspace.triggers.set(id, { userId, at: now() });
  return id;
}

function knownUser({ workspace }: Context, who: string): SlackUser {
  const user = findUser(workspace, who);
  if (user === undefined) throw new SeedError(`nobody in the workspace is ${who}`);
  return user;
}

function elementOf({ blocks }: SlackMessage, action: string): Json {
  const elements = (blocks ?? []).flatMap((block) => {
    const inside = isObject(block) ? block["elements"] : [];
    return Array.isArray(inside) ? inside.filter(isObject) : [];
  });
  const element = elements.find((one) => one["action_id"] === action);
  if (element === undefined) throw new SeedError(`press: the message offers no ${action}`);
  return element;
}

function actionOf(element: Json, option: string | undefined): Json {
  const common = { action_id: element["action_id"], type: element["type"] };
  if (option === undefined) return { ...common, value: element["value"] };
  const options = Array.isArray(element["options"]) ? element["options"].filter(isObject) : [];
  const chosen = options.find(({ value }) => String(value).startsWith(option));
  if (chosen === undefined) throw new SeedError(`press: the select has no option ${option}`);
  return { ...common, selected_option: chosen };
}

function inputsOf(view: Json): readonly (readonly [string, Json])[] {
  const blocks = Array.isArray(view["blocks"]) ? view["blocks"].filter(isObject) : [];
  return blocks.flatMap((block) => {
    const element = block["element"];
    return block["type"] === "input" && isObject(element)
      ? [[String(block["block_id"]), element] as const]
      : [];
  });
}

function parsed<T extends z.ZodType>(shape: T, given: unknown): z.infer<T> {
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new SeedError(`${z.core.toDotPath(issue?.path ?? []) || "the body"}: ${issue?.message}`);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What can happen in a conversation, and the webhook each thing causes. */
import { htmlOrText, textToHtml } from "./html.ts";
import { conversationItem, deletedConversationItem } from "./webhook-items.ts";
import {
  type Admin,
  type Author,
  botAuthor,
  type Contact,
  type Conversation,
  type Part,
  secondsNow,
  type Tag,
  type Workspace,
} from "./workspace.ts";

/** The author as Intercom shows a contact: `email` is "" when there is none. */
function contactAuthor(contact: Contact): Author {
  const { role, id, name, email } = contact;
  return { type: role, id, name, email: email ?? "", isFin: false };
}

function adminAuthor(admin: Admin): Author {
  return { type: "admin", id: admin.id, name: admin.name, email: admin.email, isFin: false };
}

/** A customer writes first; conversation.user.created, whose parts are empty: the words are in `source`. */
export function startConversation(
  workspace: Workspace,
  contact: Contact,
  body: string,
  options: { at?: number; subject?: string; url?: string; type?: string } = {},
): Conversation {
  const createdAt = options.at ?? secondsNow(workspace);
  const conversation: Conversation = {
    id: workspace.nextId("conversation"),
    title: null,
    createdAt,
    updatedAt: secondsNow(workspace),
    source: {
      id: workspace.nextId("part"),
      type: options.type ?? "conversation",
      deliveredAs: "customer_initiated",
      subject: options.subject ?? "",
      url: options.url ?? null,
      body: textToHtml(body),
      author: contactAuthor(contact),
      isRedacted: false,
    },
    contactIds: [contact.id],
    parts: [],
    tags: [],
    state: "open",
    snoozedUntil: null,
    waitingSince: createdAt,
    isRead: false,
    adminAssigneeId: null,
    teamAssigneeId: null,
    customAttributes: { "Has attachments": false },
    hasAiAgent: false,
  };
  workspace.conversations.set(conversation.id, conversation);
  contact.lastRepliedAt = createdAt;
  contact.lastSeenAt = Math.max(contact.lastSeenAt ?? 0, createdAt);
  workspace.emit("conversation.user.created", () => conversationItem(workspace, conversation, []));
  return conversation;
}

interface NewPart {
  readonly type: string;
  readonly author: Author;
  readonly body?: string | null;
  readonly at?: number | undefined;
  readonly assignedTo?: Part["assignedTo"];
}

/** Adds a part and sends `topic` with it. `updated_at` is the time of the change, whatever time the part bears. */
function addPart(workspace: Workspace, conversation: Conversation, topic: string, part: NewPart): Part {
  const createdAt = part.at ?? secondsNow(workspace);
  const added: Part = {
    id: workspace.nextId("part"),
    type: part.type,
    body: part.body ?? null,
    author: part.author,
    createdAt,
    updatedAt: createdAt,
    assignedTo: part.assignedTo ?? null,
    state: conversation.state,
    isRedacted: false,
  };
  conversation.parts.push(added);
  conversation.updatedAt = secondsNow(workspace);
  workspace.emit(topic, () => conversationItem(workspace, conversation, [added]));
  return added;
}

/** conversation.user.replied. A closed conversation is opened by it; the part is then of type "open", with a body. */
export function customerReplies(
  workspace: Workspace,
  conversation: Conversation,
  contact: Contact,
  body: string,
  at?: number,
): Part {
  const type = conversation.state === "closed" ? "open" : "comment";
  conversation.state = "open";
  conversation.snoozedUntil = null;
  conversation.isRead = false;
  const time = at ?? secondsNow(workspace);
  conversation.waitingSince ??= time;
  contact.lastRepliedAt = time;
  contact.lastSeenAt = Math.max(contact.lastSeenAt ?? 0, time);
  return addPart(workspace, conversation, "conversation.user.replied", {
    type,
    author: contactAuthor(contact),
    body: textToHtml(body),
    at: time,
  });
}

/** conversation.admin.replied, or conversation.admin.noted for an internal note. */
export function teammateReplies(
  workspace: Workspace,
  conversation: Conversation,
  admin: Admin,
  body: string,
  options: { isNote?: boolean; at?: number | undefined } = {},
): Part {
  const isNote = options.isNote === true;
  if (!isNote) conversation.waitingSince = null;
  conversation.isRead = true;
  return addPart(
    workspace,
    conversation,
    isNote ? "conversation.admin.noted" : "conversation.admin.replied",
    {
      type: isNote ? "note" : "comment",
      author: adminAuthor(admin),
      body: htmlOrText(body),
      at: options.at,
    },
  );
}

/** conversation.operator.replied. `isFin` says that the AI agent wrote it, not a workflow. */
export function botReplies(
  workspace: Workspace,
  conversation: Conversation,
  body: string,
  options: { isFin?: boolean; at?: number | undefined } = {},
): Part {
  const isFin = options.isFin ?? false;
  if (isFin) conversation.hasAiAgent = true;
  return addPart(workspace, conversation, "conversation.operator.replied", {
    type: "comment",
    author: botAuthor(workspace.appId, isFin),
    body: htmlOrText(body),
    at: options.at,
  });
}

/** To whom a conversation is given; id null = to nobody. */
export interface Assignee {
  readonly type: "admin" | "team";
  readonly id: string | null;
}

/** conversation.admin.assigned; undefined when it was assigned so already and no body was given. */
export function assignConversation(
  workspace: Workspace,
  conversation: Conversation,
  admin: Admin,
  assignee: Assignee,
  body?: string,
): Part | undefined {
  const field = assignee.type === "team" ? "teamAssigneeId" : "adminAssigneeId";
  if (conversation[field] === assignee.id && body === undefined) return undefined;
  conversation[field] = assignee.id;
  return addPart(workspace, conversation, "conversation.admin.assigned", {
    type: "assignment",
    author: adminAuthor(admin),
    body: body === undefined ? null : htmlOrText(body),
    assignedTo:
      assignee.id === null ? { type: "nobody_admin", id: null } : { type: assignee.type, id: assignee.id },
  });
}

/** conversation.admin.closed, .opened or .snoozed; undefined when the conversation was in that state. */
export function setConversationState(
  workspace: Workspace,
  conversation: Conversation,
  admin: Admin,
  state: Conversation["state"],
  options: { body?: string | undefined; snoozedUntil?: number; at?: number | undefined } = {},
): Part | undefined {
  if (conversation.state === state && state !== "snoozed") return undefined;
  conversation.state = state;
  conversation.snoozedUntil = options.snoozedUntil ?? null;
  if (state === "closed") conversation.waitingSince = null;
  const { type, topic } = stateParts[state];
  return addPart(workspace, conversation, topic, {
    type,
    author: adminAuthor(admin),
    body: options.body === undefined ? null : htmlOrText(options.body),
    at: options.at,
  });
}

const stateParts = {
  open: { type: "open", topic: "conversation.admin.opened" },
  closed: { type: "close", topic: "conversation.admin.closed" },
  snoozed: { type: "snoozed", topic: "conversation.admin.snoozed" },
} as const;

/** The tag goes on the customer's newest part; the first message is shown as a part with the source's id. */
export function tagConversation(
  workspace: Workspace,
  conversation: Conversation,
  tag: Tag,
  adminId: string | null,
): boolean {
  if (conversation.tags.some((applied) => applied.tagId === tag.id)) return false;
  const isContact = (part: Part): boolean => part.author.type === "user" || part.author.type === "lead";
  const part = conversation.parts.findLast(isContact) ?? sourceAsPart(conversation);
  const appliedAt = secondsNow(workspace);
  conversation.tags.push({ tagId: tag.id, appliedAt, adminId, partId: part.id });
  conversation.updatedAt = appliedAt;
  workspace.emit("conversation_part.tag.created", () =>
    conversationItem(workspace, conversation, [part], tag),
  );
  return true;
}

function sourceAsPart(conversation: Conversation): Part {
  const { source, createdAt, state } = conversation;
  return {
    id: source.id,
    type: "comment",
    body: source.body,
    author: source.author,
    createdAt,
    updatedAt: createdAt,
    assignedTo: null,
    state,
    isRedacted: source.isRedacted,
  };
}

/** There is no webhook for a tag taken off a conversation. False when it was not there. */
export function untagConversation(workspace: Workspace, conversation: Conversation, tag: Tag): boolean {
  const kept = conversation.tags.filter((applied) => applied.tagId !== tag.id);
  if (kept.length === conversation.tags.length) return false;
  conversation.tags = kept;
  conversation.updatedAt = secondsNow(workspace);
  return true;
}

const deletedBody = "<p><i>This message was deleted</i></p>";

/** conversation_part.redacted; false when no such part is there or it was redacted before. `partId` may be the source's. */
export function redactPart(workspace: Workspace, conversation: Conversation, partId: string): boolean {
  const now = secondsNow(workspace);
  const found = conversation.parts.find((part) => part.id === partId);
  const isSource = found === undefined && conversation.source.id === partId;
  if (found === undefined && !isSource) return false;
  const target = found ?? conversation.source;
  if (target.isRedacted) return false;
  target.isRedacted = true;
  target.body = deletedBody;
  if (found !== undefined) found.updatedAt = now;
  conversation.updatedAt = now;
  const cause = found ?? sourceAsPart(conversation);
  workspace.emit("conversation_part.redacted", () => conversationItem(workspace, conversation, [cause]));
  return true;
}

/** conversation.deleted. */
export function deleteConversation(workspace: Workspace, conversation: Conversation): void {
  workspace.conversations.delete(conversation.id);
  workspace.emit("conversation.deleted", () => deletedConversationItem(conversation));
}

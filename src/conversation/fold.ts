/**
 * evolve(state, event): what a conversation is after one more thing happened. Pure. Events may come late, twice, or in
 * any order; parts are kept by their id and ordered by Intercom's own time, so the result is the same.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Notification } from "../intake/notification.ts";
import { type ParsedPart, partsOf } from "../intake/parts.ts";
import { said } from "./item.ts";
import type { Message, Snapshot } from "./snapshot.ts";

/** What started a look at the conversation: the recipes' triggers, and its deletion, to which no recipe listens. */
export type Trigger = "message" | "tag" | "usage" | "deletion";

export interface ConversationState {
  readonly snapshot: Snapshot;
  /** Intercom's count of parts, as last said. */
  readonly counted: number | null;
  /** Ids as payloads have them; names come with a reading through the API. */
  readonly teamId: string | null;
  readonly contactId: string | null;
  /** When the whole conversation was last read through the API, and what the count was then. */
  readonly readAt: EpochMs | null;
  readonly countedAtRead: number;
  /** Ids of the parts that notifications brought since. */
  readonly toldSinceRead: readonly string[];
}

export function emptyState(workspace: string, conversation: string): ConversationState {
  return {
    snapshot: {
      workspace,
      conversation,
      messages: [],
      truncated: false,
      contact: null,
      otherContacts: [],
      company: null,
      usage: [],
      tags: [],
      team: null,
      assigneeId: null,
      state: "unknown",
      deleted: false,
      url: null,
      createdAt: null,
      updatedAt: null,
    },
    counted: null,
    teamId: null,
    contactId: null,
    readAt: null,
    countedAtRead: 0,
    toldSinceRead: [],
  };
}

/** The state after one notification. */
export function evolve(state: ConversationState, event: Notification): ConversationState {
  switch (event.kind) {
    case "conversation":
    case "part-redacted":
      return tell(state, event.item, event.createdAt);
    case "conversation-deleted":
      return { ...state, snapshot: scrubbed(state.snapshot) };
    case "contact":
    case "contact-tag":
    case "company":
    case "usage":
    case "ping":
    case "unknown":
      return state;
  }
}

/** Takes over a whole reading through the API. Parts that Intercom no longer returns (it gives the 500 newest) stay. */
export function absorb(state: ConversationState, read: Snapshot, now: EpochMs): ConversationState {
  return {
    ...state,
    readAt: now,
    countedAtRead: state.counted ?? 0,
    toldSinceRead: [],
    contactId: read.contact?.id ?? state.contactId,
    snapshot: {
      ...read,
      workspace: state.snapshot.workspace,
      conversation: state.snapshot.conversation,
      usage: state.snapshot.usage,
      deleted: state.snapshot.deleted,
      messages: merged(state.snapshot.messages, read.messages),
    },
  };
}

/**
 * Whether the payloads were not enough: never read, parts missing by Intercom's own count, another person, another
 * team (payloads name it by id only), or tags that came without names.
 */
export function needsReading(state: ConversationState): boolean {
  const { snapshot } = state;
  if (snapshot.deleted) return false;
  if (state.readAt === null) return true;
  if ((state.counted ?? 0) > state.countedAtRead + state.toldSinceRead.length) return true;
  if (state.contactId !== null && state.contactId !== snapshot.contact?.id) return true;
  return state.teamId !== null && snapshot.team === null;
}

/** What is new between two states, in the words of recipes' triggers. */
export function triggersBetween(before: ConversationState, after: ConversationState): readonly Trigger[] {
  const known = new Set(before.snapshot.messages.map((message) => message.id));
  const triggers: Trigger[] = [];
  if (after.snapshot.messages.some((message) => message.role === "customer" && !known.has(message.id)))
    triggers.push("message");
  const tags = new Set(allTags(before.snapshot));
  if (allTags(after.snapshot).some((tag) => !tags.has(tag))) triggers.push("tag");
  if (after.snapshot.usage.length > before.snapshot.usage.length) triggers.push("usage");
  if (after.snapshot.deleted && !before.snapshot.deleted) triggers.push("deletion");
  return triggers;
}

function allTags(snapshot: Snapshot): readonly string[] {
  return [...snapshot.tags, ...(snapshot.contact?.tags ?? [])];
}

function tell(state: ConversationState, item: unknown, at: EpochMs): ConversationState {
  const { snapshot } = state;
  const now = said(item);
  const parts = partsOf(item);
  const messages = parts.filter(hasWords).map((part): Message => ({
    id: part.id,
    role: part.role,
    author: part.authorName,
    authorId: part.authorId,
    text: part.redacted ? "" : part.bodyText,
    at: part.at,
    redacted: part.redacted,
    attachments: part.attachments,
  }));
  const stale = snapshot.updatedAt !== null && (now.updatedAt ?? at) < snapshot.updatedAt;
  const current: Partial<Snapshot> = stale
    ? {}
    : {
        state: now.state ?? snapshot.state,
        tags:
          now.tags === undefined
            ? snapshot.tags
            : now.tagsAreAdded
              ? [...new Set([...snapshot.tags, ...now.tags])]
              : now.tags,
        assigneeId: now.assigneeId === undefined ? snapshot.assigneeId : now.assigneeId,
        team: now.teamId === undefined || now.teamId === state.teamId ? snapshot.team : null,
        otherContacts: now.contacts.length > 1 ? now.contacts.slice(1) : snapshot.otherContacts,
        updatedAt: now.updatedAt ?? at,
      };
  return {
    ...state,
    counted: Math.max(state.counted ?? 0, now.counted ?? 0) || null,
    toldSinceRead: [...new Set([...state.toldSinceRead, ...parts.map((part) => part.id)])],
    teamId: stale || now.teamId === undefined ? state.teamId : now.teamId,
    contactId: stale ? state.contactId : (now.contacts[0] ?? state.contactId),
    snapshot: {
      ...snapshot,
      ...current,
      createdAt: snapshot.createdAt ?? now.createdAt,
      messages: snapshot.deleted ? [] : merged(snapshot.messages, messages),
    },
  };
}

/** Assignments and state changes are parts too, but nobody said anything. */
function hasWords(part: ParsedPart): boolean {
  return part.bodyText !== "" || part.attachments.length > 0 || part.redacted;
}

/** Both lists by id, in Intercom's order. A redaction wins over words. */
function merged(known: readonly Message[], told: readonly Message[]): readonly Message[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of told) {
    const before = byId.get(message.id);
    byId.set(message.id, before?.redacted === true ? before : message);
  }
  return [...byId.values()].toSorted((a, b) => timeOf(a) - timeOf(b) || compareIds(a.id, b.id));
}

/** Intercom's part ids grow with time; longer numbers are later ones. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || Number(a > b) - Number(a < b);
}

/** A message without a time stands first: nobody can say after which other it came. */
function timeOf(message: Message): EpochMs {
  return message.at ?? 0;
}

function scrubbed(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    deleted: true,
    messages: [],
    contact: null,
    company: null,
    otherContacts: [],
    usage: [],
  };
}

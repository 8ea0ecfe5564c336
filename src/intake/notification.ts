/**
 * One notification of Intercom as a union on `kind`. Lenient: every flavour and version, ids as text or number, null
 * anywhere; what is new to Baton is kept as `unknown` and never refused. Pure.
 */
import { z } from "zod";
import { type EpochMs, parseInstant } from "../kernel/time.ts";
import { idSchema, lastPartId } from "./parts.ts";

export interface Envelope {
  /** Intercom's workspace id (app_id); empty when the notification names none. */
  readonly workspace: string;
  /** "notif_..."; null for a ping, which cannot be told apart from another. */
  readonly notificationId: string | null;
  /** Empty when missing. */
  readonly topic: string;
  /** Intercom's own time, for order; 0 when the notification tells none. */
  readonly createdAt: EpochMs;
  readonly conversation: string | null;
  readonly contact: string | null;
  /** conversation:part:topic for topics that bring a message, else null: the same part comes more than once. */
  readonly partKey: string | null;
}

export type ContactChange =
  | "created"
  | "updated"
  | "merged"
  | "deleted"
  | "archived"
  | "unarchived"
  | "signed-up"
  | "email-added"
  | "unknown";

export type Notification = Envelope &
  (
    | { readonly kind: "conversation"; readonly item: unknown }
    | { readonly kind: "conversation-deleted" }
    | { readonly kind: "part-redacted"; readonly item: unknown }
    | {
        readonly kind: "contact";
        readonly change: ContactChange;
        /** The contact that is no more; null where Intercom does not say it (before 2.15). */
        readonly mergedFrom: string | null;
        readonly item: unknown;
      }
    | {
        readonly kind: "contact-tag";
        readonly tag: { readonly id: string; readonly name: string | null } | null;
        readonly added: boolean;
        readonly item: unknown;
      }
    | { readonly kind: "company"; readonly item: unknown }
    | { readonly kind: "usage"; readonly event: string; readonly at: EpochMs | null; readonly item: unknown }
    | { readonly kind: "ping" }
    | { readonly kind: "unknown"; readonly item: unknown }
  );

const id = idSchema.nullish().catch(null);
const reference = z.looseObject({ id }).nullish().catch(null);
const text = z.string().nullish().catch(null);

const itemSchema = z.looseObject({
  type: text,
  id,
  conversation_id: id,
  updated_at: z.unknown().optional(),
  created_at: z.unknown().optional(),
  user: reference,
  contact: reference,
  contacts: z
    .looseObject({ contacts: z.array(reference).nullish().catch(null) })
    .nullish()
    .catch(null),
  merged_from: reference,
  tag: z.looseObject({ id, name: text }).nullish().catch(null),
  event_name: text,
  intercom_user_id: id,
});
type Item = z.infer<typeof itemSchema>;

const bodySchema = z.looseObject({
  app_id: id,
  id,
  topic: text,
  created_at: z.unknown().optional(),
  first_sent_at: z.unknown().optional(),
  data: z.looseObject({ item: z.unknown().optional() }).nullish().catch(null),
});

/** Topics of which Intercom sends one per message part. */
const MESSAGE_TOPICS = new Set([
  "conversation.user.created",
  "conversation.user.replied",
  "conversation.admin.replied",
  "conversation.admin.noted",
  "conversation.operator.replied",
]);

/** Returns the notification in this parsed JSON. Never throws: a body of another shape is `unknown`. */
export function parseNotification(body: unknown): Notification {
  const parsed = bodySchema.safeParse(body);
  const notice: z.infer<typeof bodySchema> = parsed.success
    ? parsed.data
    : { created_at: null, first_sent_at: null };
  const raw = notice.data?.item ?? null;
  const readItem = itemSchema.safeParse(raw);
  const item: Item = readItem.success ? readItem.data : { created_at: null, updated_at: null };
  const topic = notice.topic ?? "";
  const createdAt =
    parseInstant(notice.created_at) ??
    parseInstant(notice.first_sent_at) ??
    parseInstant(item.updated_at) ??
    0;
  const envelope = {
    workspace: notice.app_id ?? "",
    notificationId: notice.id ?? null,
    topic,
    createdAt,
    conversation: null,
    contact: null,
    partKey: null,
  };
  return ofTopic(envelope, item, raw);
}

function ofTopic(envelope: Envelope, item: Item, raw: unknown): Notification {
  const { topic } = envelope;
  if (topic === "ping" || item.type === "ping") return { ...envelope, kind: "ping" };
  if (topic.startsWith("conversation.") || topic.startsWith("conversation_part.")) {
    return ofConversation(envelope, item, raw);
  }
  if (item.type === "contact_tag" || /^(?:contact|user)\.(?:\w+\.)?tag\./.test(topic)) {
    return ofContactTag(envelope, item, raw);
  }
  if (/^(?:contact|user|visitor|lead)\./.test(topic)) return ofContact(envelope, item, raw);
  if (topic === "event.created") {
    const contact = item.intercom_user_id ?? null;
    const event = item.event_name ?? "";
    if (event === "") return { ...envelope, contact, kind: "unknown", item: raw };
    return { ...envelope, contact, kind: "usage", event, at: parseInstant(item.created_at), item: raw };
  }
  if (topic.startsWith("company.")) {
    return { ...envelope, contact: item.contact?.id ?? null, kind: "company", item: raw };
  }
  return { ...envelope, kind: "unknown", item: raw };
}

function ofConversation(envelope: Envelope, item: Item, raw: unknown): Notification {
  const { topic } = envelope;
  const conversation = item.conversation_id ?? item.id ?? null;
  const people = item.contacts?.contacts ?? [];
  const contact = people.find((person) => person?.id)?.id ?? item.user?.id ?? null;
  if (conversation === null) return { ...envelope, contact, kind: "unknown", item: raw };
  if (topic === "conversation.deleted") {
    return { ...envelope, conversation, contact, kind: "conversation-deleted" };
  }
  const about = { ...envelope, conversation, contact, item: raw };
  if (topic === "conversation_part.redacted") return { ...about, kind: "part-redacted" };
  const part = MESSAGE_TOPICS.has(topic) ? lastPartId(raw) : null;
  const partKey = part === null ? null : `${conversation}:${part}:${topic}`;
  return { ...about, partKey, kind: "conversation" };
}

function ofContactTag(envelope: Envelope, item: Item, raw: unknown): Notification {
  const contact = item.contact?.id ?? item.user?.id ?? null;
  const tagId = item.tag?.id ?? null;
  const tag = tagId === null ? null : { id: tagId, name: item.tag?.name ?? null };
  const added = !envelope.topic.endsWith(".deleted");
  return { ...envelope, contact, kind: "contact-tag", tag, added, item: raw };
}

function ofContact(envelope: Envelope, item: Item, raw: unknown): Notification {
  const mergedFrom = item.merged_from?.id ?? null;
  return {
    ...envelope,
    contact: item.id ?? null,
    kind: "contact",
    change: changeOf(envelope.topic),
    mergedFrom,
    item: raw,
  };
}

const CHANGES: readonly (readonly [ending: string, change: ContactChange])[] = [
  [".merged", "merged"],
  [".unarchive", "unarchived"],
  [".unarchived", "unarchived"],
  [".archived", "archived"],
  [".deleted", "deleted"],
  [".signed_up", "signed-up"],
  [".added_email", "email-added"],
  [".email.updated", "email-added"],
  [".created", "created"],
  [".updated", "updated"],
];

function changeOf(topic: string): ContactChange {
  return CHANGES.find(([ending]) => topic.endsWith(ending))?.[1] ?? "unknown";
}

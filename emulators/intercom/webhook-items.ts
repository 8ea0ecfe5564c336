/**
 * The `data.item` of each webhook, in the app's flavour. A conversation carries only the parts that caused the
 * notification; times of people and companies, and the statistics' times, are ISO text where REST has unix
 * seconds (captures of January 2026 and, for "<2.5", of 2019).
 */
import { conversationSummaryWire, partWire, statisticsWire, withPlainText } from "./wire-talk.ts";
import { companyWire, contactWire, planWire, tagWire, type Wire } from "./wire-people.ts";
import type { Company, Contact, Conversation, Part, Tag, TrackedEvent, Workspace } from "./workspace.ts";

/** A conversation with the parts that caused the notification. `addedTag` shows only in the old shape. */
export function conversationItem(
  workspace: Workspace,
  conversation: Conversation,
  causes: readonly Part[],
  addedTag?: Tag,
): Wire {
  if (workspace.flavour === "<2.5") return oldConversationItem(workspace, conversation, causes, addedTag);
  const item: Wire = {
    ...conversationSummaryWire(workspace, conversation),
    statistics: isoTimes(statisticsWire(conversation), ".000Z"),
    conversation_parts: partList(causes.map((part) => partWire(workspace, conversation, part))),
  };
  return workspace.flavour === ">=2.15" ? withPlainText(item) : item;
}

/** conversation.deleted has a `conversation_id` and no `id` (capture of January 2026). */
export function deletedConversationItem(conversation: Conversation): Wire {
  return { type: "conversation", conversation_id: conversation.id };
}

function partList(parts: readonly Wire[]): Wire {
  return { type: "conversation_part.list", conversation_parts: parts, total_count: parts.length };
}

function oldConversationItem(
  workspace: Workspace,
  conversation: Conversation,
  causes: readonly Part[],
  addedTag: Tag | undefined,
): Wire {
  const { source } = conversation;
  const person = workspace.contacts.get(conversation.contactIds[0] ?? "");
  const admin = workspace.admins.get(conversation.adminAssigneeId ?? "");
  const tags = conversationSummaryWire(workspace, conversation)["tags"];
  return {
    type: "conversation",
    id: conversation.id,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
    user: person && {
      type: person.role,
      id: person.id,
      user_id: person.externalId,
      name: person.name,
      email: person.email ?? "",
      do_not_track: null,
    },
    assignee:
      admin === undefined
        ? { type: "nobody_admin", id: null }
        : { type: "admin", id: admin.id, name: admin.name, email: admin.email },
    conversation_message: {
      type: "conversation_message",
      id: source.id,
      url: source.url,
      subject: source.subject,
      body: source.body,
      author: { type: source.author.type, id: source.author.id },
      attachments: [],
    },
    conversation_parts: partList(causes.map(oldPart)),
    open: conversation.state === "open",
    state: conversation.state,
    snoozed_until: conversation.snoozedUntil,
    read: conversation.isRead,
    metadata: {},
    tags,
    tags_added: { type: "tag.list", tags: addedTag === undefined ? [] : [tagWire(addedTag)] },
    links: {
      conversation_web: `https://app.intercom.io/a/apps/${workspace.appId}/conversations/${conversation.id}`,
    },
  };
}

function oldPart(part: Part): Wire {
  return {
    type: "conversation_part",
    id: part.id,
    part_type: part.type,
    body: part.body,
    created_at: part.createdAt,
    updated_at: part.updatedAt,
    notified_at: part.createdAt,
    assigned_to: part.assignedTo,
    author: { type: part.author.type, id: part.author.id, name: part.author.name, email: part.author.email },
    attachments: [],
    external_id: null,
    ...(part.isRedacted && { redacted: true }),
  };
}

/** The whole contact. Tags in it have no name. */
export function contactItem(workspace: Workspace, contact: Contact): Wire {
  return isoTimes(contactWire(workspace, contact), ".000+00:00");
}

/** Whoever is gone is only named. */
export function deletedContactItem(contact: Contact): Wire {
  return { id: contact.id, external_id: contact.externalId, type: "contact", deleted: true };
}

/** The surviving contact. `merged_from` is in current documentation and not in the capture of January 2026. */
export function mergedContactItem(workspace: Workspace, survivor: Contact, goneId: string): Wire {
  const item = contactItem(workspace, survivor);
  if (workspace.flavour !== ">=2.15") return item;
  return { ...item, merged_from: { type: "contact", id: goneId } };
}

export function contactTagItem(workspace: Workspace, contact: Contact, tag: Tag): Wire {
  return { type: "contact_tag", tag: tagWire(tag), contact: contactItem(workspace, contact) };
}

/** A company: `plan` is null or an object, and there is `tag_ids` in place of `tags`. */
export function companyItem(workspace: Workspace, company: Company): Wire {
  const { tags: _tags, segments: _segments, ...item } = companyWire(workspace, company);
  return isoTimes(
    {
      ...item,
      plan: company.plan === null ? null : planWire(company.plan),
      tag_ids: [...company.tagIds],
    },
    ".000+00:00",
  );
}

export function companyContactItem(workspace: Workspace, company: Company, contact: Contact): Wire {
  return { company: companyItem(workspace, company), contact: contactItem(workspace, contact) };
}

/** An event keeps its time in unix seconds. */
export function eventItem(workspace: Workspace, event: TrackedEvent): Wire {
  const contact = workspace.contacts.get(event.contactId);
  return {
    type: "event",
    event_name: event.name,
    id: event.id,
    intercom_user_id: event.contactId,
    user_id: contact?.externalId ?? null,
    email: contact?.email ?? null,
    metadata: event.metadata,
    created_at: event.createdAt,
    ext_metadata: {},
  };
}

function isoTimes(wire: Wire, ending: string): Wire {
  const converted = Object.entries(wire).map(([name, value]) => {
    const isTime = name.endsWith("_at") && typeof value === "number";
    return [name, isTime ? new Date(value * 1000).toISOString().replace(".000Z", ending) : value] as const;
  });
  return Object.fromEntries(converted);
}

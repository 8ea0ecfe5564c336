/** Conversations and their parts as REST 2.14 shows them. */
import { htmlToText } from "./html.ts";
import { tagWire, type Wire } from "./wire-people.ts";
import type { Author, Conversation, Part, Workspace } from "./workspace.ts";

/** GET /conversations/{id} gives at most the 500 newest parts; older ones cannot be read (OpenAPI, retrieveConversation). */
const partsShown = 500;

/** A conversation with its parts, as `GET /conversations/{id}` and every change answer it. */
export function conversationWire(
  workspace: Workspace,
  conversation: Conversation,
  options: { isPlainText?: boolean } = {},
): Wire {
  const parts = conversation.parts.slice(-partsShown);
  const wire: Wire = {
    ...conversationSummaryWire(workspace, conversation),
    conversation_parts: {
      type: "conversation_part.list",
      conversation_parts: parts.map((part) => partWire(workspace, conversation, part)),
      total_count: parts.length,
    },
  };
  return options.isPlainText === true ? withPlainText(wire) : wire;
}

/** A conversation as lists and searches show it: without parts. */
export function conversationSummaryWire(workspace: Workspace, conversation: Conversation): Wire {
  const { source } = conversation;
  const isFromContact = source.deliveredAs === "customer_initiated";
  const teammates = teammatesOf(conversation);
  return {
    type: "conversation",
    id: conversation.id,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
    waiting_since: conversation.waitingSince,
    snoozed_until: conversation.snoozedUntil,
    source: {
      type: source.type,
      id: source.id,
      delivered_as: source.deliveredAs,
      subject: source.subject,
      body: source.body,
      author: authorWire(source.author),
      attachments: [],
      url: source.url,
      redacted: source.isRedacted,
    },
    contacts: {
      type: "contact.list",
      contacts: conversation.contactIds.map((id) => contactLink(workspace, id)),
    },
    first_contact_reply: isFromContact
      ? { created_at: conversation.createdAt, type: source.type, url: source.url }
      : null,
    admin_assignee_id: numberOrNull(conversation.adminAssigneeId),
    team_assignee_id: numberOrNull(conversation.teamAssigneeId),
    open: conversation.state === "open",
    state: conversation.state,
    read: conversation.isRead,
    tags: { type: "tag.list", tags: conversationTags(workspace, conversation) },
    priority: "not_priority",
    sla_applied: null,
    statistics: statisticsWire(conversation),
    conversation_rating: null,
    teammates: { type: "admin.list", teammates, admins: teammates },
    title: conversation.title,
    custom_attributes: conversation.customAttributes,
    topics: { type: "topic.list", topics: [], total_count: 0 },
    ticket: null,
    linked_objects: { type: "list", data: [], total_count: 0, has_more: false },
    ai_agent: conversation.hasAiAgent ? aiAgentWire : null,
    ai_agent_participated: conversation.hasAiAgent,
  };
}

const aiAgentWire = {
  source_type: "workflow",
  source_title: "Fin",
  last_answer_type: "ai_answer",
  resolution_state: "assumed_resolution",
  rating: null,
  rating_remark: null,
  created_at: null,
  updated_at: null,
  content_sources: { type: "content_source.list", content_sources: [], total_count: 0 },
};

function contactLink(workspace: Workspace, id: string): Wire {
  return { type: "contact", id, external_id: workspace.contacts.get(id)?.externalId ?? null };
}

function numberOrNull(id: string | null): number | null {
  return id === null ? null : Number(id);
}

/** The tags of the conversation, each once, though several parts may carry it. */
export function conversationTags(workspace: Workspace, conversation: Conversation): Wire[] {
  return conversation.tags.flatMap(({ tagId, appliedAt, adminId }) => {
    const tag = workspace.tags.get(tagId);
    if (tag === undefined) return [];
    return [{ ...tagWire(tag), applied_at: appliedAt, applied_by: { type: "admin", id: adminId } }];
  });
}

function teammatesOf(conversation: Conversation): Wire[] {
  const ids = new Set(
    conversation.parts.flatMap((part) => (part.author.type === "admin" ? [part.author.id] : [])),
  );
  return [...ids].map((id) => ({ type: "admin", id }));
}

function authorWire(author: Author): Wire {
  const { type, id, name, email, isFin } = author;
  return { type, id, name, email, from_ai_agent: isFin, is_ai_answer: isFin };
}

export function partWire(workspace: Workspace, conversation: Conversation, part: Part): Wire {
  const tagIds = conversation.tags.filter((tag) => tag.partId === part.id).map((tag) => tag.tagId);
  return {
    type: "conversation_part",
    id: part.id,
    part_type: part.type,
    body: part.body,
    created_at: part.createdAt,
    updated_at: part.updatedAt,
    notified_at: part.createdAt,
    assigned_to: part.assignedTo,
    author: authorWire(part.author),
    attachments: [],
    external_id: null,
    redacted: part.isRedacted,
    email_message_metadata: null,
    metadata: {},
    state: part.state,
    tags: tagIds.flatMap((id) => {
      const tag = workspace.tags.get(id);
      return tag === undefined ? [] : [tagWire(tag)];
    }),
    event_details: {},
    app_package_code: null,
  };
}

/** What the statistics say, from the parts alone. Times are null until the thing has happened. */
export function statisticsWire(conversation: Conversation): Wire {
  const { parts, source, createdAt } = conversation;
  const isContact = (part: Part): boolean => part.author.type === "user" || part.author.type === "lead";
  const isAdminReply = (part: Part): boolean => part.author.type === "admin" && part.type === "comment";
  const isFromContact = source.deliveredAs === "customer_initiated";
  const timeOf = (part: Part | undefined): number | null => part?.createdAt ?? null;
  const isClose = (part: Part): boolean => part.type === "close";
  const isAssignment = (part: Part): boolean => part.type === "assignment";
  const lastClose = parts.findLast(isClose);
  return {
    type: "conversation_statistics",
    time_to_assignment: null,
    time_to_admin_reply: null,
    time_to_first_close: null,
    time_to_last_close: null,
    median_time_to_reply: null,
    first_contact_reply_at: isFromContact ? createdAt : timeOf(parts.find(isContact)),
    first_assignment_at: timeOf(parts.find(isAssignment)),
    first_admin_reply_at: timeOf(parts.find(isAdminReply)),
    first_close_at: timeOf(parts.find(isClose)),
    last_assignment_at: timeOf(parts.findLast(isAssignment)),
    last_assignment_admin_reply_at: null,
    last_contact_reply_at: timeOf(parts.findLast(isContact)) ?? (isFromContact ? createdAt : null),
    last_admin_reply_at: timeOf(parts.findLast(isAdminReply)),
    last_close_at: timeOf(lastClose),
    last_closed_by_id: lastClose?.author.id ?? null,
    count_reopens: parts.filter((part) => part.type === "open").length,
    count_assignments: parts.filter(isAssignment).length,
    count_conversation_parts: parts.length,
  };
}

/** `display_as=plaintext` affects body and subject (OpenAPI, retrieveConversation). */
export function withPlainText(wire: Wire): Wire {
  const source = wire["source"] as Wire;
  const list = wire["conversation_parts"] as Wire;
  const plain = (value: unknown): unknown => (typeof value === "string" ? htmlToText(value) : value);
  return {
    ...wire,
    source: { ...source, body: plain(source["body"]), subject: plain(source["subject"]) },
    conversation_parts: {
      ...list,
      conversation_parts: (list["conversation_parts"] as Wire[]).map((part) => ({
        ...part,
        body: plain(part["body"]),
      })),
    },
  };
}

/** /conversations: read, list, search, start, change, delete, redact. */
import { type EmulatorAnswer, type EmulatorRequest, route, type Route } from "../../core/routes.ts";
import { badParameter, notFound } from "../errors.ts";
import { asFields, type Fields, fieldsOf, idOf, textOf } from "../fields.ts";
import { pageOf, pageRequestOf } from "../pages.ts";
import { searchPredicate } from "../search.ts";
import { deleteConversation, redactPart, startConversation } from "../talk.ts";
import { conversationSummaryWire, conversationWire } from "../wire-talk.ts";
import { type Conversation, secondsNow, type Workspace } from "../workspace.ts";
import { conversationOf } from "./lookup.ts";

/** Lists and searches of conversations have 20 rows a page unless asked otherwise (OpenAPI, listConversations). */
const perPageDefault = 20;

/** The routes that read conversations, and those that make, change or remove a whole one. */
export function conversationRoutes(workspace: Workspace): Route[] {
  return [
    route("GET", "/conversations", (request) =>
      listAnswer(workspace, [...workspace.conversations.values()], request.query, undefined),
    ),
    route("POST", "/conversations/search", (request) => search(workspace, fieldsOf(request))),
    route("POST", "/conversations/redact", (request) => redact(workspace, fieldsOf(request))),
    route("POST", "/conversations", (request) => start(workspace, fieldsOf(request))),
    route("GET", "/conversations/:conversation_id", (request) => {
      const conversation = conversationOf(workspace, request);
      return changed(workspace, conversation, false, request);
    }),
    route("PUT", "/conversations/:conversation_id", (request) => {
      const conversation = conversationOf(workspace, request);
      return changed(workspace, conversation, update(workspace, conversation, fieldsOf(request)), request);
    }),
    route("DELETE", "/conversations/:conversation_id", (request) => {
      const conversation = conversationOf(workspace, request);
      deleteConversation(workspace, conversation);
      const body = { id: conversation.id, object: "conversation", deleted: true };
      return { status: 200, body, committed: true, keys: [`conversation:${conversation.id}`] };
    }),
  ];
}

/** The whole conversation, as every read and change answers it; `display_as=plaintext` is obeyed. */
export function changed(
  workspace: Workspace,
  conversation: Conversation,
  committed: boolean,
  request: EmulatorRequest,
): EmulatorAnswer {
  const isPlainText = request.query["display_as"] === "plaintext";
  return {
    status: 200,
    body: conversationWire(workspace, conversation, { isPlainText }),
    committed,
    keys: [`conversation:${conversation.id}`],
  };
}

/** The answer is a message that names the new conversation. */
function start(workspace: Workspace, fields: Fields): EmulatorAnswer {
  const from = asFields(fields["from"]) ?? {};
  const contact = workspace.contacts.get(idOf(from["id"]) ?? "");
  if (contact === undefined) throw notFound("User Not Found");
  const text = textOf(fields["body"]);
  if (text === undefined || text === "")
    throw badParameter("body is required", "parameter_not_found", "body");
  const conversation = startConversation(workspace, contact, text, {
    subject: textOf(fields["subject"]) ?? "",
  });
  const body = {
    type: contact.role === "lead" ? "lead_message" : "user_message",
    id: conversation.source.id,
    created_at: conversation.createdAt,
    subject: conversation.source.subject,
    body: conversation.source.body,
    message_type: "inapp",
    conversation_id: conversation.id,
  };
  return {
    status: 200,
    body,
    committed: true,
    keys: [`conversation:${conversation.id}`, `contact:${contact.id}`],
  };
}

function update(workspace: Workspace, conversation: Conversation, fields: Fields): boolean {
  const before = JSON.stringify([conversation.isRead, conversation.title, conversation.customAttributes]);
  if (typeof fields["read"] === "boolean") conversation.isRead = fields["read"];
  const title = textOf(fields["title"]);
  if (title !== undefined) conversation.title = title;
  Object.assign(conversation.customAttributes, asFields(fields["custom_attributes"]));
  const after = JSON.stringify([conversation.isRead, conversation.title, conversation.customAttributes]);
  if (before === after) return false;
  conversation.updatedAt = secondsNow(workspace);
  return true;
}

function redact(workspace: Workspace, fields: Fields): EmulatorAnswer {
  const conversation = workspace.conversations.get(idOf(fields["conversation_id"]) ?? "");
  if (conversation === undefined) throw notFound();
  const partId =
    idOf(fields["type"] === "source" ? fields["source_id"] : fields["conversation_part_id"]) ?? "";
  const isThere = conversation.source.id === partId || conversation.parts.some((part) => part.id === partId);
  if (!isThere) throw notFound("Conversation part not found");
  const committed = redactPart(workspace, conversation, partId);
  const keys = [`conversation:${conversation.id}`, `part:${partId}`];
  return { status: 200, body: conversationWire(workspace, conversation), committed, keys };
}

/** In conversation search `>` and `<` mean "or equal" for numbers and times (OpenAPI, searchConversations). */
const conversationDialect = { isInclusive: true, dayFields: new Set<string>() };

function search(workspace: Workspace, fields: Fields): EmulatorAnswer {
  const matches = searchPredicate(
    fields["query"],
    (conversation: Conversation, field) => read(workspace, conversation, field),
    conversationDialect,
  );
  const found = [...workspace.conversations.values()].filter(matches);
  return listAnswer(workspace, found, asFields(fields["pagination"]) ?? {}, asFields(fields["sort"]));
}

/** The common fields are read straight from the record: the sweep asks for them over every conversation. */
function read(workspace: Workspace, conversation: Conversation, field: string): unknown {
  switch (field) {
    case "id":
      return conversation.id;
    case "updated_at":
      return conversation.updatedAt;
    case "created_at":
      return conversation.createdAt;
    case "state":
      return conversation.state;
    case "contact_ids":
      return conversation.contactIds;
    case "tag_ids":
      return conversation.tags.map((tag) => tag.tagId);
    case "teammate_ids":
      return [conversation.adminAssigneeId];
    default:
      return readByPath(conversationSummaryWire(workspace, conversation), field);
  }
}

function readByPath(wire: unknown, field: string): unknown {
  const [first = "", ...rest] = field.split(".");
  const value = asFields(wire)?.[first];
  if (rest.length === 0) return value;
  return value === null ? null : readByPath(value, rest.join("."));
}

function listAnswer(
  workspace: Workspace,
  conversations: readonly Conversation[],
  paging: Fields,
  sort: Fields | undefined,
): EmulatorAnswer {
  const field = textOf(sort?.["field"]) ?? "updated_at";
  const page = pageOf(conversations, pageRequestOf(paging, perPageDefault), {
    keyOf: (conversation) => (read(workspace, conversation, field) ?? "") as string | number,
    isDescending: textOf(sort?.["order"]) !== "ascending",
  });
  const body = {
    type: "conversation.list",
    conversations: page.rows.map((conversation) => conversationSummaryWire(workspace, conversation)),
    total_count: page.totalCount,
    pages: page.pages,
  };
  return { status: 200, body };
}

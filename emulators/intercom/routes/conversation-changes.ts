/** What is done inside a conversation: replies, parts, tags. */
import { type EmulatorAnswer, type EmulatorRequest, route, type Route } from "../../core/routes.ts";
import { badParameter, notFound } from "../errors.ts";
import { type Fields, fieldsOf, idOf, numberOf, requiredId, secondsOf, textOf } from "../fields.ts";
import {
  assignConversation,
  customerReplies,
  setConversationState,
  tagConversation,
  teammateReplies,
  untagConversation,
} from "../talk.ts";
import { tagWire } from "../wire-people.ts";
import { conversationTags } from "../wire-talk.ts";
import type { Conversation, Tag, Workspace } from "../workspace.ts";
import { changed } from "./conversations.ts";
import { adminOf, conversationOf, personOf, tagOf } from "./lookup.ts";

/** The routes that change a conversation from inside. */
export function conversationChangeRoutes(workspace: Workspace): Route[] {
  return [
    route("POST", "/conversations/:conversation_id/reply", (request) => reply(workspace, request)),
    route("POST", "/conversations/:conversation_id/parts", (request) => manage(workspace, request)),
    route("POST", "/conversations/:conversation_id/tags", (request) => {
      const fields = fieldsOf(request);
      const conversation = conversationOf(workspace, request);
      const admin = adminOf(workspace, fields);
      const tag = tagOf(workspace, requiredId(fields, "id"));
      const committed = tagConversation(workspace, conversation, tag, admin.id);
      return tagAnswer(workspace, conversation, tag, committed);
    }),
    route("DELETE", "/conversations/:conversation_id/tags/:tag_id", (request) => {
      const conversation = conversationOf(workspace, request);
      adminOf(workspace, fieldsOf(request));
      const tag = tagOf(workspace, request.params["tag_id"]);
      if (!untagConversation(workspace, conversation, tag)) throw notFound("Tag not found", "tag_not_found");
      return tagAnswer(workspace, conversation, tag, true);
    }),
  ];
}

function tagAnswer(
  workspace: Workspace,
  conversation: Conversation,
  tag: Tag,
  committed: boolean,
): EmulatorAnswer {
  const applied = conversationTags(workspace, conversation).find((wire) => wire["id"] === tag.id);
  return {
    status: 200,
    body: applied ?? tagWire(tag),
    committed,
    keys: [`conversation:${conversation.id}`, `tag:${tag.id}`, `tag-name:${tag.name}`],
  };
}

function reply(workspace: Workspace, request: EmulatorRequest): EmulatorAnswer {
  const fields = fieldsOf(request);
  const conversation = conversationOf(workspace, request, fields);
  const at = secondsOf(fields["created_at"]);
  const body = textOf(fields["body"]);
  if (fields["type"] === "user") {
    const contact = personOf(workspace, fields);
    if (contact === undefined) throw notFound("User Not Found");
    customerReplies(workspace, conversation, contact, requiredBody(body), at);
    return changed(workspace, conversation, true, request);
  }
  if (fields["type"] !== "admin")
    throw badParameter("type must be admin or user", "parameter_invalid", "type");
  const admin = adminOf(workspace, fields);
  const messageType = fields["message_type"];
  if (messageType !== "comment" && messageType !== "note" && messageType !== "quick_reply") {
    throw badParameter("message_type is not valid", "parameter_invalid", "message_type");
  }
  const isNote = messageType === "note";
  const text = messageType === "quick_reply" ? (body ?? "") : requiredBody(body);
  const part = teammateReplies(workspace, conversation, admin, text, { isNote, at });
  const answer = changed(workspace, conversation, true, request);
  return { ...answer, keys: [...(answer.keys ?? []), `part:${part.id}`] };
}

function requiredBody(body: string | undefined): string {
  if (body === undefined || body === "")
    throw badParameter("body is required", "parameter_not_found", "body");
  return body;
}

function manage(workspace: Workspace, request: EmulatorRequest): EmulatorAnswer {
  const fields = fieldsOf(request);
  const conversation = conversationOf(workspace, request);
  const admin = adminOf(workspace, fields);
  const body = textOf(fields["body"]);
  const done = (part: unknown, keys: readonly string[] = []): EmulatorAnswer => {
    const answer = changed(workspace, conversation, part !== undefined, request);
    return { ...answer, keys: [...(answer.keys ?? []), ...keys] };
  };
  switch (fields["message_type"]) {
    case "assignment": {
      const assignee = assigneeOf(workspace, fields);
      const part = assignConversation(workspace, conversation, admin, assignee, body);
      return done(part, [`assignee:${assignee.type}:${assignee.id ?? "0"}`]);
    }
    case "close":
      return done(setConversationState(workspace, conversation, admin, "closed", { body }));
    case "open":
      return done(setConversationState(workspace, conversation, admin, "open"));
    case "snoozed": {
      const snoozedUntil = numberOf(fields["snoozed_until"]);
      if (snoozedUntil === undefined) {
        throw badParameter("snoozed_until is required", "parameter_not_found", "snoozed_until");
      }
      return done(setConversationState(workspace, conversation, admin, "snoozed", { snoozedUntil }));
    }
    default:
      throw badParameter("message_type is not valid", "parameter_invalid", "message_type");
  }
}

/** `assignee_id` 0 = to nobody (OpenAPI, assignConversation). */
function assigneeOf(
  workspace: Workspace,
  fields: Fields,
): { readonly type: "admin" | "team"; readonly id: string | null } {
  const { type } = fields;
  if (type !== "admin" && type !== "team")
    throw badParameter("type must be admin or team", "parameter_invalid", "type");
  const id = idOf(fields["assignee_id"]);
  if (id === undefined) throw badParameter("assignee_id is required", "parameter_not_found", "assignee_id");
  if (id === "0") return { type, id: null };
  const isThere = type === "team" ? workspace.teams.has(id) : workspace.admins.has(id);
  if (!isThere) throw notFound(`${type} not found`, `${type}_not_found`);
  return { type, id };
}

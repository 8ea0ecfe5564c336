/** Finds what a request names, or refuses with the vendor's 404. */
import type { EmulatorRequest } from "../../core/routes.ts";
import { badParameter, notFound } from "../errors.ts";
import { type Fields, idOf } from "../fields.ts";
import type { Admin, Company, Contact, Conversation, Tag, Workspace } from "../workspace.ts";

function param(request: EmulatorRequest, name: string): string {
  return request.params[name] ?? "";
}

/** A merged or deleted contact is not there any more: 404. */
export function contactOf(workspace: Workspace, request: EmulatorRequest): Contact {
  const contact = workspace.contacts.get(param(request, "contact_id"));
  if (contact === undefined) throw notFound("User Not Found");
  return contact;
}

export function companyOf(workspace: Workspace, id: string | undefined): Company {
  const company = workspace.companies.get(id ?? "");
  if (company === undefined) throw notFound("Company Not Found", "company_not_found");
  return company;
}

/** "last" stands for the newest conversation of the person whom the body names (OpenAPI, replyConversation). */
export function conversationOf(
  workspace: Workspace,
  request: EmulatorRequest,
  fields?: Fields,
): Conversation {
  const id = param(request, "conversation_id");
  const person = id === "last" && fields !== undefined ? personOf(workspace, fields) : undefined;
  const conversation =
    person === undefined
      ? workspace.conversations.get(id)
      : [...workspace.conversations.values()].findLast((candidate) =>
          candidate.contactIds.includes(person.id),
        );
  if (conversation === undefined) throw notFound();
  return conversation;
}

export function tagOf(workspace: Workspace, id: string | undefined): Tag {
  const tag = workspace.tags.get(id ?? "");
  if (tag === undefined) throw notFound("Resource Not Found", "tag_not_found");
  return tag;
}

/** The teammate in `admin_id`, which the vendor requires. */
export function adminOf(workspace: Workspace, fields: Fields): Admin {
  const id = idOf(fields["admin_id"]);
  if (id === undefined) throw badParameter("admin_id is required", "parameter_not_found", "admin_id");
  const admin = workspace.admins.get(id);
  if (admin === undefined) throw notFound("Admin for admin_id not found", "admin_not_found");
  return admin;
}

/** The person named by `id`, `intercom_user_id`, `user_id` (the caller's own id) or `email`. */
export function personOf(workspace: Workspace, fields: Fields): Contact | undefined {
  const id = idOf(fields["intercom_user_id"]) ?? idOf(fields["id"]);
  if (id !== undefined) return workspace.contacts.get(id);
  const userId = idOf(fields["user_id"]);
  const email = idOf(fields["email"])?.toLowerCase();
  for (const contact of workspace.contacts.values()) {
    if (userId !== undefined && contact.externalId === userId) return contact;
    const isAddressed = userId === undefined && email !== undefined && contact.role === "user";
    if (isAddressed && contact.email?.toLowerCase() === email) return contact;
  }
  return undefined;
}

/** /contacts: create, read, change, search, merge, archive. */
import type { EmulatorAnswer, EmulatorRequest, Route } from "../../core/routes.ts";
import { route } from "../../core/routes.ts";
import { badParameter, IntercomError, notFound } from "../errors.ts";
import { asFields, type Fields, fieldsOf, idOf, numberOf, requiredId, secondsOf, textOf } from "../fields.ts";
import { pageOf, pageRequestOf } from "../pages.ts";
import {
  addContact,
  type ContactFields,
  deleteContact,
  mergeContacts,
  setArchived,
  updateContact,
} from "../people.ts";
import { searchPredicate } from "../search.ts";
import { contactWire } from "../wire-people.ts";
import { type Contact, findAttribute, type Workspace } from "../workspace.ts";
import { contactOf } from "./lookup.ts";

/** Lists and searches of contacts have 50 rows a page unless asked otherwise (OpenAPI, ListContacts). */
const perPageDefault = 50;

/** The routes of contacts. `searchLagMs`: how long a new contact is missing from searches, in the emulator's time. */
export function contactRoutes(workspace: Workspace, searchLagMs: number): Route[] {
  const shown = (contact: Contact, committed: boolean): EmulatorAnswer => ({
    status: 200,
    body: contactWire(workspace, contact),
    committed,
    keys: [`contact:${contact.id}`],
  });
  return [
    route("POST", "/contacts", (request) => shown(create(workspace, fieldsOf(request)), true)),
    route("GET", "/contacts", (request) => listAnswer(workspace, [...present(workspace)], request.query)),
    route("POST", "/contacts/search", (request) => search(workspace, fieldsOf(request), searchLagMs)),
    route("POST", "/contacts/merge", (request) => shown(merge(workspace, fieldsOf(request)), true)),
    route("GET", "/contacts/find_by_external_id/:external_id", (request) => {
      const { external_id: externalId } = request.params;
      const found = [...workspace.contacts.values()].find((contact) => contact.externalId === externalId);
      if (found === undefined) throw notFound("User Not Found");
      return shown(found, false);
    }),
    route("GET", "/contacts/:contact_id", (request) => shown(contactOf(workspace, request), false)),
    route("PUT", "/contacts/:contact_id", (request) => {
      const contact = contactOf(workspace, request);
      const fields = contactFieldsOf(workspace, fieldsOf(request));
      refuseDuplicate(workspace, { ...fields, role: fields.role ?? contact.role }, contact);
      return shown(contact, updateContact(workspace, contact, fields));
    }),
    route("DELETE", "/contacts/:contact_id", (request) => {
      const contact = contactOf(workspace, request);
      deleteContact(workspace, contact);
      return { ...reference(contact, { deleted: true }), committed: true };
    }),
    route("POST", "/contacts/:contact_id/archive", (request) => archive(workspace, request, true)),
    route("POST", "/contacts/:contact_id/unarchive", (request) => archive(workspace, request, false)),
  ];
}

function reference(contact: Contact, more: Record<string, unknown>): EmulatorAnswer {
  const body = { type: "contact", id: contact.id, external_id: contact.externalId, ...more };
  return { status: 200, body, keys: [`contact:${contact.id}`] };
}

function archive(workspace: Workspace, request: EmulatorRequest, isArchived: boolean): EmulatorAnswer {
  const contact = contactOf(workspace, request);
  const committed = setArchived(workspace, contact, isArchived);
  return { ...reference(contact, { archived: isArchived }), committed };
}

function create(workspace: Workspace, fields: Fields): Contact {
  const given = contactFieldsOf(workspace, fields);
  const role = given.role ?? "user";
  if (role === "user" && given.email == null && given.externalId == null) {
    throw badParameter("email or external_id is required for a user", "parameter_missing");
  }
  refuseDuplicate(workspace, { ...given, role }, undefined);
  return addContact(workspace, { ...given, role });
}

/**
 * Users are unique by email and by external_id, leads are not. The message names the contact that is there
 * (Intercom-OpenAPI, pull request 543).
 */
function refuseDuplicate(workspace: Workspace, fields: ContactFields, self: Contact | undefined): void {
  const email = fields.email?.toLowerCase();
  for (const contact of workspace.contacts.values()) {
    if (contact === self) continue;
    const hasSameKey = fields.externalId != null && contact.externalId === fields.externalId;
    const hasSameEmail =
      email !== undefined && contact.role === "user" && contact.email?.toLowerCase() === email;
    if (!hasSameKey && !(hasSameEmail && fields.role === "user")) continue;
    const article = contact.isArchived ? "An archived" : "A";
    const message = `${article} contact matching those details already exists with id=${contact.id}`;
    throw new IntercomError(409, "conflict", message);
  }
}

function contactFieldsOf(workspace: Workspace, fields: Fields): ContactFields {
  const role = fields["role"];
  if (role !== undefined && role !== "user" && role !== "lead") {
    throw badParameter("role must be user or lead", "parameter_invalid", "role");
  }
  const text = (name: string): string | null | undefined =>
    fields[name] === null
      ? null
      : typeof fields[name] === "number"
        ? String(fields[name])
        : textOf(fields[name]);
  const time = (name: string): number | null | undefined =>
    fields[name] === null ? null : secondsOf(fields[name]);
  const email = text("email");
  if (typeof email === "string" && !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw badParameter("email is not valid", "parameter_invalid", "email");
  }
  return {
    role,
    email,
    externalId: text("external_id"),
    name: text("name"),
    phone: text("phone"),
    ownerId: fields["owner_id"] === null ? null : numberOf(fields["owner_id"]),
    signedUpAt: time("signed_up_at"),
    lastSeenAt: time("last_seen_at"),
    isUnsubscribed: fields["unsubscribed_from_emails"] as boolean | undefined,
    customAttributes: knownAttributesOf(workspace, "contact", fields["custom_attributes"]),
  };
}

/** Custom attributes that have not been created first are refused, since version 2.0 (2.0/changelog). */
export function knownAttributesOf(
  workspace: Workspace,
  model: "contact" | "company",
  value: unknown,
): Fields | undefined {
  const attributes = asFields(value);
  for (const name of Object.keys(attributes ?? {})) {
    if (findAttribute(workspace, model, name) !== undefined) continue;
    throw badParameter(`Custom attribute '${name}' does not exist`, "parameter_invalid", name);
  }
  return attributes;
}

function merge(workspace: Workspace, fields: Fields): Contact {
  const from = workspace.contacts.get(requiredId(fields, "from"));
  const into = workspace.contacts.get(requiredId(fields, "into"));
  if (from === undefined || into === undefined) throw notFound("User Not Found");
  if (from.role !== "lead" || into.role !== "user") {
    throw badParameter("from must be a lead and into must be a user", "invalid_merge");
  }
  mergeContacts(workspace, from, into);
  return into;
}

function* present(workspace: Workspace): Iterable<Contact> {
  for (const contact of workspace.contacts.values()) if (!contact.isArchived) yield contact;
}

/** Contacts are matched by calendar day below version 2.17, and may be missing for minutes (2.17/changelog; OpenAPI). */
const contactDialect = {
  isInclusive: false,
  dayFields: new Set([
    "created_at",
    "updated_at",
    "signed_up_at",
    "last_seen_at",
    "last_replied_at",
    "last_contacted_at",
  ]),
};

function search(workspace: Workspace, fields: Fields, searchLagMs: number): EmulatorAnswer {
  const matches = searchPredicate(
    fields["query"],
    (contact: Contact, field) => read(workspace, contact, field),
    contactDialect,
  );
  const indexedUntil = workspace.now() - searchLagMs;
  const found = [...present(workspace)].filter(
    (contact) => contact.createdAtMs <= indexedUntil && matches(contact),
  );
  return listAnswer(workspace, found, asFields(fields["pagination"]) ?? {}, asFields(fields["sort"]));
}

function read(workspace: Workspace, contact: Contact, field: string): unknown {
  switch (field) {
    case "tag_id":
      return [...contact.tagIds];
    case "company_id":
      return [...contact.companyIds];
    case "segment_id":
      return [];
    case "email":
      return contact.email;
    case "external_id":
      return contact.externalId;
    default: {
      if (field.startsWith("custom_attributes.")) {
        return contact.customAttributes[field.slice("custom_attributes.".length)] ?? null;
      }
      return contactWire(workspace, contact)[field];
    }
  }
}

function listAnswer(
  workspace: Workspace,
  contacts: readonly Contact[],
  paging: Fields,
  sort?: Fields,
): EmulatorAnswer {
  const sortField = textOf(sort?.["field"]) ?? "created_at";
  const page = pageOf(contacts, pageRequestOf(paging, perPageDefault), {
    keyOf: (contact) =>
      sortField === "created_at"
        ? contact.createdAt
        : ((contactWire(workspace, contact)[sortField] ?? "") as string | number),
    isDescending: idOf(sort?.["order"]) !== "ascending",
  });
  return {
    status: 200,
    body: {
      type: "list",
      data: page.rows.map((contact) => contactWire(workspace, contact)),
      total_count: page.totalCount,
      pages: page.pages,
    },
  };
}

/** What hangs on a contact: tags, companies, notes. */
import { route, type EmulatorAnswer, type Route } from "../../core/routes.ts";
import { badParameter, IntercomError, notFound } from "../errors.ts";
import { fieldsOf, idOf, requiredId, textOf } from "../fields.ts";
import { numberedPageOf } from "../pages.ts";
import { addNote, attachCompany, detachCompany, tagContact, untagContact } from "../people.ts";
import { companyWire, noteWire, tagsOf, tagWire } from "../wire-people.ts";
import type { Contact, Tag, Workspace } from "../workspace.ts";
import { adminOf, companyOf, contactOf, tagOf } from "./lookup.ts";

/** At most so many companies belong to one contact (OpenAPI, attachContactToACompany). */
const companiesPerContact = 1000;

/** The routes under `/contacts/{id}/`, and `/notes/{id}`. */
export function contactLinkRoutes(workspace: Workspace): Route[] {
  return [...tagRoutesOfContacts(workspace), ...companyRoutesOfContacts(workspace), ...noteRoutes(workspace)];
}

function tagRoutesOfContacts(workspace: Workspace): Route[] {
  const tagged = (contact: Contact, tag: Tag, committed: boolean): EmulatorAnswer => ({
    status: 200,
    body: tagWire(tag),
    committed,
    keys: [`contact:${contact.id}`, `tag:${tag.id}`, `tag-name:${tag.name}`],
  });
  return [
    route("GET", "/contacts/:contact_id/tags", (request) => {
      const contact = contactOf(workspace, request);
      return { status: 200, body: { type: "list", data: tagsOf(workspace, contact.tagIds) } };
    }),
    route("POST", "/contacts/:contact_id/tags", (request) => {
      const contact = contactOf(workspace, request);
      const tag = tagOf(workspace, requiredId(fieldsOf(request), "id"));
      return tagged(contact, tag, tagContact(workspace, contact, tag));
    }),
    route("DELETE", "/contacts/:contact_id/tags/:tag_id", (request) => {
      const contact = contactOf(workspace, request);
      const tag = tagOf(workspace, request.params["tag_id"]);
      if (!contact.tagIds.has(tag.id)) throw notFound();
      return tagged(contact, tag, untagContact(workspace, contact, tag));
    }),
  ];
}

function companyRoutesOfContacts(workspace: Workspace): Route[] {
  return [
    route("GET", "/contacts/:contact_id/companies", (request) => {
      const contact = contactOf(workspace, request);
      const companies = [...contact.companyIds].flatMap((id) => workspace.companies.get(id) ?? []);
      const { rows, pages } = numberedPageOf(companies, request.query, 15);
      const data = rows.map((company) => companyWire(workspace, company));
      return {
        status: 200,
        body: { type: "list", data, companies: data, total_count: companies.length, pages },
      };
    }),
    route("POST", "/contacts/:contact_id/companies", (request) => {
      const contact = contactOf(workspace, request);
      const id = idOf(fieldsOf(request)["id"]);
      if (id === undefined) throw badParameter("company not specified", "parameter_not_found");
      const company = companyOf(workspace, id);
      if (contact.companyIds.size >= companiesPerContact && !contact.companyIds.has(company.id)) {
        const message = `Contact has reached the maximum of ${companiesPerContact} company associations`;
        throw new IntercomError(400, "contact_company_limit_exceeded", message);
      }
      const committed = attachCompany(workspace, contact, company);
      const keys = [`contact:${contact.id}`, `company:${company.id}`];
      return { status: 200, body: companyWire(workspace, company), committed, keys };
    }),
    route("DELETE", "/contacts/:contact_id/companies/:company_id", (request) => {
      const contact = contactOf(workspace, request);
      const company = companyOf(workspace, request.params["company_id"]);
      const committed = detachCompany(workspace, contact, company);
      return { status: 200, body: companyWire(workspace, company), committed };
    }),
  ];
}

function noteRoutes(workspace: Workspace): Route[] {
  return [
    route("GET", "/contacts/:contact_id/notes", (request) => {
      const contact = contactOf(workspace, request);
      const notes = [...workspace.notes.values()].filter((note) => note.contactId === contact.id);
      const { rows, pages } = numberedPageOf(notes, request.query, 50);
      const data = rows.map((note) => noteWire(workspace, note));
      return { status: 200, body: { type: "list", data, total_count: notes.length, pages } };
    }),
    route("POST", "/contacts/:contact_id/notes", (request) => {
      const contact = contactOf(workspace, request);
      const fields = fieldsOf(request);
      const body = textOf(fields["body"]);
      if (body === undefined || body === "")
        throw badParameter("body is required", "parameter_not_found", "body");
      const adminId = fields["admin_id"] === undefined ? null : adminOf(workspace, fields).id;
      const note = addNote(workspace, contact, body, adminId);
      return {
        status: 200,
        body: noteWire(workspace, note),
        committed: true,
        keys: [`contact:${contact.id}`],
      };
    }),
    route("GET", "/notes/:note_id", (request) => {
      const note = workspace.notes.get(request.params["note_id"] ?? "");
      if (note === undefined) throw notFound();
      return { status: 200, body: noteWire(workspace, note) };
    }),
  ];
}

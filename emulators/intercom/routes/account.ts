/** /me, /admins, /teams, /tags, /events, /data_attributes. */
import { type EmulatorAnswer, route, type Route } from "../../core/routes.ts";
import { badParameter, IntercomError, notFound } from "../errors.ts";
import { asFields, type Fields, fieldsOf, idOf, numberOf, textOf } from "../fields.ts";
import { tagContact, trackEvent, untagContact } from "../people.ts";
import { adminWire, attributeWire, tagWire, teamWire } from "../wire-people.ts";
import {
  declareAttribute,
  ensureTag,
  findAttribute,
  findTagByName,
  firstAdminId,
  secondsNow,
  type Workspace,
} from "../workspace.ts";
import { companyOf, personOf, tagOf } from "./lookup.ts";

/** The routes about the workspace itself. */
export function accountRoutes(workspace: Workspace): Route[] {
  return [
    route("GET", "/me", () => ({ status: 200, body: meWire(workspace) })),
    route("GET", "/admins", () => ({
      status: 200,
      body: { type: "admin.list", admins: [...workspace.admins.values()].map(adminWire) },
    })),
    route("GET", "/admins/:admin_id", (request) => {
      const admin = workspace.admins.get(request.params["admin_id"] ?? "");
      if (admin === undefined) throw notFound("Admin not found", "admin_not_found");
      return { status: 200, body: adminWire(admin) };
    }),
    route("GET", "/teams", () => ({
      status: 200,
      body: { type: "team.list", teams: [...workspace.teams.values()].map(teamWire) },
    })),
    route("GET", "/teams/:team_id", (request) => {
      const team = workspace.teams.get(request.params["team_id"] ?? "");
      if (team === undefined) throw notFound("Team not found", "team_not_found");
      return { status: 200, body: teamWire(team) };
    }),
    ...tagRoutes(workspace),
    route("POST", "/events", (request) => createEvent(workspace, fieldsOf(request))),
    route("GET", "/events", (request) => listEvents(workspace, request.query)),
    ...attributeRoutes(workspace),
  ];
}

/** `app.id_code` is the `app_id` of the webhooks. */
function meWire(workspace: Workspace): Record<string, unknown> {
  const admin = workspace.admins.get(firstAdminId);
  return {
    ...(admin && adminWire(admin)),
    avatar: { type: "avatar", image_url: null },
    email_verified: true,
    app: {
      type: "app",
      id_code: workspace.appId,
      name: "Baton emulator",
      region: "US",
      timezone: "Etc/UTC",
      created_at: 1_700_000_000,
      identity_verification: false,
    },
  };
}

function tagRoutes(workspace: Workspace): Route[] {
  return [
    route("GET", "/tags", () => ({
      status: 200,
      body: { type: "list", data: [...workspace.tags.values()].map(tagWire) },
    })),
    route("POST", "/tags", (request) => createTag(workspace, fieldsOf(request))),
    route("GET", "/tags/:tag_id", (request) => ({
      status: 200,
      body: tagWire(tagOf(workspace, request.params["tag_id"])),
    })),
    route("DELETE", "/tags/:tag_id", (request) => {
      const tag = tagOf(workspace, request.params["tag_id"]);
      workspace.tags.delete(tag.id);
      for (const contact of workspace.contacts.values()) contact.tagIds.delete(tag.id);
      for (const conversation of workspace.conversations.values()) {
        conversation.tags = conversation.tags.filter((applied) => applied.tagId !== tag.id);
      }
      return { status: 200, committed: true, keys: [`tag:${tag.id}`] };
    }),
  ];
}

/** Makes the tag or returns the one of that name; with `users` or `companies` it is put on them or taken off. */
function createTag(workspace: Workspace, fields: Fields): EmulatorAnswer {
  const name = textOf(fields["name"])?.trim();
  if (name === undefined || name === "")
    throw badParameter("name is required", "parameter_not_found", "name");
  const id = idOf(fields["id"]);
  let isChanged = id === undefined && findTagByName(workspace, name) === undefined;
  const tag = id === undefined ? ensureTag(workspace, name) : tagOf(workspace, id);
  if (tag.name.toLowerCase() !== name.toLowerCase()) {
    tag.name = name;
    isChanged = true;
  }
  for (const member of membersOf(fields["users"])) {
    const contact = personOf(workspace, member);
    if (contact === undefined) throw notFound("User Not Found");
    const change = member["untag"] === true ? untagContact : tagContact;
    if (change(workspace, contact, tag)) isChanged = true;
  }
  for (const member of membersOf(fields["companies"])) {
    const key = idOf(member["company_id"]);
    const byKey = [...workspace.companies.values()].find((candidate) => candidate.companyId === key);
    const company = companyOf(workspace, idOf(member["id"]) ?? byKey?.id);
    const isTagged = company.tagIds.has(tag.id);
    if (member["untag"] === true) company.tagIds.delete(tag.id);
    else company.tagIds.add(tag.id);
    if (isTagged !== company.tagIds.has(tag.id)) isChanged = true;
  }
  const keys = [`tag:${tag.id}`, `tag-name:${tag.name}`];
  return { status: 200, body: tagWire(tag), committed: isChanged, keys };
}

function membersOf(value: unknown): Fields[] {
  const members: readonly unknown[] = Array.isArray(value) ? value : [];
  return members.map(asFields).filter((member) => member !== undefined);
}

/** 202 and an empty body; the repeat of an event is accepted in silence (OpenAPI, createDataEvent). */
function createEvent(workspace: Workspace, fields: Fields): EmulatorAnswer {
  const name = textOf(fields["event_name"]);
  if (name === undefined || name === "") {
    throw badParameter("event_name is required", "parameter_not_found", "event_name");
  }
  const contact = personOf(workspace, fields);
  if (contact === undefined) throw notFound("User Not Found");
  const createdAt = numberOf(fields["created_at"]) ?? secondsNow(workspace);
  if (createdAt > 100_000_000_000) {
    throw badParameter("created_at must be in seconds", "parameter_invalid", "created_at");
  }
  const metadata = asFields(fields["metadata"]) ?? {};
  const committed = trackEvent(workspace, contact, name, createdAt, metadata);
  return {
    status: 202,
    committed,
    keys: [`contact:${contact.id}`, `event:${name}:${contact.id}:${createdAt}`],
  };
}

/** Events older than 90 days are not listed. */
const eventAgeSeconds = 90 * 86_400;

function listEvents(workspace: Workspace, query: Fields): EmulatorAnswer {
  if (query["type"] !== "user") throw badParameter("type must be user", "parameter_invalid", "type");
  const contact = personOf(workspace, query);
  if (contact === undefined) throw notFound("User Not Found");
  const oldest = secondsNow(workspace) - eventAgeSeconds;
  const events = workspace.events
    .filter((event) => event.contactId === contact.id && event.createdAt >= oldest)
    .map((event) => ({
      type: "event",
      id: event.id,
      event_name: event.name,
      created_at: event.createdAt,
      user_id: contact.externalId ?? undefined,
      intercom_user_id: contact.id,
      email: contact.email ?? undefined,
      metadata: event.metadata,
    }));
  const person = {
    email: contact.email ?? "",
    intercom_user_id: contact.id,
    user_id: contact.externalId ?? "",
  };
  return { status: 200, body: { type: "event.list", events, pages: {}, ...person } };
}

const dataTypes = new Set(["string", "integer", "float", "boolean", "date", "datetime", "options"]);

/** At most so many custom attributes in a workspace (help article 179). */
const attributesPerWorkspace = 250;

function attributeRoutes(workspace: Workspace): Route[] {
  return [
    route("GET", "/data_attributes", (request) => {
      const { model } = request.query;
      const shown = workspace.attributes.filter(
        (attribute) => model === undefined || attribute.model === model,
      );
      return { status: 200, body: { type: "list", data: shown.map(attributeWire) } };
    }),
    route("POST", "/data_attributes", (request) => {
      const fields = fieldsOf(request);
      const { model } = fields;
      const name = textOf(fields["name"]);
      if (model !== "contact" && model !== "company") {
        throw badParameter("model must be contact or company", "parameter_invalid", "model");
      }
      if (name === undefined) throw badParameter("name is required", "parameter_not_found", "name");
      const dataType = String(fields["data_type"]);
      if (!dataTypes.has(dataType))
        throw badParameter("data_type is not valid", "parameter_invalid", "data_type");
      if (findAttribute(workspace, model, name) !== undefined) {
        const message = `You already have '${name}' in your ${model} data. To save this as new data, use a different name.`;
        throw badParameter(message, "parameter_invalid");
      }
      if (workspace.attributes.length >= attributesPerWorkspace) {
        throw new IntercomError(400, "parameter_invalid", "You have reached the limit of custom attributes");
      }
      const options = membersOf(fields["options"]).map((option) => String(option["value"]));
      const description = textOf(fields["description"]) ?? "";
      const attribute = declareAttribute(workspace, model, name, dataType, { options, description });
      return {
        status: 200,
        body: attributeWire(attribute),
        committed: true,
        keys: [`attribute:${model}:${name}`],
      };
    }),
  ];
}

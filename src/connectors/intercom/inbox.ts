/** The port Inbox over one Intercom workspace. */
import type { Company, Person, Snapshot } from "../../conversation/snapshot.ts";
import type { People } from "../../feedback/run.ts";
import type { Inbox, Teammate } from "../../handoff/ports.ts";
import type { PastTalks } from "../../insights/audit/live.ts";
import type { ConversationList } from "../../intake/conversation-list.ts";
import { assertNever } from "../../kernel/assert-never.ts";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { SyncPeople } from "../../sync/ports.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import { createHttp, type HttpLog } from "../http/http.ts";
import { orNull, parsed } from "./answers.ts";
import { attributesOf, setContactAttributes } from "./attributes.ts";
import { conversationsChanged, conversationsCreated } from "./changed.ts";
import { createClient } from "./client.ts";
import { isNotFound } from "./errors.ts";
import { type AttributeMapping, companyOf, DEFAULT_ATTRIBUTES, personOf, snapshotOf } from "./map.ts";
import { createNames, type NamedThing, type Names } from "./names.ts";
import { contactsByEmail, untagContact } from "./people.ts";
import * as schema from "./schema.ts";
import { createSync } from "./sync.ts";

/** What an Intercom connection stores; `token` is secret. */
export interface IntercomSettings {
  /** https://api.intercom.io, https://api.eu.intercom.io or https://api.au.intercom.io. */
  readonly apiUrl: string;
  readonly token: string;
  /** The workspace's id (app.id_code of GET /me), as webhooks name it. */
  readonly workspace: string;
  /** The teammate Baton acts as; null: the owner of the token. */
  readonly adminId: string | null;
  readonly attributes: AttributeMapping;
  /** Addresses by which others know a teammate -> the teammate's id or address in Intercom. */
  readonly teammates: Readonly<Record<string, string>>;
  readonly allowPrivateAddresses: boolean;
}

/** Settings of a connection that says nothing else. */
export const INTERCOM_DEFAULTS = {
  apiUrl: "https://api.intercom.io",
  adminId: null,
  attributes: DEFAULT_ATTRIBUTES,
  teammates: {},
  allowPrivateAddresses: false,
} as const;

export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

export interface IntercomConnection extends Inbox, People, ConversationList, PastTalks {
  /** GET /me: whose token this is, and of which workspace. */
  me(): Promise<schema.Me>;
  /** All tags, teams or teammates of the workspace, asked anew. */
  list(what: "tags" | "teams" | "admins"): Promise<readonly NamedThing[]>;
  readonly settings: IntercomSettings;
  readonly sync: SyncPeople;
  close(): void;
}

const CONCURRENCY = 20;
const TIMEOUT_MS: Ms = 15_000;
/** A company changes slowly; what changes with the conversation (the person, tags) is read each time. */
const COMPANY_MS: Ms = 10_000;
/** Teammates come and go slowly. */
const TEAMMATES_MS: Ms = 300_000;

type Sdk = Awaited<ReturnType<ReturnType<typeof createClient>>>;

interface Workspace {
  readonly settings: IntercomSettings;
  readonly sdk: () => Promise<Sdk>;
  readonly tags: Names;
  readonly teams: Names;
  readonly clock: Clock;
  readonly companies: Map<string, { readonly at: EpochMs; readonly company: Promise<Company | null> }>;
  adminId: Promise<string> | null;
  teammates: { readonly at: EpochMs; readonly all: Promise<readonly Teammate[]> } | null;
  /** Tags that are being made right now, by name. */
  readonly making: Map<string, Promise<string>>;
}

async function readPerson(workspace: Workspace, id: string): Promise<schema.Contact | null> {
  const sdk = await workspace.sdk();
  const body = await orNull(sdk.contacts.find({ contact_id: id }));
  return body === null
    ? null
    : parsed(schema.Contact, body, "GET", `${workspace.settings.apiUrl}/contacts/${id}`);
}

async function tagNames(workspace: Workspace, contact: schema.Contact): Promise<string[]> {
  if (!contact.tags.hasMore) {
    const names = await Promise.all(contact.tags.ids.map((id) => workspace.tags.nameOf(id)));
    return names.filter((name) => name !== null);
  }
  // A contact shows ten of its tags; the rest stands in their own list.
  const sdk = await workspace.sdk();
  const body = await sdk.contacts.listAttachedTags({ contact_id: contact.id });
  const url = `${workspace.settings.apiUrl}/contacts/${contact.id}/tags`;
  return parsed(schema.Tags, body, "GET", url).map(({ name }) => name);
}

function readCompany(workspace: Workspace, id: string): Promise<Company | null> {
  const now = workspace.clock();
  const kept = workspace.companies.get(id);
  if (kept !== undefined && now - kept.at < COMPANY_MS) return kept.company;
  for (const [old, { at }] of workspace.companies) {
    if (now - at >= COMPANY_MS) workspace.companies.delete(old);
  }
  const company = (async () => {
    const sdk = await workspace.sdk();
    const body = await orNull(sdk.companies.find({ company_id: id }));
    const url = `${workspace.settings.apiUrl}/companies/${id}`;
    return body === null
      ? null
      : companyOf(parsed(schema.Company, body, "GET", url), workspace.settings.attributes);
  })();
  workspace.companies.set(id, { at: now, company });
  company.catch(() => workspace.companies.delete(id));
  return company;
}

async function readPeople(
  workspace: Workspace,
  contactId: string | undefined,
): Promise<{ readonly contact: Person | null; readonly company: Company | null }> {
  const contact = contactId === undefined ? null : await readPerson(workspace, contactId);
  if (contact === null) return { contact: null, company: null };
  const companyId = contact.companies.ids[0];
  const [tags, company] = await Promise.all([
    tagNames(workspace, contact),
    companyId === undefined ? null : readCompany(workspace, companyId),
  ]);
  return { contact: personOf(contact, tags, workspace.settings.attributes), company };
}

async function readConversation(
  workspace: Workspace,
  id: string,
): Promise<{ readonly conversation: schema.Conversation; readonly raw: unknown } | null> {
  const sdk = await workspace.sdk();
  const raw: unknown = await orNull(sdk.conversations.find({ conversation_id: id }));
  if (raw === null) return null;
  const url = `${workspace.settings.apiUrl}/conversations/${id}`;
  return { conversation: parsed(schema.Conversation, raw, "GET", url), raw };
}

function conversationUrl(settings: IntercomSettings, id: string): string {
  return `https://app.intercom.com/a/inbox/${settings.workspace}/inbox/conversation/${encodeURIComponent(id)}`;
}

async function read(workspace: Workspace, id: string): Promise<Snapshot | null> {
  const found = await readConversation(workspace, id);
  if (found === null) return null;
  const { conversation, raw } = found;
  const teamId = conversation.team_assignee_id;
  const [{ contact, company }, team] = await Promise.all([
    readPeople(workspace, conversation.contacts?.contacts[0]?.id),
    teamId === null ? null : workspace.teams.nameOf(teamId).then((name) => name ?? teamId),
  ]);
  const { settings } = workspace;
  const url = conversationUrl(settings, conversation.id);
  return snapshotOf({ workspace: settings.workspace, url, conversation, raw, contact, company, team });
}

/** The id of a tag by name, made when absent: POST /tags returns the one that exists (developers.intercom.com). */
async function tagId(workspace: Workspace, name: string): Promise<string> {
  const known = await workspace.tags.idOf(name);
  if (known !== null) return known;
  const asked = workspace.making.get(name) ?? makeTag(workspace, name);
  workspace.making.set(name, asked);
  return asked.finally(() => workspace.making.delete(name));
}

async function makeTag(workspace: Workspace, name: string): Promise<string> {
  const sdk = await workspace.sdk();
  const url = `${workspace.settings.apiUrl}/tags`;
  const made = parsed(schema.Tag, await sdk.tags.create({ name }), "POST", url);
  workspace.tags.add(made);
  return made.id;
}

/** Applies a tag by name. A 404 may mean that the tag was deleted: its id is looked up again, once. */
async function withTag(
  workspace: Workspace,
  name: string,
  apply: (id: string) => Promise<unknown>,
): Promise<void> {
  const id = await tagId(workspace, name);
  try {
    await apply(id);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    workspace.tags.forget();
    const fresh = await tagId(workspace, name);
    if (fresh === id) throw error;
    await apply(fresh);
  }
}

async function tagConversation(workspace: Workspace, conversation: string, tag: string): Promise<void> {
  const [api, admin_id] = await Promise.all([workspace.sdk(), actingAdmin(workspace)]);
  await withTag(workspace, tag, (id) =>
    api.tags.tagConversation({ conversation_id: conversation, id, admin_id }),
  );
}

async function tagContact(workspace: Workspace, contact: string, tag: string): Promise<void> {
  const api = await workspace.sdk();
  await withTag(workspace, tag, (id) => api.tags.tagContact({ contact_id: contact, id }));
}

async function me(workspace: Workspace): Promise<schema.Me> {
  const sdk = await workspace.sdk();
  return parsed(schema.Me, await sdk.admins.identify(), "GET", `${workspace.settings.apiUrl}/me`);
}

function actingAdmin(workspace: Workspace): Promise<string> {
  if (workspace.settings.adminId !== null) return Promise.resolve(workspace.settings.adminId);
  const asked = (workspace.adminId ??= me(workspace).then(({ id }) => id));
  asked.catch(() => (workspace.adminId = null));
  return asked;
}

async function reply(workspace: Workspace, id: string, adminId: string, text: string): Promise<void> {
  const sdk = await workspace.sdk();
  const body = { message_type: "comment", type: "admin", admin_id: adminId, body: htmlOf(text) } as const;
  await sdk.conversations.reply({ conversation_id: id, body });
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Bodies are HTML blocks (OpenAPI, replyConversation). */
function htmlOf(text: string): string {
  const escaped = text.replaceAll(/[&<>]/g, (character) => ESCAPES[character] ?? character);
  return escaped
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll("\n", "<br>")}</p>`)
    .join("");
}

function teammates(workspace: Workspace): Promise<readonly Teammate[]> {
  const now = workspace.clock();
  const kept = workspace.teammates;
  if (kept !== null && now - kept.at < TEAMMATES_MS) return kept.all;
  const all = readTeammates(workspace);
  workspace.teammates = { at: now, all };
  all.catch(() => (workspace.teammates = null));
  return all;
}

async function readTeammates({ sdk, settings }: Workspace): Promise<readonly Teammate[]> {
  const api = await sdk();
  const admins = parsed(schema.Admins, await api.admins.list(), "GET", `${settings.apiUrl}/admins`);
  const others = Object.entries(settings.teammates);
  return admins.map(({ id, name, email }) => {
    const own = email?.toLowerCase();
    const given = others.filter(([, who]) => who === id || who.toLowerCase() === own);
    return {
      id,
      name,
      emails: [own, ...given.map(([other]) => other.toLowerCase())].filter((one) => one !== undefined),
    };
  });
}

async function moveToTeam(workspace: Workspace, id: string, team: string): Promise<void> {
  const [found, teamId] = await Promise.all([readConversation(workspace, id), workspace.teams.idOf(team)]);
  if (teamId === null) {
    const message = `Intercom has no team "${team}": create it, or correct the recipe's moveToTeam.`;
    throw new PermanentFailure({ target: "intercom", code: "team_not_found", message });
  }
  if (found === null) {
    const message = `Intercom no longer has conversation ${id}, so it was not moved to "${team}".`;
    throw new PermanentFailure({ target: "intercom", code: "not_found", status: 404, message });
  }
  if (found.conversation.team_assignee_id === teamId) return;
  const [sdk, adminId] = await Promise.all([workspace.sdk(), actingAdmin(workspace)]);
  const body = { message_type: "assignment", type: "team", admin_id: adminId, assignee_id: teamId } as const;
  await sdk.conversations.manage({ conversation_id: id, body });
}

async function listed(
  sdk: Workspace["sdk"],
  apiUrl: string,
  what: "tags" | "teams" | "admins",
): Promise<schema.Named[]> {
  const api = await sdk();
  switch (what) {
    case "tags":
      return parsed(schema.Tags, await api.tags.list(), "GET", `${apiUrl}/tags`);
    case "teams":
      return parsed(schema.Teams, await api.teams.list(), "GET", `${apiUrl}/teams`);
    case "admins":
      return parsed(schema.Admins, await api.admins.list(), "GET", `${apiUrl}/admins`);
    default:
      return assertNever(what);
  }
}

/** Opens a connection; nothing is sent before the first call. */
export function connectIntercom(settings: IntercomSettings, deps: ConnectorDeps): IntercomConnection {
  const { clock, log } = deps;
  const http = createHttp({
    target: "intercom",
    clock,
    log,
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    allowPrivateAddresses: settings.allowPrivateAddresses,
  });
  const { apiUrl, token } = settings;
  const sdk = createClient({ apiUrl, token, http, clock });
  const list = (what: "tags" | "teams" | "admins"): Promise<schema.Named[]> => listed(sdk, apiUrl, what);
  const workspace: Workspace = {
    settings,
    sdk,
    tags: createNames(() => list("tags"), clock),
    teams: createNames(() => list("teams"), clock),
    clock,
    companies: new Map(),
    adminId: null,
    teammates: null,
    making: new Map(),
  };
  const attributes = attributesOf(sdk, apiUrl, "contact");
  const people = { sdk, apiUrl, tags: workspace.tags };
  return {
    settings,
    sync: createSync({
      sdk,
      settings,
      attributes,
      companyAttributes: attributesOf(sdk, apiUrl, "company"),
    }),
    me: () => me(workspace),
    list,
    read: (id) => read(workspace, id),
    tagConversation: (conversation, tag) => tagConversation(workspace, conversation, tag),
    tagContact: (contact, tag) => tagContact(workspace, contact, tag),
    contactsByEmail: (email) => contactsByEmail(people, email),
    changedSince: (since, after) => conversationsChanged(sdk, settings.apiUrl, since, after),
    createdSince: (since, after) => conversationsCreated(sdk, settings.apiUrl, since, after),
    untagContact: (contact, tag) => untagContact(people, contact, tag),
    moveToTeam: (conversation, team) => moveToTeam(workspace, conversation, team),
    reply: (conversation, admin, text) => reply(workspace, conversation, admin, text),
    setContactAttributes: (contact, values) => setContactAttributes(attributes, contact, values),
    teammates: () => teammates(workspace),
    actingTeammate: () => actingAdmin(workspace),
    conversationUrl: (conversation) => conversationUrl(settings, conversation),
    close: () => http.close(),
  };
}

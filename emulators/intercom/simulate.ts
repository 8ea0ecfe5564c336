/**
 * People at work in the workspace, for tests, the demo and the rehearsal: customers write, teammates answer,
 * contacts merge. Each call does what the REST API or the Messenger would do, with the same webhooks.
 */
import { secondsOf } from "./fields.ts";
import {
  addContact,
  attachCompany,
  type CompanyFields,
  type ContactFields,
  mergeContacts,
  tagContact,
  trackEvent,
  updateCompany,
  updateContact,
  upsertCompany,
} from "./people.ts";
import {
  assignConversation,
  botReplies,
  customerReplies,
  deleteConversation,
  redactPart,
  setConversationState,
  startConversation,
  tagConversation,
  teammateReplies,
} from "./talk.ts";
import {
  type Admin,
  type Company,
  type Contact,
  type Conversation,
  declareAttribute,
  ensureTag,
  firstAdminId,
  secondsNow,
  type Workspace,
} from "./workspace.ts";

/** Unix seconds or milliseconds, or ISO 8601; absent = now. */
type When = number | string | undefined;

export interface NewContact extends Omit<ContactFields, "lastSeenAt" | "signedUpAt"> {
  /** Kept as the custom attribute `plan`. */
  readonly plan?: string | undefined;
  /** Kept as the custom attribute `score`. */
  readonly score?: number | undefined;
  readonly lastSeenAt?: When;
  readonly signedUpAt?: When;
  /** Names of tags; made when they are not there. */
  readonly tags?: readonly string[] | undefined;
  /** Ids, own keys or names of companies; one that is not there is made with this name. */
  readonly companies?: readonly string[] | undefined;
}

export interface NewCompany extends CompanyFields {
  /** The caller's own key. */
  readonly companyId?: string | undefined;
  /** Kept as the custom attribute `domain`; gives the website when there is none. */
  readonly domain?: string | undefined;
}

export interface Simulation {
  readonly addContact: (contact: NewContact) => { id: string };
  readonly addCompany: (company: NewCompany) => { id: string };
  readonly addTeam: (team: { name: string; adminIds?: readonly string[] | undefined }) => { id: string };
  readonly addAdmin: (admin: { name: string; email: string }) => { id: string };
  readonly startConversation: (start: {
    contactId: string;
    body: string;
    at?: When;
    subject?: string | undefined;
    url?: string | undefined;
    type?: string | undefined;
  }) => { id: string; sourceId: string };
  /** `contactId` is needed only for another person than the first of the conversation. */
  readonly customerReplies: (reply: Reply & { contactId?: string | undefined }) => { partId: string };
  readonly teammateReplies: (
    reply: Reply & { adminId?: string | undefined; isNote?: boolean | undefined },
  ) => {
    partId: string;
  };
  readonly botReplies: (reply: Reply & { isFin?: boolean | undefined }) => { partId: string };
  /** `tag` is a name. False when the tag was there. */
  readonly tagConversation: (tag: { conversationId: string; tag: string; adminId?: string }) => boolean;
  readonly tagContact: (tag: { contactId: string; tag: string }) => boolean;
  /** False when the same event had been sent for that second. */
  readonly trackEvent: (event: {
    contactId: string;
    name: string;
    at?: When;
    metadata?: Readonly<Record<string, unknown>>;
  }) => boolean;
  readonly closeConversation: (close: { conversationId: string; adminId?: string; at?: When }) => boolean;
  readonly assignConversation: (assign: {
    conversationId: string;
    type: "admin" | "team";
    assigneeId: string | null;
    adminId?: string;
  }) => boolean;
  /** False when nothing was different; custom attributes are declared where they are not. */
  readonly changeContact: (change: ContactFields & { contactId: string }) => boolean;
  readonly changeCompany: (change: CompanyFields & { id: string }) => boolean;
  /** `fromId` disappears into `intoId`. */
  readonly mergeContacts: (merge: { fromId: string; intoId: string }) => void;
  /** `partId` may be the source's id. */
  readonly redactPart: (redact: { conversationId: string; partId: string }) => boolean;
  readonly deleteConversation: (deletion: { conversationId: string }) => void;
}

interface Reply {
  readonly conversationId: string;
  /** Plain text; a teammate's or bot's may be HTML. */
  readonly body: string;
  readonly at?: When;
}

/** The simulation of one workspace. Every method throws for an id that is not there. */
export function createSimulation(workspace: Workspace): Simulation {
  const conversation = (id: string): Conversation =>
    there(workspace.conversations.get(id), "conversation", id);
  const contact = (id: string): Contact => there(workspace.contacts.get(id), "contact", id);
  const admin = (id = firstAdminId): Admin => there(workspace.admins.get(id), "admin", id);
  return {
    ...peopleSimulation(workspace, contact),
    startConversation({ contactId, body, at, subject, url, type }) {
      const started = startConversation(workspace, contact(contactId), body, {
        ...timeOf(at),
        ...(subject !== undefined && { subject }),
        ...(url !== undefined && { url }),
        ...(type !== undefined && { type }),
      });
      return { id: started.id, sourceId: started.source.id };
    },
    customerReplies({ conversationId, body, at, contactId }) {
      const target = conversation(conversationId);
      const person = contact(contactId ?? target.contactIds[0] ?? "");
      return { partId: customerReplies(workspace, target, person, body, timeOf(at).at).id };
    },
    teammateReplies({ conversationId, body, at, adminId, isNote = false }) {
      const options = { isNote, ...timeOf(at) };
      return {
        partId: teammateReplies(workspace, conversation(conversationId), admin(adminId), body, options).id,
      };
    },
    botReplies({ conversationId, body, at, isFin = false }) {
      return {
        partId: botReplies(workspace, conversation(conversationId), body, { isFin, ...timeOf(at) }).id,
      };
    },
    tagConversation: ({ conversationId, tag, adminId }) =>
      tagConversation(workspace, conversation(conversationId), ensureTag(workspace, tag), admin(adminId).id),
    closeConversation: ({ conversationId, adminId, at }) =>
      setConversationState(workspace, conversation(conversationId), admin(adminId), "closed", timeOf(at)) !==
      undefined,
    assignConversation: ({ conversationId, type, assigneeId, adminId }) =>
      assignConversation(workspace, conversation(conversationId), admin(adminId), {
        type,
        id: assigneeId,
      }) !== undefined,
    redactPart: ({ conversationId, partId }) => redactPart(workspace, conversation(conversationId), partId),
    deleteConversation: ({ conversationId }) => deleteConversation(workspace, conversation(conversationId)),
  };
}

function peopleSimulation(workspace: Workspace, contact: (id: string) => Contact) {
  return {
    addContact: (fields: NewContact) => addSimulatedContact(workspace, fields),
    addCompany: (fields: NewCompany) => ({ id: addSimulatedCompany(workspace, fields).id }),
    addTeam({ name, adminIds = [] }: { name: string; adminIds?: readonly string[] | undefined }) {
      const team = { id: workspace.nextId("team"), name, adminIds: [...adminIds] };
      workspace.teams.set(team.id, team);
      for (const id of adminIds) workspace.admins.get(id)?.teamIds.push(team.id);
      return { id: team.id };
    },
    addAdmin({ name, email }: { name: string; email: string }) {
      const added: Admin = { id: workspace.nextId("admin"), name, email, teamIds: [] };
      workspace.admins.set(added.id, added);
      return { id: added.id };
    },
    tagContact: ({ contactId, tag }: { contactId: string; tag: string }) =>
      tagContact(workspace, contact(contactId), ensureTag(workspace, tag)),
    trackEvent: (event: Parameters<Simulation["trackEvent"]>[0]) =>
      trackEvent(
        workspace,
        contact(event.contactId),
        event.name,
        timeOf(event.at).at ?? secondsNow(workspace),
        event.metadata,
      ),
    changeContact({ contactId, ...fields }: Parameters<Simulation["changeContact"]>[0]) {
      declared(workspace, "contact", fields.customAttributes ?? {});
      return updateContact(workspace, contact(contactId), fields);
    },
    changeCompany({ id, ...fields }: Parameters<Simulation["changeCompany"]>[0]) {
      declared(workspace, "company", fields.customAttributes ?? {});
      return updateCompany(workspace, there(workspace.companies.get(id), "company", id), fields);
    },
    mergeContacts: ({ fromId, intoId }: { fromId: string; intoId: string }) =>
      mergeContacts(workspace, contact(fromId), contact(intoId)),
  };
}

function there<T>(found: T | undefined, what: string, id: string): T {
  if (found === undefined) throw new Error(`no ${what} with id ${id} in the Intercom emulator`);
  return found;
}

function timeOf(when: When): { at?: number } {
  if (when === undefined) return {};
  const at = secondsOf(when);
  if (at === undefined) throw new Error(`not a time: ${when}`);
  return { at };
}

function addSimulatedContact(workspace: Workspace, fields: NewContact): { id: string } {
  const { plan, score, lastSeenAt, signedUpAt, tags = [], companies = [], ...rest } = fields;
  const customAttributes = declared(workspace, "contact", {
    ...rest.customAttributes,
    ...(plan !== undefined && { plan }),
    ...(score !== undefined && { score }),
  });
  const added = addContact(workspace, {
    ...rest,
    customAttributes,
    lastSeenAt: timeOf(lastSeenAt).at,
    signedUpAt: timeOf(signedUpAt).at,
  });
  for (const tag of tags) tagContact(workspace, added, ensureTag(workspace, tag));
  for (const name of companies) {
    const known = companyByAnyName(workspace, name);
    attachCompany(workspace, added, known ?? addSimulatedCompany(workspace, { companyId: name, name }));
  }
  return { id: added.id };
}

function addSimulatedCompany(workspace: Workspace, fields: NewCompany): Company {
  const { companyId, domain, ...rest } = fields;
  const customAttributes = declared(workspace, "company", {
    ...rest.customAttributes,
    ...(domain !== undefined && { domain }),
  });
  const website = rest.website ?? (domain === undefined ? undefined : `https://${domain}`);
  return upsertCompany(workspace, companyId ?? domain, { ...rest, website, customAttributes }).company;
}

function companyByAnyName(workspace: Workspace, name: string): Company | undefined {
  const direct = workspace.companies.get(name);
  if (direct !== undefined) return direct;
  for (const company of workspace.companies.values()) {
    if (company.companyId === name || company.name === name) return company;
  }
  return undefined;
}

/** Attributes of simulated people are declared as they come; only the REST API insists on declaring them first. */
function declared(
  workspace: Workspace,
  model: "contact" | "company",
  attributes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const [name, value] of Object.entries(attributes)) {
    const numberType = Number.isInteger(value) ? "integer" : "float";
    const other = typeof value === "boolean" ? "boolean" : "string";
    declareAttribute(workspace, model, name, typeof value === "number" ? numberType : other);
  }
  return { ...attributes };
}

/** What can happen to people, companies, tags on people, notes and events, and the webhook each thing causes. */
import {
  companyContactItem,
  companyItem,
  contactItem,
  contactTagItem,
  deletedContactItem,
  eventItem,
  mergedContactItem,
} from "./webhook-items.ts";
import {
  type Company,
  type Contact,
  type Note,
  secondsNow,
  type Tag,
  type TrackedEvent,
  type Workspace,
} from "./workspace.ts";

/** Fields of a contact that a caller may set. A field left out stays as it is; null clears it. */
export interface ContactFields {
  readonly role?: "user" | "lead" | undefined;
  readonly email?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly ownerId?: number | null | undefined;
  readonly signedUpAt?: number | null | undefined;
  readonly lastSeenAt?: number | null | undefined;
  readonly isUnsubscribed?: boolean | undefined;
  readonly hasHardBounced?: boolean | undefined;
  readonly isMarkedAsSpam?: boolean | undefined;
  readonly location?: Partial<Contact["location"]> | undefined;
  /** Merged into those that are there. */
  readonly customAttributes?: Readonly<Record<string, unknown>> | undefined;
}

/** Adds a person; contact.user.created or contact.lead.created. Uniqueness is the caller's matter. */
export function addContact(workspace: Workspace, fields: ContactFields): Contact {
  const now = secondsNow(workspace);
  const contact: Contact = {
    id: workspace.nextId("contact"),
    externalId: null,
    role: "user",
    email: null,
    phone: null,
    name: null,
    ownerId: null,
    createdAt: now,
    createdAtMs: workspace.now(),
    updatedAt: now,
    signedUpAt: null,
    lastSeenAt: null,
    lastRepliedAt: null,
    lastContactedAt: null,
    isUnsubscribed: false,
    hasHardBounced: false,
    isMarkedAsSpam: false,
    customAttributes: {},
    location: { country: null, region: null, city: null },
    tagIds: new Set(),
    companyIds: new Set(),
    isArchived: false,
  };
  assignContact(contact, fields);
  workspace.contacts.set(contact.id, contact);
  workspace.emit(`contact.${contact.role}.created`, () => contactItem(workspace, contact));
  return contact;
}

const plainContactFields = [
  "role",
  "email",
  "externalId",
  "name",
  "phone",
  "ownerId",
  "signedUpAt",
  "lastSeenAt",
  "isUnsubscribed",
  "hasHardBounced",
  "isMarkedAsSpam",
] as const;

/** Sets what is given; true when that changed anything. */
function assignContact(contact: Contact, fields: ContactFields): boolean {
  const given = plainContactFields.filter(
    (name) => fields[name] !== undefined && fields[name] !== contact[name],
  );
  Object.assign(contact, Object.fromEntries(given.map((name) => [name, fields[name]])));
  const isMoved = mergeInto(contact.location, fields.location ?? {});
  const isDescribed = mergeInto(contact.customAttributes, fields.customAttributes ?? {});
  return given.length > 0 || isMoved || isDescribed;
}

function mergeInto(target: Record<string, unknown>, values: Readonly<Record<string, unknown>>): boolean {
  let isChanged = false;
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || JSON.stringify(target[name]) === JSON.stringify(value)) continue;
    target[name] = value;
    isChanged = true;
  }
  return isChanged;
}

/**
 * Changes a person; false when nothing was different. Causes contact.lead.added_email, contact.lead.signed_up
 * and contact.email.updated where they apply, else contact.user.updated or contact.lead.updated.
 */
export function updateContact(workspace: Workspace, contact: Contact, fields: ContactFields): boolean {
  const before = { role: contact.role, email: contact.email };
  if (!assignContact(contact, fields)) return false;
  contact.updatedAt = secondsNow(workspace);
  const topics: string[] = [];
  if (before.role === "lead" && contact.role === "user") topics.push("contact.lead.signed_up");
  if (before.email !== contact.email && contact.email !== null) {
    const isFirstOfLead = before.role === "lead" && (before.email ?? "") === "";
    topics.push(isFirstOfLead ? "contact.lead.added_email" : "contact.email.updated");
  }
  if (topics.length === 0) topics.push(`contact.${contact.role}.updated`);
  for (const topic of topics) workspace.emit(topic, () => contactItem(workspace, contact));
  return true;
}

/** `from` disappears into `into`: conversations, tags, companies and events move. contact.merged. */
export function mergeContacts(workspace: Workspace, from: Contact, into: Contact): void {
  for (const tagId of from.tagIds) into.tagIds.add(tagId);
  for (const companyId of from.companyIds) into.companyIds.add(companyId);
  into.customAttributes = { ...from.customAttributes, ...into.customAttributes };
  into.email ??= from.email;
  into.name ??= from.name;
  into.phone ??= from.phone;
  into.lastSeenAt = Math.max(into.lastSeenAt ?? 0, from.lastSeenAt ?? 0) || null;
  into.updatedAt = secondsNow(workspace);
  for (const conversation of workspace.conversations.values()) {
    if (!conversation.contactIds.includes(from.id)) continue;
    const ids = conversation.contactIds.map((id) => (id === from.id ? into.id : id));
    conversation.contactIds = [...new Set(ids)];
  }
  for (const [index, event] of workspace.events.entries()) {
    if (event.contactId === from.id) workspace.events[index] = { ...event, contactId: into.id };
  }
  workspace.contacts.delete(from.id);
  workspace.emit("contact.merged", () => mergedContactItem(workspace, into, from.id));
}

/** contact.deleted; the conversations stay. */
export function deleteContact(workspace: Workspace, contact: Contact): void {
  workspace.contacts.delete(contact.id);
  workspace.emit("contact.deleted", () => deletedContactItem(contact));
}

/** contact.archived or contact.unarchive; false when it was so already. */
export function setArchived(workspace: Workspace, contact: Contact, isArchived: boolean): boolean {
  if (contact.isArchived === isArchived) return false;
  contact.isArchived = isArchived;
  contact.updatedAt = secondsNow(workspace);
  const topic = isArchived ? "contact.archived" : "contact.unarchive";
  workspace.emit(topic, () => contactItem(workspace, contact));
  return true;
}

/** contact.user.tag.created or contact.lead.tag.created; false when the tag was there. */
export function tagContact(workspace: Workspace, contact: Contact, tag: Tag): boolean {
  if (contact.tagIds.has(tag.id)) return false;
  contact.tagIds.add(tag.id);
  contact.updatedAt = secondsNow(workspace);
  workspace.emit(`contact.${contact.role}.tag.created`, () => contactTagItem(workspace, contact, tag));
  return true;
}

/** contact.user.tag.deleted or contact.lead.tag.deleted; false when the tag was not there. */
export function untagContact(workspace: Workspace, contact: Contact, tag: Tag): boolean {
  if (!contact.tagIds.delete(tag.id)) return false;
  contact.updatedAt = secondsNow(workspace);
  workspace.emit(`contact.${contact.role}.tag.deleted`, () => contactTagItem(workspace, contact, tag));
  return true;
}

/** Fields of a company that a caller may set. A field left out stays as it is. */
export interface CompanyFields {
  readonly name?: string | null | undefined;
  readonly plan?: string | null | undefined;
  readonly size?: number | null | undefined;
  readonly website?: string | null | undefined;
  readonly industry?: string | null | undefined;
  readonly monthlySpend?: number | undefined;
  readonly remoteCreatedAt?: number | null | undefined;
  readonly customAttributes?: Readonly<Record<string, unknown>> | undefined;
}

const plainCompanyFields = [
  "name",
  "plan",
  "size",
  "website",
  "industry",
  "monthlySpend",
  "remoteCreatedAt",
] as const;

/** Adds a company or changes the one with this `companyId`; company.created or company.updated. */
export function upsertCompany(
  workspace: Workspace,
  companyId: string | undefined,
  fields: CompanyFields,
): { company: Company; isChanged: boolean } {
  const known = companyId === undefined ? undefined : findCompany(workspace, companyId);
  if (known !== undefined) return { company: known, isChanged: updateCompany(workspace, known, fields) };
  const now = secondsNow(workspace);
  const id = workspace.nextId("company");
  const company: Company = {
    id,
    companyId: companyId ?? `${id}-qualification-company`,
    name: null,
    plan: null,
    size: null,
    website: null,
    industry: null,
    monthlySpend: 0,
    remoteCreatedAt: null,
    createdAt: now,
    updatedAt: now,
    customAttributes: {},
    tagIds: new Set(),
  };
  assignCompany(company, fields);
  workspace.companies.set(id, company);
  workspace.emit("company.created", () => companyItem(workspace, company));
  return { company, isChanged: true };
}

/** company.updated; false when nothing was different. */
export function updateCompany(workspace: Workspace, company: Company, fields: CompanyFields): boolean {
  if (!assignCompany(company, fields)) return false;
  company.updatedAt = secondsNow(workspace);
  workspace.emit("company.updated", () => companyItem(workspace, company));
  return true;
}

function assignCompany(company: Company, fields: CompanyFields): boolean {
  const given = plainCompanyFields.filter(
    (name) => fields[name] !== undefined && fields[name] !== company[name],
  );
  Object.assign(company, Object.fromEntries(given.map((name) => [name, fields[name]])));
  const isDescribed = mergeInto(company.customAttributes, fields.customAttributes ?? {});
  return given.length > 0 || isDescribed;
}

/** By the caller's own key. */
export function findCompany(workspace: Workspace, companyId: string): Company | undefined {
  for (const company of workspace.companies.values()) if (company.companyId === companyId) return company;
  return undefined;
}

/** company.contact.attached; false when they belonged together already. */
export function attachCompany(workspace: Workspace, contact: Contact, company: Company): boolean {
  if (contact.companyIds.has(company.id)) return false;
  contact.companyIds.add(company.id);
  workspace.emit("company.contact.attached", () => companyContactItem(workspace, company, contact));
  return true;
}

/** company.contact.detached; false when they did not belong together. */
export function detachCompany(workspace: Workspace, contact: Contact, company: Company): boolean {
  if (!contact.companyIds.delete(company.id)) return false;
  workspace.emit("company.contact.detached", () => companyContactItem(workspace, company, contact));
  return true;
}

/** Events of these names are the same event if contact and second agree; the repeat changes nothing (OpenAPI, createDataEvent). */
export function trackEvent(
  workspace: Workspace,
  contact: Contact,
  name: string,
  createdAt: number,
  metadata: Readonly<Record<string, unknown>> = {},
): boolean {
  const key = `${contact.id} ${name} ${createdAt}`;
  if (workspace.eventKeys.has(key)) return false;
  workspace.eventKeys.add(key);
  const kept = Object.fromEntries(Object.entries(metadata).slice(0, 10));
  const id = workspace.nextId("other");
  const event: TrackedEvent = { id, name, contactId: contact.id, createdAt, metadata: kept };
  workspace.events.push(event);
  workspace.emit("event.created", () => eventItem(workspace, event));
  return true;
}

export function addNote(workspace: Workspace, contact: Contact, body: string, adminId: string | null): Note {
  const note: Note = {
    id: workspace.nextId("other"),
    contactId: contact.id,
    adminId,
    body,
    createdAt: secondsNow(workspace),
  };
  workspace.notes.set(note.id, note);
  return note;
}

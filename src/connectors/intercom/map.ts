/** Intercom's conversation, contact and company as Baton's snapshot. Pure. */
import { getDomain } from "tldts";
import type { Company, Message, Person, Snapshot } from "../../conversation/snapshot.ts";
import { partsOf } from "../../intake/parts.ts";
import { parseInstant } from "../../kernel/time.ts";
import type * as wire from "./schema.ts";

/** Which custom attributes carry what Baton reads; the first that has a value counts. */
export interface AttributeMapping {
  readonly plan: readonly string[];
  readonly score: readonly string[];
  readonly domain: readonly string[];
  readonly employees: readonly string[];
  readonly country: readonly string[];
  readonly state: readonly string[];
  readonly annualRevenue: readonly string[];
  readonly annualValue: readonly string[];
  readonly customerSince: readonly string[];
  readonly technology: readonly string[];
}

/** The mapping of a connection that says nothing else. */
export const DEFAULT_ATTRIBUTES: AttributeMapping = {
  plan: ["plan", "tier"],
  score: ["score"],
  domain: ["domain"],
  employees: ["employees", "company_size"],
  country: ["country"],
  state: ["state"],
  annualRevenue: ["annual_revenue"],
  annualValue: ["annual_value", "arr"],
  customerSince: ["customer_since"],
  technology: ["technology", "tech"],
};

type Attributes = Readonly<Record<string, unknown>>;

function first<T>(
  attributes: Attributes,
  keys: readonly string[],
  read: (value: unknown) => T | null,
): T | null {
  for (const key of keys) {
    const value = read(attributes[key]);
    if (value !== null) return value;
  }
  return null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function numberOf(value: unknown): number | null {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : null;
}

function listOf(value: unknown): readonly string[] | null {
  const parts = Array.isArray(value) ? value.map(textOf) : textOf(value)?.split(/[,;]/).map(textOf);
  const list = parts?.filter((part) => part !== null) ?? [];
  return list.length === 0 ? null : list;
}

/** Reads a person; `tags` are the names of the contact's tags. */
export function personOf(
  contact: wire.Contact,
  tags: readonly string[],
  attributes: AttributeMapping,
): Person {
  const own = contact.custom_attributes;
  return {
    id: contact.id,
    externalId: contact.external_id,
    role: contact.role,
    email: contact.email,
    name: contact.name,
    phone: contact.phone,
    plan: first(own, attributes.plan, textOf),
    tags,
    lastSeenAt: contact.last_seen_at,
    signedUpAt: contact.signed_up_at,
    score: first(own, attributes.score, numberOf),
    attributes: own,
  };
}

/** Reads a company. What Intercom has a field for is read from it first, the rest from custom attributes. */
export function companyOf(company: wire.Company, attributes: AttributeMapping): Company {
  const own = company.custom_attributes;
  const website = company.website ?? first(own, attributes.domain, textOf);
  return {
    id: company.id,
    name: company.name,
    domain: website === null ? null : getDomain(website),
    employees: company.size ?? first(own, attributes.employees, numberOf),
    plan: company.plan ?? first(own, attributes.plan, textOf),
    industry: company.industry ?? first(own, ["industry"], textOf),
    country: first(own, attributes.country, textOf),
    state: first(own, attributes.state, textOf),
    annualRevenue: first(own, attributes.annualRevenue, numberOf),
    annualValue:
      first(own, attributes.annualValue, numberOf) ??
      (company.monthly_spend === null || company.monthly_spend === 0 ? null : company.monthly_spend * 12),
    customerSince: first(own, attributes.customerSince, parseInstant) ?? company.remote_created_at,
    technology: first(own, attributes.technology, listOf) ?? [],
    attributes: own,
  };
}

/** What people said, in Intercom's order; parts without words (assignments, state changes) are left out. */
function messagesOf(raw: unknown): Message[] {
  return partsOf(raw)
    .filter((part) => part.bodyText !== "" || part.attachments.length > 0 || part.redacted)
    .map((part) => ({
      id: part.id,
      role: part.role,
      author: part.authorName,
      authorId: part.authorId,
      text: part.redacted ? "" : part.bodyText,
      at: part.at,
      redacted: part.redacted,
      attachments: part.attachments,
    }))
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

function stateOf(conversation: wire.Conversation): Snapshot["state"] {
  const { state, open } = conversation;
  if (state === "open" || state === "closed" || state === "snoozed") return state;
  return typeof open === "boolean" ? (open ? "open" : "closed") : "unknown";
}

/** Everything that was read about one conversation. */
export interface Reading {
  readonly workspace: string;
  readonly url: string;
  readonly conversation: wire.Conversation;
  /** The conversation as it came, for its messages. */
  readonly raw: unknown;
  readonly contact: Person | null;
  readonly company: Company | null;
  /** Name of the team, else its id. */
  readonly team: string | null;
}

/** The snapshot of one conversation as the API shows it now. Product usage is known from events only, so it is empty. */
export function snapshotOf(reading: Reading): Snapshot {
  const { conversation } = reading;
  const shown = conversation.conversation_parts?.conversation_parts.length ?? 0;
  const contacts = conversation.contacts?.contacts.map(({ id }) => id) ?? [];
  return {
    workspace: reading.workspace,
    conversation: conversation.id,
    messages: messagesOf(reading.raw),
    truncated: (conversation.statistics?.count_conversation_parts ?? 0) > shown,
    contact: reading.contact,
    otherContacts: contacts.slice(1),
    company: reading.company,
    usage: [],
    tags: conversation.tags?.tags.map(({ name }) => name) ?? [],
    team: reading.team,
    assigneeId: conversation.admin_assignee_id,
    state: stateOf(conversation),
    deleted: false,
    url: reading.url,
    createdAt: conversation.created_at,
    updatedAt: conversation.updated_at,
  };
}

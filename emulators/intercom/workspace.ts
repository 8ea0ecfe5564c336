/**
 * The state of one Intercom workspace: people, companies, conversations and what hangs on them. Plain
 * mutable records; who may change what, and which webhook it causes, stands in `people.ts` and `talk.ts`.
 */

/** The webhook version set on the customer's app; it is independent of the REST version (2.5/changelog, 2.15 changelog). */
export type Flavour = "<2.5" | "2.5-2.14" | ">=2.15";

/** All times in unix seconds, as Intercom's REST API gives them. */
export interface Contact {
  id: string;
  externalId: string | null;
  role: "user" | "lead";
  email: string | null;
  phone: string | null;
  name: string | null;
  ownerId: number | null;
  createdAt: number;
  /** Unix milliseconds; the search index lags behind it. */
  createdAtMs: number;
  updatedAt: number;
  signedUpAt: number | null;
  lastSeenAt: number | null;
  lastRepliedAt: number | null;
  lastContactedAt: number | null;
  isUnsubscribed: boolean;
  hasHardBounced: boolean;
  isMarkedAsSpam: boolean;
  customAttributes: Record<string, unknown>;
  location: { country: string | null; region: string | null; city: string | null };
  tagIds: Set<string>;
  companyIds: Set<string>;
  isArchived: boolean;
}

export interface Company {
  id: string;
  /** The caller's own key; never changes. */
  companyId: string;
  name: string | null;
  plan: string | null;
  size: number | null;
  website: string | null;
  industry: string | null;
  monthlySpend: number;
  remoteCreatedAt: number | null;
  createdAt: number;
  updatedAt: number;
  customAttributes: Record<string, unknown>;
  tagIds: Set<string>;
}

export interface Author {
  readonly type: "user" | "lead" | "admin" | "bot";
  readonly id: string;
  readonly name: string | null;
  /** Empty for a lead without an address, as captured in webhooks. */
  readonly email: string;
  readonly isFin: boolean;
}

export interface Part {
  readonly id: string;
  readonly type: string;
  /** HTML, or null for a part that only records an action. */
  body: string | null;
  author: Author;
  readonly createdAt: number;
  updatedAt: number;
  readonly assignedTo: {
    readonly type: "admin" | "team" | "nobody_admin";
    readonly id: string | null;
  } | null;
  readonly state: Conversation["state"];
  isRedacted: boolean;
}

interface ConversationTag {
  readonly tagId: string;
  readonly appliedAt: number;
  readonly adminId: string | null;
  /** The part that carries the tag; the source's id for the first message. */
  readonly partId: string;
}

export interface Conversation {
  readonly id: string;
  title: string | null;
  readonly createdAt: number;
  updatedAt: number;
  readonly source: {
    readonly id: string;
    readonly type: string;
    readonly deliveredAs: string;
    readonly subject: string;
    readonly url: string | null;
    body: string;
    author: Author;
    isRedacted: boolean;
  };
  contactIds: string[];
  /** Oldest first. */
  readonly parts: Part[];
  tags: ConversationTag[];
  state: "open" | "closed" | "snoozed";
  snoozedUntil: number | null;
  waitingSince: number | null;
  isRead: boolean;
  adminAssigneeId: string | null;
  teamAssigneeId: string | null;
  customAttributes: Record<string, unknown>;
  hasAiAgent: boolean;
}

export interface Admin {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly teamIds: string[];
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly adminIds: string[];
}

export interface Tag {
  readonly id: string;
  name: string;
}

export interface TrackedEvent {
  readonly id: string;
  readonly name: string;
  readonly contactId: string;
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Note {
  readonly id: string;
  readonly contactId: string;
  readonly adminId: string | null;
  readonly body: string;
  readonly createdAt: number;
}

export interface DataAttribute {
  readonly id: number;
  readonly model: "contact" | "company";
  readonly name: string;
  readonly dataType: string;
  readonly options: readonly string[];
  readonly description: string;
  readonly createdAt: number;
}

type IdKind = "contact" | "company" | "conversation" | "part" | "admin" | "team" | "tag" | "other";

export interface Workspace {
  readonly appId: string;
  readonly flavour: Flavour;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Sends a webhook; `item` is made at once, so that later changes do not show in it, or not at all without a subscriber. */
  readonly emit: (topic: string, item: () => Record<string, unknown>) => void;
  readonly nextId: (kind: IdKind) => string;
  readonly contacts: Map<string, Contact>;
  readonly companies: Map<string, Company>;
  readonly conversations: Map<string, Conversation>;
  readonly admins: Map<string, Admin>;
  readonly teams: Map<string, Team>;
  readonly tags: Map<string, Tag>;
  readonly notes: Map<string, Note>;
  readonly events: TrackedEvent[];
  readonly eventKeys: Set<string>;
  readonly attributes: DataAttribute[];
  /** Back to an empty workspace with one teammate and the attributes Baton knows. */
  readonly clear: () => void;
}

/** The teammate every workspace starts with; `/me` answers as this one. */
export const firstAdminId = "814860";

/** Fin, as captured in webhooks of January 2026. */
export function botAuthor(appId: string, isFin: boolean): Author {
  return { type: "bot", id: "9608808", name: "Fin", email: `operator+${appId}@intercom.io`, isFin };
}

/**
 * An empty workspace with one teammate. Ids are made of the second in which the workspace began and a count,
 * so that a workspace started later, or emptied, never gives an id again that somebody may remember.
 */
export function createWorkspace(options: {
  appId: string;
  flavour: Flavour;
  now: () => number;
  emit: Workspace["emit"];
}): Workspace {
  const counters = new Map<IdKind, number>();
  const startedAt = Math.floor(options.now() / 1000);
  const workspace: Workspace = {
    ...options,
    nextId(kind) {
      const count = (counters.get(kind) ?? 0) + 1;
      counters.set(kind, count);
      return idText(kind, startedAt, count);
    },
    contacts: new Map(),
    companies: new Map(),
    conversations: new Map(),
    admins: new Map(),
    teams: new Map(),
    tags: new Map(),
    notes: new Map(),
    events: [],
    eventKeys: new Set(),
    attributes: [],
    clear() {
      for (const name of recordKinds) workspace[name].clear();
      workspace.events.splice(0);
      workspace.eventKeys.clear();
      workspace.attributes.splice(0);
      fillFirst(workspace);
    },
  };
  fillFirst(workspace);
  return workspace;
}

const recordKinds = ["contacts", "companies", "conversations", "admins", "teams", "tags", "notes"] as const;

/** Contacts and companies have 24 hexadecimal digits that begin with the time, the rest are decimal numbers. */
function idText(kind: IdKind, startedAt: number, count: number): string {
  const hexTime = startedAt.toString(16).padStart(8, "0");
  switch (kind) {
    case "contact":
      return `${hexTime}0674dbb9${count.toString(16).padStart(8, "0")}`;
    case "company":
      return `${hexTime}205cf6a4${count.toString(16).padStart(8, "0")}`;
    case "conversation":
    case "part":
      return String(startedAt * 1_000_000 + count);
    case "admin":
    case "team":
    case "tag":
    case "other":
      return String((startedAt % 10_000_000) * 10_000 + count);
    default:
      throw new Error(`no ids for ${String(kind satisfies never)}`);
  }
}

const knownAttributes: readonly [DataAttribute["model"], string, string][] = [
  ["contact", "plan", "string"],
  ["contact", "score", "integer"],
  ["contact", "baton_score", "integer"],
  ["contact", "baton_status", "string"],
  ["contact", "baton_owner", "string"],
  ["contact", "baton_stage", "string"],
  ["contact", "baton_salesforce_url", "string"],
  ["contact", "baton_winback_status", "string"],
  ["contact", "baton_winback_at", "date"],
  ["company", "plan", "string"],
  ["company", "domain", "string"],
];

function fillFirst(workspace: Workspace): void {
  const admin = { id: firstAdminId, name: "Ada Reyes", email: "ada@baton.example", teamIds: [] };
  workspace.admins.set(admin.id, admin);
  for (const [model, name, dataType] of knownAttributes) declareAttribute(workspace, model, name, dataType);
}

/** The attribute called `name` of `model`, made when it is not there. */
export function declareAttribute(
  workspace: Workspace,
  model: DataAttribute["model"],
  name: string,
  dataType: string,
  more: { options?: readonly string[]; description?: string } = {},
): DataAttribute {
  const known = findAttribute(workspace, model, name);
  if (known !== undefined) return known;
  const attribute: DataAttribute = {
    id: 12_878_000 + workspace.attributes.length,
    model,
    name,
    dataType,
    options: more.options ?? [],
    description: more.description ?? "",
    createdAt: secondsNow(workspace),
  };
  workspace.attributes.push(attribute);
  return attribute;
}

export function findAttribute(
  workspace: Workspace,
  model: DataAttribute["model"],
  name: string,
): DataAttribute | undefined {
  return workspace.attributes.find((attribute) => attribute.model === model && attribute.name === name);
}

/** The workspace's time in unix seconds. */
export function secondsNow(workspace: Workspace): number {
  return Math.floor(workspace.now() / 1000);
}

/** The tag of that name, compared without regard to case, as Intercom does; undefined when there is none. */
export function findTagByName(workspace: Workspace, name: string): Tag | undefined {
  const wanted = name.toLowerCase();
  for (const tag of workspace.tags.values()) if (tag.name.toLowerCase() === wanted) return tag;
  return undefined;
}

/** The tag of that name, made when it is not there. */
export function ensureTag(workspace: Workspace, name: string): Tag {
  const known = findTagByName(workspace, name);
  if (known !== undefined) return known;
  const tag = { id: workspace.nextId("tag"), name };
  workspace.tags.set(tag.id, tag);
  return tag;
}

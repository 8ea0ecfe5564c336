/**
 * The demo's conversations: those of `conversations.jsonl`, and as many more of the same kind as somebody wants, each
 * with people and companies of its own. Deterministic: the same count, seed and instant give the same conversations.
 */
import { readFileSync } from "node:fs";
import { companyFirstWords, companySecondWords, givenNames, familyNames } from "./names.ts";

/** How the person stands in Salesforce before the conversation begins; whoever replays seeds it so. */
export type DemoSituation =
  | "unknown"
  | "open-lead"
  | "contact"
  | "open-opportunity"
  | "customer"
  | "customer-with-csm"
  | "converted-lead"
  | "late-stage"
  | "lead-with-inactive-owner"
  | "account-by-domain"
  | "converted-lead-other-address"
  | "merged-contact"
  | "several-opportunities"
  | "person-account"
  | "account-by-name"
  | "two-equal-accounts";

export interface DemoTurn {
  readonly role: "customer" | "teammate" | "bot" | "note";
  readonly text: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface DemoContact {
  readonly id: string;
  /** Null for an anonymous visitor. */
  readonly email: string | null;
  readonly name: string | null;
  readonly plan?: string;
  readonly tags?: readonly string[];
  /** Unix milliseconds. */
  readonly lastSeenAt?: number;
  /** Intercom's role: "user" or "lead". */
  readonly role?: string;
}

export interface DemoCompany {
  readonly name: string;
  /** Absent where the person writes from free mail. */
  readonly domain?: string;
  readonly employees?: number;
  readonly plan?: string;
  readonly country?: string;
  readonly state?: string;
  /** What the customer pays a year, in US dollars. */
  readonly annualValue?: number;
  /** Unix milliseconds. */
  readonly customerSince?: number;
}

export interface DemoConversation {
  readonly id: string;
  /** In order of time, none in the future of `now`. */
  readonly turns: readonly DemoTurn[];
  readonly contact: DemoContact;
  readonly company?: DemoCompany;
  /** `count` uses of the product at (about) one time. */
  readonly usage: readonly { readonly event: string; readonly at: number; readonly count: number }[];
  readonly tags: readonly string[];
  readonly team?: string;
  readonly crm: { readonly situation: DemoSituation };
  /** What an enrichment provider knows of the company's domain. */
  readonly enrichment?: {
    readonly employees?: number;
    readonly annualRevenue?: number;
    readonly industry?: string;
    readonly technology?: readonly string[];
  };
  /** What the example policy makes of it. */
  readonly expect: {
    readonly recipe: string | null;
    readonly excluded: string | null;
    readonly qualified: boolean;
  };
}

/** A row as the file holds it: times relative, people without id. demo/README.md describes it. */
interface Row {
  readonly id: string;
  readonly turns: readonly { readonly role: DemoTurn["role"]; readonly text: string; readonly at?: string }[];
  readonly contact: Omit<DemoContact, "id" | "lastSeenAt"> & {
    readonly id?: string;
    readonly lastSeenAt?: string;
  };
  readonly company?: Omit<DemoCompany, "customerSince"> & { readonly customerSince?: string };
  readonly usage?: readonly { readonly event: string; readonly daysAgo?: number; readonly count?: number }[];
  readonly tags?: readonly string[];
  readonly team?: string;
  readonly crm: { readonly situation: DemoSituation; readonly variant?: DemoSituation };
  readonly enrichment?: DemoConversation["enrichment"];
  readonly expect: DemoConversation["expect"];
}

export interface DemoQuestion {
  /** How many conversations. The first of them are the file's own, in its order. */
  readonly count: number;
  /** Chooses the names of the people and companies of the repeats. */
  readonly seed: number;
  /** Unix milliseconds: the instant that relative times refer to. Every conversation ends in the hour before. */
  readonly now: number;
}

/**
 * `count` conversations. Nobody stands in two of them, except the colleagues at ourcompany.example, who only share
 * their company; every e-mail address and every company domain is invented.
 */
export function demoConversations({ count, seed, now }: DemoQuestion): DemoConversation[] {
  const rows = readRows();
  return Array.from({ length: count }, (_, index) => {
    const row = rows[index % rows.length] ?? missing();
    const round = Math.floor(index / rows.length);
    return resolved(round === 0 ? row : recast(row, index, seed), index, now);
  });
}

/** The conversation as a line for `baton score`, which knows the five situations of its table only. */
export function demoScoreRow(conversation: DemoConversation): Readonly<Record<string, unknown>> {
  const { enrichment: _enrichment, expect: _expect, crm, ...row } = conversation;
  return { ...row, crm: plainSituation(crm.situation) };
}

function plainSituation(situation: DemoSituation): Readonly<Record<string, unknown>> {
  switch (situation) {
    case "customer-with-csm":
      return { situation: "customer" };
    case "converted-lead":
    case "converted-lead-other-address":
    case "merged-contact":
    case "person-account":
      return { situation: "contact" };
    case "several-opportunities":
      return { situation: "open-opportunity" };
    case "late-stage":
      return { situation: "open-opportunity", openOpportunity: { stage: "Negotiation" } };
    case "lead-with-inactive-owner":
      return { situation: "open-lead" };
    case "account-by-domain":
    case "account-by-name":
    case "two-equal-accounts":
      return { situation: "unknown" };
    case "unknown":
    case "open-lead":
    case "contact":
    case "open-opportunity":
    case "customer":
      return { situation };
    default:
      throw new Error(`demo: no such situation: ${String(situation satisfies never)}`);
  }
}

/** How many conversations the file holds; up to here nothing is repeated. */
export function demoFileLength(): number {
  return readRows().length;
}

let rowsOnceRead: readonly Row[] | undefined;

function readRows(): readonly Row[] {
  rowsOnceRead ??= readFileSync(new URL("conversations.jsonl", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Row);
  return rowsOnceRead;
}

function missing(): never {
  throw new Error("demo/conversations.jsonl is empty: restore it from the repository");
}

const minuteMs = 60_000;

const unitMs: Readonly<Record<string, number>> = {
  m: minuteMs,
  h: 60 * minuteMs,
  d: 24 * 60 * minuteMs,
  y: 365 * 24 * 60 * minuteMs,
};

/** "+3m" is three minutes, "-2h" minus two hours, in milliseconds. */
function relativeMs(text: string): number {
  const match = /^([+-])(\d+)([mhdy])$/.exec(text);
  const unit = unitMs[match?.[3] ?? ""];
  if (!match || unit === undefined) {
    throw new Error(
      `demo/conversations.jsonl: "${text}" is no relative time: write it like +3m, -2h, -5d or -3y`,
    );
  }
  return (match[1] === "-" ? -1 : 1) * Number(match[2]) * unit;
}

function resolved(row: Row, index: number, now: number): DemoConversation {
  const offsets = row.turns.map((turn, position) =>
    turn.at === undefined ? position * minuteMs : relativeMs(turn.at),
  );
  // Ends are spread over the hour before `now` in steps that do not line up with the file's order.
  const start = now - Math.max(0, ...offsets) - (1 + ((index * 37) % 59)) * minuteMs;
  const { contact, company, usage, tags, crm, ...rest } = row;
  return {
    ...rest,
    crm: { situation: crm.variant ?? crm.situation },
    turns: row.turns.map(({ role, text }, position) => ({
      role,
      text,
      at: start + (offsets[position] ?? 0),
    })),
    contact: contactAt(contact, row.id, now),
    ...(company && { company: companyAt(company, now) }),
    usage: (usage ?? []).map(({ event, daysAgo = 0, count = 1 }) => ({
      event,
      at: start - daysAgo * (unitMs["d"] ?? 0) - minuteMs,
      count,
    })),
    tags: tags ?? [],
  };
}

function contactAt({ lastSeenAt, ...contact }: Row["contact"], id: string, now: number): DemoContact {
  return {
    ...contact,
    id: contact.id ?? `contact-${id}`,
    ...(lastSeenAt !== undefined && { lastSeenAt: now + relativeMs(lastSeenAt) }),
  };
}

function companyAt({ customerSince, ...company }: NonNullable<Row["company"]>, now: number): DemoCompany {
  return {
    ...company,
    ...(customerSince !== undefined && { customerSince: now + relativeMs(customerSince) }),
  };
}

const ownDomain = "ourcompany.example";

/** The same conversation between other people: names, address, company and domain change wherever they stand. */
function recast(row: Row, index: number, seed: number): Row {
  const given = pick(givenNames, seed, index, 1);
  const family = pick(familyNames, seed, index, 2);
  const business = `${pick(companyFirstWords, seed, index, 3)} ${pick(companySecondWords, seed, index, 4)} ${index}`;
  const isOwn = row.company?.domain === ownDomain;
  const domain = isOwn ? ownDomain : `${slug(business)}.example`;
  const email = recastEmail(row.contact.email, `${slug(given)}.${slug(family)}`, domain, index);
  const cast = { given, family, business: isOwn ? row.company.name : business, domain, email };
  const rename = renamer(row, cast);
  return {
    ...row,
    id: `${row.id}-${index}`,
    turns: row.turns.map((turn) => ({ ...turn, text: rename(turn.text) })),
    contact: { ...row.contact, email, name: row.contact.name === null ? null : `${given} ${family}` },
    ...(row.company && {
      company: { ...row.company, name: cast.business, ...(row.company.domain !== undefined && { domain }) },
    }),
  };
}

/** Free mail stays free mail: the local part is longer than its provider allows, so that the address is nobody's. */
function recastEmail(email: string | null, local: string, domain: string, index: number): string | null {
  if (email === null) return null;
  const at = email.split("@")[1] ?? domain;
  if (at.endsWith(".com")) return `${local}.invented.for.the.demo.nobody.reads.this.${index}@${at}`;
  return at === ownDomain ? `${local}.${index}@${at}` : `${local}@${domain}`;
}

interface Cast {
  readonly given: string;
  readonly family: string;
  readonly business: string;
  readonly domain: string;
  readonly email: string | null;
}

/** Exchanges the person and the company in a text: the longest old word first, whole words only. */
function renamer(row: Row, cast: Cast): (text: string) => string {
  const nameWords = (row.contact.name ?? "").split(" ").filter((word) => word.length > 3);
  const changes = new Map<string, string>();
  if (row.company) changes.set(row.company.name, cast.business);
  if (row.company?.domain !== undefined) changes.set(row.company.domain, cast.domain);
  if (row.contact.email !== null && cast.email !== null) changes.set(row.contact.email, cast.email);
  if (row.contact.name !== null) changes.set(row.contact.name, `${cast.given} ${cast.family}`);
  for (const [position, word] of nameWords.entries()) {
    if (!changes.has(word)) changes.set(word, position === 0 ? cast.given : cast.family);
  }
  const olds = [...changes.keys()].sort((one, other) => other.length - one.length);
  if (olds.length === 0) return (text) => text;
  const escaped = olds.map((old) => old.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${escaped.join("|")})(?![\p{L}\p{N}])`, "gu");
  return (text) => text.replaceAll(pattern, (old) => changes.get(old) ?? old);
}

function slug(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** An element that depends on seed, index and place alone. */
function pick(words: readonly [string, ...string[]], seed: number, index: number, place: number): string {
  let hash = (Math.imul(seed, 2_654_435_761) ^ Math.imul(index + 1, 40_503) ^ Math.imul(place, 69_069)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_917) >>> 0;
  return words[((hash ^ (hash >>> 16)) >>> 0) % words.length] ?? words[0];
}

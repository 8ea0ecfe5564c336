/**
 * Evidence as fields that conditions can ask for. `undefined` is what nobody knows (yet), `null` is known to be empty.
 */
import type { Company, Person, Snapshot } from "../conversation/snapshot.ts";
import type { FieldLookup, FieldValue } from "../policy/condition.ts";
import type { CrmView } from "./crm.ts";
import type { Evidence, Scores } from "./scores.ts";
import { bestMatch, openLead, openOpportunities, openOpportunity, situationOf } from "./situation.ts";

type Reader<Source> = Readonly<Record<string, (source: Source) => FieldValue>>;

/** A value Intercom or enrichment may still bring: absent means that nobody knows it. */
const orUnknown = (value: FieldValue): FieldValue => value ?? undefined;

const CONTACT: Reader<Person> = {
  email: (person) => orUnknown(person.email),
  emailDomain: (person) => orUnknown(person.email?.split("@").at(-1)?.toLowerCase()),
  name: (person) => orUnknown(person.name),
  phone: (person) => orUnknown(person.phone),
  role: (person) => orUnknown(person.role),
  plan: (person) => orUnknown(person.plan),
  tags: (person) => person.tags,
  lastSeenAt: (person) => orUnknown(person.lastSeenAt),
  signedUpAt: (person) => orUnknown(person.signedUpAt),
  score: (person) => orUnknown(person.score),
};

const COMPANY: Reader<Company> = {
  name: (company) => orUnknown(company.name),
  domain: (company) => orUnknown(company.domain),
  employees: (company) => orUnknown(company.employees),
  plan: (company) => orUnknown(company.plan),
  industry: (company) => orUnknown(company.industry),
  country: (company) => orUnknown(company.country),
  state: (company) => orUnknown(company.state),
  annualRevenue: (company) => orUnknown(company.annualRevenue),
  annualValue: (company) => orUnknown(company.annualValue),
  customerSince: (company) => orUnknown(company.customerSince),
  technology: (company) => (company.technology.length > 0 ? company.technology : undefined),
};

const CONVERSATION: Reader<Snapshot> = {
  team: (snapshot) => snapshot.team,
  tags: (snapshot) => snapshot.tags,
  firstTag: (snapshot) => snapshot.tags[0] ?? null,
  state: (snapshot) => snapshot.state,
  customerMessages: (snapshot) => customerMessages(snapshot),
  url: (snapshot) => snapshot.url,
};

const CRM: Reader<CrmView> = {
  situation: (crm) => situationOf(crm),
  score: (crm) => openLead(crm)?.score ?? null,
  hasLead: (crm) => openLead(crm) !== null,
  hasContact: (crm) => crm.contacts.length > 0,
  hasAccount: (crm) => crm.accounts.length > 0,
  // A decision of before matches were explained has none.
  match: (crm) => bestMatch(crm)?.by ?? null,
  matchConfidence: (crm) => bestMatch(crm)?.confidence ?? null,
  competing: (crm) => crm.competing.length,
  openOpportunities: (crm) => openOpportunities(crm).length,
  isPersonAccount: (crm) => crm.accounts[0]?.isPersonAccount ?? null,
  "lead.status": (crm) => openLead(crm)?.status ?? null,
  "lead.owner": (crm) => openLead(crm)?.owner.email ?? null,
  "openOpportunity.name": (crm) => openOpportunity(crm)?.name ?? null,
  "openOpportunity.stage": (crm) => openOpportunity(crm)?.stage ?? null,
  "openOpportunity.amount": (crm) => openOpportunity(crm)?.amount ?? null,
  "openOpportunity.owner": (crm) => openOpportunity(crm)?.owner.email ?? null,
  "account.name": (crm) => crm.accounts[0]?.name ?? null,
  "account.owner": (crm) => crm.accounts[0]?.owner.email ?? null,
  "account.csm": (crm) => crm.accounts[0]?.csm?.email ?? null,
  "account.employees": (crm) => crm.accounts[0]?.employees ?? null,
  "account.annualRevenue": (crm) => crm.accounts[0]?.annualRevenue ?? null,
  "account.country": (crm) => crm.accounts[0]?.country ?? null,
  "account.state": (crm) => crm.accounts[0]?.state ?? null,
  "account.website": (crm) => crm.accounts[0]?.website ?? null,
};

/** How many messages of a snapshot the customer wrote; redacted ones count, their words do not. */
export function customerMessages(snapshot: Snapshot): number {
  return snapshot.messages.filter((message) => message.role === "customer").length;
}

/**
 * A lookup over everything known about one conversation. `scores` null leaves `signals` and `score.*` unknown;
 * `extra` adds or overrides fields by their whole name ("opportunity.isWon").
 */
export function factsOf(
  evidence: Evidence,
  scores: Scores | null,
  extra: Readonly<Record<string, FieldValue>> = {},
): FieldLookup {
  const { snapshot, crm } = evidence;
  return (name) => {
    if (Object.hasOwn(extra, name)) return extra[name];
    if (name === "signals") return scores === null ? undefined : signalNames(scores);
    const dot = name.indexOf(".");
    const rest = name.slice(dot + 1);
    switch (name.slice(0, Math.max(dot, 0))) {
      case "contact":
        return snapshot.contact === null ? undefined : read(CONTACT, snapshot.contact, rest);
      case "company":
        return readCompany(evidence, rest);
      case "conversation":
        return read(CONVERSATION, snapshot, rest);
      case "score":
        return scores !== null && Object.hasOwn(scores.values, rest) ? scores.values[rest]?.value : undefined;
      case "crm":
        return crm === null ? undefined : read(CRM, crm, rest);
      default:
        return undefined;
    }
  };
}

function signalNames(scores: Scores): readonly string[] {
  return [...new Set(scores.signals.map((found) => found.signal))];
}

function readCompany({ snapshot, crm }: Evidence, rest: string): FieldValue {
  const own = snapshot.company === null ? undefined : read(COMPANY, snapshot.company, rest);
  if (own !== undefined || rest !== "employees") return own;
  return orUnknown(crm?.accounts.find((account) => account.employees !== null)?.employees);
}

const ATTRIBUTES = "attributes.";

function read<Source extends object>(readers: Reader<Source>, source: Source, rest: string): FieldValue {
  const reader = Object.hasOwn(readers, rest) ? readers[rest] : undefined;
  if (reader !== undefined) return reader(source);
  if (!rest.startsWith(ATTRIBUTES) || !("attributes" in source)) return undefined;
  return attributeOf(source.attributes as Readonly<Record<string, unknown>>, rest.slice(ATTRIBUTES.length));
}

/** Attributes come from outside: what is no scalar and no list of scalars is not known. */
function attributeOf(attributes: Readonly<Record<string, unknown>>, name: string): FieldValue {
  if (!Object.hasOwn(attributes, name)) return undefined;
  const value = attributes[name];
  if (value === null || isScalar(value)) return value;
  return Array.isArray(value) && value.every(isScalar) ? value : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

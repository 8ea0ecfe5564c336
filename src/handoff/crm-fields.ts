/** What stands in the fields of a person's record: the policy's mapping, fitted to the standard fields. Pure. */
import { parseInstant } from "../kernel/time.ts";
import type { FieldLookup, FieldValue } from "../policy/condition.ts";
import { fieldKind } from "../policy/fields.ts";
import type { FieldMapping, Policy } from "../policy/schema.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { CrmValue } from "./ports.ts";

/** Salesforce's own mark for a required text that nobody knows. */
const NOT_PROVIDED = "[not provided]";
/** Lengths of the standard fields (Salesforce object reference: Lead, Opportunity, Task). */
export const LENGTH = {
  email: 80,
  lastName: 80,
  firstName: 40,
  company: 255,
  opportunityName: 120,
  subject: 255,
} as const;

type Fields = Readonly<Record<string, CrmValue>>;

interface Known {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly lookup: FieldLookup;
}

/** The mapping's fields, and what Salesforce requires of a person even when nobody knows it. */
export function personFields(object: "lead" | "contact", { snapshot, policy, lookup }: Known): Fields {
  const { contact, company } = snapshot;
  const rules = object === "lead" ? policy.mapping.lead : policy.mapping.contact;
  const fallback = contact?.name?.trim() || contact?.email?.split("@")[0] || NOT_PROVIDED;
  const fields: Record<string, CrmValue> = { Email: contact?.email ?? null, ...mapped(rules, lookup) };
  const lastName =
    typeof fields["LastName"] === "string" && fields["LastName"] !== ""
      ? fields["LastName"]
      : lastNameOf(fallback);
  fields["LastName"] = cut(lastName, LENGTH.lastName);
  // A longer address is a valid one, but a piece of it would be somebody else's: the record does without.
  if (typeof fields["Email"] === "string" && fields["Email"].length > LENGTH.email) fields["Email"] = null;
  if (typeof fields["FirstName"] === "string")
    fields["FirstName"] = cut(fields["FirstName"], LENGTH.firstName);
  if (object === "lead") {
    const mappedName = typeof fields["Company"] === "string" ? fields["Company"] : null;
    const name = mappedName ?? company?.name ?? company?.domain ?? NOT_PROVIDED;
    fields["Company"] = cut(name, LENGTH.company);
  }
  return fields;
}

/** Of an existing Lead only fields that Baton owns are touched: its own (custom) ones; never what a rep may have typed. */
export function ownedLeadFields({ policy, lookup }: Known): Fields {
  return mapped(
    policy.mapping.lead.filter((rule) => rule.to.endsWith("__c")),
    lookup,
  );
}

/** Values that somebody knows; what is unknown leaves the record's default in place. */
export function mapped(rules: readonly FieldMapping[], lookup: FieldLookup): Record<string, CrmValue> {
  return Object.fromEntries(
    rules
      .filter((rule) => rule.direction !== "to-intercom")
      .map((rule) => [rule.to, converted(rule, lookup(rule.from))] as const)
      .filter(([, value]) => value !== null),
  );
}

/** A value as the Salesforce field takes it: the part of a name that is meant, instants in ISO form, lists joined; null: none. */
export function converted(rule: FieldMapping, value: FieldValue): string | number | boolean | null {
  if (value === undefined || value === null || value === "") return null;
  if (rule.with === "first-name") return firstNameOf(String(value));
  if (rule.with === "last-name") return lastNameOf(String(value));
  // Attributes have no kind; those that Intercom names like its own instants hold instants.
  if (fieldKind(rule.from) === "instant" || rule.from.endsWith("At")) {
    const at = parseInstant(value);
    return at === null ? null : new Date(at).toISOString();
  }
  return Array.isArray(value) ? value.join(";") : (value as string | number | boolean);
}

/** "Ana Maria Lopez" -> "Lopez"; a single word is the last name, which Salesforce requires. */
function lastNameOf(name: string): string {
  return name.trim().split(/\s+/).at(-1) ?? name;
}

function firstNameOf(name: string): string | null {
  const words = name.trim().split(/\s+/);
  return words.length > 1 ? words.slice(0, -1).join(" ") : null;
}

/** At most `length` UTF-16 units, as Salesforce counts them, and never half a character. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}

/** The fields that hold something. */
export function withoutAbsent(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

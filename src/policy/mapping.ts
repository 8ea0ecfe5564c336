/** Which fields of Intercom and Salesforce a line of the mapping may write. */
import type { FieldMapping } from "./schema.ts";

/** Intercom's own fields that its API takes (OpenAPI 2.14: updateContact, updateCompany). */
const WRITABLE: ReadonlySet<string> = new Set([
  "contact.email",
  "contact.name",
  "contact.phone",
  "contact.plan",
  "company.name",
  "company.employees",
  "company.industry",
  "company.plan",
]);

/** Whether a value of Salesforce can be written to where the line comes from: a part of a name cannot. */
export function isWritableInIntercom({ from, with: part }: Pick<FieldMapping, "from" | "with">): boolean {
  return part === undefined && (WRITABLE.has(from) || /^(?:contact|company)\.attributes\../.test(from));
}

/** Whether the line names somebody whom the record points to, as `Owner.Name`: that is read, and changed by routing alone. */
export function isOfOwner({ to }: Pick<FieldMapping, "to">): boolean {
  return to.includes(".");
}

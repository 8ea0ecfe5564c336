/**
 * Which lines of the policy's mapping go on after a handoff, and what both sides hold for them, comparable. Pure.
 * What is known in a conversation only (its tags, scores) goes along with a handoff and is not synced.
 */
import { emptyState } from "../conversation/fold.ts";
import type { Company, Person } from "../conversation/snapshot.ts";
import { converted } from "../handoff/crm-fields.ts";
import { type EpochMs, parseInstant } from "../kernel/time.ts";
import { fieldKind } from "../policy/fields.ts";
import { isWritableInIntercom } from "../policy/mapping.ts";
import type { FieldMapping, Policy } from "../policy/schema.ts";
import { factsOf } from "../qualify/facts.ts";

export type Value = string | number | boolean | null;
/** Values by the name of the Salesforce field. */
export type Values = Readonly<Record<string, Value>>;

/** What is synced: a person with a Lead or Contact, a company with an Account. */
export type Kind = "person" | "company";
export type SyncedObject = "Lead" | "Contact" | "Account";

const RECORDS = { Lead: "lead", Contact: "contact", Account: "account" } as const;

/** The objects whose records a kind may be. */
export const OBJECTS: Readonly<Record<Kind, readonly SyncedObject[]>> = {
  person: ["Contact", "Lead"],
  company: ["Account"],
};

/** The lines that are synced for records of this object, each with the directions that are possible. */
export function syncedRows(policy: Policy, object: SyncedObject): readonly FieldMapping[] {
  return policy.mapping[RECORDS[object]].flatMap((row) => {
    const isOwn = row.from.startsWith(object === "Account" ? "company." : "contact.");
    const isTheirs = object !== "Account" && row.from.startsWith("company.");
    if (!isOwn && !isTheirs) return [];
    if (row.direction === "to-salesforce") return [row];
    if (isOwn && isWritableInIntercom(row)) return [row];
    return row.direction === "both" ? [{ ...row, direction: "to-salesforce" as const }] : [];
  });
}

/** The objects of which a change in Salesforce may go to Intercom. */
export function objectsToPoll(policy: Policy): readonly SyncedObject[] {
  return (["Lead", "Contact", "Account"] as const).filter((object) =>
    syncedRows(policy, object).some(({ direction }) => direction !== "to-salesforce"),
  );
}

/** Whether anything of this kind is synced at all. */
export function isSynced(policy: Policy, kind: Kind): boolean {
  return OBJECTS[kind].some((object) => syncedRows(policy, object).length > 0);
}

/** What Intercom holds, as Salesforce would take it. */
export function intercomValues(
  rows: readonly FieldMapping[],
  known: { readonly person: Person | null; readonly company: Company | null },
): Values {
  const { snapshot } = emptyState("", "");
  const heard = { ...snapshot, contact: known.person, company: known.company };
  const lookup = factsOf({ snapshot: heard, crm: null }, null);
  return Object.fromEntries(rows.map((row) => [row.to, converted(row, lookup(row.from))]));
}

/** Whether a line holds instants; attributes have no kind, those named like Intercom's own instants hold them. */
function holdsInstants({ from }: FieldMapping): boolean {
  return fieldKind(from) === "instant" || from.endsWith("At");
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

/**
 * Whether two values are the same to both systems: blanks around a text, the case of an e-mail address and parts of a
 * second are not kept alike everywhere. When somebody was last seen moves with every page they open; less than a day is
 * no change.
 */
export function isSame(row: FieldMapping, left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right;
  if (holdsInstants(row)) {
    const [one, other] = [parseInstant(left), parseInstant(right)];
    if (one !== null && other !== null) return Math.abs(one - other) < stepOf(row, left, right);
  }
  const text = (value: string | number | boolean): string => {
    const trimmed = String(value).trim();
    return row.from === "contact.email" ? trimmed.toLowerCase() : trimmed;
  };
  return text(left) === text(right);
}

function stepOf(row: FieldMapping, ...values: readonly Value[]): EpochMs {
  const isDateOnly = values.some((value) => /^\d{4}-\d{2}-\d{2}$/.test(String(value)));
  return isDateOnly || row.from === "contact.lastSeenAt" ? DAY_MS : SECOND_MS;
}

/** A Salesforce value as Intercom takes it: instants are whole seconds there. */
export function forIntercom(row: FieldMapping, value: Value): Value {
  const at = holdsInstants(row) ? parseInstant(value) : null;
  return at === null ? value : Math.floor(at / SECOND_MS);
}

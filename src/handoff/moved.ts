/**
 * A write whose records have moved since they were looked up: merged into others, converted, deleted. The refused write
 * kept nothing, so it is pointed to where they are today and sent again under the same keys. Pure.
 */
import type { CrmOperation, CrmValue } from "./ports.ts";

/** Where a record is today: its own id, another's, or null when it is gone. */
export type Whereabouts = Readonly<Record<string, string | null>>;

/** Accounts, Contacts, Leads and Opportunities by the first characters of their ids (object reference). */
const RECORD = /^(?:001|003|00Q|006)[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?$/;

function isRecordId(value: CrmValue): value is string {
  return typeof value === "string" && RECORD.test(value);
}

/** Ids of existing records that a write changes or points to. */
export function referredIds(operations: readonly CrmOperation[]): readonly string[] {
  const ids = operations.flatMap((operation) => [
    ...(operation.kind === "update" ? [operation.id] : []),
    ...Object.values(operation.fields),
  ]);
  return [...new Set(ids.filter(isRecordId))];
}

export interface Moved {
  readonly operations: readonly CrmOperation[];
  /** What changed in the plan, read by people. */
  readonly notes: readonly string[];
}

/** The record to make again where `id` was deleted. */
export interface Anew {
  readonly id: string;
  readonly create: Extract<CrmOperation, { kind: "create" }>;
}

/**
 * The write pointed to where its records are today; null when none of them has moved. A deleted record is left out, but
 * for the one that `anew` makes again: it is created first, and what pointed to the old one points to it.
 */
export function afterMove(
  operations: readonly CrmOperation[],
  where: Whereabouts,
  anew: Anew | null,
): Moved | null {
  const left = Object.entries(where).filter(([id, today]) => id !== today);
  if (left.length === 0) return null;
  const again = anew !== null && where[anew.id] === null ? anew : null;
  const today = (id: string): Today => {
    if (id === again?.id) return { ref: again.create.ref };
    return Object.hasOwn(where, id) ? (where[id] ?? null) : id;
  };
  return {
    operations: [
      ...(again === null ? [] : [again.create]),
      ...operations.flatMap((operation) => redirected(operation, today)),
    ],
    notes: left.map(([id, now]) => {
      if (now !== null) return `${id} is ${now} meanwhile: merged or converted`;
      return id === again?.id
        ? `${id} was deleted meanwhile: a new ${again.create.object} takes its place`
        : `${id} was deleted meanwhile`;
    }),
  };
}

/** An id, the `ref` of a record that this write creates, or null for one that is gone. */
type Today = string | { readonly ref: string } | null;

function redirected(operation: CrmOperation, today: (id: string) => Today): readonly CrmOperation[] {
  const fields = Object.entries(operation.fields).map(([name, value]): readonly [string, CrmValue] => {
    if (!isRecordId(value)) return [name, value];
    const id = today(value);
    // Ids of Contacts begin with 003: the Lead was converted.
    const isContact = typeof id === "string" && id.startsWith("003");
    return [name === "Lead__c" && isContact ? "Contact__c" : name, id];
  });
  const kept = Object.fromEntries(
    fields.filter(([name, value]) => value !== null || operation.fields[name] === null),
  );
  if (operation.kind === "create") {
    // A role needs both of its ends.
    const isLoose = operation.object === "OpportunityContactRole" && Object.keys(kept).length < fields.length;
    return isLoose ? [] : [{ ...operation, fields: kept }];
  }
  const id = today(operation.id);
  const isSameObject = typeof id === "string" && id.slice(0, 3) === operation.id.slice(0, 3);
  return isSameObject ? [{ ...operation, id, fields: kept }] : [];
}

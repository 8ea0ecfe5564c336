/**
 * Values as the org's own fields take them: cut to length, dates as dates, picklist values as they are spelt there. What
 * a field cannot hold is left out with a note, so that one field never costs a handoff. Pure.
 */
import type { CrmOperation, CrmValue } from "../../handoff/ports.ts";
import { parseInstant } from "../../kernel/time.ts";
import type { Describe, Field } from "./describe.ts";

export interface Shaped {
  readonly operations: readonly CrmOperation[];
  /** What was left out or cut and why, one line each; names of fields, never their values. */
  readonly notes: readonly string[];
}

type Fitted =
  | { readonly kind: "fits"; readonly value: CrmValue; readonly note: string | null }
  | { readonly kind: "unfit"; readonly why: string };

const fits = (value: CrmValue, note: string | null = null): Fitted => ({ kind: "fits", value, note });
const unfit = (why: string): Fitted => ({ kind: "unfit", why });

/** The operations on described objects, fitted to their fields; others as they are. */
export function shaped(
  operations: readonly CrmOperation[],
  described: ReadonlyMap<string, Describe>,
): Shaped {
  const notes: string[] = [];
  const fitted = operations.map((operation): CrmOperation => {
    const object = described.get(operation.object);
    if (object === undefined) return operation;
    const byName = new Map(object.fields.map((field) => [field.name, field]));
    const fields = Object.entries(operation.fields).flatMap(([name, value]) => {
      const field = byName.get(name);
      const result = fitOne(field, value, operation.kind);
      if (result.kind === "fits") {
        if (result.note !== null) notes.push(`${operation.object}.${name} ${result.note}`);
        return [[name, result.value] as const];
      }
      // Without a required field the record would not be; Salesforce's own refusal says more.
      if (operation.kind === "create" && field !== undefined && isRequired(field))
        return [[name, value] as const];
      notes.push(`${operation.object}.${name} ${result.why}: left out`);
      return [];
    });
    return { ...operation, fields: Object.fromEntries(fields) };
  });
  return { operations: fitted, notes };
}

function isRequired({ nillable, defaultedOnCreate }: Field): boolean {
  return !nillable && !defaultedOnCreate;
}

function fitOne(field: Field | undefined, value: CrmValue, kind: CrmOperation["kind"]): Fitted {
  if (field === undefined) return unfit("is missing in the org, or not visible to the integration user");
  const isWritable = kind === "create" ? field.createable : field.updateable;
  if (isWritable === false) return unfit("may not be written by the integration user");
  // A reference, and emptying a field, fit everywhere.
  return value === null || typeof value === "object" ? fits(value) : fitScalar(field, value);
}

function fitScalar(field: Field, value: string | number | boolean): Fitted {
  switch (field.type) {
    case "boolean":
      return flagOf(value);
    case "int":
    case "double":
    case "currency":
    case "percent":
      return numberOf(field, value);
    case "date":
    case "datetime":
      return timeOf(field, value);
    case "picklist":
    case "multipicklist":
    case "combobox":
      return listed(field, String(value));
    case "string":
    case "textarea":
    case "phone":
      return cut(field, String(value));
    case "email":
    case "url":
      // A piece of an address would be another one.
      return String(value).length > field.length && field.length > 0
        ? unfit("is shorter than the address")
        : fits(String(value));
    default:
      return fits(value);
  }
}

function flagOf(value: string | number | boolean): Fitted {
  const word = String(value).trim().toLowerCase();
  if (["true", "yes", "1"].includes(word)) return fits(true);
  return ["false", "no", "0"].includes(word) ? fits(false) : unfit("takes yes or no only");
}

function numberOf(field: Field, value: string | number | boolean): Fitted {
  const number = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) return unfit("takes numbers only");
  return fits(field.type === "int" ? Math.round(number) : number);
}

function timeOf(field: Field, value: string | number | boolean): Fitted {
  const at = parseInstant(value);
  if (at === null) return unfit("takes dates only");
  const text = new Date(at).toISOString();
  return fits(field.type === "date" ? text.slice(0, 10) : text);
}

/** At most `length` UTF-16 units, as Salesforce counts them, and never half a character. */
function cut({ length }: Field, text: string): Fitted {
  if (length === 0 || text.length <= length) return fits(text);
  return fits(text.slice(0, length).replace(/[\uD800-\uDBFF]$/, ""), `was cut to ${length} characters`);
}

/** Values as the org spells them; one it has not is left out where the list is closed. Several are joined by ";". */
function listed(field: Field, text: string): Fitted {
  const known = new Map(
    field.picklistValues.filter(({ active }) => active).map(({ value }) => [value.toLowerCase(), value]),
  );
  const wanted = field.type === "multipicklist" ? text.split(";").map((one) => one.trim()) : [text];
  const found = wanted.flatMap(
    (one) => known.get(one.toLowerCase()) ?? (field.restrictedPicklist ? [] : one),
  );
  if (found.length === 0) return unfit("has no such value in its list");
  const note = found.length < wanted.length ? "has not all of the values in its list" : null;
  return fits(found.join(";"), note);
}

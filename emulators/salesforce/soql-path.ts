/** Field paths of a query (`Email`, `Account.Owner.IsActive`) as functions from a record to a value. */
import { refusal, type SalesforceError } from "./errors.ts";
import { field, type FieldDef, type FieldValue } from "./fields.ts";
import { findObject, type Org, rowOf, type Row } from "./org.ts";
import type { SchemaObject } from "./schema.ts";

export interface FieldPath {
  readonly field: FieldDef;
  readonly read: (row: Row) => FieldValue;
  /** The field is of the queried object itself. */
  readonly direct: boolean;
}

/** Where a relationship leads: one object, or `Name` for a polymorphic one. */
export type Place = { readonly kind: "object"; readonly object: SchemaObject } | { readonly kind: "name" };

/** What every target of a polymorphic reference shows (object reference: Name). */
const nameFields: ReadonlyMap<string, FieldDef> = new Map(
  [
    field("Id", "id"),
    field("Name", "string"),
    field("Type", "string"),
    field("FirstName", "string"),
    field("LastName", "string"),
    field("Email", "email"),
    field("Phone", "phone"),
    field("Title", "string"),
    field("Alias", "string"),
    field("Username", "string"),
    field("IsActive", "boolean"),
    field("ProfileId", "reference"),
    field("UserRoleId", "reference"),
  ].map((one) => [one.name.toLowerCase(), one]),
);

/** Resolves a dotted path on an object. Throws INVALID_FIELD. `alias` is what the FROM clause calls the object. */
export function fieldPath(
  org: Org,
  object: SchemaObject,
  path: string,
  alias: string | undefined,
): FieldPath {
  const pieces = withoutAlias(object, path.split("."), alias);
  let place: Place = { kind: "object", object };
  let target: (row: Row) => Row | undefined = (row) => row;
  for (const piece of pieces.slice(0, -1)) {
    const reference = parentField(place, piece);
    const before = target;
    target = (row) => parentRow(org, before(row), reference);
    place = placeOf(org, reference);
  }
  const found = fieldAt(place, pieces.at(-1) ?? "");
  if (pieces.length === 1) {
    const { name } = found;
    return { field: found, read: (row) => row[name] ?? null, direct: true };
  }
  return { field: found, read: (row) => valueAt(target(row), found.name, place), direct: false };
}

/** The value of a field of a record reached at `place`. */
export function valueAt(row: Row | undefined, name: string, place: Place): FieldValue {
  if (row === undefined) return null;
  if (place.kind === "name" && name === "Type") return typeName(row);
  return row[name] ?? null;
}

/** The field of that name at a place. Throws INVALID_FIELD. */
export function fieldAt(place: Place, name: string): FieldDef {
  const fields = place.kind === "name" ? nameFields : place.object.fields;
  const found = fields.get(name.toLowerCase());
  if (found === undefined) throw noSuchColumn(name, place.kind === "name" ? "Name" : place.object.name);
  return found;
}

/** The reference field behind a relationship name. Throws INVALID_FIELD. */
export function parentField(place: Place, relationship: string): FieldDef {
  const found = place.kind === "name" ? undefined : place.object.parents.get(relationship.toLowerCase());
  if (found === undefined) {
    throw refusal(
      400,
      "INVALID_FIELD",
      `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  }
  return found;
}

/** Where a reference field leads. */
export function placeOf(org: Org, reference: FieldDef): Place {
  const [only] = reference.to;
  const object = reference.to.length === 1 && only !== undefined ? findObject(org, only) : undefined;
  return object === undefined ? { kind: "name" } : { kind: "object", object };
}

/** The record a reference points to; a deleted one still answers, as in Salesforce. */
export function parentRow(org: Org, row: Row | undefined, reference: FieldDef): Row | undefined {
  const id = row?.[reference.name];
  if (typeof id !== "string") return undefined;
  const object = org.schema.prefixes.get(id.slice(0, 3));
  return object === undefined ? undefined : rowOf(org, object, id);
}

/** The pieces of a path without the object's own name or alias in front. */
export function withoutAlias(object: SchemaObject, pieces: string[], alias: string | undefined): string[] {
  const [first = ""] = pieces;
  if (pieces.length < 2 || object.parents.has(first.toLowerCase())) return pieces;
  const own = [object.name.toLowerCase(), alias?.toLowerCase()];
  return own.includes(first.toLowerCase()) ? pieces.slice(1) : pieces;
}

/** 400 INVALID_FIELD for a column an entity does not have. */
function noSuchColumn(name: string, entity: string): SalesforceError {
  return refusal(
    400,
    "INVALID_FIELD",
    `\n${name}\n^\nERROR at Row:1:Column:1\nNo such column '${name}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function typeName(row: Row): string {
  const kind = String(row["Id"]).slice(0, 3);
  if (kind === "00G") return String(row["Type"] ?? "Group");
  const names: Readonly<Record<string, string>> = {
    "005": "User",
    "003": "Contact",
    "00Q": "Lead",
    "001": "Account",
    "006": "Opportunity",
  };
  return names[kind] ?? "Name";
}

/**
 * What an org knows about its objects and fields. One definition drives validation, SOQL, indexes and describe.
 */

export type FieldType =
  | "id"
  | "string"
  | "textarea"
  | "longtext"
  | "html"
  | "email"
  | "phone"
  | "url"
  | "picklist"
  | "boolean"
  | "int"
  | "double"
  | "currency"
  | "percent"
  | "date"
  | "datetime"
  | "reference";

/** What a field holds. Datetimes are `2026-01-31T10:00:00.000+0000`, dates `2026-01-31`: both sort as text. */
export type FieldValue = string | number | boolean | null;

export interface FieldDef {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters, for text. */
  readonly length: number;
  readonly required: boolean;
  readonly unique: boolean;
  readonly externalId: boolean;
  /** Equality and uniqueness heed the case. */
  readonly caseSensitive: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly values: readonly string[];
  /** A value outside `values` is refused. */
  readonly restricted: boolean;
  readonly defaultValue: FieldValue;
  /** Objects a reference may point to. */
  readonly to: readonly string[];
  /** `Owner` for `OwnerId`. */
  readonly relationship: string | null;
  /** `Contacts`: the name under which the target lists these records. */
  readonly children: string | null;
  /** The record goes when its target goes. */
  readonly cascade: boolean;
  /** Kept in a lookup table for SOQL. */
  readonly indexed: boolean;
  readonly custom: boolean;
}

export interface ObjectDef {
  readonly name: string;
  readonly label: string;
  /** The first three characters of its ids. */
  readonly prefix: string;
  readonly custom: boolean;
  readonly createable: boolean;
  readonly fields: readonly FieldDef[];
}

type Options = Partial<Omit<FieldDef, "name" | "type">>;

/** One field; what is not given is optional, writable and not unique. */
export function field(name: string, type: FieldType, options: Options = {}): FieldDef {
  const custom = name.endsWith("__c");
  return {
    name,
    type,
    label: options.label ?? labelOf(name),
    length: options.length ?? defaultLength(type),
    required: false,
    unique: false,
    externalId: false,
    caseSensitive: type === "id" || type === "reference",
    createable: true,
    updateable: true,
    values: [],
    restricted: false,
    defaultValue: type === "boolean" ? false : null,
    to: [],
    relationship: null,
    children: null,
    cascade: false,
    indexed: type === "reference" || type === "email" || options.unique === true,
    custom,
    ...options,
  };
}

/** A field that only the platform sets. */
export function readOnly(name: string, type: FieldType, options: Options = {}): FieldDef {
  return field(name, type, { ...options, createable: false, updateable: false });
}

/** Text of at most `length` characters. */
export function text(name: string, length: number, options: Options = {}): FieldDef {
  return field(name, "string", { ...options, length });
}

/** A lookup. The relationship is the name without `Id`, or `__r` for a custom field. */
export function lookup(name: string, to: readonly string[], options: Options = {}): FieldDef {
  return field(name, "reference", { relationship: relationshipOf(name), ...options, to, length: 18 });
}

/** A picklist; pass `restricted: true` for one that refuses other values. */
export function picklist(name: string, values: readonly string[], options: Options = {}): FieldDef {
  return field(name, "picklist", { length: 255, ...options, values });
}

/** Baton's key: Text(80), unique, external id, case-sensitive (knowledge: exactly-once creation). */
export const keyField = text("Baton_Key__c", 80, {
  label: "Baton Key",
  unique: true,
  externalId: true,
  caseSensitive: true,
});

/** An object with the fields every record has. */
export function object(
  name: string,
  prefix: string,
  fields: readonly FieldDef[],
  options: { readonly label?: string; readonly createable?: boolean } = {},
): ObjectDef {
  const own = new Set(fields.map((one) => one.name));
  return {
    name,
    prefix,
    label: options.label ?? labelOf(name),
    custom: name.endsWith("__c"),
    createable: options.createable ?? true,
    fields: [...systemFields.filter((one) => !own.has(one.name)), ...fields],
  };
}

const systemFields: readonly FieldDef[] = [
  readOnly("Id", "id", { length: 18, label: "Record ID" }),
  readOnly("IsDeleted", "boolean", { label: "Deleted" }),
  readOnly("CreatedDate", "datetime"),
  readOnly("CreatedById", "reference", { to: ["User"], relationship: "CreatedBy", indexed: false }),
  readOnly("LastModifiedDate", "datetime"),
  readOnly("LastModifiedById", "reference", { to: ["User"], relationship: "LastModifiedBy", indexed: false }),
  readOnly("SystemModstamp", "datetime"),
];

function relationshipOf(name: string): string {
  return name.endsWith("__c") ? `${name.slice(0, -1)}r` : name.replace(/Id$/, "");
}

/** `Owner ID` for `OwnerId`, `First Name` for `FirstName`: the label Salesforce puts into its messages. */
function labelOf(name: string): string {
  const plain = name.replace(/__c$/, "").replaceAll("_", " ");
  return plain.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/ Id$/, " ID");
}

function defaultLength(type: FieldType): number {
  switch (type) {
    case "email":
      return 80;
    case "phone":
      return 40;
    case "textarea":
    case "url":
    case "picklist":
    case "string":
      return 255;
    case "longtext":
      return 32_768;
    case "html":
      return 131_072;
    case "id":
    case "reference":
      return 18;
    case "boolean":
    case "int":
    case "double":
    case "currency":
    case "percent":
    case "date":
    case "datetime":
      return 0;
    default:
      throw new Error(`no such field type: ${String(type satisfies never)}`);
  }
}

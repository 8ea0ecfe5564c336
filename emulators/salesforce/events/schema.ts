/**
 * The Avro schema of an object's change events, made from its fields, and the bitmaps that say which of them changed
 * (change data capture guide: event header fields; Pub/Sub API guide: decoding of changed fields).
 */
import { createHash } from "node:crypto";
import avro from "avsc";
import type { FieldDef, FieldValue } from "../fields.ts";
import type { Row } from "../org.ts";
import type { SchemaObject } from "../schema.ts";

export interface EventSchema {
  readonly id: string;
  readonly json: string;
  /** Names of the event's fields in their order; the header is the first. */
  readonly fields: readonly string[];
  readonly encode: (event: object) => Buffer;
}

/** A change event says neither of these. */
const NEVER_TOLD: ReadonlySet<string> = new Set(["Id", "IsDeleted", "SystemModstamp"]);

const CHANGE_TYPES = [
  "CREATE",
  "UPDATE",
  "DELETE",
  "UNDELETE",
  "GAP_CREATE",
  "GAP_UPDATE",
  "GAP_DELETE",
  "GAP_UNDELETE",
  "GAP_OVERFLOW",
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

const words = { type: "array", items: "string" };
const header = {
  type: "record",
  name: "ChangeEventHeader",
  fields: [
    { name: "entityName", type: "string" },
    { name: "recordIds", type: words },
    { name: "changeType", type: { type: "enum", name: "ChangeType", symbols: CHANGE_TYPES } },
    { name: "changeOrigin", type: "string" },
    { name: "transactionKey", type: "string" },
    { name: "sequenceNumber", type: "int" },
    { name: "commitTimestamp", type: "long" },
    { name: "commitNumber", type: "long" },
    { name: "commitUser", type: "string" },
    { name: "nulledFields", type: words },
    { name: "diffFields", type: words },
    { name: "changedFields", type: words },
  ],
};

/** The schema of the events of one object. */
export function eventSchemaOf(object: SchemaObject): EventSchema {
  const told = object.def.fields.filter(({ name }) => !NEVER_TOLD.has(name));
  const schema = {
    type: "record",
    name: `${object.name}ChangeEvent`,
    namespace: "com.sforce.eventbus",
    fields: [
      { name: "ChangeEventHeader", type: header },
      ...told.map((field) => ({ name: field.name, type: ["null", avroType(field)], default: null })),
    ],
  };
  const json = JSON.stringify(schema);
  const type = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: false });
  return {
    id: createHash("sha256").update(json).digest("base64url").slice(0, 22),
    json,
    fields: schema.fields.map(({ name }) => name),
    encode: (event) => type.toBuffer(event),
  };
}

/** The values of a row as its event tells them; null where it tells none. */
export function eventValues(schema: EventSchema, row: Row, names: ReadonlySet<string>): Row {
  const values: Record<string, FieldValue> = {};
  for (const name of schema.fields.slice(1)) values[name] = names.has(name) ? (row[name] ?? null) : null;
  return values;
}

/** Which fields of the schema these are, as the wire says it: bits in hexadecimal, field 0 the lowest. None: no entry. */
export function bitmapOf(schema: EventSchema, names: ReadonlySet<string>): readonly string[] {
  let bits = 0n;
  for (const [place, name] of schema.fields.entries()) if (names.has(name)) bits |= 1n << BigInt(place);
  if (bits === 0n) return [];
  const hex = bits.toString(16).toUpperCase();
  return [`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`];
}

function avroType(field: FieldDef): string {
  switch (field.type) {
    case "boolean":
      return "boolean";
    case "double":
    case "currency":
    case "percent":
    case "int":
      return "double";
    default:
      return "string";
  }
}

/** One value of a request body, checked against its field and turned into what the org keeps. */
import { refusal, type SalesforceError } from "./errors.ts";
import type { FieldDef, FieldValue } from "./fields.ts";
import { storedHtml } from "./html.ts";
import { fullId, isRecordId } from "./ids.ts";
import { objectOfId, type Org, rowOf, stamp } from "./org.ts";

const emailShape = /^[^\s@<>(),;:\\"[\]]+@[^\s@<>(),;:\\"[\].]+(?:\.[^\s@<>(),;:\\"[\].]+)+$/;
const dateShape = /^\d{4}-\d{2}-\d{2}$/;
const dateTimeShape = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** The value to keep. Throws the refusal Salesforce gives for it. */
export function storedValue(org: Org, field: FieldDef, raw: unknown): FieldValue {
  if (raw === null || raw === undefined || raw === "") return field.type === "boolean" ? false : null;
  switch (field.type) {
    case "boolean":
      if (raw === true || raw === "true") return true;
      if (raw === false || raw === "false") return false;
      throw wrongType("boolean", raw);
    case "int":
    case "double":
    case "currency":
    case "percent":
      return storedNumber(field, raw);
    case "date":
      if (typeof raw === "string" && dateShape.test(raw) && !Number.isNaN(Date.parse(raw))) return raw;
      throw wrongType("date", raw);
    case "datetime":
      return storedDateTime(raw);
    case "id":
    case "reference":
      return storedReference(org, field, raw);
    case "string":
    case "textarea":
    case "longtext":
    case "html":
    case "email":
    case "phone":
    case "url":
    case "picklist":
      return storedText(field, raw);
    default:
      throw new Error(`no such field type: ${String(field.type satisfies never)}`);
  }
}

/** A datetime of a request or a query as the org keeps it; undefined when it is none. */
export function dateTimeOf(text: string): string | undefined {
  if (!dateTimeShape.test(text)) return undefined;
  const withZone = /[Zz]|[+-]\d{2}:?\d{2}$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`;
  const ms = Date.parse(withZone.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(ms) ? undefined : stamp(ms);
}

function storedNumber(field: FieldDef, raw: unknown): number {
  const number = typeof raw === "string" ? Number(raw) : raw;
  if (typeof number !== "number" || !Number.isFinite(number)) throw wrongType("double", raw);
  const value = field.type === "int" ? Math.round(number) : number;
  if (Math.abs(value) >= (field.type === "int" ? 2_147_483_648 : 1e16)) {
    throw refusal(
      400,
      "NUMBER_OUTSIDE_VALID_RANGE",
      `${field.label}: value outside of valid range on numeric field: ${value}`,
      [field.name],
    );
  }
  return value;
}

function storedDateTime(raw: unknown): string {
  const value = typeof raw === "string" ? dateTimeOf(raw) : undefined;
  if (value === undefined) throw wrongType("datetime", raw);
  return value;
}

function storedReference(org: Org, field: FieldDef, raw: unknown): string {
  const wrong = () =>
    refusal(400, "MALFORMED_ID", `${field.label}: id value of incorrect type: ${String(raw)}`, [field.name]);
  if (typeof raw !== "string" || !isRecordId(raw)) throw wrong();
  const id = fullId(raw);
  const object = objectOfId(org, id);
  if (object === undefined || !field.to.includes(object)) throw wrong();
  const target = rowOf(org, object, id);
  if (target === undefined) {
    throw refusal(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []);
  }
  if (target["IsDeleted"] === true) throw refusal(400, "ENTITY_IS_DELETED", "entity is deleted", []);
  return id;
}

function storedText(field: FieldDef, raw: unknown): FieldValue {
  if (typeof raw !== "string" && typeof raw !== "number") throw wrongType("string", raw);
  const text = field.type === "html" ? storedHtml(String(raw)) : String(raw).trim();
  if (text === "") return null;
  if (text.length > field.length) {
    const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text;
    throw refusal(
      400,
      "STRING_TOO_LONG",
      `${field.label}: data value too large: ${shown} (max length=${field.length})`,
      [field.name],
    );
  }
  if (field.type === "email" && !emailShape.test(text)) {
    throw refusal(400, "INVALID_EMAIL_ADDRESS", `${field.label}: invalid email address: ${text}`, [
      field.name,
    ]);
  }
  if (field.restricted && !field.values.includes(text)) {
    throw refusal(
      400,
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      `${field.label}: bad value for restricted picklist field: ${text}`,
      [field.name],
    );
  }
  return text;
}

function wrongType(type: string, raw: unknown): SalesforceError {
  const kind = typeof raw === "string" ? "VALUE_STRING" : typeof raw === "object" ? "START_OBJECT" : "VALUE";
  return refusal(
    400,
    "JSON_PARSER_ERROR",
    `Cannot deserialize instance of ${type} from ${kind} value ${JSON.stringify(raw)} or request may be missing a required field at [line:1, column:1]`,
  );
}

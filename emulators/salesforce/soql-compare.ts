/** Comparing a field with the literals of a condition, by SOQL's rules for each type. */
import type { Condition } from "@jetstreamapp/soql-parser-js";
import { refusal } from "./errors.ts";
import type { FieldDef, FieldValue } from "./fields.ts";
import { fullId, isRecordId } from "./ids.ts";
import { dateLiteralRange } from "./soql-dates.ts";
import {
  type LikeTest,
  likeTest,
  literalOf,
  malformedQuery,
  type ParsedSoql,
  unescaped,
} from "./soql-text.ts";
import { dateTimeOf } from "./values.ts";

export type Operand =
  | { readonly kind: "null" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "like"; readonly test: LikeTest }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "boolean"; readonly boolean: boolean }
  /** A moment or a day; both ends as the field keeps them. `until` is not included; undefined = one moment. */
  | { readonly kind: "time"; readonly from: string; readonly until: string | undefined };

/** The condition's literals, checked against the field's type. Throws INVALID_FIELD for a wrong one. */
export function operandsOf(
  parsed: ParsedSoql,
  condition: Condition,
  field: FieldDef,
  nowMs: number,
): Operand[] {
  if (!("value" in condition)) throw malformedQuery(parsed.text, "unexpected condition");
  const values = Array.isArray(condition.value) ? condition.value : [condition.value];
  const types = condition.literalType;
  const variables = "dateLiteralVariable" in condition ? condition.dateLiteralVariable : undefined;
  return values.map((value, place) =>
    operandOf(
      parsed,
      field,
      {
        operator: condition.operator,
        value,
        type: String(Array.isArray(types) ? types[place] : types),
        n: Array.isArray(variables) ? variables[place] : variables,
      },
      nowMs,
    ),
  );
}

interface Literal {
  readonly operator: string;
  readonly value: string;
  readonly type: string;
  readonly n: number | undefined;
}

function operandOf(parsed: ParsedSoql, field: FieldDef, literal: Literal, nowMs: number): Operand {
  if (literal.type === "NULL") return { kind: "null" };
  switch (field.type) {
    case "boolean":
      if (literal.type === "BOOLEAN") return { kind: "boolean", boolean: /^true$/i.test(literal.value) };
      break;
    case "int":
    case "double":
    case "currency":
    case "percent":
      if (literal.type === "INTEGER" || literal.type === "DECIMAL") {
        return { kind: "number", number: Number(literal.value) };
      }
      break;
    case "date":
    case "datetime": {
      const time = timeOperand(field, literal, nowMs);
      if (time !== undefined) return time;
      break;
    }
    case "id":
    case "reference":
      if (literal.type === "STRING") return idOperand(parsed, field, literal);
      break;
    case "string":
    case "textarea":
    case "longtext":
    case "html":
    case "email":
    case "phone":
    case "url":
    case "picklist":
      if (literal.type === "STRING") return textOperand(parsed, literal);
      break;
    default:
      throw new Error(`no such field type: ${String(field.type satisfies never)}`);
  }
  throw wrongLiteral(field);
}

function textOperand(parsed: ParsedSoql, literal: Literal): Operand {
  const raw = literalOf(parsed, literal.value);
  if (literal.operator === "LIKE") return { kind: "like", test: likeTest(parsed, raw) };
  const text = unescaped(parsed, raw);
  return text === "" ? { kind: "null" } : { kind: "text", text };
}

function idOperand(parsed: ParsedSoql, field: FieldDef, literal: Literal): Operand {
  const text = unescaped(parsed, literalOf(parsed, literal.value));
  if (literal.operator === "LIKE") {
    throw refusal(400, "INVALID_FIELD", `invalid operator on id field: ${field.name}`);
  }
  if (text === "") return { kind: "null" };
  if (!isRecordId(text)) throw refusal(400, "INVALID_QUERY_FILTER_OPERATOR", `invalid ID field: ${text}`);
  return { kind: "text", text: fullId(text) };
}

function timeOperand(field: FieldDef, literal: Literal, nowMs: number): Operand | undefined {
  if (literal.type === "DATE" && field.type === "date") {
    return { kind: "time", from: literal.value, until: undefined };
  }
  if (literal.type === "DATETIME" && field.type === "datetime") {
    const from = dateTimeOf(literal.value);
    return from === undefined ? undefined : { kind: "time", from, until: undefined };
  }
  if (literal.type !== "DATE_LITERAL" && literal.type !== "DATE_N_LITERAL") return undefined;
  const days = dateLiteralRange(literal.value, literal.n, nowMs);
  if (days === undefined) return undefined;
  const tail = field.type === "date" ? "" : "T00:00:00.000+0000";
  return { kind: "time", from: days.from + tail, until: days.until + tail };
}

/** The test of one condition on a value. */
export function conditionTest(
  field: FieldDef,
  operator: string,
  operands: readonly Operand[],
): (value: FieldValue) => boolean {
  const [first = { kind: "null" } as const] = operands;
  const equals = (value: FieldValue) => operands.some((operand) => isEqual(field, value, operand));
  switch (operator) {
    case "=":
    case "IN":
    case "LIKE":
      return equals;
    case "!=":
    case "NOT IN":
      return (value) => !equals(value);
    case "<":
      return (value) => compared(value, first, (order) => order < 0, "from");
    case "<=":
      return (value) => compared(value, first, (order) => order < 0, "from") || equals(value);
    case ">":
      return (value) => compared(value, first, (order) => order > 0, "until") && !equals(value);
    case ">=":
      return (value) => compared(value, first, (order) => order > 0, "until") || equals(value);
    default:
      throw refusal(400, "MALFORMED_QUERY", `the operator ${operator} is not modelled by the emulator`);
  }
}

function isEqual(field: FieldDef, value: FieldValue, operand: Operand): boolean {
  switch (operand.kind) {
    case "null":
      return value === null || (field.type === "boolean" && value === false);
    case "text":
      if (typeof value !== "string") return false;
      if (field.caseSensitive) return value === operand.text;
      return value === operand.text || value.toLowerCase() === operand.text.toLowerCase();
    case "like":
      return typeof value === "string" && operand.test.any(value);
    case "number":
      return value === operand.number;
    case "boolean":
      return (value ?? false) === operand.boolean;
    case "time":
      if (typeof value !== "string") return false;
      if (operand.until === undefined) return value === operand.from;
      return value >= operand.from && value < operand.until;
    default:
      throw new Error(`no such operand: ${JSON.stringify(operand satisfies never)}`);
  }
}

function compared(
  value: FieldValue,
  operand: Operand,
  holds: (order: number) => boolean,
  end: "from" | "until",
): boolean {
  if (value === null) return false;
  switch (operand.kind) {
    case "number":
      return holds(Number(value) - operand.number);
    case "text":
      return holds(orderOfTexts(String(value), operand.text));
    case "time": {
      // After a day means from the next day on, so the open end itself counts.
      const limit = end === "until" ? (operand.until ?? operand.from) : operand.from;
      return end === "until" && operand.until !== undefined
        ? String(value) >= limit
        : holds(plainOrder(String(value), limit));
    }
    case "null":
    case "boolean":
    case "like":
      return false;
    default:
      throw new Error(`no such operand: ${JSON.stringify(operand satisfies never)}`);
  }
}

/** Order of two texts as a sort sees them: case does not count. */
export function orderOfTexts(left: string, right: string): number {
  return plainOrder(left.toLowerCase(), right.toLowerCase());
}

function plainOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function wrongLiteral(field: FieldDef) {
  const rule: Readonly<Record<string, string>> = {
    boolean: "of type boolean and should not be enclosed in quotes",
    int: "of type int and should not be enclosed in quotes",
    double: "of type double and should not be enclosed in quotes",
    currency: "of type double and should not be enclosed in quotes",
    percent: "of type double and should not be enclosed in quotes",
    date: "of type date and should not be enclosed in quotes",
    datetime: "of type dateTime and should not be enclosed in quotes",
  };
  return refusal(
    400,
    "INVALID_FIELD",
    `value of filter criterion for field '${field.name}' must be ${rule[field.type] ?? "of type string and should be enclosed in quotes"}`,
  );
}

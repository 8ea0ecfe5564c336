/**
 * The search language of POST /contacts/search and /conversations/search: single filters and AND/OR groups,
 * two levels deep, fifteen filters a group (OpenAPI, SearchConversations).
 */
import { badParameter } from "./errors.ts";
import { asFields } from "./fields.ts";

/** A value of a row under a field name; undefined = no such field. Lists match when one of their members does. */
export type FieldReader<Row> = (row: Row, field: string) => unknown;

export type Predicate<Row> = (row: Row) => boolean;

export interface SearchDialect {
  /** Numbers and times: `>` and `<` mean "or equal" in conversation search. */
  readonly isInclusive: boolean;
  /** Fields whose times are compared by calendar day: contact search below 2.17, in the workspace's time zone (here UTC). */
  readonly dayFields: ReadonlySet<string>;
}

const operators = new Set(["=", "!=", "IN", "NIN", ">", "<", ">=", "<=", "~", "!~", "^", "$"]);

/** A predicate for the `query` of a search. Refuses with 400 what the vendor refuses. */
export function searchPredicate<Row>(
  query: unknown,
  read: FieldReader<Row>,
  dialect: SearchDialect,
  depth = 0,
): Predicate<Row> {
  const filter = asFields(query);
  if (filter === undefined) throw badParameter("query is required", "parameter_not_found", "query");
  const operator = String(filter["operator"]);
  if (operator === "AND" || operator === "OR") {
    return groupPredicate(operator, filter["value"], read, dialect, depth);
  }
  if (!operators.has(operator))
    throw badParameter(`${operator} is not a valid operator`, "parameter_invalid", "operator");
  const field = filter["field"];
  if (typeof field !== "string") throw badParameter("field is required", "parameter_not_found", "field");
  const isDay = dialect.dayFields.has(field);
  const wanted = isDay ? dayOf(filter["value"]) : filter["value"];
  const test = comparisonOf(operator, wanted, dialect.isInclusive && !isDay);
  return (row) => {
    const actual = read(row, field);
    if (actual === undefined)
      throw badParameter(`${field} is not a valid field`, "parameter_invalid", "field");
    return test(isDay ? dayOf(actual) : actual);
  };
}

function groupPredicate<Row>(
  operator: "AND" | "OR",
  members: unknown,
  read: FieldReader<Row>,
  dialect: SearchDialect,
  depth: number,
): Predicate<Row> {
  if (!Array.isArray(members))
    throw badParameter("value must be a list of filters", "parameter_invalid", "value");
  if (depth >= 2)
    throw badParameter("Nested queries may be at most 2 levels deep", "parameter_invalid", "query");
  if (members.length > 15) throw badParameter("At most 15 filters in a group", "parameter_invalid", "value");
  const tests = members.map((member) => searchPredicate(member, read, dialect, depth + 1));
  return operator === "AND"
    ? (row) => tests.every((test) => test(row))
    : (row) => tests.some((test) => test(row));
}

const secondsPerDay = 86_400;

function dayOf(value: unknown): unknown {
  return value === null || value === undefined ? value : Math.floor(Number(value) / secondsPerDay);
}

function comparisonOf(operator: string, wanted: unknown, isInclusive: boolean): (actual: unknown) => boolean {
  switch (operator) {
    case "=":
      return (actual) => someOf(actual, (member) => isSame(member, wanted));
    case "!=":
      return (actual) => !someOf(actual, (member) => isSame(member, wanted));
    case "IN":
    case "NIN": {
      if (!Array.isArray(wanted))
        throw badParameter(`${operator} needs a list`, "parameter_invalid", "value");
      const isIn = (actual: unknown): boolean =>
        someOf(actual, (member) => wanted.some((candidate) => isSame(member, candidate)));
      return operator === "IN" ? isIn : (actual) => !isIn(actual);
    }
    case ">":
      return ordered((actual, bound) => actual > bound || (isInclusive && actual === bound), wanted);
    case "<":
      return ordered((actual, bound) => actual < bound || (isInclusive && actual === bound), wanted);
    case ">=":
      return ordered((actual, bound) => actual >= bound, wanted);
    case "<=":
      return ordered((actual, bound) => actual <= bound, wanted);
    case "~":
      return (actual) => textsOf(actual).some((text) => text.includes(lower(wanted)));
    case "!~":
      return (actual) => !textsOf(actual).some((text) => text.includes(lower(wanted)));
    case "^":
      return (actual) => textsOf(actual).some((text) => text.startsWith(lower(wanted)));
    default:
      return (actual) => textsOf(actual).some((text) => text.endsWith(lower(wanted)));
  }
}

function someOf(actual: unknown, test: (member: unknown) => boolean): boolean {
  return Array.isArray(actual) ? actual.some(test) : test(actual);
}

/** Numbers may be given as text; text is compared without regard to case; null equals only null. */
function isSame(actual: unknown, wanted: unknown): boolean {
  if (actual === null || wanted === null) return actual === wanted;
  return lower(actual) === lower(wanted);
}

function ordered(
  test: (actual: number, bound: number) => boolean,
  bound: unknown,
): (actual: unknown) => boolean {
  const limit = Number(bound);
  if (bound === null || Number.isNaN(limit))
    throw badParameter("value must be a number", "parameter_invalid", "value");
  return (actual) => actual !== null && test(Number(actual), limit);
}

function textsOf(actual: unknown): string[] {
  return (Array.isArray(actual) ? actual : [actual]).filter((member) => member !== null).map(lower);
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}

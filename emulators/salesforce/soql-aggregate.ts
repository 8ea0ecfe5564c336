/** GROUP BY and the aggregate functions. */
import type { FieldFunctionExpression, Query } from "@jetstreamapp/soql-parser-js";
import type { FieldValue } from "./fields.ts";
import type { Org, Row } from "./org.ts";
import type { SchemaObject } from "./schema.ts";
import { fieldPath } from "./soql-path.ts";
import type { QueryRecord } from "./soql-select.ts";
import { malformedQuery, type ParsedSoql } from "./soql-text.ts";

/** The query groups or counts. */
export function isAggregate(query: Query): boolean {
  if (query.groupBy !== undefined) return true;
  return (query.fields ?? []).some(
    (item) => item.type === "FieldFunctionExpression" && item.isAggregateFn === true,
  );
}

/** One record per group, with `expr0`, `expr1`, ... for functions without an alias. */
export function aggregateRows(
  org: Org,
  parsed: ParsedSoql,
  object: SchemaObject,
  query: Query,
  rows: readonly Row[],
): QueryRecord[] {
  const read = (path: string) => fieldPath(org, object, path, query.sObjectAlias).read;
  const keys = [query.groupBy ?? []].flat().map((clause) => {
    if (!("field" in clause))
      throw malformedQuery(parsed.text, "functions in GROUP BY are not modelled by the emulator");
    return read(clause.field);
  });
  const groups = new Map<string, Row[]>();
  if (keys.length === 0) groups.set("", []);
  for (const row of rows) {
    const key = JSON.stringify(keys.map((one) => one(row)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].slice(0, query.limit).map((group) => aggregateOf(parsed, query, read, group));
}

function aggregateOf(
  parsed: ParsedSoql,
  query: Query,
  read: (path: string) => (row: Row) => FieldValue,
  group: readonly Row[],
): QueryRecord {
  const out: Record<string, unknown> = { attributes: { type: "AggregateResult" } };
  let unnamed = 0;
  for (const item of query.fields ?? []) {
    const [first] = group;
    if (item.type === "FieldFunctionExpression") {
      out[item.alias ?? `expr${unnamed++}`] = aggregated(parsed, item, read, group);
    } else if (item.type === "Field") {
      out[item.alias ?? item.field] = first === undefined ? null : read(item.field)(first);
    } else if (item.type === "FieldRelationship") {
      const path = [...item.relationships, item.field].join(".");
      out[item.field] = first === undefined ? null : read(path)(first);
    }
  }
  return out;
}

function aggregated(
  parsed: ParsedSoql,
  item: FieldFunctionExpression,
  read: (path: string) => (row: Row) => FieldValue,
  group: readonly Row[],
): FieldValue {
  const name = item.functionName.toUpperCase();
  const [parameter] = item.parameters;
  if (typeof parameter !== "string") return group.length;
  const values = group.map(read(parameter)).filter((value) => value !== null);
  const numbers = values.map(Number);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1));
  switch (name) {
    case "COUNT":
      return values.length;
    case "COUNT_DISTINCT":
      return new Set(values).size;
    case "SUM":
      return values.length === 0 ? null : sum;
    case "AVG":
      return values.length === 0 ? null : sum / values.length;
    case "MIN":
      return sorted[0] ?? null;
    case "MAX":
      return sorted.at(-1) ?? null;
    default:
      throw malformedQuery(parsed.text, `${name}() is not modelled by the emulator`);
  }
}

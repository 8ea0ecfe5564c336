/** Runs SOQL over the org. */
import type { FieldType as SelectItem, OrderByClause, Query, Subquery } from "@jetstreamapp/soql-parser-js";
import { refusal } from "./errors.ts";
import type { FieldValue } from "./fields.ts";
import { allRows, findObject, liveRowsBy, type Org, rowOf, type Row } from "./org.ts";
import type { SchemaObject } from "./schema.ts";
import { aggregateRows, isAggregate } from "./soql-aggregate.ts";
import { orderOfTexts } from "./soql-compare.ts";
import { fieldPath } from "./soql-path.ts";
import { projection, type QueryRecord } from "./soql-select.ts";
import { malformedQuery, type ParsedSoql, parseSoql } from "./soql-text.ts";
import { whereFilter } from "./soql-where.ts";

export interface QueryOptions {
  /** `66.0`, for the URLs of the records. */
  readonly version: string;
  /** queryAll: deleted records too. */
  readonly all: boolean;
}

export interface QueryResult {
  readonly totalSize: number;
  readonly records: readonly QueryRecord[];
}

interface ChildRecords {
  readonly name: string;
  readonly of: (row: Row) => { totalSize: number; done: true; records: QueryRecord[] } | null;
}

interface Run extends QueryOptions {
  readonly org: Org;
  readonly parsed: ParsedSoql;
}

/** The whole result of a query. Throws Salesforce's refusal for one that can't be run. */
export function runSoql(org: Org, text: string, options: QueryOptions): QueryResult {
  const run: Run = { ...options, org, parsed: parseSoql(text) };
  const query = run.parsed.tree;
  const object = objectOf(run, query.sObject ?? "");
  checkLimits(run, query);
  const rows = matchingRows(run, object, query);
  const items = query.fields ?? [];
  const [only] = items;
  if (
    items.length === 1 &&
    only?.type === "FieldFunctionExpression" &&
    only.rawValue?.toUpperCase() === "COUNT()"
  ) {
    return { totalSize: rows.length, records: [] };
  }
  if (isAggregate(query)) {
    const records = aggregateRows(org, run.parsed, object, query, rows);
    return { totalSize: records.length, records };
  }
  const page = paged(ordered(run, object, query, rows), query);
  const project = projectionOf(run, object, items, query.sObjectAlias);
  return { totalSize: page.length, records: page.map(project) };
}

function matchingRows(run: Run, object: SchemaObject, query: Query): Row[] {
  const { org, parsed } = run;
  const scope = {
    org,
    parsed,
    object,
    alias: query.sObjectAlias,
    select: (inner: Query) => valuesOf(run, inner),
  };
  const filter = whereFilter(scope, query.where);
  const rows: Row[] = [];
  const consider = (row: Row | undefined) => {
    if (row === undefined || (!run.all && row["IsDeleted"] === true)) return;
    if (filter.test(row)) rows.push(row);
  };
  if (filter.candidates === undefined) for (const row of allRows(org, object.name)) consider(row);
  else for (const id of [...filter.candidates].sort()) consider(rowOf(org, object.name, id));
  return rows;
}

/** The values of the one field a semi-join selects. */
function valuesOf(run: Run, query: Query): ReadonlySet<string> {
  const object = objectOf(run, query.sObject ?? "");
  const [item] = query.fields ?? [];
  if (query.fields?.length !== 1 || item === undefined || !("field" in item) || item.type === "FieldTypeof") {
    throw malformedQuery(run.parsed.text, "a semi join sub-select takes exactly one field");
  }
  const name = item.type === "FieldRelationship" ? [...item.relationships, item.field].join(".") : item.field;
  const path = fieldPath(run.org, object, name, query.sObjectAlias);
  if (path.field.type !== "id" && path.field.type !== "reference") {
    throw malformedQuery(
      run.parsed.text,
      `The selected field '${name}' in the semi join sub-select should be an id field`,
    );
  }
  const values = new Set<string>();
  for (const row of matchingRows(run, object, query)) {
    const value = path.read(row);
    if (typeof value === "string") values.add(value);
  }
  return values;
}

function projectionOf(
  run: Run,
  object: SchemaObject,
  items: readonly SelectItem[],
  alias: string | undefined,
): (row: Row) => QueryRecord {
  return projection({
    org: run.org,
    parsed: run.parsed,
    version: run.version,
    object,
    items,
    alias,
    childList: (subquery) => childList(run, object, subquery),
  });
}

/** `(SELECT Id FROM Contacts WHERE ...)`: a function from the parent to its list; null when it is empty. */
function childList(run: Run, parent: SchemaObject, subquery: Subquery): ChildRecords {
  const list = parent.children.get(subquery.relationshipName.toLowerCase());
  const child = list === undefined ? undefined : findObject(run.org, list.object);
  if (list === undefined || child === undefined) {
    throw refusal(
      400,
      "INVALID_TYPE",
      `Didn't understand relationship '${subquery.relationshipName}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.`,
    );
  }
  const { org, parsed } = run;
  const select = (inner: Query) => valuesOf(run, inner);
  const filter = whereFilter({ org, parsed, object: child, alias: undefined, select }, subquery.where);
  const project = projectionOf(run, child, subquery.fields ?? [], undefined);
  return {
    name: list.name,
    of(row: Row) {
      const rows = liveRowsBy(org, child.name, list.field, String(row["Id"])).filter(filter.test);
      const page = paged(ordered(run, child, subquery, rows), subquery);
      if (page.length === 0) return null;
      return { totalSize: page.length, done: true, records: page.map(project) };
    },
  };
}

function objectOf(run: Run, name: string): SchemaObject {
  const object = findObject(run.org, name);
  if (object !== undefined) return object;
  throw refusal(
    400,
    "INVALID_TYPE",
    `\n${run.parsed.text.slice(0, 200)}\n^\nERROR at Row:1:Column:1\nsObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

interface Sortable {
  readonly orderBy?: OrderByClause | OrderByClause[];
  readonly sObjectAlias?: string;
}

/** Nulls first unless the query says otherwise (SOQL reference: ORDER BY). */
function ordered(run: Run, object: SchemaObject, query: Sortable, rows: Row[]): Row[] {
  if (query.orderBy === undefined) return rows;
  const clauses = [query.orderBy].flat();
  const keys = clauses.map((clause) => {
    if (!("field" in clause))
      throw malformedQuery(run.parsed.text, "functions in ORDER BY are not modelled by the emulator");
    const path = fieldPath(run.org, object, clause.field, query.sObjectAlias);
    if (path.field.type === "longtext" || path.field.type === "html") {
      throw refusal(400, "INVALID_FIELD", `field '${path.field.name}' can not be sorted in a query call`);
    }
    return {
      read: path.read,
      sign: clause.order === "DESC" ? -1 : 1,
      nulls: clause.nulls === "LAST" ? 1 : -1,
    };
  });
  return rows.toSorted((left, right) => {
    for (const { read, sign, nulls } of keys) {
      const [a, b] = [read(left), read(right)];
      if (a === null && b === null) continue;
      if (a === null) return nulls;
      if (b === null) return -nulls;
      const order = orderOf(a, b) * sign;
      if (order !== 0) return order;
    }
    return 0;
  });
}

function orderOf(a: FieldValue, b: FieldValue): number {
  if (typeof a === "string" && typeof b === "string") return orderOfTexts(a, b);
  return Number(a) - Number(b);
}

function paged(rows: Row[], query: { readonly limit?: number; readonly offset?: number }): Row[] {
  const from = query.offset ?? 0;
  return query.limit === undefined && from === 0
    ? rows
    : rows.slice(from, from + (query.limit ?? rows.length));
}

function checkLimits(run: Run, query: Query): void {
  if ((query.offset ?? 0) > 2000) {
    throw refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000");
  }
  if (query.having !== undefined)
    throw malformedQuery(run.parsed.text, "HAVING is not modelled by the emulator");
}

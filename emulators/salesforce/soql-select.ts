/** The SELECT list: from a record of the org to the JSON of an answer. */
import type { FieldType as SelectItem, Subquery } from "@jetstreamapp/soql-parser-js";
import { refusal } from "./errors.ts";
import { findObject, type Org, type Row } from "./org.ts";
import type { SchemaObject } from "./schema.ts";
import { fieldAt, parentField, parentRow, type Place, placeOf, valueAt, withoutAlias } from "./soql-path.ts";
import { malformedQuery, type ParsedSoql } from "./soql-text.ts";

export type QueryRecord = Readonly<Record<string, unknown>>;

export interface SelectScope {
  readonly org: Org;
  readonly parsed: ParsedSoql;
  readonly version: string;
  readonly object: SchemaObject;
  readonly items: readonly SelectItem[];
  readonly alias: string | undefined;
  /** Compiles a child query of the object. */
  readonly childList: (subquery: Subquery) => { readonly name: string; readonly of: (row: Row) => unknown };
}

type Write = (row: Row, out: Record<string, unknown>) => void;

/** Fields read at one place of a path, and the parents reached from there. */
interface Branch {
  readonly place: Place;
  readonly writes: Write[];
  readonly parents: Map<string, Branch>;
}

/** Compiles a SELECT list. Throws INVALID_FIELD, INVALID_TYPE. */
export function projection(scope: SelectScope): (row: Row) => QueryRecord {
  const root: Branch = { place: { kind: "object", object: scope.object }, writes: [], parents: new Map() };
  for (const item of scope.items) addItem(scope, root, item);
  return (row) => recordOf(scope, root, row);
}

/** `{type, url}` as every record of an answer carries it. */
export function attributesOf(version: string, type: string, url: string, id: unknown) {
  return { type, url: `/services/data/v${version}/sobjects/${url}/${String(id)}` };
}

function recordOf(scope: SelectScope, branch: Branch, row: Row): QueryRecord {
  const actual = scope.org.schema.prefixes.get(String(row["Id"]).slice(0, 3)) ?? "Name";
  const type = branch.place.kind === "name" ? "Name" : branch.place.object.name;
  const out: Record<string, unknown> = { attributes: attributesOf(scope.version, type, actual, row["Id"]) };
  for (const write of branch.writes) write(row, out);
  return out;
}

function addItem(scope: SelectScope, root: Branch, item: SelectItem): void {
  switch (item.type) {
    case "Field": {
      const pieces = withoutAlias(scope.object, item.field.split("."), scope.alias);
      return addPath(scope, root, pieces);
    }
    case "FieldRelationship": {
      const pieces = withoutAlias(scope.object, [...item.relationships, item.field], scope.alias);
      return addPath(scope, root, pieces);
    }
    case "FieldSubquery": {
      const list = scope.childList(item.subquery);
      root.writes.push((row, out) => (out[list.name] = list.of(row)));
      return;
    }
    case "FieldTypeof":
      return addTypeOf(scope, root, item);
    case "FieldFunctionExpression":
      if (item.functionName.toUpperCase() === "FIELDS") return addAll(scope, root, item.parameters[0]);
      throw malformedQuery(scope.parsed.text, `${item.functionName}() is not modelled by the emulator`);
    default:
      throw new Error(`no such select item: ${JSON.stringify(item satisfies never)}`);
  }
}

function addPath(scope: SelectScope, branch: Branch, pieces: readonly string[]): void {
  const [first = "", ...rest] = pieces;
  if (rest.length > 0) return addPath(scope, parentBranch(scope, branch, first), rest);
  const { name } = fieldAt(branch.place, first);
  branch.writes.push((row, out) => (out[name] = valueAt(row, name, branch.place)));
}

function parentBranch(scope: SelectScope, branch: Branch, relationship: string): Branch {
  const reference = parentField(branch.place, relationship);
  const name = reference.relationship ?? relationship;
  const known = branch.parents.get(name);
  if (known !== undefined) return known;
  const parent: Branch = { place: placeOf(scope.org, reference), writes: [], parents: new Map() };
  branch.parents.set(name, parent);
  branch.writes.push((row, out) => {
    const target = parentRow(scope.org, row, reference);
    out[name] = target === undefined ? null : recordOf(scope, parent, target);
  });
  return parent;
}

function addTypeOf(scope: SelectScope, root: Branch, item: SelectItem & { type: "FieldTypeof" }): void {
  const reference = parentField(root.place, item.field);
  const name = reference.relationship ?? item.field;
  const branches = new Map<string, Branch>();
  for (const condition of item.conditions) {
    const object =
      condition.objectType === undefined ? undefined : findObject(scope.org, condition.objectType);
    if (condition.type === "WHEN" && object === undefined) {
      throw refusal(400, "INVALID_TYPE", `sObject type '${condition.objectType ?? ""}' is not supported.`);
    }
    const place: Place = object === undefined ? { kind: "name" } : { kind: "object", object };
    const branch: Branch = { place, writes: [], parents: new Map() };
    for (const path of condition.fieldList) addPath(scope, branch, path.split("."));
    branches.set(object?.name ?? "ELSE", branch);
  }
  root.writes.push((row, out) => {
    const target = parentRow(scope.org, row, reference);
    const type = scope.org.schema.prefixes.get(String(target?.["Id"]).slice(0, 3)) ?? "";
    const branch = branches.get(type) ?? branches.get("ELSE");
    out[name] = target === undefined || branch === undefined ? null : recordOf(scope, branch, target);
  });
}

/** FIELDS(ALL) and FIELDS(CUSTOM) need LIMIT 200 in the real one; that is checked here too. */
function addAll(scope: SelectScope, root: Branch, which: unknown): void {
  const group = typeof which === "string" ? which.toUpperCase() : "";
  const limit = scope.parsed.tree.limit ?? Infinity;
  if (group !== "STANDARD" && limit > 200) {
    throw malformedQuery(scope.parsed.text, `The SOQL FIELDS function must have a LIMIT of at most 200`);
  }
  for (const one of scope.object.def.fields) {
    if (group === "ALL" || one.custom === (group === "CUSTOM")) addPath(scope, root, [one.name]);
  }
}

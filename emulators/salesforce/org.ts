/** The state of one org: tables with indexes, and a journal so that a transaction can be undone. */
import { seededRandom, type Random } from "../core/random.ts";
import type { FieldDef, FieldValue, ObjectDef } from "./fields.ts";
import { recordId } from "./ids.ts";
import { type Schema, type SchemaObject, schemaOf, standardObjects, withChangedField } from "./schema.ts";
import { defaultSettings, type Settings } from "./settings.ts";

export type Row = Record<string, FieldValue>;

interface Table {
  readonly rows: Map<string, Row>;
  /** Field name to (value to ids). Text is folded to lower case unless the field heeds it. */
  readonly indexes: Map<string, Map<string, Set<string>>>;
}

/** What a write did to a record. */
export interface Change {
  readonly object: string;
  readonly row: Row;
  readonly isNew: boolean;
  /** Fields whose values differ now. */
  readonly names: readonly string[];
}

export interface Org {
  readonly now: () => number;
  readonly random: Random;
  readonly id: string;
  readonly userId: string;
  settings: Settings;
  objects: readonly ObjectDef[];
  schema: Schema;
  /** Undo steps of the open transaction. */
  journal: (() => void)[] | undefined;
  /** Writes of the open transaction, in order. */
  changes: Change[];
  /** Hears of the writes of each transaction once it is committed. */
  onCommit: (changes: readonly Change[]) => void;
  /** Writes that a row-lock rule has met, by its place in the settings. */
  lockCounts: number[];
  readonly tables: Map<string, Table>;
  readonly serials: Map<string, number>;
}

/** An org without any record. `now` is Unix time in milliseconds. */
export function emptyOrg(now: () => number, seed: number): Org {
  const objects = standardObjects({ baton: true, personAccounts: false, accountTeams: false });
  return {
    now,
    random: seededRandom(seed),
    id: recordId("00D", 1),
    userId: recordId("005", 1),
    settings: defaultSettings,
    objects,
    schema: schemaOf(objects),
    journal: undefined,
    changes: [],
    onCommit: () => {},
    lockCounts: [],
    tables: new Map(),
    serials: new Map(),
  };
}

/** Replaces the org's objects; indexes are built anew. */
export function setObjects(org: Org, objects: readonly ObjectDef[]): void {
  let changed = objects;
  for (const [objectName, fields] of Object.entries(org.settings.fields)) {
    for (const [name, change] of Object.entries(fields)) {
      changed = changed.map((def) =>
        def.name === objectName
          ? withChangedField(def, name, { ...change, ...(change.externalId && { indexed: true }) })
          : def,
      );
    }
  }
  org.objects = objects;
  org.schema = schemaOf(changed);
  for (const [name, table] of org.tables) {
    table.indexes.clear();
    for (const row of table.rows.values()) index(org, name, row);
  }
}

/** The object by name, whatever its case. */
export function findObject(org: Org, name: string): SchemaObject | undefined {
  return org.schema.objects.get(name.toLowerCase());
}

/** The object that ids of this kind belong to. */
export function objectOfId(org: Org, id: string): string | undefined {
  return org.schema.prefixes.get(id.slice(0, 3));
}

/** A record by its 18-character id, deleted or not. */
export function rowOf(org: Org, object: string, id: string): Row | undefined {
  return org.tables.get(object)?.rows.get(id);
}

/** Every record of an object, deleted ones included, in the order of creation. */
export function allRows(org: Org, object: string): Iterable<Row> {
  return org.tables.get(object)?.rows.values() ?? [];
}

/** Ids of the records whose indexed field has this value, deleted ones included; undefined = no index. */
export function idsBy(
  org: Org,
  object: string,
  field: FieldDef,
  value: string,
): ReadonlySet<string> | undefined {
  if (!field.indexed && !field.unique && !field.externalId) return undefined;
  return org.tables.get(object)?.indexes.get(field.name)?.get(folded(field, value)) ?? noIds;
}

/** Ids of the records whose indexed text, in lower case, passes a test; undefined = no such index. */
export function idsLike(
  org: Org,
  object: string,
  field: FieldDef,
  test: (value: string) => boolean,
): ReadonlySet<string> | undefined {
  if (!field.indexed || field.caseSensitive) return undefined;
  const ids = new Set<string>();
  for (const [value, holders] of org.tables.get(object)?.indexes.get(field.name) ?? []) {
    if (test(value)) for (const id of holders) ids.add(id);
  }
  return ids;
}

/** Live records whose indexed field has this value. */
export function liveRowsBy(org: Org, object: string, field: FieldDef, value: string): Row[] {
  const rows: Row[] = [];
  for (const id of idsBy(org, object, field, value) ?? []) {
    const row = rowOf(org, object, id);
    if (row !== undefined && row["IsDeleted"] !== true) rows.push(row);
  }
  return rows;
}

/** Takes a fresh id of the object. */
export function nextId(org: Org, object: SchemaObject): string {
  const serial = (org.serials.get(object.name) ?? 0) + 1;
  org.serials.set(object.name, serial);
  return recordId(object.def.prefix, serial);
}

/** Adds a complete row under its `Id`. */
export function putRow(org: Org, object: string, row: Row): void {
  const id = String(row["Id"]);
  const table = tableOf(org, object);
  table.rows.set(id, row);
  index(org, object, row);
  org.journal?.push(() => {
    unindex(org, object, row);
    table.rows.delete(id);
  });
  noteChange(org, { object, row, isNew: true, names: Object.keys(row) });
}

/** Changes fields of a row in place. */
export function patchRow(org: Org, object: string, row: Row, changes: Row): void {
  const before: Row = {};
  for (const name of Object.keys(changes)) before[name] = row[name] ?? null;
  applyPatch(org, object, row, changes);
  org.journal?.push(() => applyPatch(org, object, row, before));
  const names = Object.keys(changes).filter((name) => before[name] !== (changes[name] ?? null));
  noteChange(org, { object, row, isNew: false, names });
}

/** Runs `change`; when it throws, everything it did to the org is undone. */
export function inTransaction<T>(org: Org, change: () => T): T {
  const outer = org.journal;
  const journal: (() => void)[] = [];
  const told = org.changes.length;
  org.journal = journal;
  try {
    const result = change();
    outer?.push(...journal);
    return result;
  } catch (error) {
    org.journal = undefined;
    for (const undo of journal.reverse()) undo();
    org.changes.length = told;
    throw error;
  } finally {
    org.journal = outer;
    if (outer === undefined) commit(org);
  }
}

/** The time as Salesforce writes it, in whole seconds. */
export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}.000+0000`;
}

function noteChange(org: Org, change: Change): void {
  org.changes.push(change);
  if (org.journal === undefined) commit(org);
}

function commit(org: Org): void {
  const changes = org.changes.splice(0);
  if (changes.length > 0) org.onCommit(changes);
}

const noIds: ReadonlySet<string> = new Set();

function tableOf(org: Org, object: string): Table {
  let table = org.tables.get(object);
  if (table === undefined) {
    table = { rows: new Map(), indexes: new Map() };
    org.tables.set(object, table);
  }
  return table;
}

function folded(field: FieldDef, value: string): string {
  return field.caseSensitive ? value : value.toLowerCase();
}

function applyPatch(org: Org, object: string, row: Row, changes: Row): void {
  unindex(org, object, row, changes);
  Object.assign(row, changes);
  index(org, object, row, changes);
}

function index(org: Org, object: string, row: Row, only?: Row): void {
  eachIndexed(org, object, row, only, (indexes, field, value) => {
    let values = indexes.get(field.name);
    if (values === undefined) indexes.set(field.name, (values = new Map()));
    const key = folded(field, value);
    const ids = values.get(key);
    if (ids === undefined) values.set(key, new Set([String(row["Id"])]));
    else ids.add(String(row["Id"]));
  });
}

function unindex(org: Org, object: string, row: Row, only?: Row): void {
  eachIndexed(org, object, row, only, (indexes, field, value) => {
    indexes.get(field.name)?.get(folded(field, value))?.delete(String(row["Id"]));
  });
}

function eachIndexed(
  org: Org,
  object: string,
  row: Row,
  only: Row | undefined,
  act: (indexes: Table["indexes"], field: FieldDef, value: string) => void,
): void {
  const { indexes } = tableOf(org, object);
  for (const field of findObject(org, object)?.def.fields ?? []) {
    if (!field.indexed && !field.unique && !field.externalId) continue;
    if (only !== undefined && !(field.name in only)) continue;
    const value = row[field.name];
    if (typeof value === "string") act(indexes, field, value);
  }
}

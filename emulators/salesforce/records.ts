/** Creating, changing, deleting and finding records, with every check a write meets. */
import { afterSave, derivedFields } from "./derive.ts";
import { notFound, refusal } from "./errors.ts";
import type { FieldDef, FieldValue } from "./fields.ts";
import { fullId, isRecordId } from "./ids.ts";
import {
  findObject,
  inTransaction,
  liveRowsBy,
  nextId,
  type Org,
  patchRow,
  putRow,
  rowOf,
  type Row,
  stamp,
} from "./org.ts";
import {
  assignedOwner,
  checkOrgRules,
  checkOwner,
  checkRowLock,
  checkUnique,
  type WriteHeaders,
} from "./rules.ts";
import type { SchemaObject } from "./schema.ts";
import { storedValue } from "./values.ts";

/** Who writes, and with which Sforce headers (lower-case names). */
export interface WriteContext {
  readonly userId: string;
  readonly headers: WriteHeaders;
}

export type RecordBody = Readonly<Record<string, unknown>>;

/** The object of a REST path. Throws 404 NOT_FOUND for one the org does not have. */
export function objectAt(org: Org, name: string): SchemaObject {
  const object = findObject(org, name);
  if (object === undefined) throw notFound();
  return object;
}

/** A live record by id. Throws 404: NOT_FOUND, or ENTITY_IS_DELETED for one in the recycle bin. */
export function recordAt(org: Org, object: SchemaObject, id: string): Row {
  if (!isRecordId(id)) throw notFound("Provided external ID field does not exist or is not accessible: Id");
  const row = rowOf(org, object.name, fullId(id));
  if (row === undefined) throw notFound();
  if (row["IsDeleted"] === true) throw refusal(404, "ENTITY_IS_DELETED", "entity is deleted", []);
  return row;
}

/** The live records whose external id has this value. Throws 404 when the field is no external id. */
export function recordsByKey(org: Org, object: SchemaObject, fieldName: string, value: string): Row[] {
  const field = object.fields.get(fieldName.toLowerCase());
  if (field === undefined || !(field.externalId || field.type === "id")) {
    throw notFound(`Provided external ID field does not exist or is not accessible: ${fieldName}`);
  }
  if (field.type === "id") return [recordAt(org, object, value)];
  return liveRowsBy(org, object.name, field, value);
}

/** Inserts a record and returns its id. Everything is undone when a rule refuses it. */
export function createRecord(
  org: Org,
  object: SchemaObject,
  body: RecordBody,
  context: WriteContext,
): string {
  if (!object.def.createable) {
    throw refusal(
      400,
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
      `entity type cannot be inserted: ${object.def.label}`,
    );
  }
  return inTransaction(org, () => {
    const given = storedFields(org, object, body, "createable");
    const row: Row = { ...blankRow(object), ...given, Id: nextId(org, object) };
    if (object.fields.has("ownerid") && row["OwnerId"] === null) row["OwnerId"] = context.userId;
    checkRequired(object, row);
    checkReferences(org, object, row, given);
    Object.assign(row, stamps(org, context.userId, true));
    nameAutomatically(org, object, row);
    Object.assign(row, derivedFields(org, object.name, row, undefined));
    checkOrgRules(org, object, row, true, context.headers);
    checkUnique(org, object, row, row);
    checkRowLock(org, object, String(row["Id"]));
    row["OwnerId"] = assignedOwner(org, object, context.headers) ?? row["OwnerId"] ?? null;
    if (!object.fields.has("ownerid")) delete row["OwnerId"];
    putRow(org, object.name, row);
    afterSave(org, object.name, row, undefined);
    return String(row["Id"]);
  });
}

/** Changes fields of a record. */
export function updateRecord(
  org: Org,
  object: SchemaObject,
  row: Row,
  body: RecordBody,
  context: WriteContext,
): void {
  if (row["IsConverted"] === true) {
    throw refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", []);
  }
  inTransaction(org, () => {
    const given = storedFields(org, object, body, "updateable");
    const after: Row = { ...row, ...given };
    checkRequired(object, after);
    const changed = Object.fromEntries(
      Object.entries(given).filter(([name, value]) => (row[name] ?? null) !== value),
    );
    checkReferences(org, object, after, changed);
    const assigned = assignedOwner(org, object, context.headers);
    if (assigned !== undefined) changed["OwnerId"] = assigned;
    Object.assign(after, changed, stamps(org, context.userId, false));
    const derived = derivedFields(org, object.name, after, row);
    Object.assign(after, derived);
    checkOrgRules(org, object, after, false, context.headers);
    checkUnique(org, object, after, changed);
    checkRowLock(org, object, String(row["Id"]));
    const before = { ...row };
    patchRow(org, object.name, row, { ...changed, ...derived, ...stamps(org, context.userId, false) });
    afterSave(org, object.name, row, before);
  });
}

/** Puts a record into the recycle bin, with what cannot live without it. */
export function deleteRecord(org: Org, object: SchemaObject, row: Row, userId: string): void {
  inTransaction(org, () => {
    checkRowLock(org, object, String(row["Id"]));
    patchRow(org, object.name, row, { ...stamps(org, userId, false), IsDeleted: true });
    for (const list of object.children.values()) {
      if (!list.field.cascade) continue;
      const child = findObject(org, list.object);
      if (child === undefined) continue;
      for (const one of liveRowsBy(org, list.object, list.field, String(row["Id"]))) {
        deleteRecord(org, child, one, userId);
      }
    }
  });
}

/**
 * Puts a record into the org without any rule, as an admin's data load with everything switched off would;
 * computed fields and history are made. `fields` may set read-only ones too. Returns the id.
 */
export function insertRow(org: Org, object: SchemaObject, fields: Row): string {
  const stamped = stamps(org, org.userId, true);
  const row: Row = { ...blankRow(object), ...stamped, ...fields, Id: fields["Id"] ?? nextId(org, object) };
  if (object.fields.has("ownerid") && row["OwnerId"] === null) row["OwnerId"] = org.userId;
  nameAutomatically(org, object, row);
  Object.assign(row, derivedFields(org, object.name, row, undefined), { Id: row["Id"] ?? null });
  putRow(org, object.name, row);
  afterSave(org, object.name, row, undefined);
  return String(row["Id"]);
}

/** Changes fields of a record without any rule; history and stamps are made. */
export function changeRow(org: Org, object: SchemaObject, row: Row, fields: Row): void {
  const before = { ...row };
  const after = { ...row, ...stamps(org, org.userId, false), ...fields };
  patchRow(org, object.name, row, { ...after, ...derivedFields(org, object.name, after, before) });
  afterSave(org, object.name, row, before);
}

/** Creation and modification fields for a write at this moment. */
export function stamps(org: Org, userId: string, isNew: boolean): Row {
  const at = stamp(org.now() - org.settings.stampLagMs);
  const modified: Row = { LastModifiedById: userId, LastModifiedDate: at, SystemModstamp: at };
  return isNew ? { ...modified, CreatedById: userId, CreatedDate: at } : modified;
}

function blankRow(object: SchemaObject): Row {
  const row: Row = {};
  for (const field of object.def.fields) row[field.name] = field.defaultValue;
  return row;
}

function nameAutomatically(org: Org, object: SchemaObject, row: Row): void {
  const name = object.fields.get("name");
  if (!object.def.custom || name === undefined || name.createable || row["Name"] !== null) return;
  row["Name"] =
    `${object.name.replace(/__c$/, "").replaceAll("_", "-")}-${String(org.serials.get(object.name) ?? 0).padStart(5, "0")}`;
}

function storedFields(
  org: Org,
  object: SchemaObject,
  body: RecordBody,
  ability: "createable" | "updateable",
): Row {
  const row: Row = {};
  const forbidden: string[] = [];
  for (const [name, raw] of Object.entries(body)) {
    if (name === "attributes") continue;
    const field = object.fields.get(name.toLowerCase());
    if (field === undefined) {
      const parent = object.parents.get(name.toLowerCase());
      if (parent === undefined || typeof raw !== "object" || raw === null) throw noColumn(name, object.name);
      row[parent.name] = referenceByKey(org, parent, raw as RecordBody);
    } else if (field[ability]) row[field.name] = storedValue(org, field, raw);
    else forbidden.push(field.name);
  }
  if (forbidden.length === 0) return row;
  const verb = ability === "createable" ? "create" : "update";
  throw refusal(
    400,
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    `Unable to ${verb} fields: ${forbidden.join(", ")}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    forbidden,
  );
}

/** `"Account": {"Baton_Key__c": "..."}` in place of an id. */
function referenceByKey(org: Org, parent: FieldDef, keyed: RecordBody): FieldValue {
  for (const target of parent.to) {
    const object = findObject(org, target);
    for (const [name, value] of Object.entries(keyed)) {
      const field = object?.fields.get(name.toLowerCase());
      if (object === undefined || field === undefined || !field.externalId) continue;
      const [match] = liveRowsBy(org, object.name, field, String(value));
      if (match !== undefined) return String(match["Id"]);
      throw refusal(
        400,
        "INVALID_FIELD",
        `Foreign key external ID: ${String(value).toLowerCase()} not found for field ${field.name} in entity ${object.name}`,
      );
    }
  }
  throw refusal(400, "INVALID_FIELD", `No external id given for ${parent.name}`);
}

function noColumn(name: string, object: string) {
  return refusal(400, "INVALID_FIELD", `No such column '${name}' on sobject of type ${object}`);
}

function checkRequired(object: SchemaObject, row: Row): void {
  const isPerson = object.name === "Account" && typeof row["LastName"] === "string";
  const missing = object.def.fields
    .filter((one) => one.required && (row[one.name] ?? null) === null && !(isPerson && one.name === "Name"))
    .map((one) => one.name);
  if (missing.length > 0) {
    throw refusal(
      400,
      "REQUIRED_FIELD_MISSING",
      `Required fields are missing: [${missing.join(", ")}]`,
      missing,
    );
  }
}

function checkReferences(org: Org, object: SchemaObject, row: Row, changed: Row): void {
  const owner = changed["OwnerId"];
  if (typeof owner === "string") checkOwner(org, object, owner);
  const who = changed["WhoId"];
  if (typeof who === "string" && rowOf(org, "Lead", who)?.["IsConverted"] === true) {
    throw refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ["WhoId"]);
  }
  const isLeadTask = String(row["WhoId"] ?? "").startsWith("00Q") && (row["WhatId"] ?? null) !== null;
  if (isLeadTask && ("WhoId" in changed || "WhatId" in changed)) {
    throw refusal(
      400,
      "FIELD_INTEGRITY_EXCEPTION",
      "Related To ID: If you specify a lead for WhoId, you can't specify a WhatId",
      ["WhatId"],
    );
  }
}

/**
 * The org's own rules that a write meets, in Salesforce's order of execution: before-triggers, validation rules,
 * duplicate rules, then the row lock and the unique index at the save. So a duplicate rule that matches Baton's
 * own earlier record answers DUPLICATES_DETECTED before the unique key could answer DUPLICATE_VALUE.
 */
import { refusal, SalesforceError } from "./errors.ts";
import type { FieldDef } from "./fields.ts";
import { allRows, findObject, idsBy, liveRowsBy, type Org, rowOf, type Row } from "./org.ts";
import type { SchemaObject } from "./schema.ts";
import type { DuplicateRule } from "./settings.ts";

/** The headers of one request that change what a write does; names in lower case. */
export interface WriteHeaders {
  readonly [name: string]: string | undefined;
}

/** Throws what triggers, validation rules and duplicate rules say about a record that is about to be saved. */
export function checkOrgRules(
  org: Org,
  object: SchemaObject,
  row: Row,
  isNew: boolean,
  headers: WriteHeaders,
): void {
  for (const trigger of org.settings.triggers) {
    if (trigger.object !== object.name || !hasValues(row, trigger.when)) continue;
    const event = isNew ? "BeforeInsert" : "BeforeUpdate";
    throw refusal(
      400,
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
      `${object.name}Trigger: execution of ${event}\n\ncaused by: System.DmlException: ${trigger.message}`,
      [],
    );
  }
  for (const rule of org.settings.validationRules) {
    if (rule.object !== object.name || !hasValues(row, rule.when)) continue;
    throw refusal(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, rule.field ? [rule.field] : []);
  }
  const allowSave = /allowSave\s*=\s*true/i.test(headers["sforce-duplicate-rule-header"] ?? "");
  for (const rule of org.settings.duplicateRules) {
    if (rule.object !== object.name || (rule.action === "alert" && allowSave)) continue;
    const matches = duplicatesOf(org, rule, row);
    if (matches.length > 0) throw duplicatesDetected(rule, object.name, matches);
  }
}

/** Throws UNABLE_TO_LOCK_ROW when a lock rule strikes this write. */
export function checkRowLock(org: Org, object: SchemaObject, id: string): void {
  for (const [place, rule] of org.settings.rowLocks.entries()) {
    if (rule.object !== undefined && rule.object !== object.name) continue;
    const count = (org.lockCounts[place] ?? 0) + 1;
    org.lockCounts[place] = count;
    const strikes = rule.nth?.includes(count) ?? (rule.p === undefined || org.random() < rule.p);
    if (!strikes) continue;
    throw refusal(
      400,
      "UNABLE_TO_LOCK_ROW",
      `unable to obtain exclusive access to this record or 1 records: ${id}`,
      [],
    );
  }
}

/** Throws DUPLICATE_VALUE, naming the record, when another record holds a unique value of this one. */
export function checkUnique(org: Org, object: SchemaObject, row: Row, changed: Row): void {
  for (const field of object.def.fields) {
    const value = changed[field.name];
    if (!field.unique || typeof value !== "string") continue;
    const holder = holderOf(org, object, field, value, row["Id"]);
    if (holder === undefined) continue;
    const shown = org.settings.hideDuplicateIds ? "<unknown>" : holder.slice(0, 15);
    const named = org.settings.hideDuplicateIds ? "<unknown>" : field.name;
    throw refusal(
      400,
      "DUPLICATE_VALUE",
      `duplicate value found: ${named} duplicates value on record with id: ${shown}`,
      [],
    );
  }
}

/** The id of the owner an active assignment rule gives; undefined when none applies or the header switches it off. */
export function assignedOwner(org: Org, object: SchemaObject, headers: WriteHeaders): string | undefined {
  if (/^false$/i.test(headers["sforce-auto-assign"]?.trim() ?? "")) return undefined;
  const rule = org.settings.assignmentRules.find((one) => one.object === object.name);
  return rule === undefined ? undefined : ownerNamed(org, rule.owner);
}

/** A user or queue by id, e-mail, user name, or DeveloperName. */
export function ownerNamed(org: Org, name: string): string | undefined {
  if (rowOf(org, "User", name) || rowOf(org, "Group", name)) return name;
  const wanted = name.toLowerCase();
  const is = (value: unknown) => typeof value === "string" && value.toLowerCase() === wanted;
  for (const row of allRows(org, "User"))
    if (is(row["Email"]) || is(row["Username"])) return String(row["Id"]);
  for (const row of allRows(org, "Group")) if (is(row["DeveloperName"])) return String(row["Id"]);
  return undefined;
}

/** Throws when this user or queue can't own a record of this object (knowledge: queues, inactive users). */
export function checkOwner(org: Org, object: SchemaObject, ownerId: string): void {
  const user = rowOf(org, "User", ownerId);
  if (user !== undefined) {
    if (user["IsActive"] === true) return;
    throw refusal(
      400,
      "INACTIVE_OWNER_OR_USER",
      `operation performed with inactive user [${ownerId.slice(0, 15)}] as owner of ${object.name.toLowerCase()}`,
      [],
    );
  }
  for (const link of allRows(org, "QueueSobject")) {
    if (link["QueueId"] === ownerId && link["SobjectType"] === object.name && link["IsDeleted"] !== true)
      return;
  }
  throw refusal(400, "FIELD_INTEGRITY_EXCEPTION", "Queue not associated with this SObject type", ["OwnerId"]);
}

function holderOf(
  org: Org,
  object: SchemaObject,
  field: FieldDef,
  value: string,
  ownId: unknown,
): string | undefined {
  for (const id of idsBy(org, object.name, field, value) ?? []) {
    if (id === ownId) continue;
    if (org.settings.deletedKeysBlock || rowOf(org, object.name, id)?.["IsDeleted"] !== true) return id;
  }
  return undefined;
}

function hasValues(row: Row, when: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(when).every(([name, value]) => (row[name] ?? null) === value);
}

function duplicatesOf(org: Org, rule: DuplicateRule, row: Row): Row[] {
  const target = findObject(org, rule.against ?? rule.object);
  const fields = rule.match.map((name) => target?.fields.get(name.toLowerCase()));
  const wanted = rule.match.map((name) => row[name] ?? null);
  if (target === undefined || wanted.some((value) => value === null)) return [];
  const same = (other: Row) =>
    other["Id"] !== row["Id"] &&
    other["IsDeleted"] !== true &&
    other["IsConverted"] !== true &&
    rule.match.every((name, place) => folded(other[name]) === folded(wanted[place]));
  const place = fields.findIndex((one) => one?.indexed === true);
  const indexed = fields[place];
  const candidates =
    indexed === undefined
      ? [...allRows(org, target.name)]
      : liveRowsBy(org, target.name, indexed, String(wanted[place]));
  return candidates.filter(same);
}

function folded(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function duplicatesDetected(rule: DuplicateRule, entity: string, matches: readonly Row[]): SalesforceError {
  const target = rule.against ?? rule.object;
  const detail = {
    allowSave: rule.action === "alert",
    duplicateRule: rule.name,
    duplicateRuleEntityType: entity,
    errorMessage: rule.message,
    matchResults: [
      {
        entityType: target,
        errors: [],
        matchEngine: "ExactMatchEngine",
        matchRecords: matches.map((row) => ({
          additionalInformation: [],
          fieldDiffs: [],
          matchConfidence: 100,
          record: {
            attributes: { type: target, url: `/services/data/v66.0/sobjects/${target}/${String(row["Id"])}` },
            Id: row["Id"],
          },
        })),
        rule: `${rule.name}_Match`,
        size: matches.length,
        success: true,
      },
    ],
  };
  return new SalesforceError(400, [
    { [rule.spelling]: detail, errorCode: "DUPLICATES_DETECTED", message: rule.message },
  ]);
}

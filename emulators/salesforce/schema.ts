/** The objects of one org, looked up without heed to case, as SOQL and REST do. */
import type { FieldDef, ObjectDef } from "./fields.ts";
import { activityObjects } from "./objects/activity.ts";
import { batonFields, batonObjects, personAccountFields } from "./objects/baton.ts";
import { peopleObjects } from "./objects/people.ts";
import { accountTeamObjects, opportunityObjects, salesObjects } from "./objects/sales.ts";

export interface SchemaObject {
  readonly def: ObjectDef;
  readonly name: string;
  /** Lower-case field name to field. */
  readonly fields: ReadonlyMap<string, FieldDef>;
  /** Lower-case relationship name (`owner`) to the reference field. */
  readonly parents: ReadonlyMap<string, FieldDef>;
  /** Lower-case name of a child list (`contacts`) to where its records are. */
  readonly children: ReadonlyMap<string, ChildList>;
}

export interface ChildList {
  readonly name: string;
  readonly object: string;
  readonly field: FieldDef;
}

export interface Schema {
  /** Lower-case object name to object. */
  readonly objects: ReadonlyMap<string, SchemaObject>;
  /** Three characters of an id to the object's name. */
  readonly prefixes: ReadonlyMap<string, string>;
}

export interface SchemaSwitches {
  /** Baton's fields and objects are there. */
  readonly baton: boolean;
  readonly personAccounts: boolean;
  readonly accountTeams: boolean;
}

/** The objects of a fresh org with these features. */
export function standardObjects(switches: SchemaSwitches): ObjectDef[] {
  let objects = [...peopleObjects, ...salesObjects, ...opportunityObjects, ...activityObjects];
  if (switches.accountTeams) objects = [...objects, ...accountTeamObjects];
  if (switches.baton) objects = [...withFields(objects, batonFields), ...batonObjects];
  if (switches.personAccounts) {
    objects = withFields(objects, personAccountFields).map((one) =>
      one.name === "Lead" ? withChangedField(one, "Company", { required: false }) : one,
    );
  }
  return objects;
}

/** Indexes objects for look-up. */
export function schemaOf(objects: readonly ObjectDef[]): Schema {
  const byName = new Map<string, SchemaObject>();
  for (const def of objects) {
    byName.set(def.name.toLowerCase(), {
      def,
      name: def.name,
      fields: new Map(def.fields.map((one) => [one.name.toLowerCase(), one])),
      parents: new Map(
        def.fields.flatMap((one) =>
          one.relationship === null ? [] : [[one.relationship.toLowerCase(), one] as const],
        ),
      ),
      children: childListsOf(def.name, objects),
    });
  }
  return { objects: byName, prefixes: new Map(objects.map((one) => [one.prefix, one.name])) };
}

/** The objects with fields added to those they name; a field of the same name is replaced. */
export function withFields(
  objects: readonly ObjectDef[],
  added: Readonly<Record<string, readonly FieldDef[]>>,
): ObjectDef[] {
  return objects.map((def) => {
    const more = added[def.name] ?? [];
    const names = new Set(more.map((one) => one.name));
    return { ...def, fields: [...def.fields.filter((one) => !names.has(one.name)), ...more] };
  });
}

/** The object with one field changed. */
export function withChangedField(def: ObjectDef, name: string, change: Partial<FieldDef>): ObjectDef {
  return { ...def, fields: def.fields.map((one) => (one.name === name ? { ...one, ...change } : one)) };
}

function childListsOf(target: string, objects: readonly ObjectDef[]): Map<string, ChildList> {
  const lists = new Map<string, ChildList>();
  for (const def of objects) {
    for (const one of def.fields) {
      if (one.children === null || !one.to.includes(target)) continue;
      if (!lists.has(one.children.toLowerCase())) {
        lists.set(one.children.toLowerCase(), { name: one.children, object: def.name, field: one });
      }
    }
  }
  return lists;
}

/** describe: what the org tells about its objects and fields. */
import type { FieldDef } from "./fields.ts";
import type { Org } from "./org.ts";
import type { SchemaObject } from "./schema.ts";

/** `GET /sobjects`. */
export function describeAll(org: Org, version: string) {
  return {
    encoding: "UTF-8",
    maxBatchSize: 200,
    sobjects: [...org.schema.objects.values()].map((object) => objectFacts(object, version)),
  };
}

/** `GET /sobjects/X`. */
export function describeBasic(object: SchemaObject, version: string) {
  return { objectDescribe: objectFacts(object, version), recentItems: [] };
}

/** `GET /sobjects/X/describe`. */
export function describeObject(object: SchemaObject, version: string) {
  return {
    ...objectFacts(object, version),
    fields: object.def.fields.map(fieldFacts),
    childRelationships: [...object.children.values()].map((list) => ({
      cascadeDelete: list.field.cascade,
      childSObject: list.object,
      deprecatedAndHidden: false,
      field: list.field.name,
      relationshipName: list.name,
      restrictedDelete: false,
    })),
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: "Master",
        master: true,
        name: "Master",
        recordTypeId: "012000000000000AAA",
      },
    ],
    supportedScopes: [{ label: `All ${object.def.label}s`, name: "everything" }],
  };
}

function objectFacts(object: SchemaObject, version: string) {
  const path = `/services/data/v${version}/sobjects/${object.name}`;
  const { createable } = object.def;
  return {
    name: object.name,
    label: object.def.label,
    labelPlural: `${object.def.label}s`,
    keyPrefix: object.def.prefix,
    custom: object.def.custom,
    createable,
    updateable: createable,
    deletable: createable,
    undeletable: createable,
    mergeable: ["Account", "Contact", "Lead"].includes(object.name),
    queryable: true,
    retrieveable: true,
    searchable: true,
    replicateable: true,
    layoutable: true,
    urls: { sobject: path, describe: `${path}/describe`, rowTemplate: `${path}/{ID}` },
  };
}

function fieldFacts(field: FieldDef) {
  const isLong = field.type === "longtext" || field.type === "html";
  const isNumber = ["int", "double", "currency", "percent"].includes(field.type);
  return {
    name: field.name,
    label: field.label,
    type: describeType(field),
    soapType: soapType(field),
    length: isNumber || field.type === "boolean" ? 0 : field.length,
    byteLength: field.length * 3,
    precision: isNumber ? 18 : 0,
    scale: field.type === "double" ? 2 : 0,
    nillable: !field.required && field.type !== "boolean" && field.type !== "id",
    defaultedOnCreate: field.defaultValue !== null || field.name === "OwnerId",
    defaultValue: field.defaultValue,
    createable: field.createable,
    updateable: field.updateable,
    custom: field.custom,
    unique: field.unique,
    externalId: field.externalId,
    idLookup: field.externalId || field.type === "id" || field.name === "Email",
    caseSensitive: field.caseSensitive && field.type !== "id" && field.type !== "reference",
    filterable: !isLong,
    sortable: !isLong,
    groupable: !isLong,
    htmlFormatted: field.type === "html",
    extraTypeInfo:
      field.type === "html" ? "richtextarea" : field.type === "longtext" ? "plaintextarea" : null,
    calculated: false,
    autoNumber: false,
    nameField: field.name === "Name",
    namePointing: field.to.length > 1,
    referenceTo: field.to,
    relationshipName: field.relationship,
    cascadeDelete: field.cascade,
    restrictedPicklist: field.restricted,
    picklistValues: field.values.map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
  };
}

function describeType(field: FieldDef): string {
  return field.type === "longtext" || field.type === "html" ? "textarea" : field.type;
}

function soapType(field: FieldDef): string {
  const types: Readonly<Record<string, string>> = {
    id: "tns:ID",
    reference: "tns:ID",
    boolean: "xsd:boolean",
    int: "xsd:int",
    double: "xsd:double",
    currency: "xsd:double",
    percent: "xsd:double",
    date: "xsd:date",
    datetime: "xsd:dateTime",
  };
  return types[field.type] ?? "xsd:string";
}

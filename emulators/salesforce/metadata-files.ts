/** The files of a metadata package (mdapi format) as objects and fields of the org. */
import { field, type FieldDef, type FieldType, object, type ObjectDef, readOnly } from "./fields.ts";
import { childrenOf, child, childText, parseXml, type XmlElement } from "./xml.ts";

/** One line of a deploy's report. */
export interface DeployMessage {
  readonly fullName: string;
  readonly componentType: string;
  readonly fileName: string;
  readonly problem?: string;
}

export interface PackageComponents {
  readonly objects: readonly ObjectDef[];
  /** By object; `Activity` stands for Task and Event. */
  readonly fields: Readonly<Record<string, readonly FieldDef[]>>;
  readonly permissionSets: readonly { readonly name: string; readonly label: string }[];
  readonly successes: readonly DeployMessage[];
  readonly failures: readonly DeployMessage[];
}

const fieldTypes: Readonly<Record<string, FieldType>> = {
  Text: "string",
  TextArea: "textarea",
  LongTextArea: "longtext",
  Html: "html",
  Email: "email",
  Phone: "phone",
  Url: "url",
  Picklist: "picklist",
  Checkbox: "boolean",
  Number: "double",
  Currency: "currency",
  Percent: "percent",
  Date: "date",
  DateTime: "datetime",
  Lookup: "reference",
  MasterDetail: "reference",
};

/** Reads every file. Throws an Error without package.xml; faults of single files are in `failures`. */
export function componentsOf(files: ReadonlyMap<string, Buffer>): PackageComponents {
  const names = [...files.keys()];
  const root = names.find((name) => name.endsWith("package.xml"));
  if (root === undefined) throw new Error("No package.xml found");
  const objects: ObjectDef[] = [];
  const fields: Record<string, FieldDef[]> = {};
  const permissionSets: { name: string; label: string }[] = [];
  const successes: DeployMessage[] = [];
  const failures: DeployMessage[] = [];
  for (const [fileName, bytes] of files) {
    const [, folder, fullName = ""] =
      /(objects|permissionsets)\/([^/]+)\.(?:object|permissionset)$/.exec(fileName) ?? [];
    if (folder === undefined) continue;
    const componentType = folder === "objects" ? "CustomObject" : "PermissionSet";
    try {
      const xml = parseXml(bytes.toString("utf8"));
      if (folder === "objects") {
        fields[fullName] = childrenOf(xml, "fields").map((one) => fieldOf(one));
        if (fullName.endsWith("__c")) objects.push(objectOf(fullName, xml, objects.length));
      } else permissionSets.push({ name: fullName, label: childText(xml, "label") ?? fullName });
      successes.push({ fullName, componentType, fileName });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      failures.push({ fullName, componentType, fileName, problem });
    }
  }
  return { objects, fields, permissionSets, successes, failures };
}

function objectOf(name: string, xml: XmlElement, place: number): ObjectDef {
  const nameField = child(xml, "nameField");
  const isAutomatic = childText(nameField, "type") === "AutoNumber";
  const known: Readonly<Record<string, string>> = {
    Baton_Conversation__c: "a00",
    Baton_Conversation_Part__c: "a01",
  };
  const nameOptions = { length: 80, label: childText(nameField, "label") ?? "Name" };
  return object(
    name,
    known[name] ?? `a${String(place + 2).padStart(2, "0")}`,
    [
      isAutomatic ? readOnly("Name", "string", nameOptions) : field("Name", "string", nameOptions),
      field("OwnerId", "reference", { to: ["Group", "User"], relationship: "Owner" }),
    ],
    { label: childText(xml, "label") ?? name },
  );
}

function fieldOf(xml: XmlElement): FieldDef {
  const name = childText(xml, "fullName") ?? "";
  const vendorType = childText(xml, "type") ?? "";
  const type = fieldTypes[vendorType];
  if (!/^[A-Za-z][A-Za-z0-9_]*__c$/.test(name)) throw new Error(`${name}: a custom field's name ends in __c`);
  if (type === undefined) throw new Error(`${name}: the emulator knows no field type '${vendorType}'`);
  const length = Number(childText(xml, "length") ?? 0);
  const target = childText(xml, "referenceTo");
  const children = childText(xml, "relationshipName");
  const values = valuesOf(xml);
  return field(name, type, {
    label: childText(xml, "label") ?? name,
    ...(length > 0 && { length }),
    required: isTrue(xml, "required") || vendorType === "MasterDetail",
    unique: isTrue(xml, "unique"),
    externalId: isTrue(xml, "externalId"),
    caseSensitive: isTrue(xml, "caseSensitive") || type === "reference",
    values,
    restricted: childText(child(xml, "valueSet"), "restricted") === "true",
    ...(target !== undefined && { to: [target], relationship: name.replace(/__c$/, "__r") }),
    ...(children !== undefined && { children: `${children}__r` }),
    cascade: vendorType === "MasterDetail",
  });
}

function valuesOf(xml: XmlElement): string[] {
  const definition = child(child(xml, "valueSet"), "valueSetDefinition");
  return childrenOf(definition, "value").map((one) => childText(one, "fullName") ?? "");
}

function isTrue(xml: XmlElement, name: string): boolean {
  return childText(xml, name) === "true";
}

import { expect, test } from "vitest";
import { packageFiles, packageZip } from "./package.ts";

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const SOURCES = new Map([
  [
    "objects/Lead/fields/B__c.field-meta.xml",
    `${XML}<CustomField xmlns="x">\n <fullName>B__c</fullName>\n</CustomField>`,
  ],
  [
    "objects/Lead/fields/A__c.field-meta.xml",
    `${XML}<CustomField xmlns="x"><fullName>A__c</fullName></CustomField>`,
  ],
  [
    "objects/Own__c/Own__c.object-meta.xml",
    `${XML}<CustomObject xmlns="x"><label>Own</label></CustomObject>`,
  ],
  [
    "objects/Own__c/fields/C__c.field-meta.xml",
    `${XML}<CustomField xmlns="x"><fullName>C__c</fullName></CustomField>`,
  ],
  ["permissionsets/P.permissionset-meta.xml", `${XML}<PermissionSet/>`],
  ["layouts/Lead.layout-meta.xml", "left out"],
]);

test("source files become one file per object, with package.xml first", () => {
  const files = packageFiles(SOURCES, "<Package/>");
  expect([...files.keys()]).toEqual([
    "package.xml",
    "permissionsets/P.permissionset",
    "objects/Lead.object",
    "objects/Own__c.object",
  ]);
  expect(files.get("objects/Lead.object")).toMatch(
    /<fields><fullName>A__c<\/fullName><\/fields>\n<fields><fullName>B__c/,
  );
  expect(files.get("objects/Own__c.object")).toMatch(/<CustomObject [^>]+>\n<label>Own<\/label>\n<fields>/);
});

test("a file of another kind than its name says is refused", () => {
  expect(() => packageFiles(new Map([["objects/A/fields/B.field-meta.xml", "<Other/>"]]), "")).toThrow(
    "no <CustomField>",
  );
});

test("the archive holds every file, and is the same each time", () => {
  const zip = packageZip(SOURCES, "<Package>é</Package>");
  expect(packageZip(SOURCES, "<Package>é</Package>").equals(zip)).toBe(true);
  expect(zip.readUInt32LE(0)).toBe(0x04034b50);
  expect(zip.readUInt16LE(zip.length - 12)).toBe(4);
  const nameLength = zip.readUInt16LE(26);
  const size = zip.readUInt32LE(18);
  expect(zip.toString("utf8", 30 + nameLength, 30 + nameLength + size)).toBe("<Package>é</Package>");
});

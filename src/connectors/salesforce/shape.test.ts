import { describe, expect, test } from "vitest";
import type { CrmOperation, CrmValue } from "../../handoff/ports.ts";
import { Describe } from "./describe.ts";
import { shaped } from "./shape.ts";

const LEAD = Describe.parse({
  createable: true,
  fields: [
    { name: "LastName", type: "string", length: 10, nillable: false },
    { name: "Status", type: "picklist", nillable: false, defaultedOnCreate: true, restrictedPicklist: true },
    {
      name: "LeadSource",
      type: "picklist",
      restrictedPicklist: true,
      picklistValues: [
        { value: "Web", active: true },
        { value: "Live Chat", active: true },
        { value: "Fax", active: false },
      ],
    },
    { name: "Rating", type: "picklist", picklistValues: [{ value: "Hot", active: true }] },
    {
      name: "Topics__c",
      type: "multipicklist",
      restrictedPicklist: true,
      picklistValues: ["SSO", "API"].map((value) => ({ value, active: true })),
    },
    {
      name: "Stage__c",
      type: "picklist",
      nillable: false,
      restrictedPicklist: true,
      picklistValues: [{ value: "New", active: true }],
    },
    { name: "Email", type: "email", length: 12 },
    { name: "Seats__c", type: "int" },
    { name: "Score__c", type: "double" },
    { name: "Trial__c", type: "boolean", nillable: false, defaultedOnCreate: true },
    { name: "Since__c", type: "date" },
    { name: "Seen__c", type: "datetime" },
    { name: "OwnerId", type: "reference", length: 18 },
    { name: "Formula__c", type: "double", createable: false, updateable: false },
    { name: "Fixed__c", type: "string", createable: true, updateable: false },
  ],
});

const operation = (fields: Record<string, CrmValue>, object = "Lead"): CrmOperation => ({
  kind: "create",
  ref: "record",
  object,
  key: "k",
  fields,
});
function fit(name: string, value: CrmValue) {
  const { operations, notes } = shaped([operation({ [name]: value })], new Map([["Lead", LEAD]]));
  return [operations[0]?.fields[name], notes[0] ?? null];
}

describe("a value that fits after a change", () => {
  test.for<readonly [string, CrmValue, CrmValue, string | null]>([
    ["LastName", "Lopez", "Lopez", null],
    ["LastName", "Lopez-Garcia", "Lopez-Garc", "Lead.LastName was cut to 10 characters"],
    ["LastName", "123456789😀", "123456789", "Lead.LastName was cut to 10 characters"],
    ["LastName", 7, "7", null],
    ["LeadSource", "live chat", "Live Chat", null],
    ["Rating", "Lukewarm", "Lukewarm", null],
    ["Topics__c", "sso; api", "SSO;API", null],
    ["Topics__c", "sso;fax", "SSO", "Lead.Topics__c has not all of the values in its list"],
    ["Email", "a@b.example", "a@b.example", null],
    ["Seats__c", "12.6", 13, null],
    ["Score__c", "12.6", 12.6, null],
    ["Trial__c", "Yes", true, null],
    ["Trial__c", 0, false, null],
    ["Since__c", "2026-03-10T12:00:00.000Z", "2026-03-10", null],
    ["Seen__c", 1_773_144_000, "2026-03-10T12:00:00.000Z", null],
    ["OwnerId", "005000000000001AAA", "005000000000001AAA", null],
    ["OwnerId", { ref: "task" }, { ref: "task" }, null],
    ["Seats__c", null, null, null],
    ["Fixed__c", "x", "x", null],
  ])("%s: %s", ([name, value, fitted, note]) => {
    expect(fit(name, value)).toEqual([fitted, note]);
  });
});

describe("a value that the field cannot hold is left out, and the note names no value", () => {
  test.for<readonly [string, CrmValue, string]>([
    ["Gone__c", 1, "is missing in the org, or not visible to the integration user"],
    ["Formula__c", 1, "may not be written by the integration user"],
    ["LeadSource", "Fax", "has no such value in its list"],
    ["Status", "Nonsense", "has no such value in its list"],
    ["Email", "somebody@long.example", "is shorter than the address"],
    ["Seats__c", "many", "takes numbers only"],
    ["Seats__c", " ", "takes numbers only"],
    ["Trial__c", "perhaps", "takes yes or no only"],
    ["Since__c", "someday", "takes dates only"],
  ])("%s: %s", ([name, value, why]) => {
    expect(fit(name, value)).toEqual([undefined, `Lead.${name} ${why}: left out`]);
  });
});

test("a required field is never left out: Salesforce's own refusal says more", () => {
  expect(fit("Stage__c", "Old")).toEqual(["Old", null]);
});

test("an update leaves out what may be set at creation only, and objects nobody described stay as they are", () => {
  const update: CrmOperation = {
    kind: "update",
    ref: "record",
    object: "Lead",
    id: "00Q000000000001AAA",
    fields: { Fixed__c: "x", Stage__c: "Old" },
  };
  const task = operation({ Subject: "x".repeat(999) }, "Task");
  expect(shaped([update, task], new Map([["Lead", LEAD]]))).toEqual({
    operations: [{ ...update, fields: {} }, task],
    notes: [
      "Lead.Fixed__c may not be written by the integration user: left out",
      "Lead.Stage__c has no such value in its list: left out",
    ],
  });
});

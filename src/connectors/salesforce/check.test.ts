import { expect, test } from "vitest";
import { objectFindings, type OrgNeeds } from "./check.ts";
import { Describe, Field } from "./describe.ts";

const NEEDS: OrgNeeds = { metadata: "baton", csmField: null, leadScoreField: null, names: [], queues: [] };
const key = Field.parse({
  name: "Baton_Key__c",
  createable: true,
  externalId: true,
  unique: true,
  caseSensitive: true,
});
const fields = (...names: string[]) =>
  Describe.parse({ createable: true, fields: names.map((name) => ({ name, createable: true })) }).fields;
const TASK = fields("Subject", "WhoId", "WhatId", "OwnerId", "Description", "Priority");

test.for([
  [
    "an object that has everything",
    { createable: true, fields: [...TASK, key] },
    NEEDS,
    ["ok: Task is ready"],
  ],
  ["an object that is not there", null, NEEDS, ["missing: Task is missing or not visible"]],
  [
    "an object that is read only",
    { createable: false, fields: [...TASK, key] },
    NEEDS,
    ["missing: Task cannot be created"],
  ],
  [
    "a key that is missing",
    { createable: true, fields: TASK },
    NEEDS,
    ["missing: Task.Baton_Key__c is missing or not visible"],
  ],
  [
    "a key that folds case",
    { createable: true, fields: [...TASK, { ...key, caseSensitive: false }] },
    NEEDS,
    ["missing: Task.Baton_Key__c is not case-sensitive"],
  ],
  [
    "a key that is a plain field",
    { createable: true, fields: [...TASK, { ...key, externalId: false, unique: false }] },
    NEEDS,
    ["missing: Task.Baton_Key__c is not an External ID, not unique"],
  ],
  [
    "a key that cannot be written",
    { createable: true, fields: [...TASK, { ...key, createable: false }] },
    NEEDS,
    ["missing: Task.Baton_Key__c cannot be written"],
  ],
  [
    "a standard field that is hidden",
    { createable: true, fields: [...TASK.slice(1), key] },
    NEEDS,
    ["missing: Task.Subject is not visible"],
  ],
  [
    "an org that shall stay without metadata",
    { createable: true, fields: TASK },
    { ...NEEDS, metadata: "none" as const },
    ["ok: Task is ready"],
  ],
] as const)("%s", ([, found, needs, lines]) => {
  const findings = objectFindings(
    "Task",
    found === null ? null : { ...found, fields: [...found.fields] },
    needs,
  );
  expect(findings.map(({ level, what }) => `${level}: ${what}`)).toEqual(lines);
  expect(findings.every(({ level, fix }) => (level === "ok") === (fix === null))).toBe(true);
});

test("a field of the default mapping that is missing is a warning", () => {
  const lead = [
    ...fields(
      "LastName",
      "Company",
      "Email",
      "OwnerId",
      "LeadSource",
      "Baton_Score__c",
      "Last_Active__c",
      "Engagement_Score__c",
    ),
    key,
  ];
  expect(objectFindings("Lead", { createable: true, fields: lead }, NEEDS)).toMatchObject([
    { level: "warning", what: "Lead.Plan__c is missing: its value is left out" },
  ]);
});

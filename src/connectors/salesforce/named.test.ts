import { expect, test } from "vitest";
import type { CrmName } from "../../policy/names.ts";
import { Describe } from "./describe.ts";
import { judgeName, type OrgNames } from "./named.ts";

const list = (name: string, restrictedPicklist: boolean) => ({
  name,
  restrictedPicklist,
  picklistValues: [
    { value: "Web", active: true },
    { value: "Fax", active: false },
  ],
});
const lead = Describe.parse({
  createable: true,
  fields: [
    { name: "Plan__c" },
    { name: "Total__c", createable: false },
    list("LeadSource", true),
    list("Rating", false),
  ],
});
const ORG: OrgNames = {
  described: new Map([
    ["Lead", lead],
    ["Gone__c", null],
  ]),
  stages: new Set(["Qualification"]),
};

const field = (name: string, object = "Lead"): CrmName => ({ kind: "field", object, field: name });
const value = (name: string, given: string, object = "Lead"): CrmName => ({
  kind: "value",
  object,
  field: name,
  value: given,
});

test.for<readonly [CrmName, string]>([
  [field("Plan__c"), "ok: Lead.Plan__c can be written"],
  [
    field("Total__c"),
    "warning: Lead.Total__c, which the policy maps, cannot be written: its value is left out",
  ],
  [
    field("Gone__c"),
    "warning: Lead.Gone__c, which the policy maps, is missing or not visible: its value is left out",
  ],
  [field("X", "Gone__c"), "missing: Gone__c is missing or not visible"],
  [value("LeadSource", "web"), 'ok: Lead.LeadSource takes "web"'],
  [value("LeadSource", "Fax"), 'warning: Lead.LeadSource has no active value "Fax": it is left out'],
  [value("Rating", "Fax"), 'ok: Lead.Rating takes "Fax"'],
  [value("Hidden", "Web"), 'warning: Lead.Hidden is not visible: "Web" is left out'],
  [value("X", "Web", "Gone__c"), "missing: Gone__c is missing or not visible"],
  [{ kind: "stage", stage: "Qualification" }, 'ok: stage "Qualification" is active'],
  [{ kind: "stage", stage: "Odd" }, 'missing: stage "Odd" is not an active Opportunity stage'],
])("%j", ([name, line]) => {
  const { level, what, fix } = judgeName(name, ORG);
  expect(`${level}: ${what}`).toBe(line);
  expect(fix === null).toBe(level === "ok");
});

test("stages of an org that shows no Opportunities are missing with them", () => {
  const { what } = judgeName({ kind: "stage", stage: "Won" }, { ...ORG, stages: null });
  expect(what).toBe("Opportunity is missing or not visible");
});

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { policyJsonSchema } from "./json-schema.ts";
import { templates } from "./templates/templates.ts";

const accepts = new Ajv2020({ strict: false }).compile(policyJsonSchema());
const saas = templates["saas-default"]?.text ?? "";

describe("the JSON Schema of a policy", () => {
  test.each(Object.entries(templates))("accepts the template %s", (_, { text }) => {
    accepts(parse(text));
    expect(accepts.errors).toBeNull();
  });
  test.each([
    ["format: baton/policy@1", "format: baton/policy@2"],
    ["points: 10", "pionts: 10"],
    ["points: 10", "points: ten"],
    ["on: [message, tag]", "on: [mesage]"],
    ["create: Task", "create: Case"],
    ["{ queue: Enterprise_Inbound }", "{ team: Enterprise_Inbound }"],
    ['operator: "="', 'operator: "=="'],
    ["sticky: company", "sticky: forever"],
    ["weight: 2", "weight: -2"],
    ["to: Plan__c", "to: Plan of the contact"],
  ])("refuses %s written as %s", (right, wrong) => {
    expect(saas).toContain(right);
    expect(accepts(parse(saas.replace(right, wrong)))).toBe(false);
  });
});

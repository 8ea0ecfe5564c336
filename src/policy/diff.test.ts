import { describe, expect, test } from "vitest";
import { differenceText, diffPolicies } from "./diff.ts";
import { policyOf as read } from "./read.ts";
import type { Policy } from "./schema.ts";
import { saasDefault } from "./templates/saas-default.ts";

function changed(...[from, to]: readonly [string, string]): readonly string[] {
  const text = saasDefault.replace(from, to);
  expect(text).not.toBe(saasDefault);
  return diffPolicies(policyOf(saasDefault), policyOf(text)).map(differenceText);
}

function policyOf(text: string): Policy {
  return read(text, "the policy");
}

describe("two policies", () => {
  test.for([
    ["points: 15", "points: 16", ["~ signals.complaint.points: 15 -> 16"]],
    ["  - SOC 2\n", "  - SOC 2\n      - Okta\n", ['+ signals.enterprise.phrases: "Okta"']],
    ["[pricing, quote,", "[quote,", ['- signals.pricing.phrases: "pricing"']],
    ["[pricing, quote,", "[quote, pricing,", []],
    ["    cap: 40 #", "    #", ["- signals.enterprise.cap: 40"]],
    ["    customersOnly: true\n", "", ["~ recipes[churn-risk].customersOnly: true -> false"]],
    [
      "weight: 2\n",
      "weight: 3\n",
      ["~ routing.pools.mid-market.members[ana@ourcompany.example].weight: 2 -> 3"],
    ],
    ["by: 1.25", "by: 1.5", ["~ scores.buying.multiply[50+ employees].by: 1.25 -> 1.5"]],
    [
      "{ csm: {} }",
      "{ queue: Q }",
      [
        '- routing.routes.account-owner: {"kind":"csm"}',
        '+ routing.routes.account-owner: {"kind":"queue","queue":"Q"}',
      ],
    ],
    [
      "record: by-situation",
      "record: { create: Task }",
      ['~ recipes[qualified].record: "by-situation" -> {"create":"Task"}'],
    ],
    [
      "- { csm: {} }\n",
      "- { csm: {} }\n      - { csm: {} }\n",
      ['+ routing.routes.account-owner: {"kind":"csm"}'],
    ],
    ["onBreach: [remind,", "onBreach: [", ['- routing.sla.onBreach: "remind"']],
  ] as const)("%j instead of %j", ([from, to, expected]) => {
    expect(changed(from, to)).toEqual(expected);
  });

  test("have no other kind of difference", () => {
    expect(() => differenceText({ kind: "moved" } as never)).toThrow("moved");
  });

  test("that say the same have no difference", () => {
    expect(diffPolicies(policyOf(saasDefault), policyOf(saasDefault))).toEqual([]);
  });

  test("a recipe that moved is told once, with the order, since the first that applies wins", () => {
    const policy = policyOf(saasDefault);
    const turned = { ...policy, exclusions: policy.exclusions.toReversed() };
    expect(diffPolicies(policy, turned).map(differenceText)).toEqual([
      '~ exclusions (order): ["billing-by-finance","technical-support","late-stage","own-people"] -> ["own-people","late-stage","technical-support","billing-by-finance"]',
    ]);
  });
});

/** Each template on a handful of conversations: who qualifies, by which recipe, and on which route. */
import { describe, expect, test } from "vitest";
import { company, message, NOON, person, snapshot } from "../../tests/support/cases.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { lint } from "../policy/lint/lint.ts";
import { readPolicy } from "../policy/read.ts";
import type { Policy } from "../policy/schema.ts";
import { templates } from "../policy/templates/templates.ts";
import { compile } from "../qualify/compile.ts";
import { phraseRemarks } from "../qualify/lint-phrases.ts";
import { score } from "../qualify/score.ts";
import { preview, triggersOf } from "./preview.ts";

function policyOf(name: string): Policy {
  const reading = readPolicy(templates[name]?.text ?? "");
  if (reading.kind === "faults") throw new Error(JSON.stringify(reading.faults));
  expect(reading.warnings).toEqual([]);
  return reading.policy;
}

/** "recipe on route", "excluded by", or "nothing". */
function outcome(name: string, over: Partial<Snapshot>): string {
  const policy = policyOf(name);
  const evidence = { snapshot: snapshot(over), crm: null };
  const scores = score(evidence, compile(policy), NOON);
  const { excluded, recipe } = preview({
    evidence,
    scores,
    policy,
    triggers: triggersOf(evidence),
    now: NOON,
  });
  if (excluded !== null) return `excluded by ${excluded}`;
  const route = policy.recipes.find(({ id }) => id === recipe)?.owner.route;
  return recipe === null ? "nothing" : `${recipe} on ${String(route)}`;
}

const says = (text: string): Partial<Snapshot> => ({ messages: [message({ text })] });
const used = (event: string, count: number): Snapshot["usage"] =>
  Array.from({ length: count }, () => ({ event, at: NOON }));
const large = company({ employees: 1_200 });
const paying = company({ annualValue: 120_000 });

test.each(Object.keys(templates))("%s has no fault and no warning; what is noted is meant", (name) => {
  const policy = policyOf(name);
  const remarks = [...lint(policy, { now: NOON, owners: null }), ...phraseRemarks(policy)];
  expect(remarks.filter(({ severity }) => severity !== "note")).toEqual([]);
  // Nights without a rep, and a phrase that says more than the one inside it.
  const rules = new Set(remarks.map(({ rule }) => rule));
  expect([...rules].filter((rule) => rule !== "pool-gap" && rule !== "phrase-inside")).toEqual([]);
});

describe("saas-default", () => {
  test.each([
    ["an enterprise", { ...says("We need SSO"), company: large }, "enterprise-inbound on enterprise"],
    [
      "a customer who leaves",
      { ...says("I want to cancel, this is unacceptable"), company: paying },
      "churn-risk on account-owner",
    ],
    [
      "our own people",
      { ...says("SSO?"), contact: person({ email: "x@ourcompany.example" }) },
      "excluded by own-people",
    ],
    ["small talk", says("Hello there"), "nothing"],
  ])("%s", (_, over, expected) => {
    expect(outcome("saas-default", over)).toBe(expected);
  });
});

describe("product-led", () => {
  const busy = [...used("feature_used", 25), ...used("invited_teammate", 4)];
  test.each([
    ["usage alone", { messages: [], usage: busy }, "product-qualified on sales"],
    ["one power user alone", { messages: [], usage: used("feature_used", 25) }, "nothing"],
    ["SSO for a large team", { ...says("Is there SSO?"), company: large }, "outgrown on sales"],
    ["SSO for a small team", says("Is there SSO?"), "nothing"],
    [
      "a paying team that leaves",
      { ...says("Please cancel our plan"), company: paying },
      "paying-team-leaves on success",
    ],
    ["a student", { usage: busy, contact: person({ plan: "student" }) }, "excluded by students"],
  ])("%s", (_, over, expected) => {
    expect(outcome("product-led", over)).toBe(expected);
  });
});

describe("enterprise-sales", () => {
  test.each([
    ["a tender", says("Our procurement prepares a request for proposal"), "tender on field"],
    ["a pilot at a large company", { ...says("We plan a pilot"), company: large }, "qualified on field"],
    ["the same at a company of unknown size", says("We plan a pilot"), "nothing"],
    [
      "a small company",
      { ...says("Our procurement asks"), company: company({ employees: 12 }) },
      "excluded by small-company",
    ],
    [
      "an application",
      { ...says("A pilot, a security review"), tags: ["careers"] },
      "excluded by job-seekers",
    ],
  ])("%s", (_, over, expected) => {
    expect(outcome("enterprise-sales", over)).toBe(expected);
  });
});

describe("churn-desk", () => {
  test.each([
    [
      "a large account that leaves",
      { ...says("We will cancel. This is unacceptable"), company: paying },
      "save-large-account on csm",
    ],
    ["a small one", { ...says("We will cancel"), company: company({ annualValue: 900 }) }, "at-risk on csm"],
    [
      "somebody who exports everything and is new",
      {
        messages: [],
        usage: used("full_export", 1),
        company: company({ annualValue: 900, customerSince: NOON - 86_400_000 }),
      },
      "at-risk on csm",
    ],
    [
      "a question of billing",
      { ...says("Is this a credit note?"), team: "Billing" },
      "excluded by billing-question",
    ],
    ["somebody who buys", says("What does the enterprise plan cost?"), "nothing"],
  ])("%s", (_, over, expected) => {
    expect(outcome("churn-desk", over)).toBe(expected);
  });
});

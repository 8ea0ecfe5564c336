import { describe, expect, test } from "vitest";
import { company, NOBODY, NOON, opportunity, policy, scores, snapshot } from "../../tests/support/cases.ts";
import type { Evidence } from "../qualify/scores.ts";
import { asksEnrichment, type Case, judge, recipeOf } from "./judge.ts";
import { preview, triggersOf } from "./preview.ts";

const evidence: Evidence = { snapshot: snapshot(), crm: null };

function ask(over: Partial<Case> = {}) {
  return judge({
    evidence,
    scores: scores({ buying: 50 }),
    policy: policy(),
    triggers: ["message"],
    now: NOON,
    lookedUp: false,
    ...over,
  });
}

const recipe = { id: "one", name: "One", owner: { route: "default" } };
const withRecipe = (over: object) => policy({ recipes: [{ ...recipe, ...over }] });

describe("exclusions come first", () => {
  const excluding = policy({
    exclusions: [
      { id: "billing", when: { field: "conversation.team", operator: "=", value: "Billing" } },
      { id: "late", when: { field: "crm.openOpportunity.stage", operator: "=", value: "Negotiation" } },
    ],
  });

  test("one that applies ends it by name, before any recipe is looked at", () => {
    const answer = ask({
      policy: excluding,
      evidence: { ...evidence, snapshot: snapshot({ team: "Billing" }) },
    });
    expect(answer).toMatchObject({ kind: "excluded", exclusion: "billing", recipes: [] });
  });

  test("one that needs Salesforce keeps the answer uncertain", () => {
    expect(ask({ policy: excluding })).toMatchObject({
      kind: "candidate",
      recipe: "qualified",
      certain: false,
    });
  });

  test("once Salesforce was asked, what it does not show is not proven", () => {
    const answer = ask({ policy: excluding, evidence: { ...evidence, crm: NOBODY }, lookedUp: true });
    expect(answer).toMatchObject({ kind: "candidate", recipe: "qualified" });
  });

  test("a deal in negotiation is excluded once Salesforce tells it", () => {
    const crm = { ...NOBODY, opportunities: [opportunity({ stage: "Negotiation" })] };
    expect(ask({ policy: excluding, evidence: { ...evidence, crm }, lookedUp: true })).toMatchObject({
      exclusion: "late",
    });
  });
});

describe("recipes in order", () => {
  test("the first that applies wins", () => {
    const both = policy({
      recipes: [
        { ...recipe, id: "a" },
        { ...recipe, id: "b" },
      ],
    });
    expect(ask({ policy: both })).toMatchObject({ kind: "candidate", recipe: "a", certain: true });
  });

  test("a score under the threshold is below it", () => {
    expect(ask({ scores: scores({ buying: 39 }) })).toMatchObject({ kind: "below-threshold" });
  });

  test("a gate may name a number of its own", () => {
    expect(ask({ policy: withRecipe({ score: { name: "buying", atLeast: 60 } }) }).kind).toBe(
      "below-threshold",
    );
    expect(ask({ policy: withRecipe({ score: { name: "buying", atLeast: 50 } }) }).kind).toBe("candidate");
  });

  test("a score nobody defined is never reached", () => {
    expect(ask({ policy: withRecipe({ score: { name: "fit", atLeast: "threshold" } }) }).kind).toBe(
      "below-threshold",
    );
  });

  test("a recipe hears only its own triggers", () => {
    const onTag = withRecipe({ on: ["tag"] });
    expect(ask({ policy: onTag }).recipes[0]?.reasons[0]).toBe("listens to tag; this was message");
    expect(ask({ policy: onTag, triggers: [] }).recipes[0]?.reasons[0]).toBe(
      "listens to tag; this was nothing of that",
    );
    expect(ask({ policy: onTag, triggers: ["tag"] }).kind).toBe("candidate");
  });

  test("when and and must both hold", () => {
    const big = { field: "company.employees", operator: ">", value: 200 };
    const signal = { field: "signals", operator: "containsAny", value: ["enterprise"] };
    const both = withRecipe({ when: signal, and: big });
    const found = scores({}, ["enterprise"]);
    const sized = (employees: number | null) => ({
      ...evidence,
      snapshot: snapshot({ company: company({ employees }) }),
    });
    expect(ask({ policy: both, scores: found, evidence: sized(300) })).toMatchObject({
      kind: "candidate",
      certain: true,
    });
    expect(ask({ policy: both, scores: found, evidence: sized(20) }).kind).toBe("below-threshold");
    expect(ask({ policy: both, scores: found, evidence: sized(null) })).toMatchObject({
      kind: "candidate",
      certain: false,
    });
    expect(ask({ policy: both, scores: found, evidence: sized(null), lookedUp: true }).kind).toBe(
      "below-threshold",
    );
  });
});

describe("recipes for customers only", () => {
  const customers = withRecipe({ customersOnly: true });

  test.for([
    [
      "Intercom knows a contract",
      { snapshot: snapshot({ company: company({ annualValue: 900 }) }), crm: NOBODY },
      "candidate",
    ],
    [
      "Intercom knows since when",
      { snapshot: snapshot({ company: company({ customerSince: NOON }) }), crm: NOBODY },
      "candidate",
    ],
    [
      "Salesforce has a won opportunity",
      {
        snapshot: snapshot(),
        crm: { ...NOBODY, opportunities: [opportunity({ isClosed: true, isWon: true })] },
      },
      "candidate",
    ],
    ["nobody has asked Salesforce yet", { snapshot: snapshot({ company: null }), crm: null }, "candidate"],
    ["Salesforce knows no such customer", { snapshot: snapshot(), crm: NOBODY }, "below-threshold"],
  ] as const)("%s", ([, given, kind]) => {
    expect(ask({ policy: customers, evidence: given }).kind).toBe(kind);
  });
});

describe("the preview without a network", () => {
  const given = {
    evidence,
    scores: scores({ buying: 50 }),
    policy: policy(),
    triggers: ["message"] as const,
    now: NOON,
  };

  test("says the recipe", () => {
    expect(preview(given)).toEqual({ excluded: null, recipe: "qualified", qualified: true });
  });
  test("says that nothing applies", () => {
    expect(preview({ ...given, scores: scores() })).toEqual({
      excluded: null,
      recipe: null,
      qualified: false,
    });
  });
  test("names the exclusion", () => {
    const excluding = policy({
      exclusions: [
        { id: "ours", when: { field: "contact.emailDomain", operator: "=", value: "acme.example" } },
      ],
    });
    expect(preview({ ...given, policy: excluding })).toEqual({
      excluded: "ours",
      recipe: null,
      qualified: false,
    });
  });
});

describe("what a row without history could have triggered", () => {
  test.for([
    ["a customer's message", snapshot(), ["message"]],
    ["a tag on the conversation", snapshot({ messages: [], tags: ["bug"] }), ["tag"]],
    ["usage", snapshot({ messages: [], contact: null, usage: [{ event: "x", at: NOON }] }), ["usage"]],
  ] as const)("%s", ([, given, triggers]) => {
    expect(triggersOf({ snapshot: given, crm: null })).toEqual(triggers);
  });
});

test("a recipe is found by its id, and one that is not there is a bug", () => {
  expect(recipeOf(policy(), "qualified").name).toBe("Any other");
  expect(() => recipeOf(policy(), "unheard")).toThrow("the policy has no recipe unheard");
});

describe("enrichment is asked", () => {
  const isAsked = (over: object): boolean => {
    const given = withRecipe(over);
    const judgement = ask({ policy: given, lookedUp: false });
    return judgement.kind === "candidate" && asksEnrichment(given, judgement);
  };
  const big = { field: "company.employees", operator: ">", value: 200 };

  test.for([
    ["where the recipe says so", { enrich: "required-soon" }, true],
    ["where nobody knows yet whether the recipe applies", { when: big }, true],
    ["not where the recipe applies anyway", {}, false],
  ] as const)("%s", ([, over, asked]) => {
    expect(isAsked(over)).toBe(asked);
  });
});

test("an exclusion that people have a word for is told with it", () => {
  const when = { field: "contact.emailDomain", operator: "=", value: "other.example" };
  const given = policy({
    exclusions: [
      { id: "ours", label: "Our own people", when },
      { id: "theirs", when },
    ],
  });
  expect(ask({ policy: given }).exclusions.map(({ id, label }) => [id, label])).toEqual([
    ["ours", "Our own people"],
    ["theirs", undefined],
  ]);
});

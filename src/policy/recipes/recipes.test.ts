import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseInstant } from "../../kernel/time.ts";
import { crossFaults, warningsOf } from "../cross-checks.ts";
import { lint } from "../lint/lint.ts";
import { policySchema } from "../schema.ts";
import { templates } from "../templates/templates.ts";
import { type Pattern, patterns } from "./pattern.ts";
import { planRecipe } from "./plan.ts";
import { type Answers, type Owner, peopleIn, questionsOf } from "./questions.ts";
import { fieldsOf, viewOf } from "./view.ts";

const NOW = parseInstant("2026-11-02T09:00:00Z") ?? 0;
const BARE = "format: baton/policy@1\nname: New policy\nsignals: {}\nscores: {}\n";

const DRAFTS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(templates).map(([name, { text }]) => [name, parse(text) as unknown])),
  bare: parse(BARE),
};
const draft = (name: string): unknown => structuredClone(DRAFTS[name]);
const pattern = (id: string): Pattern => {
  const found = patterns.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no pattern ${id}`);
  return found;
};
const planned = (content: unknown, id: string, answers: Partial<Answers> = {}) =>
  planRecipe(content, pattern(id), { ...questionsOf(content, pattern(id)).chosen, ...answers });

/** Why a draft cannot be loaded. */
function refusalsOf(content: unknown): readonly string[] {
  const { success, data, error } = policySchema.safeParse(content);
  const found = success ? [...crossFaults(data), ...warningsOf(data)] : error.issues;
  return found.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** What lint takes for a fault. */
function faultsOf(content: unknown): readonly string[] {
  return lint(policySchema.parse(content), { now: NOW, owners: null })
    .filter(({ severity }) => severity === "fault")
    .map(({ rule, message }) => `${rule}: ${message}`);
}

/** Each signal alone, what is chosen, and everything; each owner; each follow-up. */
function choices(content: unknown, pattern: Pattern) {
  const { signals, owners, afters, chosen } = questionsOf(content, pattern);
  const names = signals.map(({ name }) => name);
  const people: readonly Owner[] = [
    { kind: "people", users: ["ann@ourcompany.example"] },
    { kind: "people", users: ["ann@ourcompany.example", "bob@ourcompany.example"] },
  ];
  return {
    chosen,
    signals: [names, ...names.map((name) => [name])],
    owners: [...owners.map(({ owner }) => owner).filter(({ kind }) => kind !== "people"), ...people],
    afters: afters.map(({ after }) => after),
  };
}

describe("every combination of answers", () => {
  const cases = Object.keys(DRAFTS).flatMap((name) => patterns.map((one) => [one.id, name] as const));

  test.each(cases)("of %s over %s gives a policy that loads", (id, name) => {
    const { chosen, ...all } = choices(draft(name), pattern(id));
    const refused = [chosen.signals, ...all.signals].flatMap((signals) =>
      all.owners.flatMap((owner) =>
        all.afters.flatMap((after) => {
          const answers = { signals, owner, after };
          const found = refusalsOf(planRecipe(draft(name), pattern(id), answers).content);
          return found.map((refusal) => `${JSON.stringify(answers)} ${refusal}`);
        }),
      ),
    );
    expect(refused.slice(0, 5)).toEqual([]);
  });

  // Signals decide conditions and place, owner and follow-up what comes after: lint sees each with the others as chosen.
  test.each(cases)("of %s over %s gives a policy without a fault", (id, name) => {
    const { chosen, ...all } = choices(draft(name), pattern(id));
    const asked: readonly Answers[] = [
      chosen,
      ...all.signals.map((signals) => ({ ...chosen, signals })),
      ...all.owners.map((owner) => ({ ...chosen, owner })),
      ...all.afters.map((after) => ({ ...chosen, after })),
    ];
    const faults = asked.flatMap((answers) => {
      const found = faultsOf(planRecipe(draft(name), pattern(id), answers).content);
      return found.map((fault) => `${JSON.stringify(answers)} ${fault}`);
    });
    expect(faults.slice(0, 5)).toEqual([]);
  });
});

describe("the plan", () => {
  const recipesOf = (content: unknown) => viewOf(content).recipes;
  const idsOf = (content: unknown) => recipesOf(content).map(({ id }) => id);

  test("adds a recipe to a draft that has all it leans on, and nothing beside it", () => {
    const { kind, recipe, adds, content } = planned(draft("product-led"), "churn-risk");
    expect([kind, recipe, adds]).toEqual([
      "adds",
      { id: "churn-risk", name: "Churn risk escalation", at: 0 },
      [],
    ]);
    expect({ ...content, recipes: [] }).toEqual({ ...(draft("product-led") as object), recipes: [] });
    expect(recipesOf(content)[0]).toMatchObject({
      when: { value: ["leaving"] },
      score: { name: "leaving" },
      owner: { route: "success" },
      on: ["message", "tag"],
    });
  });

  test("says what comes new with it", () => {
    expect(planned(draft("bare"), "trial-conversion").adds).toEqual([
      "Signal Pricing: pricing, quote, cost per seat, annual plan, or the same in other words.",
      "Signal Upgrade intent: upgrade my plan, upgrade our account, move to the pro plan, add more seats, or the same in other words.",
      "Score buying, which counts upgrade, pricing; its threshold is 40.",
      "Route account-owner: account owner, else CSM.",
      "Sequence Upgrade nudge: the tag Upgrade nudge starts a Series in Intercom.",
    ]);
  });

  test("leaves a draft alone whose recipe starts at the same and does the same", () => {
    const { kind, content, says } = planned(draft("saas-default"), "churn-risk");
    expect([kind, content, says]).toEqual([
      "stands",
      draft("saas-default"),
      ["The recipe “Churn risk escalation” starts at the same and does the same: nothing is to be written."],
    ]);
  });

  test.each([
    ["48h", "48h"],
    [null, undefined],
  ])("gives a recipe that starts at the same another follow-up: %s", (after, followUp) => {
    const { kind, recipe, content, says } = planned(draft("saas-default"), "churn-risk", { after });
    expect([kind, recipe.id, idsOf(content)]).toEqual([
      "changes",
      "churn-risk",
      idsOf(draft("saas-default")),
    ]);
    expect(fieldsOf(recipesOf(content)[0]?.["followUp"])["after"]).toBe(followUp);
    expect(says[0]).toContain("It gets this owner and this follow-up");
  });

  test("gives another id and name where they are taken", () => {
    const { recipe } = planned(draft("saas-default"), "churn-risk", { signals: ["complaint"] });
    expect(recipe).toEqual({ id: "churn-risk-2", name: "Churn risk escalation 2", at: 0 });
    const named = { recipes: [{ id: "other", name: "New recipe" }] };
    expect(planned(named, "new-recipe").recipe).toEqual({ id: "new-recipe-2", name: "New recipe 2", at: 0 });
  });

  test("lets new signals join the score that is there", () => {
    const content = {
      signals: { demo: { phrases: ["demo"] } },
      scores: { buying: { signals: ["demo"], threshold: 5 } },
    };
    const plan = planned(content, "trial-conversion", { signals: ["pricing"] });
    expect(plan.adds).toContain("Score buying counts pricing, too.");
    expect(viewOf(plan.content).scores["buying"]).toEqual({ signals: ["demo", "pricing"], threshold: 5 });
  });

  test("makes a score of another name where the wished one counts nothing of it", () => {
    const content = {
      signals: { demo: { phrases: ["demo"] }, other: {} },
      scores: { buying: { signals: ["other"], threshold: 5 } },
    };
    const { content: after } = planned(content, "trial-conversion", { signals: ["demo"] });
    expect(Object.keys(viewOf(after).scores)).toEqual(["buying", "buying-2"]);
    expect(viewOf(after).scores["buying-2"]).toMatchObject({ signals: ["upgrade", "pricing", "demo"] });
  });

  test("asks the score that counts the most of the signals", () => {
    const content = {
      signals: { a: {}, b: {} },
      scores: { one: { signals: ["a"] }, two: { signals: ["a", "b"] } },
    };
    const { content: after } = planned(content, "trial-conversion", { signals: ["a", "b"] });
    expect(recipesOf(after)[0]).toMatchObject({ score: { name: "two", atLeast: "threshold" } });
  });
});

describe("the owner", () => {
  const routed = (content: unknown, owner: Owner) => {
    const { content: after, adds } = planned(content, "new-recipe", { owner });
    return {
      routes: viewOf(after).routes,
      pools: viewOf(after).pools,
      adds,
      recipe: viewOf(after).recipes[0],
    };
  };
  const people = (...users: readonly string[]): Owner => ({ kind: "people", users });

  test("is found along a route that is there with the same steps", () => {
    const { adds } = planned(draft("saas-default"), "new-recipe", { owner: { kind: "account" } });
    expect(adds).toEqual([]);
  });

  test("may be a route that is not there yet: then the recipe says so as it stands", () => {
    const { says, content } = planned({}, "new-recipe", { owner: { kind: "route", route: "later" } });
    expect(says).toContain("The owner is found along the route later: .");
    expect(viewOf(content).routes).toEqual({});
  });

  test("in a pool ends where the routes of the draft end", () => {
    const { adds } = planned(draft("saas-default"), "new-recipe", {
      owner: { kind: "pool", pool: "mid-market" },
    });
    expect(adds).toEqual(["Route mid-market: pool mid-market, else sales-lead@ourcompany.example."]);
  });

  test.each([
    [
      "a queue, where no route ends with a person",
      { routes: { q: [{ queue: "Sales" }] } },
      [{ queue: "Sales" }],
    ],
    ["nobody, where a fallback stands", { routes: { q: [{ queue: "Sales" }] }, fallback: {} }, []],
    ["nobody, where there is nobody", {}, []],
  ])("ends with %s", (_, routing, end) => {
    const { routes } = routed({ signals: {}, routing }, { kind: "account" });
    expect(routes["account-owner"]).toEqual([{ accountOwner: {} }, { csm: {} }, ...end]);
  });

  test("may be one person, or several who become a pool; the same several are no second one", () => {
    expect(routed({}, people("ann@x.example")).routes).toEqual({ "new-recipe": [{ user: "ann@x.example" }] });
    expect(routed({}, people()).routes).toEqual({ "new-recipe": [{ user: "" }] });
    const both = people("ann@x.example", "bob@x.example");
    const once = planned({}, "new-recipe", { owner: both });
    expect(viewOf(once.content).pools).toEqual({
      "new-recipe": { members: [{ user: "ann@x.example" }, { user: "bob@x.example" }] },
    });
    const twice = planned(once.content, "new-recipe", { owner: both, signals: ["pricing"] });
    expect([Object.keys(viewOf(twice.content).pools), twice.adds]).toEqual([
      ["new-recipe"],
      [expect.stringContaining("Signal Pricing")],
    ]);
  });

  test.each([
    ["ann@x.example, bob@x.example;ann@x.example", ["ann@x.example", "bob@x.example"]],
    ["ann@x.example bob", null],
    [" ", null],
  ])("is read out of a text: %s", (text, users) => {
    expect(peopleIn(text)).toEqual(users);
  });
});

describe("the questions", () => {
  const asked = (content: unknown, id: string) => questionsOf(content, pattern(id));

  test("choose what the draft has for it", () => {
    expect(asked(draft("churn-desk"), "churn-risk").chosen).toEqual({
      signals: ["cancellation", "competitor", "anger", "money"],
      owner: { kind: "route", route: "csm" },
      after: "24h",
    });
    expect(asked(draft("saas-default"), "enterprise-inbound").chosen).toEqual({
      signals: ["enterprise"],
      owner: { kind: "route", route: "enterprise" },
      after: null,
    });
    expect(asked(draft("saas-default"), "new-recipe").chosen.signals).toEqual(["enterprise"]);
  });

  test("say what is not there", () => {
    expect(asked(draft("bare"), "trial-conversion").missing).toEqual({
      signals: expect.stringContaining("no signal for it yet"),
      owner: expect.stringContaining("no pool and no route yet"),
      after: expect.stringContaining("no sequence Upgrade nudge yet"),
    });
    expect(asked(draft("enterprise-sales"), "churn-risk").missing.owner).toContain("no pool yet");
    expect(asked(draft("saas-default"), "trial-conversion").missing).toEqual({
      signals: null,
      owner: null,
      after: null,
    });
    expect(asked(draft("saas-default"), "new-recipe").missing.signals).toBeNull();
  });

  test("say what a signal is found by", () => {
    const says = (name: string, content: unknown) =>
      asked(content, "new-recipe").signals.find((one) => one.name === name);
    expect(says("power-user", draft("saas-default"))).toEqual({
      name: "power-user",
      label: "Power user",
      says: "use of the product",
      isNew: false,
    });
    expect(says("complaint", draft("bare"))).toEqual({
      name: "complaint",
      label: "Complaint",
      says: "complaint, unacceptable, very disappointed and 3 more",
      isNew: true,
    });
    expect(says("odd", { signals: { odd: { label: "" } } })?.label).toBe("odd");
  });

  test("name the owners that are there", () => {
    const { owners } = asked(
      {
        routing: {
          pools: { sales: { members: [{ user: "ann@x.example" }, null, "?"] }, half: {} },
          routes: { none: [], odd: [{}] },
        },
      },
      "new-recipe",
    );
    expect(owners.map(({ label, says }) => `${label}: ${says}`)).toEqual([
      "Route none: ",
      "Route odd: nobody",
      "Pool sales: its members in turns: ann@x.example",
      "Pool half: its members in turns: ",
      "The account's owner: else its CSM",
      "People by address: several take turns",
    ]);
  });
});

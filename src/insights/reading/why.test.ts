import { describe, expect, test } from "vitest";
import { policy, scores } from "../../../tests/support/cases.ts";
import { frozen } from "../../../tests/support/frozen.ts";
import { decide } from "../../decide/decide.ts";
import type { Decision, Told } from "../../decide/decision.ts";
import { ownersWhy, recipesWhy, sumsOf, toldWords, verdictWords } from "./why.ts";

const RECIPES = [
  {
    id: "demo",
    name: "Asks for a demo",
    when: { field: "company.employees", operator: ">=", value: 50 },
    score: { name: "buying", atLeast: "threshold" },
    owner: { route: "default" },
    tell: [{ slack: "owner" }],
  },
  {
    id: "qualified",
    name: "Any other",
    score: { name: "buying", atLeast: "threshold" },
    owner: { route: "default" },
    tell: [{ slack: "owner" }],
  },
  {
    id: "late",
    name: "Never reached",
    score: { name: "buying", atLeast: 10 },
    owner: { route: "default" },
    tell: [{ slack: "owner" }],
  },
];
const rules = policy({ recipes: RECIPES });
const inputs = frozen("We need SSO", { scores: scores({ buying: 50 }) });
const handoff = decide({ ...inputs, policy: rules });
const judgement = { kind: "below-threshold", exclusions: [], recipes: [] } as const;

describe("a score", () => {
  test("is summed row by row, without the binary fractions of adding", () => {
    const row = (points: number, score = "buying") =>
      ({ score, kind: "signal", label: "x", points, reason: "x", signals: [] }) as const;
    const sums = sumsOf({
      signals: [],
      values: { buying: { value: 0.3, threshold: 40 }, churn: { value: 0, threshold: 5 } },
      contributions: [row(0.1), row(0.2), row(7, "another")],
    });
    expect(sums.map(({ name, rows }) => [name, rows.map(({ sum }) => sum)])).toEqual([
      ["buying", [0.1, 0.3]],
      ["churn", []],
    ]);
  });
});

describe("a recipe", () => {
  test("is taken, or misses something that is named, or would have fitted too", () => {
    const why = recipesWhy(inputs, rules, "qualified");
    expect(why.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["demo", "missing"],
      ["qualified", "taken"],
      ["late", "fits"],
    ]);
    const missing = why[0]?.steps.filter(({ verdict }) => verdict !== "yes").map(({ reason }) => reason);
    expect(missing).toHaveLength(1);
    expect(missing?.[0]).toContain("company.employees");
  });
});

describe("an owner", () => {
  test("stands with everybody who was passed over", () => {
    expect(ownersWhy(handoff)).toMatchObject([{ owner: "sam@us.example", route: "default" }]);
  });

  test.for([
    [{ kind: "queue", id: "00G", name: "Inbound" }, "queue Inbound"],
    [{ kind: "user", id: "005", name: null, email: "a@b.example" }, "a@b.example"],
    [{ kind: "user", id: "005", name: null, email: null }, "005"],
  ] as const)("%j is called %s", ([owner, name]) => {
    if (handoff.kind !== "handoff") throw new Error(`decided ${handoff.kind}`);
    expect(ownersWhy({ ...handoff, owner: { ...handoff.owner, owner } })[0]?.owner).toBe(name);
  });

  test("of a held conversation is nobody, on the route that was asked", () => {
    const held: Decision = {
      kind: "held",
      judgement,
      recipe: "demo",
      route: "default",
      reason: "all are away",
      until: null,
      receipts: [],
    };
    expect(ownersWhy(held)).toEqual([{ owner: null, route: "default", via: null, receipts: [] }]);
    expect(verdictWords(held)).toBe("Held: all are away.");
  });
});

test.for<readonly [string, Decision]>([
  ["No recipe applied.", { kind: "below-threshold", judgement }],
  ["Excluded by spam.", { kind: "excluded", judgement, exclusion: "spam" }],
  [
    "Excluded by Job applications.",
    {
      kind: "excluded",
      judgement: {
        ...judgement,
        exclusions: [{ id: "jobs", label: "Job applications", verdict: "yes", reasons: [] }],
      },
      exclusion: "jobs",
    },
  ],
  [
    "Handed off before by demo; its cool-down lasts.",
    { kind: "already-handed-off", judgement, recipe: "demo", handoff: "handoff:p:7:demo:1" },
  ],
  [
    "Gone: the conversation was deleted in Intercom.",
    { kind: "gone", reason: "the conversation was deleted in Intercom" },
  ],
])("%s", ([words, decision]) => {
  expect(verdictWords(decision)).toBe(words);
  expect(ownersWhy(decision)).toEqual([]);
});

test("a handoff says why this record", () => {
  expect(verdictWords(handoff)).toMatch(/^Handed off by qualified: .+\.$/);
});

const plain = { text: null, with: [] } as const;
test.for<readonly [string, Told]>([
  ["#leads in Slack", { kind: "slack-channel", channel: "#leads", ...plain }],
  ["a@b.example in Slack, as owner", { kind: "slack-user", email: "a@b.example", as: "owner", ...plain }],
  ["a@b.example by e-mail, as owner", { kind: "email", email: "a@b.example", as: "owner", ...plain }],
  [
    "Inbound by a Task, as help",
    { kind: "queue-task", queue: { kind: "queue", id: "00G", name: "Inbound" }, as: "help" },
  ],
  [
    "00G by a Task, as help",
    { kind: "queue-task", queue: { kind: "user", id: "00G", name: null, email: null }, as: "help" },
  ],
  ["nobody as csm: there is none", { kind: "nobody", as: "csm", reason: "there is none" }],
])("%s is told", ([words, told]) => {
  expect(toldWords(told)).toBe(words);
});

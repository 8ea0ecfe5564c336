import { array, assert as holds, constantFrom, integer, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isCondition } from "./condition.ts";
import { diffPolicies } from "./diff.ts";
import { moves } from "./diff-moves.ts";
import { valueText } from "./diff-values.ts";
import { changesOf, clashText } from "./diff-words.ts";
import { policyOf } from "./read.ts";
import { conditionSentence } from "./sentence.ts";
import { policySchema } from "./schema.ts";
import { saasDefault } from "./templates/saas-default.ts";

const policy = policyOf(saasDefault, "the default policy");

/** A place in the document as it is written, and what stands there instead; undefined: nothing. */
type Edit = readonly [path: string, value: unknown];

function told(...edits: readonly Edit[]): readonly string[] {
  const document: unknown = structuredClone(template);
  for (const [path, value] of edits) put(document, path.split("/"), value);
  const after = policyOf(JSON.stringify(document), "the edited policy");
  return changesOf(policy, after).map(({ words }) => words);
}

function put(within: unknown, [key = "", ...rest]: readonly string[], value: unknown): void {
  const group = within as Record<string, unknown>;
  if (rest.length > 0) return put(group[key], rest, value);
  if (value === undefined && Array.isArray(within)) within.splice(Number(key), 1);
  else group[key] = value;
}

const template: unknown = parse(saasDefault);
const partOf = (within: unknown, key: string): unknown =>
  (within as Record<string, unknown> | undefined)?.[key];
const written = (path: string): readonly unknown[] =>
  path.split("/").reduce(partOf, template) as readonly unknown[];

describe("a difference is told in words", () => {
  const owner = "routing/pools/mid-market/members/0";
  test.for<readonly [edit: Edit, words: readonly string[]]>([
    [["name", "Ours"], ['Name: "SaaS default" -> Ours']],
    [["signals/enterprise/points", 15], ["Points of signal Enterprise intent: 10 -> 15"]],
    [["signals/pricing/label", "Price"], ["Label of signal Price: Pricing -> Price"]],
    [["signals/enterprise/cap", undefined], ["Cap of signal Enterprise intent: 40 -> none"]],
    [
      ["signals/enterprise/phrases/0", undefined],
      ['Phrase "security review" removed from signal Enterprise intent'],
    ],
    [["signals/enterprise/phrases/11", "Okta"], ['Phrase "Okta" added to signal Enterprise intent']],
    [
      ["signals/new", { label: "New", phrases: ["a b"] }],
      ['Signal New added: phrases "a b", meaning no, points 10'],
    ],
    [["signals/api-docs/usage/atLeast", 2], ["Usage at least of signal Read the API docs: 1 -> 2"]],
    [["scores/buying/threshold", 45], ["Threshold of score buying: 40 -> 45"]],
    [["scores/buying/signals/4", undefined], ['Signal "feature" removed from score buying']],
    [["scores/buying/bonus/0/points", 9], ['Points of bonus "Trial user" of score buying: 10 -> 9']],
    [["scores/buying/multiply/1", undefined], ['Multiplier "200+ employees" of score buying removed']],
    [
      ["scores/buying/multiply/0/when/value", 60],
      [
        'Condition of multiplier "50+ employees" of score buying: company.employees is at least 50 -> company.employees is at least 60',
      ],
    ],
    [
      ["exclusions/0", undefined],
      [
        'Exclusion "Routine billing" no longer excludes what it did: conversation.team is equal to Billing and score.churn is less than 40',
      ],
    ],
    [
      ["exclusions/4", { id: "known", when: { field: "contact.plan", operator: "known" } }],
      ['Exclusion "known" added: when contact.plan is known'],
    ],
    [
      ["recipes", [0, 2, 1, 3].map((i) => written("recipes")[i])],
      ['Recipe "Enterprise inbound chat" moved before "Any other qualified conversation"'],
    ],
    [
      ["recipes", [1, 2, 3, 0].map((i) => written("recipes")[i])],
      ['Recipe "Churn risk escalation" moved to the end'],
    ],
    [
      ["recipes/3/score/atLeast", 50],
      ['Score at least of recipe "Any other qualified conversation": threshold -> 50'],
    ],
    [["recipes/0/customersOnly", false], ['Customers only of recipe "Churn risk escalation": yes -> no']],
    [
      ["recipes/0/tell/1", { email: "a@b.example" }],
      ['Alert email a@b.example added to recipe "Churn risk escalation"'],
    ],
    [
      ["recipes/0/followUp/then/1", undefined],
      [
        'Step of the follow-up task "Churn follow-up overdue" removed from the follow-up of recipe "Churn risk escalation"',
      ],
    ],
    [
      ["records/0", undefined],
      [
        "Record rule removed: create Task, on Account, owner account.owner, when crm.situation is equal to customer, and signals contains any of upgrade",
      ],
    ],
    [[`${owner}/weight`, 3], ["Weight of member ana@ourcompany.example of pool mid-market: 2 -> 3"]],
    [
      [`${owner}/hours`, "Mon-Thu 09:00-17:30"],
      [
        'Working hours of member ana@ourcompany.example of pool mid-market: "Mon-Fri 09:00-17:30" -> "Mon-Thu 09:00-17:30"',
      ],
    ],
    [
      ["routing/pools/mid-market/members/1/away/0/from", "2026-12-21"],
      [
        "Absence from 2026-12-20, to 2027-01-03 removed from member ben@ourcompany.example of pool mid-market",
        "Absence from 2026-12-21, to 2027-01-03 added to member ben@ourcompany.example of pool mid-market",
      ],
    ],
    [
      ["routing/pools/mid-market/members/2", { user: "cat@b.example" }],
      ["Member cat@b.example of pool mid-market added: weight 1, paused no"],
    ],
    [
      ["routing/territories/1/owner", { queue: "West" }],
      ["Owner of territory us-west: user kim@ourcompany.example -> queue West"],
    ],
    [
      ["routing/lists/named-accounts/acme.com", "cat@b.example"],
      ["Named list named-accounts: acme.com goes to lee@ourcompany.example -> cat@b.example"],
    ],
    [
      ["routing/lists/named-accounts/b.example", "cat@b.example"],
      ["Named list named-accounts: b.example goes to cat@b.example"],
    ],
    [
      ["routing/lists/named-accounts", {}],
      ["Named list named-accounts: acme.com no longer goes to lee@ourcompany.example"],
    ],
    [["routing/routes/default/1", undefined], ["Hop account owner removed from route default"]],
    [
      ["routing/routes/enterprise", [1, 0, 2, 3, 4].map((i) => written("routing/routes/enterprise")[i])],
      ['Hop "list named-accounts" of route enterprise moved before "territories"'],
    ],
    [["routing/routes/new", [{ csm: {} }, { queue: "Q" }]], ["Route new added: csm, queue Q"]],
    [["routing/sla/remindAt", "20m"], ["Time to the reminder of the service level: 15m -> 20m"]],
    [["routing/sla/onBreach/0", undefined], ['Step on breach "remind" removed from the service level']],
    [
      ["routing/alsoTell/0/route", "default"],
      [
        "Second person to tell removed: when signals contains any of integration, route product-question",
        "Second person to tell added: when signals contains any of integration, route default",
      ],
    ],
    [["handoff/internalNotes", true], ["Internal notes: no -> yes"]],
    [["signals/enterprise/cap", undefined], ["Cap of signal Enterprise intent: 40 -> none"]],
    [["handoff/coolDown", "7d"], ["Cool-down: 30d -> 7d"]],
    [["routing/sla", undefined], ["The service level removed"]],
    [["routing/fallback", { user: "cat@b.example" }], ["Fallback of routing: none -> user cat@b.example"]],
    [
      ["feedback/stages/2", undefined],
      ['Feedback stage removed: when opportunity.isClosed is equal to false, tag "Active Opportunity"'],
    ],
    [
      ["mapping/lead/4/from", "contact.name"],
      ["Source of mapping of Lead.Plan__c: contact.plan -> contact.name"],
    ],
    [
      ["mapping/contact", [{ from: "contact.email", to: "Email" }]],
      ["Mapping of Contact.Email added: from contact.email, direction to-salesforce"],
    ],
  ])("%j: %j", ([edit, words]) => {
    expect(told(edit)).toEqual(words);
  });

  test("also where the format has grown and no table knows the place", () => {
    const grown = { ...policy, moreThings: ["a"] } as typeof policy;
    const words = (before: typeof policy, after: typeof policy) => changesOf(before, after)[0]?.words;
    expect(words(policy, grown)).toBe("More things: none -> a");
    expect(words({ ...grown, moreThings: [] } as typeof policy, grown)).toBe(
      'More thing "a" added to the policy',
    );
  });

  test("with its place and values beside it, for machines", () => {
    const after = policyOf(saasDefault.replace("points: 15", "points: 16"), "the edited policy");
    expect(changesOf(policy, after)).toEqual([
      {
        kind: "changed",
        path: "signals.complaint.points",
        before: 15,
        after: 16,
        words: "Points of signal Complaint: 15 -> 16",
      },
    ]);
  });

  test("whatever people change: no edit is without a sentence, and none falls back to JSON", () => {
    const [places, values] = [placesIn(template), ["x", "a b", 7, true, [], {}, undefined, "30d"]];
    const edit = tuple(
      integer({ min: 0, max: places.length - 1 }),
      constantFrom(...values, "swap", "double"),
    );
    let told = 0;
    holds(
      property(array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const document: unknown = structuredClone(template);
        for (const [at, value] of edits) change(document, places[at] ?? [], value);
        const { data: after } = policySchema.safeParse(document);
        if (after === undefined) return;
        const changes = changesOf(policy, after);
        expect(changes.length).toBeGreaterThanOrEqual(diffPolicies(policy, after).length);
        for (const { words } of changes) {
          told += 1;
          expect(words).toMatch(/^[A-Z].* \S/);
          expect(words).not.toMatch(/[[{]"|undefined|\[object|\bnull\b|^\w+[.[]/);
        }
      }),
      { numRuns: 600 },
    );
    expect(told).toBeGreaterThan(100);
  });
});

function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const deeper = Object.entries(value).flatMap(([key, part]) => placesIn(part, [...path, key]));
  return path.length === 0 ? deeper : [path, ...deeper];
}

function change(document: unknown, path: readonly string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce(partOf, document);
  const key = path.at(-1) ?? "";
  if (typeof parent !== "object" || parent === null || !(key in parent)) return;
  if (value === "swap" && Array.isArray(parent)) parent.reverse();
  else if (value === "double" && Array.isArray(parent)) parent.push(parent[Number(key)]);
  else put(parent, [key], value);
}

describe("a clash is told in words", () => {
  const step = (key: string, label = key) => ({ key, label, isItem: false });
  test("with what was, what is live, and what the draft says", () => {
    const steps = [step("signals"), step("pricing", "Pricing"), step("points")];
    expect(clashText({ steps, isOrder: false, base: 10, ours: 15, theirs: 12 })).toBe(
      "Points of signal Pricing: was 10, is 12 live, 15 in the draft",
    );
    expect(
      clashText({ steps: steps.slice(0, 2), isOrder: false, base: {}, ours: undefined, theirs: {} }),
    ).toBe("Signal Pricing: was nothing, is nothing live, absent in the draft");
    expect(clashText({ steps: [step("recipes")], isOrder: true, base: [], ours: [], theirs: [] })).toBe(
      "Recipes: the live version and the draft put them into different orders",
    );
  });
});

describe("values", () => {
  test("are cut short where they are long", () => {
    expect(valueText("x".repeat(90))).toBe(`${"x".repeat(80)}…`);
    expect(valueText("abcdefghij".split(""))).toBe("a, b, c, d, e, f, g, h and 2 more");
    expect(valueText(null)).toBe("null");
    expect(valueText([])).toBe("none");
  });
});

describe("a condition", () => {
  test.for([null, 1, {}, []])("is not %j", (value) => {
    expect(isCondition(value)).toBe(false);
  });

  const rule = { field: "a", operator: "=", value: 1 } as const;
  test.for([
    [{ field: "a", operator: "unknown" }, "a is unknown"],
    [{ field: "a", operator: "olderThan", value: 7 }, "a is older than 7 days"],
    [{ field: "a", operator: "within", value: "7d" }, "a is not older than 7d"],
    [{ field: "a", operator: "=" }, "a is equal to nothing"],
    [{ field: "a", operator: "notContains", value: "x" }, "a does not contain x"],
    [{ combinator: "or", not: true, rules: [rule] }, "not (a is equal to 1)"],
    [
      {
        combinator: "and",
        rules: [
          rule,
          { combinator: "or", rules: [rule, rule] },
          { combinator: "or", not: true, rules: [rule] },
        ],
      },
      "a is equal to 1 and (a is equal to 1 or a is equal to 1) and not (a is equal to 1)",
    ],
  ] as const)("%j reads %j", ([condition, words]) => {
    expect(conditionSentence(condition)).toBe(words);
  });
});

describe("moves", () => {
  test("are the fewest that lead from one order to the other", () => {
    holds(
      property(array(integer({ min: 0, max: 30 }), { maxLength: 12 }), (numbers) => {
        const after = [...new Set(numbers)].map(String);
        const before = after.toSorted((a, b) => Number(a) - Number(b));
        const moved = moves(before, after);
        expect(moved.length).toBeLessThan(Math.max(after.length, 1));
        const order = before.filter((key) => moved.every((move) => move.key !== key));
        for (const { key, before: next } of moved.toReversed())
          order.splice(next === null ? order.length : order.indexOf(next), 0, key);
        expect(order).toEqual(after);
      }),
    );
  });
});

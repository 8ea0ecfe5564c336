import { describe, expect, test } from "vitest";
import { explain } from "./faults.ts";
import { faultText, policyOf, readPolicy } from "./read.ts";
import type { PolicyFault } from "./read.ts";
import { defaultPolicy, saasDefault } from "./templates/saas-default.ts";

const head = "format: baton/policy@1\nname: T\n";
const small = `${head}signals:\n  a: { phrases: [x] }\nscores:\n  s: { signals: [a], threshold: 1 }\n`;
const routed = `${small}routing: { routes: { r: [ { queue: Q } ] } }\n`;

const member = (parts: string): string =>
  `${small}routing: { pools: { p: { members: [ { user: u, ${parts} } ] } } }\n`;

function complaints(text: string): readonly string[] {
  const reading = readPolicy(text);
  const list: readonly PolicyFault[] = reading.kind === "ok" ? reading.warnings : reading.faults;
  return list.map(
    ({ path, line, message }) =>
      `${reading.kind === "ok" ? "warning " : ""}${line ?? "-"} ${path}: ${message}`,
  );
}

describe("the default policy", () => {
  test("has neither fault nor warning", () => {
    expect(complaints(saasDefault)).toEqual([]);
  });

  test("is what people start from", () => {
    const policy = defaultPolicy();
    expect(policy.recipes.map(({ id }) => id)).toEqual([
      "churn-risk",
      "enterprise-inbound",
      "trial-conversion",
      "qualified",
    ]);
    expect(Object.keys(policy.routing.pools)).toEqual(["mid-market", "emea-enterprise"]);
  });

  test("may be JSON as well", () => {
    expect(
      complaints(JSON.stringify({ format: "baton/policy@1", name: "T", signals: {}, scores: {} })),
    ).toEqual([]);
  });
});

test("hours, absences, a pause and a fallback that can be read are taken", () => {
  const parts = 'hours: "Fri 22:00-06:00", away: [ { from: 2026-03-01, to: 2026-03-01 } ], paused: true';
  expect(complaints(member(parts))).toEqual([]);
  for (const end of ["{ user: u }", "{ queue: Q }"])
    expect(complaints(`${small}routing: { fallback: ${end} }\n`)).toEqual([]);
});

describe("a policy that cannot be read says where", () => {
  test.for([
    ["", ["- : is no policy: a policy is a document that starts with format: baton/policy@1"]],
    ["- 1", ["- : is no policy: a policy is a document that starts with format: baton/policy@1"]],
    ["just text", ["- : is no policy: a policy is a document that starts with format: baton/policy@1"]],
    ["name: A\nname: B\n", ["2 : Map keys must be unique"]],
    ["a".repeat(2_000_001), ["- : the policy is larger than 2 MB"]],
    [
      head,
      ["1 signals: is missing: write a group of fields", "1 scores: is missing: write a group of fields"],
    ],
    [small.replace("T", ""), ["2 name: an empty value is not a text"]],
    [small.replace("@1", "@2"), ['1 format: "baton/policy@2" is not one of baton/policy@1']],
    [small.replace("name: T\n", ""), ["1 name: is missing: write a text"]],
    [small.replace("format: baton/policy@1\n", ""), ["1 format: is missing: write one of baton/policy@1"]],
    [small.replace("[x]", "[x], pionts: 3"), ['4 signals.a.pionts: "pionts" is no field here']],
    [small.replace("[x]", "x"), ['4 signals.a.phrases: "x" is not a list']],
    [small.replace("[x]", "[1]"), ["4 signals.a.phrases[0]: 1 is not a text"]],
    [
      small.replace("phrases: [x]", "points: 3"),
      [
        '4 signals.a: {"points":3} needs at least one of phrases, hints, examples, meaning, tags, usage, attribute',
      ],
    ],
    [small.replace("[x]", "[x], points: 5000"), ["4 signals.a.points: 5000 is too large: at most 1000"]],
    [small.replace("[x]", "[x], points: -5000"), ["4 signals.a.points: -5000 is too small: at least -1000"]],
    [
      small.replace("[x]", "[x], usage: { event: e, atLeast: 1.5, within: 1d }"),
      ["4 signals.a.usage.atLeast: 1.5 is not a whole number"],
    ],
    [
      `${small}routing: { pools: { p: { members: [ { user: u, weight: 0 } ] } } }\n`,
      ["7 routing.pools.p.members[0].weight: 0 is too small: more than 0"],
    ],
    [small.replace("[x]", '[""]'), ['4 signals.a.phrases[0]: "" is empty: write at least one']],
    [
      small.replace("  a:", "  A:").replace("[a]", "[A]"),
      ['4 signals.A: "A" is no name for this: must be lower-case letters, digits and hyphens'],
    ],
    [
      small.replace("threshold: 1", "threshold: 1, recency: { halfLife: soon }"),
      [
        '6 scores.s.recency.halfLife: "soon" is no duration: write a number and ms, s, m, h, d, w or y, as in "14d"',
      ],
    ],
    [
      routed.replace("{ queue: Q }", "{ pol: Q }"),
      [
        '7 routing.routes.r[0]: {"pol":"Q"} is no step of a route: write one of accountOwner, opportunityOwner, leadOwner, csm, territories, list, pool, queue, user',
      ],
    ],
    [routed.replace("[ { queue: Q } ]", "[]"), ["7 routing.routes.r: [] is empty: write at least one"]],
    [
      `${routed}recipes:\n  - { id: x, name: X, on: [mesage], owner: { route: r } }\n`,
      ['9 recipes[0].on[0]: "mesage" is not one of message, tag, usage'],
    ],
    [
      `${routed}recipes:\n  - { id: x, name: X, record: nothing, owner: { route: r } }\n`,
      ['9 recipes[0].record: "nothing" does not fit here'],
    ],
    [
      `${routed}recipes:\n  - { id: x, name: X, record: { create: Deal }, owner: { route: r } }\n`,
      ['9 recipes[0].record.create: "Deal" is not one of Lead, Contact, Opportunity, Task'],
    ],
    [
      `${routed}recipes:\n  - { id: x, name: X, score: { name: s }, owner: { route: r } }\n`,
      ["9 recipes[0].score.atLeast: is missing"],
    ],
    [
      `${routed}exclusions:\n  - { id: x, when: { field: signals, operator: has, value: a } }\n`,
      [
        '9 exclusions[0].when.operator: "has" is not one of =, !=, <, <=, >, >=, in, notIn, contains, notContains, containsAny, containsAll, containsNone, within, olderThan, known, unknown',
      ],
    ],
    [
      `${routed}exclusions:\n  - id: x\n    when:\n      combinator: xor\n      rules: [ { field: signals, operator: known } ]\n`,
      ['11 exclusions[0].when.combinator: "xor" is not one of and, or'],
    ],
    [
      `${routed}exclusions:\n  - id: x\n    when:\n      combinator: and\n      rules: []\n`,
      ["12 exclusions[0].when.rules: [] is empty: write at least one"],
    ],
    [
      `${routed}exclusions:\n  - { id: x, when: { feild: signals, operator: known } }\n`,
      [
        "9 exclusions[0].when.field: is missing: write a text",
        '9 exclusions[0].when.feild: "feild" is no field here',
      ],
    ],
    [
      `${routed}exclusions:\n  - { id: x, when: always }\n`,
      ['9 exclusions[0].when: "always" does not fit here'],
    ],
    [`${routed}exclusions:\n  - { id: x }\n`, ["9 exclusions[0].when: is missing"]],
    [
      `${small}mapping:\n  lead: [ { from: contact.email, to: E-Mail } ]\n`,
      ['8 mapping.lead[0].to: "E-Mail" must be a Salesforce field\'s API name, or Owner.Name or Owner.Email'],
    ],
    [
      `${small}timezone: ${"x".repeat(70)}\n`,
      [`7 timezone: "${"x".repeat(70)}" is no time zone: write one like America/New_York`],
    ],
    [
      `${small}handoff: { transcript: ${"x".repeat(70)} }\n`,
      [`7 handoff.transcript: "${"x".repeat(59)}… must be full, summary-only, or last- and a number`],
    ],
  ] as const)("%j", ([text, expected]) => {
    expect(complaints(text)).toEqual(expected);
  });

  test("brackets without end and aliases without end are refused, not followed", () => {
    expect(readPolicy("[".repeat(50_000)).kind).toBe("faults");
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefgh".split("").map((name, at) => `${name}: &${name} [${`*${"abcdefg"[at]},`.repeat(9)}]`),
    ];
    expect(complaints(bomb.join("\n"))[0]).toMatch(/^- : cannot be read: .*alias/);
    const deep = "{ combinator: and, rules: [ ".repeat(3_000);
    expect(readPolicy(`${small}exclusions: [ { id: x, when: ${deep}`).kind).toBe("faults");
  });

  test("one slip of the pen makes three complaints at most", () => {
    expect(complaints("[a: {\n".repeat(20))).toHaveLength(3);
  });
});

test("what a newer zod might refuse is told all the same", () => {
  const issue = { code: "invalid_type", expected: "date", path: ["a"], message: "" } as never;
  expect(explain(issue, { a: 1 })).toEqual([{ path: ["a"], message: "1 is not a date" }]);
});

describe("names that nothing answers to are faults", () => {
  const recipe = (rest: string): string => `recipes:\n  - { id: x, name: X, ${rest} }\n`;
  test.for([
    [small.replace("[a]", "[b]"), ['6 scores.s.signals[0]: there is no signal "b"; there is a']],
    [
      small.replace("[a]", "[toString]"),
      ['6 scores.s.signals[0]: there is no signal "toString"; there is a'],
    ],
    [small + recipe("owner: { route: r }"), ['8 recipes[0].owner.route: there is no route "r"']],
    [
      routed + recipe("score: { name: z, atLeast: 3 }, owner: { route: r }"),
      ['9 recipes[0].score.name: there is no score "z"; there is s'],
    ],
    [
      routed +
        recipe(
          "score: { name: s, atLeast: 3 }, owner: { route: r }, followUp: { after: 1d, unless: contacted, then: [ { task: T }, { intercom: { enrol: N } } ] }",
        ),
      ['9 recipes[0].followUp.then[1].intercom.enrol: there is no sequence "N"'],
    ],
    [
      `${small}routing:\n  routes:\n    r: [ { pool: p }, { list: l }, { csm: {} } ]\n`,
      [
        '9 routing.routes.r[0].pool: there is no pool "p"',
        '9 routing.routes.r[1].list: there is no list "l"',
      ],
    ],
    [
      `${small}routing:\n  alsoTell: [ { when: { field: signals, operator: known }, route: q } ]\n`,
      ['8 routing.alsoTell[0].route: there is no route "q"'],
    ],
    [
      `${small}feedback:\n  stages: [ { when: { field: opportunity.isWon, operator: known }, enrol: W }, { when: { field: opportunity.isWon, operator: known }, tag: W } ]\n`,
      ['8 feedback.stages[0].enrol: there is no sequence "W"'],
    ],
    [
      `${routed}recipes:\n  - { id: x, name: X, owner: { route: r } }\n  - { id: x, name: Y, owner: { route: r } }\n`,
      ['10 recipes[1].id: "x" stands here a second time'],
    ],
    [
      member("away: [ { from: 2026-02-30, to: 2026-03-01 }, { from: soon, to: later } ]"),
      [
        '7 routing.pools.p.members[0].away[0].from: "2026-02-30" is no date: write one like 2026-12-20, or an instant like 2026-12-20T14:00',
        '7 routing.pools.p.members[0].away[1].from: "soon" is no date: write one like 2026-12-20, or an instant like 2026-12-20T14:00',
        '7 routing.pools.p.members[0].away[1].to: "later" is no date: write one like 2026-12-20, or an instant like 2026-12-20T14:00',
      ],
    ],
    [
      member("timezone: Europe/Berlin, away: [ { from: 2026-03-02, to: 2026-03-01 } ]"),
      ['7 routing.pools.p.members[0].away[0].to: "2026-03-01" is not after "2026-03-02"'],
    ],
    [
      member("timezone: Mars, away: [ { from: soon, to: later } ]"),
      ['7 routing.pools.p.members[0].timezone: "Mars" is no time zone: write one like America/New_York'],
    ],
    [
      `${small}routing: { pools: { p: { members: [ { user: u, timezone: Mars }, { user: u } ] } } }\n`,
      [
        '7 routing.pools.p.members[1].user: "u" stands here a second time',
        '7 routing.pools.p.members[0].timezone: "Mars" is no time zone: write one like America/New_York',
      ],
    ],
    [
      `${small}routing: { pools: { p: { members: [ { user: u, hours: nine to five } ] } } }\n`,
      [
        '7 routing.pools.p.members[0].hours: "nine to five" are no working hours: write them like "Mon-Fri 09:00-17:30; Sat 10:00-14:00"',
      ],
    ],
    [
      `${routed}recipes:\n  - { id: x, name: X, owner: { route: r }, acknowledge: { within: 5m, text: "{{owner.firstName}}, {{owner.phone}}" } }\n`,
      [
        '9 recipes[0].acknowledge.text: there is no placeholder "{{owner.phone}}"; there is owner.firstName, owner.name, contact.firstName, contact.name, company.name',
      ],
    ],
    [
      `${routed}recipes:\n  - { id: x, name: X, owner: { route: r }, followUp: { after: 1d, unless: contacted, then: [ { task: T }, {} ] } }\n`,
      ["9 recipes[0].followUp.then[1]: does nothing: write slack, email, task or intercom"],
    ],
    [
      `${small}routing: { sla: { firstContact: 30m, remindAt: 0.5h } }\n`,
      ["7 routing.sla.remindAt: is not before firstContact (30m): remind earlier, or leave it out"],
    ],
    [`${small}routing: { sla: { firstContact: 30m, remindAt: 15m } }\n`, []],
    [`${small}routing: { sla: { firstContact: 30m } }\n`, []],
  ] as const)("%j", ([text, expected]) => {
    expect(complaints(text)).toEqual(expected);
  });

  test("the first dozen of the names there are is told", () => {
    const many = Array.from({ length: 13 }, (_, at) => `  n${at}: { phrases: [x] }`).join("\n");
    const text = `${head}signals:\n${many}\nscores: { s: { signals: [b], threshold: 1 } }\n`;
    expect(complaints(text)[0]).toMatch(/; there is n0, n1, .*, n11 and more$/);
  });
});

describe("conditions", () => {
  const excluded = (condition: string): string => `${small}exclusions: [ { id: x, when: ${condition} } ]\n`;
  test.for([
    ["{ field: signals, operator: contains }", ['7 exclusions[0].when: "contains" needs a value']],
    [
      "{ field: contact.lastSeenAt, operator: within, value: soon }",
      ['7 exclusions[0].when.value: "soon" is no duration: write one like "14d", or a number of days'],
    ],
    [
      "{ field: contact.lastSeenAt, operator: olderThan, value: [1d] }",
      ['7 exclusions[0].when.value: "1d" is no duration: write one like "14d", or a number of days'],
    ],
    ["{ field: contact.lastSeenAt, operator: within, value: 7 }", []],
    ["{ field: contact.lastSeenAt, operator: within, value: 7d }", []],
    [
      '{ field: company.employees, operator: ">", value: [1, 2] }',
      ['7 exclusions[0].when.value: ">" needs one value, not a list'],
    ],
    [
      "{ combinator: or, rules: [ { field: signals, operator: known }, { field: plan, operator: known } ] }",
      [
        'warning 7 exclusions[0].when.rules[1].field: "plan" is no field that Baton knows: the rule stays unknown',
      ],
    ],
    [
      '{ field: score.z, operator: ">", value: 1 }',
      ['warning 7 exclusions[0].when.field: there is no score "z"; there is s'],
    ],
    ['{ field: score.s, operator: ">", value: 1 }', []],
    [
      "{ field: contact.plan, operator: within, value: 1d }",
      ['warning 7 exclusions[0].when.operator: "contact.plan" is no time: "within" cannot be decided'],
    ],
    ["{ field: contact.attributes.renewal, operator: olderThan, value: 1d }", []],
    [
      "{ field: signals, operator: contains, value: b }",
      ['warning 7 exclusions[0].when.value: there is no signal "b"; there is a'],
    ],
    [
      "{ field: signals, operator: containsAny, value: [a, b] }",
      ['warning 7 exclusions[0].when.value: there is no signal "b"; there is a'],
    ],
    ["{ field: signals, operator: known }", []],
  ] as const)("%s", ([condition, expected]) => {
    expect(complaints(excluded(condition))).toEqual(expected);
  });

  test("deeper than ten levels are a fault", () => {
    const deep = `${"{ combinator: and, rules: [ ".repeat(10)}{ field: signals, operator: known }${" ] }".repeat(10)}`;
    expect(complaints(excluded(deep))).toEqual([
      `7 exclusions[0].when${".rules[0]".repeat(10)}: the condition is nested deeper than 10 levels`,
    ]);
  });

  test("are looked at wherever they stand", () => {
    const odd = "{ field: odd, operator: known }";
    const text = `${head}signals:
  a: { phrases: [x], attribute: ${odd} }
scores:
  s:
    signals: [a]
    bonus: [ { label: B, when: ${odd}, points: 1 } ]
    multiply: [ { label: M, when: ${odd}, by: 2 } ]
    threshold: 1
recipes: [ { id: x, name: X, when: ${odd}, and: ${odd}, owner: { route: r } } ]
records: [ { when: ${odd}, and: ${odd}, create: Task } ]
routing:
  routes: { r: [ { queue: Q } ] }
  territories: [ { id: t, when: ${odd}, owner: { queue: Q } } ]
  alsoTell: [ { when: ${odd}, route: r } ]
feedback: { stages: [ { when: ${odd}, tag: T } ] }
`;
    const places = readPolicy(text);
    expect(places.kind === "ok" && places.warnings.map(({ path }) => path)).toEqual(
      [
        "signals.a.attribute",
        "scores.s.bonus[0].when",
        "scores.s.multiply[0].when",
        "recipes[0].when",
        "recipes[0].and",
        "records[0].when",
        "records[0].and",
        "routing.territories[0].when",
        "routing.alsoTell[0].when",
        "feedback.stages[0].when",
      ].map((place) => `${place}.field`),
    );
  });
});

describe("probable slips are warnings", () => {
  test.for([
    [
      small.replace("[x]", '[x, "!?"]'),
      ['warning 4 signals.a.phrases[1]: "!?" has no letter and no digit: it never matches'],
    ],
    [
      `${small}routing: { territories: [ { id: t, when: { field: company.state, operator: known }, owner: { pool: p } } ] }\n`,
      ['warning 7 routing.territories[0].owner.pool: there is no pool "p": the territory is skipped'],
    ],
    [
      `${small}mapping: { lead: [ { from: contact.mail, to: Email } ] }\n`,
      ['warning 7 mapping.lead[0].from: "contact.mail" is no field that Baton knows'],
    ],
  ] as const)("%j", ([text, expected]) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe("a policy that must be usable", () => {
  test("is read, or refused with a line for every fault", () => {
    expect(policyOf(saasDefault, "the policy").name).toBe("SaaS default");
    expect(() => policyOf("name: [", "the draft")).toThrow(/^the draft has faults:\n {2}line \d+: /);
    expect(faultText({ rule: "x", path: "", message: "is too large" })).toBe("the file: is too large");
    expect(faultText({ rule: "x", path: "name", line: 2, message: "is missing" })).toBe(
      "line 2, name: is missing",
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  account,
  company,
  crmContact,
  lead,
  message,
  NOON,
  opportunity,
  owner,
  person,
  policy,
  snapshot,
} from "../../tests/support/cases.ts";
import { type Brief, briefOf, inputsOf } from "../decide/brief.ts";
import { decide, settle } from "../decide/decide.ts";
import { defaultPolicy } from "../policy/templates/saas-default.ts";
import { compile } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import { divergences, divergenceText, type FrozenInputs, replay } from "./replay.ts";

const compiled = compile(policy());

function stored(text: string): { inputs: FrozenInputs; answer: unknown } {
  const evidence = { snapshot: snapshot({ messages: [message({ text })] }), crm: null };
  const { policy: _, ...inputs } = {
    environment: "production",
    evidence,
    scores: score(evidence, compiled, NOON),
    policy: compiled.policy,
    triggers: ["message" as const],
    now: NOON,
    earlier: [],
    directory: { users: [], queues: [] },
    pools: {},
  };
  return { inputs, answer: decide({ ...inputs, policy: compiled.policy }) };
}

describe("a decision made again", () => {
  test("is the same", () => {
    expect(replay(stored("Do you support SSO?"), compiled)).toEqual({ kind: "same" });
  });
  test("by a policy that says something else differs in the scores and in the answer, each place named", () => {
    const stricter = compile(
      policy({ exclusions: [{ id: "all", when: { field: "contact.email", operator: "known" } }] }),
    );
    expect(replay(stored("Hello"), stricter)).toMatchObject({
      kind: "differs",
      divergences: expect.arrayContaining([
        { path: "answer.kind", stored: "below-threshold", replayed: "excluded" },
        { path: "answer.exclusion", stored: undefined, replayed: "all" },
      ]),
    });
    const dearer = compile(
      policy({
        signals: {
          enterprise: { phrases: ["SSO"], points: 15 },
          upgrade: { phrases: ["upgrade"] },
          complaint: { phrases: ["unacceptable"] },
        },
      }),
    );
    expect(replay(stored("SSO"), dearer)).toMatchObject({
      kind: "differs",
      divergences: expect.arrayContaining([
        { path: "scores.signals[0].points", stored: 10, replayed: 15 },
        { path: "scores.values.buying.value", stored: 10, replayed: 15 },
      ]),
    });
  });
  test("from inputs of another shape is said to be impossible, and does not throw", () => {
    const { inputs, answer } = stored("SSO");
    const broken = { ...inputs, evidence: {} } as unknown as FrozenInputs;
    expect(replay({ inputs: broken, answer }, compiled)).toMatchObject({
      kind: "impossible",
      why: expect.stringContaining("not what deciding takes today"),
    });
  });
});

describe("places that differ", () => {
  test("are none for what JSON writes the same", () => {
    expect(divergences({ a: 1, b: [undefined], c: undefined }, { b: [null], a: 1 }, "x")).toEqual([]);
    expect(divergences(undefined, undefined, "x")).toEqual([]);
  });
  test("are named by their way, in lists by number", () => {
    expect(divergences({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }, 4] }, "x")).toEqual([
      { path: "x.a[1].b", stored: 2, replayed: 3 },
      { path: "x.a[2]", stored: undefined, replayed: 4 },
    ]);
  });
  test("of another kind are one difference, not one for each part", () => {
    expect(divergences({ a: [1] }, { a: { 0: 1 } }, "x")).toEqual([
      { path: "x.a", stored: [1], replayed: { 0: 1 } },
    ]);
    expect(divergences({ a: null }, { a: {} }, "x")).toEqual([{ path: "x.a", stored: null, replayed: {} }]);
  });
  test("read as a sentence, long values cut", () => {
    expect(divergenceText({ path: "answer.kind", stored: "held", replayed: undefined })).toBe(
      'answer.kind: stored "held", now nothing',
    );
    expect(divergenceText({ path: "a", stored: "x".repeat(500), replayed: 1 })).toHaveLength(140);
  });
});

// --- Whatever the inputs are --------------------------------------------------------------------------------------

const words = fc.oneof(
  fc.constantFrom("SSO", "pricing for 500 seats", "I want to cancel", "unacceptable", "upgrade", "hello"),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);
const instant = fc.integer({ min: NOON - 90 * 86_400_000, max: NOON + 600_000 });
const amount = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }));

const conversation = fc.record({
  messages: fc.array(
    fc.record({
      role: fc.constantFrom("customer", "teammate", "bot", "note", "unknown"),
      text: words,
      at: fc.option(instant),
      redacted: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  contact: fc.option(
    fc.record({
      email: fc.constantFrom(null, "ana@acme.example", "bo@gmail.com", "x@ourcompany.example"),
      plan: fc.constantFrom(null, "trial", "business"),
      tags: fc.array(fc.constantFrom("vip", "bug", "Churn Risk"), { maxLength: 2 }),
      score: fc.option(fc.integer({ min: 0, max: 100 })),
      attributes: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 })),
    }),
  ),
  company: fc.option(
    fc.record({
      domain: fc.constantFrom(null, "acme.example", "initech.example"),
      employees: fc.option(fc.integer({ min: 1, max: 5_000 })),
      annualValue: amount,
      customerSince: fc.option(instant),
    }),
  ),
  tags: fc.array(fc.constantFrom("bug", "pricing", "Pricing page", "éè 🙂"), { maxLength: 3 }),
  usage: fc.array(fc.record({ event: fc.constantFrom("feature_used", "viewed_api_docs"), at: instant }), {
    maxLength: 12,
  }),
  team: fc.constantFrom(null, "Billing", "Support"),
});

const crmView = fc.record({
  leads: fc.array(
    fc.record({ convertedContactId: fc.constantFrom(null, "003X"), score: fc.option(fc.nat(100)) }),
    { maxLength: 2 },
  ),
  contacts: fc.nat(1),
  accounts: fc.array(fc.record({ employees: fc.option(fc.nat(9_000)), active: fc.boolean() }), {
    maxLength: 2,
  }),
  opportunities: fc.array(
    fc.record({
      isClosed: fc.boolean(),
      isWon: fc.boolean(),
      stage: fc.constantFrom("Negotiation", "Qualification"),
      lastActivityAt: fc.option(instant),
    }),
    { maxLength: 3 },
  ),
});

const saas = defaultPolicy();
const somePolicy = fc
  .record({
    buying: fc.integer({ min: 1, max: 60 }),
    churn: fc.integer({ min: 1, max: 60 }),
    points: fc.double({ min: -20, max: 40, noNaN: true }),
    by: fc.double({ min: 0, max: 3, noNaN: true }),
    halfLife: fc.constantFrom("7d", "1h", "0d"),
    recipes: fc.shuffledSubarray([...saas.recipes], { minLength: 1 }),
    exclusions: fc.shuffledSubarray([...saas.exclusions]),
    weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ buying, churn, points, by, halfLife, recipes, exclusions, weights }) => ({
    ...saas,
    signals: Object.fromEntries(
      Object.entries(saas.signals).map(([name, signal]) => [name, { ...signal, points }]),
    ),
    scores: {
      ...saas.scores,
      buying: {
        ...rule("buying"),
        threshold: buying,
        recency: { halfLife },
        multiply: rule("buying").multiply.map((one) => ({ ...one, by })),
      },
      churn: { ...rule("churn"), threshold: churn },
    },
    recipes,
    exclusions,
    routing: {
      ...saas.routing,
      pools: Object.fromEntries(
        Object.entries(saas.routing.pools).map(([name, pool]) => [
          name,
          { ...pool, members: pool.members.map((one, i) => ({ ...one, weight: weights[i % 6] ?? 1 })) },
        ]),
      ),
    },
  }));

function rule(name: string) {
  const found = saas.scores[name];
  if (found === undefined) throw new Error(`the default policy has no score ${name}`);
  return found;
}

const members = Object.values(saas.routing.pools).flatMap((pool) => pool.members.map((one) => one.user));

/** As PostgreSQL gives jsonb back: other order of fields, the same content. */
function throughJsonb(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part).toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)),
        )
      : part,
  );
}

test("any decision, stored as JSON with its fields in another order, replays the same", () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      conversation,
      fc.option(crmView),
      somePolicy,
      fc.array(fc.record({ served: fc.nat(9), adjustment: fc.nat(3), lastAt: fc.option(instant) }), {
        maxLength: 9,
      }),
      fc.subarray(members),
      (talk, view, given, served, known) => {
        const ready = compile(given);
        const evidence = {
          snapshot: snapshot({
            ...talk,
            messages: talk.messages.map((one, i) => message({ ...one, id: String(i) })),
            contact: talk.contact === null ? null : person(talk.contact),
            company: talk.company === null ? null : company(talk.company),
          }),
          crm:
            view === null
              ? null
              : {
                  leads: view.leads.map((one) => lead(one)),
                  contacts: Array.from({ length: view.contacts }, () => crmContact()),
                  accounts: view.accounts.map(({ active, employees }) =>
                    account({ employees, owner: owner("abe", { active }) }),
                  ),
                  opportunities: view.opportunities.map((one) => opportunity(one)),
                  competing: [],
                },
        };
        const inputs: FrozenInputs = {
          environment: "production",
          evidence,
          scores: score(evidence, ready, NOON),
          triggers: ["message", "tag", "usage"],
          now: NOON,
          earlier: [{ id: "h", recipe: "qualified", episode: 1, at: NOON - 86_400_000 }].slice(
            served.length % 2,
          ),
          directory: {
            users: known.map((email) => ({ id: `005${email}`, email, name: email, active: true })),
            queues: [{ id: "00G1", name: "Inbound", objects: ["Lead", "Task", "Opportunity"] }],
          },
          pools: Object.fromEntries(
            Object.entries(given.routing.pools).map(([name, pool]) => [
              name,
              {
                members: served.flatMap((line, i) => {
                  const member = pool.members[i]?.user;
                  return member === undefined ? [] : [{ member, open: i * 20, today: i * 5, ...line }];
                }),
                stickyMember: null,
              },
            ]),
          ),
        };
        const answer = decide({ ...inputs, policy: given });
        kinds.add(answer.kind);
        const kept = throughJsonb({ inputs, answer }) as { inputs: FrozenInputs; answer: unknown };
        expect(replay(kept, ready)).toEqual({ kind: "same" });
        const brief = throughJsonb(briefOf(inputs, answer)) as Brief;
        expect(settle({ ...inputsOf(brief, new Map()), policy: given })).toEqual(
          settle({ ...inputs, policy: given }),
        );
      },
    ),
    { numRuns: 100 },
  );
  expect([...kinds].toSorted()).toEqual(
    expect.arrayContaining(["already-handed-off", "below-threshold", "excluded", "handoff"]),
  );
});

import { describe, expect, test } from "vitest";
import {
  account,
  company,
  crmContact,
  lead,
  NOBODY,
  NOON,
  opportunity,
  owner,
  person,
  policy,
  scores,
  snapshot,
} from "../../tests/support/cases.ts";
import { decide, type DecisionInputs } from "./decide.ts";
import { episodeFor, handoffId, type OwnerRef } from "./decision.ts";
import { errandOf, foundOn } from "./errand.ts";
import { planTold } from "./tell.ts";

const user = (name: string, active = true) => ({
  id: `005${name}`,
  email: `${name}@us.example`,
  name,
  active,
});
const directory = {
  users: [user("sam"), user("sol")],
  queues: [{ id: "00G2", name: "Solutions", objects: ["Task"] }],
};

function inputs(over: Partial<DecisionInputs> = {}): DecisionInputs {
  return {
    environment: "production",
    evidence: { snapshot: snapshot({ tags: ["chat"] }), crm: NOBODY },
    scores: scores({ buying: 50 }),
    policy: policy(),
    triggers: ["message"],
    now: NOON,
    earlier: [],
    directory,
    pools: {},
    ...over,
  };
}

describe("a decision", () => {
  test("hands off with record, owner and who is told", () => {
    expect(decide(inputs())).toMatchObject({
      kind: "handoff",
      recipe: "qualified",
      handoff: "handoff:production:100:qualified:1",
      record: { kind: "create-lead", source: "chat" },
      owner: { owner: { id: "005sam" } },
      told: [{ kind: "slack-user", email: "sam@us.example", as: "owner" }],
    });
  });
  test("gives no Contact to a queue", () => {
    const rules = policy({
      recipes: [
        {
          id: "qualified",
          name: "Q",
          score: { name: "buying", atLeast: 40 },
          record: { create: "Contact" },
          owner: { route: "default" },
        },
      ],
      routing: { routes: { default: [{ queue: "Solutions" }, { user: "sam@us.example" }] } },
    });
    expect(decide(inputs({ policy: rules }))).toMatchObject({
      record: { kind: "create-contact", accountId: null },
      owner: { owner: { id: "005sam" }, receipts: [{ reason: "the queue takes no Contact" }, {}] },
    });
  });
  test("is the same for the same inputs", () => {
    expect(decide(inputs())).toEqual(decide(inputs()));
  });
  test("below the threshold says so", () => {
    expect(decide(inputs({ scores: scores() })).kind).toBe("below-threshold");
  });
  test("names the exclusion", () => {
    const excluding = policy({
      exclusions: [
        { id: "ours", when: { field: "contact.emailDomain", operator: "=", value: "acme.example" } },
      ],
    });
    expect(decide(inputs({ policy: excluding }))).toMatchObject({ kind: "excluded", exclusion: "ours" });
  });
  test("a deleted conversation is gone", () => {
    expect(decide(inputs({ evidence: { snapshot: snapshot({ deleted: true }), crm: null } })).kind).toBe(
      "gone",
    );
  });
  test("with nobody on the route it is held, with the reasons", () => {
    expect(decide(inputs({ directory: { users: [], queues: [] } }))).toMatchObject({
      kind: "held",
      reason: "nobody on route default can take it",
      until: null,
    });
  });
  test("without Salesforce everybody is unknown to it, without a company too", () => {
    const evidence = { snapshot: snapshot({ company: null }), crm: null };
    expect(decide(inputs({ evidence }))).toMatchObject({ record: { kind: "create-lead", source: null } });
  });
  test("a second time within the cool-down names the first", () => {
    const earlier = [{ id: "h1", recipe: "qualified", episode: 1, at: NOON - 1_000 }];
    expect(decide(inputs({ earlier }))).toMatchObject({ kind: "already-handed-off", handoff: "h1" });
  });
  test("an open Lead keeps its own record and gets a Task", () => {
    const crm = { ...NOBODY, leads: [lead()] };
    expect(decide(inputs({ evidence: { snapshot: snapshot(), crm } }))).toMatchObject({
      record: { kind: "update-lead" },
    });
  });
  describe("over working hours", () => {
    // NOON is a Tuesday's noon in UTC: eight in the morning in New York, five in the evening in Karachi.
    const pool = (whenAllAway: string) => ({
      desk: {
        members: [{ user: "sam@us.example", hours: "Mon-Fri 09:00-17:00", timezone: "America/New_York" }],
        whenAllAway,
      },
    });
    test("is held until somebody of the pool is at work", () => {
      const rules = policy({
        routing: { pools: pool("hold"), routes: { default: [{ pool: "desk" }, { user: "sol@us.example" }] } },
      });
      expect(decide(inputs({ policy: rules }))).toMatchObject({
        kind: "held",
        route: "default",
        until: NOON + 3_600_000,
        reason: "pool desk: nobody can take it before Tue 13:00 UTC; the pool holds it until then",
        receipts: [
          { kind: "skipped", reason: "off hours until Tue 09:00 America/New_York" },
          { kind: "held" },
        ],
      });
      expect(decide(inputs({ policy: rules, now: NOON + 3_600_000 })).kind).toBe("handoff");
    });
    test("the second person is told nevertheless: the message waits for them", () => {
      const rules = policy({
        routing: {
          pools: pool("hold"),
          routes: { default: [{ user: "sol@us.example" }], second: [{ pool: "desk" }] },
          alsoTell: Array.from({ length: 2 }, () => ({
            when: { field: "contact.email", operator: "known" },
            route: "second",
          })),
        },
      });
      expect(decide(inputs({ policy: rules }))).toMatchObject({
        kind: "handoff",
        told: [{ email: "sol@us.example" }, { email: "sam@us.example", as: "second" }],
        seconds: [{ route: "second", pool: { pool: "desk", member: "sam@us.example", turn: "taken" } }],
      });
    });
  });

  test.for([
    ["ana@eu.acme.example", "sol@us.example"],
    ["ana@acme.example", "sam@us.example"],
    ["ana@elsewhere.example", "sam@us.example"],
    [null, "sam@us.example"],
  ] as const)("a named list covers subdomains, the closest entry counts: %s", ([email, expected]) => {
    const rules = policy({
      routing: {
        lists: { named: { "acme.example": "sam@us.example", "EU.acme.example": "sol@us.example" } },
        routes: { default: [{ list: "named" }] },
      },
    });
    const evidence = { snapshot: snapshot({ contact: person({ email }) }), crm: NOBODY };
    expect(decide(inputs({ policy: rules, evidence }))).toMatchObject({
      owner: { owner: { email: expected } },
    });
  });

  test("a queue may own a Task where it could not own an Opportunity", () => {
    const queued = policy({ routing: { routes: { default: [{ queue: "Solutions" }] } } });
    const contact = { ...NOBODY, contacts: [crmContact()], accounts: [account()] };
    const customer = { ...contact, opportunities: [opportunity({ isClosed: true, isWon: true })] };
    expect(decide(inputs({ policy: queued, evidence: { snapshot: snapshot(), crm: contact } })).kind).toBe(
      "held",
    );
    expect(decide(inputs({ policy: queued, evidence: { snapshot: snapshot(), crm: customer } })).kind).toBe(
      "handoff",
    );
  });
});

describe("episodes", () => {
  const first = { id: "h1", recipe: "qualified", episode: 1, at: NOON };
  const second = { id: "h2", recipe: "qualified", episode: 2, at: NOON + 10 };

  test.for([
    ["the first of a recipe", [], "qualified", { kind: "new", episode: 1 }],
    ["another recipe has its own", [first], "churn", { kind: "new", episode: 1 }],
    ["within the cool-down it is the same", [first, second], "qualified", { kind: "open", handoff: "h2" }],
  ] as const)("%s", ([, earlier, recipe, expected]) => {
    expect(episodeFor(recipe, earlier, 100, NOON + 50)).toEqual(expected);
  });
  test("after the cool-down a new one opens", () => {
    expect(episodeFor("qualified", [first, second], 100, NOON + 110)).toEqual({ kind: "new", episode: 3 });
  });
  test("the id is made of environment, conversation, recipe and episode", () => {
    expect(handoffId("sandbox", "7", "churn", 2)).toBe("handoff:sandbox:7:churn:2");
  });
});

describe("who is told", () => {
  const byRoute: OwnerRef = { kind: "user", id: "005sam", email: "sam@us.example", name: "Sam" };
  const csm = { ...NOBODY, accounts: [account({ csm: owner("cam") })] };

  function told(
    tell: unknown,
    over: { owner?: OwnerRef; crm?: typeof csm; alsoTell?: unknown; signals?: string[] } = {},
  ) {
    const rules = policy({
      recipes: [{ id: "r", name: "R", owner: { route: "default" }, tell }],
      routing: {
        routes: {
          default: [{ user: "sam@us.example" }],
          product: [{ queue: "Solutions" }],
          second: [{ user: "sol@us.example" }],
          none: [{ user: "x@us.example" }],
        },
        alsoTell: over.alsoTell ?? [],
      },
    });
    const [recipe] = rules.recipes;
    if (recipe === undefined) throw new Error("no recipe");
    const lookup = (field: string) => (field === "signals" ? (over.signals ?? []) : undefined);
    const question = {
      route: "default",
      wish: null,
      policy: rules,
      crm: over.crm ?? csm,
      directory,
      pools: {},
      lookup,
      now: NOON,
      hosts: [],
      object: "Lead",
    } as const;
    const { seconds } = foundOn(errandOf(question), question);
    return planTold(recipe, over.owner ?? byRoute, seconds, question.crm);
  }

  test("a channel, the CSM and the owner, each once", () => {
    expect(
      told([{ slack: "#churn", also: ["account.csm", "owner"], text: "now" }, { slack: "owner" }]),
    ).toMatchObject([
      { kind: "slack-channel", channel: "#churn", text: "now" },
      { kind: "slack-user", email: "cam@us.example", as: "CSM of the account" },
      { kind: "slack-user", email: "sam@us.example", as: "owner" },
    ]);
  });
  test("e-mail with attachments, and a plain address", () => {
    expect(
      told([
        { email: "owner", with: ["transcript"] },
        { email: "boss@us.example" },
        { slack: "account.owner" },
      ]),
    ).toMatchObject([
      { kind: "email", email: "sam@us.example", with: ["transcript"] },
      { kind: "email", email: "boss@us.example" },
      { kind: "slack-user", email: "abe@us.example" },
    ]);
  });
  test("what cannot be said to anybody is shown, not swallowed", () => {
    const queue: OwnerRef = { kind: "queue", id: "00G1", name: "Inbound" };
    const away = {
      ...NOBODY,
      accounts: [
        account({ owner: owner("abe", { active: false }), csm: owner("cam", { active: false, name: null }) }),
      ],
    };
    const mute = { ...NOBODY, accounts: [account({ owner: owner("abe", { email: null }) })] };
    expect(told([{ slack: "owner" }], { owner: queue })).toMatchObject([
      { kind: "nobody", reason: "the queue Inbound owns it: Salesforce tells its members" },
    ]);
    expect(
      told([{ slack: "account.csm" }], { crm: { ...NOBODY, accounts: [account()] } as never }),
    ).toMatchObject([{ kind: "nobody", reason: "there is none in Salesforce" }]);
    expect(told([{ slack: "account.owner", also: ["account.csm"] }], { crm: away as never })).toMatchObject([
      { kind: "nobody", reason: "abe is inactive in Salesforce" },
      { kind: "nobody", reason: "005cam is inactive in Salesforce" },
    ]);
    expect(told([{ slack: "account.owner" }], { crm: mute as never })).toMatchObject([
      { kind: "nobody", reason: "Salesforce has no e-mail address for them" },
    ]);
  });

  const integration = { field: "signals", operator: "containsAny", value: ["integration"] };
  test.for([
    ["a queue gets a Task", "product", [{ kind: "queue-task", queue: { id: "00G2" }, as: "product" }]],
    [
      "a second person hears it in Slack",
      "second",
      [{ kind: "slack-user", email: "sol@us.example", as: "second" }],
    ],
    [
      "the owner is not told twice",
      "default",
      [{ kind: "nobody", reason: "user sam@us.example: the owner is the same person" }],
    ],
    [
      "nobody there is said",
      "none",
      [{ kind: "nobody", as: "none", reason: "user x@us.example: no Salesforce user has this address" }],
    ],
  ] as const)("the second route: %s", ([, route, expected]) => {
    expect(told([], { alsoTell: [{ when: integration, route }], signals: ["integration"] })).toMatchObject(
      expected,
    );
  });
  test("the second route stays silent where its condition does not hold", () => {
    expect(told([], { alsoTell: [{ when: integration, route: "product" }] })).toEqual([]);
  });
  test("a company named in no list has no domain to look up", () => {
    expect(
      decide(
        inputs({ evidence: { snapshot: snapshot({ company: company({ domain: null }) }), crm: NOBODY } }),
      ).kind,
    ).toBe("handoff");
  });
});

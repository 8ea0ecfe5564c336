import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { account, lead, NOBODY, NOON, opportunity, owner, policy } from "../../tests/support/cases.ts";
import { ask, directory, routing, sam } from "../../tests/support/routes.ts";
import type { CrmView } from "../qualify/crm.ts";
import { planOwner, poolsOf, poolsSharing } from "./route.ts";

describe("each hop of a route", () => {
  const rich: CrmView = {
    leads: [lead()],
    contacts: [],
    accounts: [account({ csm: owner("cam") })],
    opportunities: [opportunity()],
    competing: [],
  };

  test.for([
    ["account owner", { accountOwner: {} }, "account owner: abe", "005abe"],
    ["opportunity owner", { opportunityOwner: {} }, "owner of the Opportunity: ola", "005ola"],
    ["lead owner", { leadOwner: {} }, "owner of the Lead: lea", "005lea"],
    ["CSM", { csm: {} }, "CSM of the account: cam", "005cam"],
    ["named list", { list: "named" }, "list named: sam@us.example", "005sam"],
    ["queue", { queue: "Inbound" }, "queue Inbound", "00G1"],
    ["user", sam, "user sam@us.example", "005sam"],
    ["pool", { pool: "mid" }, "pool mid: ana@us.example", "005ana"],
  ] as const)("%s", ([, hop, via, id]) => {
    expect(ask({ hops: [hop], crm: rich })).toMatchObject({ kind: "assigned", plan: { via, owner: { id } } });
  });

  test.for([
    ["DE", "territory emea: pool far: kim@us.example", "005kim"],
    ["US", "territory west: kim@us.example", "005kim"],
    ["BR", "territory south: queue Inbound", "00G1"],
  ] as const)("territory of %s", ([country, via, id]) => {
    expect(ask({ hops: [{ territories: {} }], country })).toMatchObject({ plan: { via, owner: { id } } });
  });

  test("a queue without members takes it, and the receipt says that nobody is there", () => {
    const queues = directory.queues.map((queue) => ({ ...queue, isEmpty: true as const }));
    const route = ask({ hops: [{ queue: "Inbound" }], queues });
    expect(route).toMatchObject({
      kind: "assigned",
      plan: {
        owner: { id: "00G1" },
        receipts: [{ reason: expect.stringContaining("nobody is in this queue") }],
      },
    });
  });

  test("a queue that owns the record in Salesforce is a queue", () => {
    const crm = { ...NOBODY, leads: [lead({ owner: owner("x", { id: "00G9", name: null, email: null }) })] };
    expect(ask({ hops: [{ leadOwner: {} }], crm })).toMatchObject({
      plan: { owner: { kind: "queue", id: "00G9", name: "00G9" } },
    });
  });

  test("an owner without a name is called by address or id", () => {
    const unnamed = (email: string | null) => ({
      ...NOBODY,
      leads: [lead({ owner: owner("x", { name: null, email }) })],
    });
    expect(ask({ hops: [{ leadOwner: {} }], crm: unnamed("x@us.example") })).toMatchObject({
      plan: { via: "owner of the Lead: x@us.example" },
    });
    expect(ask({ hops: [{ leadOwner: {} }], crm: unnamed(null) })).toMatchObject({
      plan: { via: "owner of the Lead: 005x" },
    });
  });
});

describe("everybody who is passed over gets a receipt", () => {
  const inactive = {
    ...NOBODY,
    accounts: [account({ owner: owner("abe", { active: false }) })],
    leads: [lead({ convertedContactId: "0031" })],
  };

  test.for([
    [{ accountOwner: {} }, { crm: inactive }, "account owner: abe", "inactive in Salesforce"],
    [{ accountOwner: {} }, {}, "account owner", "there is none in Salesforce"],
    [{ leadOwner: {} }, { crm: inactive }, "owner of the Lead", "there is none in Salesforce"],
    [{ csm: {} }, { crm: inactive }, "CSM of the account", "there is none in Salesforce"],
    [{ opportunityOwner: {} }, {}, "owner of the Opportunity", "there is none in Salesforce"],
    [{ list: "named" }, { domain: "other.example" }, "list named", "other.example is not on it"],
    [{ list: "named" }, { domain: null }, "list named", "no company domain is not on it"],
    [{ list: "unheard" }, {}, "list unheard", "acme.example is not on it"],
    [{ territories: {} }, { country: "FR" }, "territories", "none covers this company"],
    [{ pool: "unheard" }, {}, "pool unheard", "the policy has no such pool"],
    [{ queue: "Unheard" }, {}, "queue Unheard", "no queue of this name in Salesforce"],
    [{ queue: "Inbound" }, { object: "Opportunity" }, "queue Inbound", "the queue takes no Opportunity"],
    [{ user: "nobody@us.example" }, {}, "user nobody@us.example", "no Salesforce user has this address"],
    [{ user: "gone@us.example" }, {}, "user gone@us.example", "inactive in Salesforce"],
  ] as const)("%j", ([hop, given, candidate, reason]) => {
    const answer = ask({ hops: [hop, sam], ...given });
    expect(answer).toMatchObject({ kind: "assigned", plan: { owner: { id: "005sam" } } });
    expect(answer.kind === "assigned" ? answer.plan.receipts : []).toEqual([
      { candidate, kind: "skipped", reason },
      { candidate: "user sam@us.example", kind: "assigned", reason: "first on the route who can take it" },
    ]);
  });

  test("a route on which nobody can take it says why, for each", () => {
    expect(ask({ hops: [{ user: "gone@us.example" }] })).toEqual({
      kind: "nobody",
      receipts: [{ candidate: "user gone@us.example", kind: "skipped", reason: "inactive in Salesforce" }],
    });
  });
});

describe("the record's own owner", () => {
  test("comes before the route", () => {
    const crm = { ...NOBODY, opportunities: [opportunity()] };
    expect(ask({ hops: [sam], wish: "opportunity.owner", crm })).toMatchObject({
      plan: { owner: { id: "005ola" }, alternates: [{ id: "005sam" }] },
    });
  });
  test("yields to the route when there is none", () => {
    expect(ask({ hops: [sam], wish: "account.csm" })).toMatchObject({ plan: { owner: { id: "005sam" } } });
    expect(ask({ hops: [sam], wish: "lead.owner" })).toMatchObject({ plan: { owner: { id: "005sam" } } });
  });
});

describe("a pool", () => {
  const line = (member: string, served: number, lastAt: number | null = null) => ({
    member: `${member}@us.example`,
    served,
    adjustment: 0,
    lastAt,
    open: 0,
    today: 0,
  });

  test.for([
    ["nobody was served yet: by name", [], "ana"],
    ["two to one is Ana's share", [line("ana", 2), line("ben", 0)], "ben"],
    ["Ben had his one, Ana only one of two", [line("ana", 1), line("ben", 1)], "ana"],
    ["due at once: whoever waited longer", [line("ana", 1, NOON), line("ben", 0, NOON - 1)], "ben"],
  ] as const)("%s", ([, members, expected]) => {
    const pools = { mid: { members, stickyMember: null } };
    expect(ask({ hops: [{ pool: "mid" }], pools })).toMatchObject({
      plan: { pool: { pool: "mid", member: `${expected}@us.example` } },
    });
  });

  test("the same company goes to the same rep, whatever their share", () => {
    const pools = { mid: { members: [line("ben", 9)], stickyMember: "ben@us.example" } };
    expect(ask({ hops: [{ pool: "mid" }], pools })).toMatchObject({
      plan: {
        owner: { id: "005ben" },
        pool: { member: "ben@us.example", turn: "sticky" },
        receipts: [{ kind: "assigned", reason: "had the last lead of this company or person" }],
      },
    });
  });

  test("the others of the pool are next if Salesforce refuses the owner", () => {
    const answer = ask({ hops: [{ pool: "mid" }, sam, sam] });
    expect(answer.kind === "assigned" ? answer.plan.alternates.map((one) => one.id) : []).toEqual([
      "005ben",
      "005sam",
    ]);
  });

  test("shares stay within one of the ideal, whatever the weights", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (a, b, leads) => {
          const members = [
            { user: "ana@us.example", weight: a },
            { user: "ben@us.example", weight: b },
          ];
          const rules = policy({
            routing: { pools: { mid: { members } }, routes: { default: [{ pool: "mid" }] } },
          });
          const served = new Map<string, number>();
          for (let i = 0; i < leads; i++) {
            const state = [...served].map(([member, count]) => ({
              member,
              served: count,
              adjustment: 0,
              lastAt: i,
              open: 0,
              today: 0,
            }));
            const answer = planOwner({
              route: "default",
              wish: null,
              policy: rules,
              crm: NOBODY,
              directory,
              pools: { mid: { members: state, stickyMember: null } },
              lookup: () => undefined,
              now: NOON,
              hosts: [],
              object: "Lead",
              besides: null,
            });
            const member = answer.kind === "assigned" ? (answer.plan.pool?.member ?? "") : "";
            served.set(member, (served.get(member) ?? 0) + 1);
          }
          for (const { user: name, weight } of members) {
            expect(Math.abs((served.get(name) ?? 0) - (leads * weight) / (a + b))).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });
});

test("a second person is never the owner, in a pool or out of it", () => {
  const besides = { kind: "user", id: "005ana", email: null, name: null } as const;
  expect(ask({ hops: [{ user: "ana@us.example" }, { pool: "mid" }], besides })).toMatchObject({
    plan: {
      owner: { id: "005ben" },
      receipts: [
        { candidate: "user ana@us.example", reason: "the owner is the same person" },
        { reason: "the owner is the same person", place: { pool: "mid", member: "ana@us.example" } },
        { kind: "assigned" },
      ],
    },
  });
});

test("an owner by a hop has no pool's member for an alternate: that would be a turn nobody asked for", () => {
  expect(ask({ hops: [sam, { pool: "mid" }, { user: "kim@us.example" }] })).toMatchObject({
    plan: { owner: { id: "005sam" }, alternates: [{ id: "005kim" }] },
  });
});

test.for([
  [{ user: "kim@us.example" }, "005kim"],
  [{ queue: "Inbound" }, "00G1"],
] as const)("every route ends at the fallback %j", ([fallback, id]) => {
  expect(ask({ hops: [{ user: "gone@us.example" }], routing: { fallback } })).toMatchObject({
    plan: { owner: { id } },
  });
});

test("several lists are asked in the order of the route", () => {
  const lists = { first: { "acme.example": "kim@us.example" }, second: { "acme.example": "sam@us.example" } };
  const hops = [{ list: "second" }, { list: "first" }];
  expect(ask({ hops, routing: { lists } })).toMatchObject({ plan: { owner: { id: "005sam" } } });
  const other = { domain: "notacme.example", routing: { lists } };
  expect(ask({ hops, ...other })).toMatchObject({ kind: "nobody" });
});

test("pools that share a capped member are locked together", () => {
  const capped = { user: "Ana@us.example", cap: { open: 1 } };
  const pools = {
    a: { members: [capped, { user: "ben@us.example" }] },
    b: { members: [{ user: "ana@us.example" }] },
    c: { members: [{ user: "ben@us.example" }] },
  };
  const rules = policy({ routing: { pools } });
  expect(poolsSharing(["a"], rules)).toEqual(["a", "b"]);
  expect(poolsSharing(["b"], rules)).toEqual(["b"]);
  expect(poolsSharing(["unheard"], rules)).toEqual(["unheard"]);
});

test("a member of a pool who has left is passed over", () => {
  const rules = { pools: { mid: { members: [{ user: "gone@us.example" }, { user: "ben@us.example" }] } } };
  const pool = policy({ routing: { ...rules, routes: { default: [{ pool: "mid" }] } } });
  const question = {
    route: "default",
    wish: null,
    policy: pool,
    crm: NOBODY,
    directory,
    pools: {},
    lookup: () => undefined,
    now: NOON,
    hosts: [],
    object: "Lead",
    besides: null,
  } as const;
  const answer = planOwner(question);
  expect(answer).toMatchObject({ plan: { owner: { id: "005ben" }, pool: { member: "ben@us.example" } } });
});

describe("the pools a route can reach", () => {
  test("are those named and those of territories, once, sorted", () => {
    const rules = policy({
      routing: {
        ...routing,
        routes: { default: [{ territories: {} }, { pool: "mid" }, { pool: "mid" }], plain: [sam] },
      },
    });
    expect(poolsOf("default", rules)).toEqual(["far", "mid"]);
    expect(poolsOf("plain", rules)).toEqual([]);
    expect(poolsOf("unheard", rules)).toEqual([]);
  });
  test("a route nobody wrote has nobody on it", () => {
    const lookup = () => undefined;
    const question = {
      route: "unheard",
      wish: null,
      policy: policy(),
      crm: NOBODY,
      directory,
      pools: {},
      lookup,
      now: NOON,
      hosts: [],
      object: "Lead",
      besides: null,
    } as const;
    expect(planOwner(question)).toEqual({ kind: "nobody", receipts: [] });
  });
});

import { describe, expect, test } from "vitest";
import { found, why, big, small, upgrade, recipe, type Parts } from "../../../tests/support/lint.ts";
import type { Owners } from "./routes.ts";

describe("routes", () => {
  const routed = (hops: readonly unknown[], more: Parts = {}): Parts => ({
    routing: {
      pools: { p: { members: [{ user: "ana@us.example" }] } },
      lists: { l: { "acme.example": "sam@us.example" } },
      routes: { default: hops },
      ...more,
    },
  });
  test.each([
    [{ accountOwner: {} }, "the account's owner"],
    [{ opportunityOwner: {} }, "the opportunity's owner"],
    [{ leadOwner: {} }, "the lead's owner"],
    [{ csm: {} }, "the CSM"],
    [{ territories: {} }, "the territories"],
    [{ list: "l" }, "list l"],
    [{ pool: "p" }, "pool p"],
  ])("without an end: %j", (hop, words) => {
    expect(found("route-without-end", routed([hop]))).toEqual([
      "warning at routing.routes.default.0: route default may end with nobody",
    ]);
    expect(why("route-without-end", routed([hop]))).toContain(`its last step, ${words}, does not`);
  });
  test("that end with a queue or a user, or with the fallback of all routes", () => {
    expect(found("route-without-end", routed([{ pool: "p" }], { fallback: { user: "u" } }))).toEqual([]);
    for (const hop of [{ queue: "Q" }, { user: "u" }])
      expect(found("route-without-end", routed([{ pool: "p" }, hop]))).toEqual([]);
  });
  test("with the same step twice", () => {
    expect(
      found("hop-repeated", routed([{ queue: "Q" }, { user: "u" }, { queue: "Q" }, { user: "u" }])),
    ).toEqual([
      "warning at routing.routes.default.2: queue Q stands on this route a second time: it is never reached",
      "warning at routing.routes.default.3: user u stands on this route a second time: it is never reached",
    ]);
  });

  const owners: Owners = {
    users: [
      { email: "Sam@us.example", active: true },
      { email: "gone@us.example", active: false },
    ],
    queues: [
      { name: "All", objects: ["Lead", "Opportunity", "Task"] },
      { name: "Leads", objects: ["Lead"] },
      { name: "Cases", objects: ["Case"] },
    ],
  };
  test("name nobody who is gone or was never there", () => {
    const parts = routed([{ user: "gone@us.example" }, { queue: "None" }, { user: "sam@us.example" }], {
      territories: [
        { id: "a", when: big, owner: { user: "who@us.example" } },
        { id: "b", when: small, owner: { queue: "Nope" } },
        { id: "c", when: upgrade, owner: { pool: "p" } },
      ],
      sla: { firstContact: "30m", onBreach: ["remind", { escalate: "who@us.example" }] },
    });
    expect(found("dead-owner", parts, owners)).toEqual([
      "fault at routing.pools.p.members.0.user: no Salesforce user has the address ana@us.example",
      "fault at routing.territories.0.owner.user: no Salesforce user has the address who@us.example",
      "fault at routing.routes.default.0.user: gone@us.example is inactive in Salesforce",
      "fault at routing.sla.onBreach.1.escalate: no Salesforce user has the address who@us.example",
      'fault at routing.territories.1.owner.queue: Salesforce has no queue "Nope"',
      'fault at routing.routes.default.1.queue: Salesforce has no queue "None"',
    ]);
    expect(why("dead-owner", routed([{ queue: "X" }]), { users: [], queues: [] })).toBeNull();
    expect(
      found("dead-owner", { routing: { routes: { default: [{ user: "sam@us.example" }] } } }, owners),
    ).toEqual([]);
  });
  test.for([
    [
      { user: "who@us.example" },
      "fault at routing.fallback.user: no Salesforce user has the address who@us.example",
    ],
    [{ queue: "Nope" }, 'fault at routing.fallback.queue: Salesforce has no queue "Nope"'],
  ] as const)("end with a fallback that is there: %j", ([fallback, line]) => {
    expect(found("dead-owner", { routing: { fallback } }, owners)).toEqual([line]);
    expect(found("dead-owner", { routing: { fallback: { user: "sam@us.example" } } }, owners)).toEqual([]);
  });
  test("name no queue in which nobody is", () => {
    const queues = [{ name: "Empty", objects: ["Lead"], isEmpty: true as const }];
    expect(found("empty-queue", routed([{ queue: "Empty" }]), { ...owners, queues })).toEqual([
      'warning at routing.routes.default.0.queue: nobody is in the queue "Empty"',
    ]);
  });
  test("have no step after one that always takes", () => {
    expect(found("hop-unreachable", routed([{ user: "sam@us.example" }, { queue: "All" }]), owners)).toEqual([
      "warning at routing.routes.default.1: nothing after user sam@us.example is ever reached",
    ]);
    expect(found("hop-unreachable", routed([{ queue: "All" }, { user: "sam@us.example" }]), owners)).toEqual([
      "warning at routing.routes.default.1: nothing after queue All is ever reached",
    ]);
    const fine = [{ queue: "Leads" }, { user: "gone@us.example" }, { user: "sam@us.example" }];
    expect(found("hop-unreachable", routed(fine), owners)).toEqual([]);
    expect(found("hop-unreachable", routed([{ csm: {} }, { queue: "All" }]), owners)).toEqual([]);
  });
  test("have no queue that refuses the records they bring", () => {
    expect(found("queue-refuses", routed([{ queue: "Leads" }]), owners)).toEqual([
      "warning at routing.routes.default.0: queue Leads may own no Opportunity and no Task",
    ]);
    expect(found("queue-refuses", routed([{ queue: "Cases" }, { user: "sam@us.example" }]), owners)).toEqual([
      "warning at routing.routes.default.0: queue Cases may own no Lead and no Opportunity and no Task",
    ]);
    const task = { recipes: [recipe("x", { record: { create: "Task", on: "Account" } })] };
    expect(
      found(
        "queue-refuses",
        { ...task, ...routed([{ queue: "Leads" }, { user: "sam@us.example" }]) },
        owners,
      ),
    ).toHaveLength(1);
    const second = routed([{ user: "sam@us.example" }], {
      routes: {
        default: [{ user: "sam@us.example" }],
        second: [{ queue: "Leads" }],
        unused: [{ queue: "Leads" }],
      },
      alsoTell: [{ when: upgrade, route: "second" }],
    });
    expect(found("queue-refuses", second, owners)).toEqual([
      "warning at routing.routes.second.0: queue Leads may own no Task",
    ]);
    expect(found("queue-refuses", routed([{ queue: "None" }]), owners)).toEqual([]);
  });
});

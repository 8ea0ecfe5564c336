/** Routes over a fixed directory, pools, territories and lists, of which tests say only what matters to them. */
import type { CrmView } from "../../src/qualify/crm.ts";
import { factsOf } from "../../src/qualify/facts.ts";
import type { OwnerWish } from "../../src/decide/record.ts";
import type { Directory } from "../../src/decide/candidate.ts";
import { planOwner, type Route, type RouteQuestion } from "../../src/decide/route.ts";
import type { PoolState } from "../../src/decide/turns.ts";
import { company, NOBODY, NOON, policy, scores, snapshot } from "./cases.ts";

const user = (name: string, active = true) => ({
  id: `005${name}`,
  email: `${name}@us.example`,
  name,
  active,
});
export const directory: Directory = {
  users: [user("ana"), user("ben"), user("kim"), user("sam"), user("gone", false)],
  queues: [
    { id: "00G1", name: "Inbound", objects: ["Lead"] },
    { id: "00G2", name: "Solutions", objects: ["Lead", "Task"] },
  ],
};
export const routing = {
  pools: {
    mid: { members: [{ user: "ana@us.example", weight: 2 }, { user: "ben@us.example" }] },
    far: { members: [{ user: "kim@us.example" }] },
  },
  territories: [
    { id: "emea", when: { field: "company.country", operator: "=", value: "DE" }, owner: { pool: "far" } },
    {
      id: "west",
      when: { field: "company.country", operator: "=", value: "US" },
      owner: { user: "kim@us.example" },
    },
    {
      id: "south",
      when: { field: "company.country", operator: "=", value: "BR" },
      owner: { queue: "Inbound" },
    },
  ],
  lists: { named: { "acme.example": "sam@us.example" } },
};

interface Given {
  readonly hops: readonly unknown[];
  readonly crm?: CrmView;
  readonly wish?: OwnerWish;
  readonly pools?: Readonly<Record<string, PoolState>>;
  readonly country?: string;
  readonly domain?: string | null;
  readonly object?: RouteQuestion["object"];
  readonly besides?: RouteQuestion["besides"];
  readonly routing?: object;
  readonly now?: number;
  readonly queues?: Directory["queues"];
}

/** The route of these hops. */
export function ask({
  hops,
  crm = NOBODY,
  wish = null,
  pools = {},
  country,
  domain = "acme.example",
  object = "Lead",
  besides = null,
  routing: more = {},
  now = NOON,
  queues = directory.queues,
}: Given): Route {
  const rules = policy({ routing: { ...routing, ...more, routes: { default: hops } } });
  const lookup = factsOf(
    { snapshot: snapshot({ company: company({ country: country ?? null }) }), crm },
    scores(),
  );
  return planOwner({
    route: "default",
    wish,
    policy: rules,
    crm,
    directory: { ...directory, queues },
    pools,
    lookup,
    now,
    hosts: domain === null ? [] : [domain],
    object,
    besides,
  });
}

export const sam = { user: "sam@us.example" };

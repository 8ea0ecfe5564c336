/**
 * Routes that end nowhere, steps that nothing reaches, and owners who are not there.
 */
import type { Hop, Policy, Recipe } from "../schema.ts";
import type { Path, Remark } from "./finding.ts";

/** Users and queues of the org that the policy is meant for. */
export interface Owners {
  readonly users: readonly { readonly email: string; readonly active: boolean }[];
  readonly queues: readonly {
    readonly name: string;
    readonly objects: readonly string[];
    readonly isEmpty?: true;
  }[];
}

/** What can be said of routes without a look into Salesforce. */
export function routeRemarks(policy: Policy): readonly Remark[] {
  return Object.entries(policy.routing.routes).flatMap(([route, hops]) => {
    const path = ["routing", "routes", route];
    const ends = policy.routing.fallback === undefined ? withoutEnd(route, hops, path) : [];
    return [...ends, ...repeatedHops(hops, path)];
  });
}

function withoutEnd(route: string, hops: readonly Hop[], path: Path): readonly Remark[] {
  const last = hops.at(-1);
  if (last === undefined || last.kind === "queue" || last.kind === "user") return [];
  return [
    {
      severity: "warning",
      rule: "route-without-end",
      path: [...path, hops.length - 1],
      message: `route ${route} may end with nobody`,
      proof: `its last step, ${hopWords(last)}, does not find somebody for every conversation; what nobody takes is held`,
      next: "end it with { queue: ... } or { user: ... }",
    },
  ];
}

function repeatedHops(hops: readonly Hop[], path: Path): readonly Remark[] {
  const written = hops.map((hop) => JSON.stringify(hop));
  return hops.flatMap((hop, at): readonly Remark[] => {
    const first = written.indexOf(JSON.stringify(hop));
    return first === at
      ? []
      : [
          {
            severity: "warning",
            rule: "hop-repeated",
            path: [...path, at],
            message: `${hopWords(hop)} stands on this route a second time: it is never reached`,
            proof: `step ${first + 1} is the same; whoever could not take it there cannot take it here`,
            next: "take one of them out",
          },
        ];
  });
}

function hopWords(hop: Hop): string {
  switch (hop.kind) {
    case "account-owner":
      return "the account's owner";
    case "opportunity-owner":
      return "the opportunity's owner";
    case "lead-owner":
      return "the lead's owner";
    case "csm":
      return "the CSM";
    case "territories":
      return "the territories";
    case "list":
      return `list ${hop.list}`;
    case "pool":
      return `pool ${hop.pool}`;
    case "queue":
      return `queue ${hop.queue}`;
    case "user":
      return `user ${hop.user}`;
  }
}

/** The same with the org's own users and queues: who is dead, what no queue may own, what is never reached. */
export function ownerRemarks(policy: Policy, owners: Owners): readonly Remark[] {
  return [
    ...usersOf(policy).flatMap(({ path, user }) => deadUser(user, path, owners)),
    ...queuesOf(policy).flatMap(({ path, queue }) => deadQueue(queue, path, owners)),
    ...Object.entries(policy.routing.routes).flatMap(([route, hops]) =>
      hops.flatMap((hop, at) =>
        ofHop(hop, { path: ["routing", "routes", route, at], route, at, hops, policy, owners }),
      ),
    ),
  ];
}

interface NamedUser {
  readonly path: Path;
  readonly user: string;
}

function usersOf({ routing }: Policy): readonly NamedUser[] {
  const breach = routing.sla?.onBreach ?? [];
  return [
    ...Object.entries(routing.pools).flatMap(([pool, { members }]) =>
      members.map(({ user }, at) => ({ path: ["routing", "pools", pool, "members", at, "user"], user })),
    ),
    ...routing.territories.flatMap(({ owner }, at) =>
      "user" in owner ? [{ path: ["routing", "territories", at, "owner", "user"], user: owner.user }] : [],
    ),
    ...Object.entries(routing.lists).flatMap(([list, entries]) =>
      Object.entries(entries).map(([domain, user]) => ({ path: ["routing", "lists", list, domain], user })),
    ),
    ...Object.entries(routing.routes).flatMap(([route, hops]) =>
      hops.flatMap((hop, at) =>
        hop.kind === "user" ? [{ path: ["routing", "routes", route, at, "user"], user: hop.user }] : [],
      ),
    ),
    ...breach.flatMap((step, at) =>
      typeof step === "object"
        ? [{ path: ["routing", "sla", "onBreach", at, "escalate"], user: step.escalate }]
        : [],
    ),
    ...(routing.fallback?.kind === "user"
      ? [{ path: ["routing", "fallback", "user"], user: routing.fallback.user }]
      : []),
  ];
}

/** Every queue that the routing names, with its place. */
export function queuesOf({ routing }: Policy): readonly { readonly path: Path; readonly queue: string }[] {
  return [
    ...routing.territories.flatMap(({ owner }, at) =>
      "queue" in owner
        ? [{ path: ["routing", "territories", at, "owner", "queue"], queue: owner.queue }]
        : [],
    ),
    ...Object.entries(routing.routes).flatMap(([route, hops]) =>
      hops.flatMap((hop, at) =>
        hop.kind === "queue" ? [{ path: ["routing", "routes", route, at, "queue"], queue: hop.queue }] : [],
      ),
    ),
    ...(routing.fallback?.kind === "queue"
      ? [{ path: ["routing", "fallback", "queue"], queue: routing.fallback.queue }]
      : []),
  ];
}

function userNamed(email: string, { users }: Owners): Owners["users"][number] | undefined {
  return users.find((user) => user.email.toLowerCase() === email.toLowerCase());
}

function deadUser(email: string, path: Path, owners: Owners): readonly Remark[] {
  const user = userNamed(email, owners);
  if (user?.active === true) return [];
  return [
    {
      severity: "fault",
      rule: "dead-owner",
      path,
      message:
        user === undefined
          ? `no Salesforce user has the address ${email}`
          : `${email} is inactive in Salesforce`,
      proof: null,
      next: "name somebody who is there",
    },
  ];
}

function deadQueue(name: string, path: Path, { queues }: Owners): readonly Remark[] {
  const found = queues.find((queue) => queue.name === name);
  if (found !== undefined) return found.isEmpty === true ? [emptyQueue(name, path)] : [];
  return [
    {
      severity: "fault",
      rule: "dead-owner",
      path,
      message: `Salesforce has no queue "${name}"`,
      proof: queues.length === 0 ? null : `there is ${queues.map((queue) => queue.name).join(", ")}`,
      next: "write the queue's API name",
    },
  ];
}

function emptyQueue(name: string, path: Path): Remark {
  return {
    severity: "warning",
    rule: "empty-queue",
    path,
    message: `nobody is in the queue "${name}"`,
    proof: null,
    next: "add its members in Salesforce under Setup, Queues",
  };
}

interface HopPlace {
  readonly path: Path;
  readonly route: string;
  readonly at: number;
  readonly hops: readonly Hop[];
  readonly policy: Policy;
  readonly owners: Owners;
}

function ofHop(hop: Hop, place: HopPlace): readonly Remark[] {
  const { path, at, hops, owners } = place;
  if (hop.kind === "user" && userNamed(hop.user, owners)?.active === true && at < hops.length - 1) {
    return [
      {
        severity: "warning",
        rule: "hop-unreachable",
        path: [...path.slice(0, -1), at + 1],
        message: `nothing after ${hopWords(hop)} is ever reached`,
        proof: `${hop.user} is an active user without hours or a cap: they take everything that comes to them`,
        next: "move the user to the end, or take out what follows",
      },
    ];
  }
  return hop.kind === "queue" ? ofQueue(hop.queue, place) : [];
}

type Owned = "Lead" | "Opportunity" | "Task";

/** What a recipe's record can be: a person whom Salesforce knows better gets another one than the recipe names. */
function recordsOf({ record }: Recipe): readonly Owned[] {
  return record === "by-situation" || record.create !== "Task" ? ["Lead", "Opportunity", "Task"] : ["Task"];
}

function ofQueue(name: string, { path, route, at, hops, policy, owners }: HopPlace): readonly Remark[] {
  const queue = owners.queues.find((one) => one.name === name);
  const wanted = [
    ...new Set<Owned>([
      ...policy.recipes.filter(({ owner }) => owner.route === route).flatMap(recordsOf),
      ...policy.routing.alsoTell.filter((second) => second.route === route).map((): Owned => "Task"),
    ]),
  ];
  if (queue === undefined || wanted.length === 0) return [];
  const refused = wanted.filter((object) => !queue.objects.includes(object));
  const isLast = at === hops.length - 1;
  if (refused.length === 0 && !isLast) {
    return [
      {
        severity: "warning",
        rule: "hop-unreachable",
        path: [...path.slice(0, -1), at + 1],
        message: `nothing after queue ${name} is ever reached`,
        proof: `the queue takes every ${wanted.join(", ")} that this route can bring`,
        next: "move the queue to the end, or take out what follows",
      },
    ];
  }
  if (refused.length === 0 || (!isLast && refused.length < wanted.length)) return [];
  return [
    {
      severity: "warning",
      rule: "queue-refuses",
      path,
      message: `queue ${name} may own no ${refused.join(" and no ")}`,
      proof: `route ${route} can bring ${wanted.join(", ")}; the queue is set up for ${queue.objects.join(", ")}`,
      next: isLast
        ? "end the route with a user, too"
        : "set the queue up for it in Salesforce, or take it out",
    },
  ];
}

/**
 * Who gets it: a route is a chain of hops, the first that can take the lead takes it, and everybody who was passed
 * over gets a receipt. Pure, in two steps: `wayOf` settles everything that no pool's turn has a part in, `ownerOn` asks
 * the pools on the way.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { FieldLookup } from "../policy/condition.ts";
import { decide } from "../policy/evaluate.ts";
import type { Hop, Policy } from "../policy/schema.ts";
import type { CrmOwner, CrmView } from "../qualify/crm.ts";
import { openOpportunity } from "../qualify/situation.ts";
import { can, type Candidate, cannot, type Directory, fromUser, type Steady } from "./candidate.ts";
import type { OwnerPlan, OwnerRef, PoolPlace, Receipt } from "./decision.ts";
import type { OwnerWish } from "./record.ts";
import { fromPool, memberKey, type Turns } from "./turns.ts";

export interface WayQuestion {
  readonly route: string;
  readonly wish: OwnerWish;
  readonly policy: Policy;
  readonly crm: CrmView;
  readonly directory: Directory;
  readonly lookup: FieldLookup;
  readonly now: EpochMs;
  /** Host names of the company, for named lists: its domain, and what of the mail address lies below it. */
  readonly hosts: readonly string[];
  /** The Salesforce object to own: a queue owns only what it is set up for. */
  readonly object: "Lead" | "Contact" | "Opportunity" | "Task";
}

export interface RouteQuestion extends WayQuestion, Turns {}

/** A route for one lead, settled but for the turns of its pools. Plain data. */
export interface Way {
  readonly route: string;
  readonly stops: readonly Stop[];
}

type Stop =
  | Steady
  | {
      readonly kind: "pool";
      readonly pool: string;
      /** How the way came to it, where that was through a territory: the beginning of its members' labels. */
      readonly by: string;
    };

export type Route =
  | { readonly kind: "assigned"; readonly plan: OwnerPlan }
  | {
      readonly kind: "held";
      readonly reason: string;
      readonly until: EpochMs;
      readonly receipts: readonly Receipt[];
    }
  | { readonly kind: "nobody"; readonly receipts: readonly Receipt[] };

/** Pools that a route can reach, through territories too, in a fixed order: the ledger locks them before the choice. */
export function poolsOf(route: string, policy: Policy): readonly string[] {
  const hops = policy.routing.routes[route] ?? [];
  const direct = hops.flatMap((hop) => (hop.kind === "pool" ? [hop.pool] : []));
  const territorial = hops.some((hop) => hop.kind === "territories")
    ? policy.routing.territories.flatMap(({ owner }) => ("pool" in owner ? [owner.pool] : []))
    : [];
  return [...new Set([...direct, ...territorial])].toSorted();
}

/** These pools and those that share a member who has a cap: what one gives counts in the other. */
export function poolsSharing(pools: readonly string[], { routing }: Policy): readonly string[] {
  const capped = new Set(
    pools.flatMap((pool) => (routing.pools[pool]?.members ?? []).filter(({ cap }) => cap).map(memberKey)),
  );
  const sharing = Object.entries(routing.pools).flatMap(([pool, { members }]) =>
    members.some((member) => capped.has(memberKey(member))) ? [pool] : [],
  );
  return [...new Set([...pools, ...sharing])];
}

/** The owner, a pool that everybody waits for, or nobody; always with the reasons. Never throws. */
export function planOwner(question: RouteQuestion): Route {
  return ownerOn(wayOf(question), question);
}

/** The stops of a route: who the record itself names, the hops in their order, the policy's last resort. */
export function wayOf(question: WayQuestion): Way {
  const { route, wish, policy } = question;
  const { routes, fallback } = policy.routing;
  const wished = wish === null ? [] : [wishedOwner(wish, question)];
  const hops = [...(routes[route] ?? []), ...(fallback === undefined ? [] : [fallback])];
  return { route, stops: [...wished, ...hops.map((hop) => ofHop(hop, question))] };
}

/** The stop at which the way ends or a pool's turn decides whether it does; undefined where nobody is there. */
export function endOf(
  { stops }: Way,
  { routing }: Policy,
  besides: OwnerRef | null,
): Exclude<Stop, { kind: "cannot" }> | undefined {
  return stops
    .filter((stop) => stop.kind !== "cannot")
    .find((stop) => (stop.kind === "pool" ? stop.pool in routing.pools : stop.owner.id !== besides?.id));
}

/** The answer of `planOwner` once the way is known. */
export function ownerOn(way: Way, turns: Turns): Route {
  const candidates = candidatesOn(way, turns);
  const end = candidates.findIndex((candidate) => candidate.kind !== "cannot");
  const first = candidates[end];
  const receipts = (end < 0 ? candidates : candidates.slice(0, end + 1)).map(receiptOf);
  if (first === undefined || first.kind === "cannot") return { kind: "nobody", receipts };
  if (first.kind === "holds")
    return { kind: "held", reason: `${first.label}: ${first.problem}`, until: first.until, receipts };
  const others = candidates.slice(end + 1).flatMap((one) => (one.kind === "can" ? [one.owner] : []));
  const alternates = [...new Map(others.map((owner) => [owner.id, owner])).values()];
  return {
    kind: "assigned",
    plan: {
      owner: first.owner,
      route: way.route,
      via: first.label,
      receipts,
      pool: first.pool,
      alternates: alternates.filter((owner) => owner.id !== first.owner.id),
    },
  };
}

function candidatesOn({ stops }: Way, turns: Turns): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const stop of stops) {
    const first = candidates.find(({ kind }) => kind === "can");
    // Nobody of a pool is next without the pool's turn having been asked for.
    if (stop.kind === "pool" && first?.kind === "can" && first.pool === null) continue;
    candidates.push(...candidatesAt(stop, turns).map((one) => unlessOwner(one, turns.besides)));
  }
  return candidates;
}

function candidatesAt(stop: Stop, turns: Turns): readonly Candidate[] {
  if (stop.kind !== "pool") return [stop];
  return fromPool(stop.pool, turns).map((one) => ({ ...one, label: `${stop.by}${one.label}` }));
}

function unlessOwner(candidate: Candidate, owner: OwnerRef | null): Candidate {
  return candidate.kind === "can" && candidate.owner.id === owner?.id
    ? { ...cannot(candidate.label, "the owner is the same person"), ...placeOf(candidate) }
    : candidate;
}

function placeOf({ place }: Candidate): { readonly place?: PoolPlace } {
  return place === undefined ? {} : { place };
}

function receiptOf(candidate: Candidate): Receipt {
  const { label, place } = candidate;
  const where = { candidate: label, ...(place !== undefined && { place }) };
  switch (candidate.kind) {
    case "can":
      return { ...where, kind: "assigned", reason: candidate.note };
    case "holds":
      return { ...where, kind: "held", reason: candidate.problem };
    case "cannot":
      return { ...where, kind: "skipped", reason: candidate.problem };
  }
}

function wishedOwner(wish: NonNullable<OwnerWish>, { crm }: WayQuestion): Steady {
  switch (wish) {
    case "opportunity.owner":
      return fromCrm("owner of the Opportunity", openOpportunity(crm)?.owner);
    case "account.owner":
      return fromCrm("account owner", crm.accounts[0]?.owner);
    case "account.csm":
      return fromCrm("CSM of the account", crm.accounts[0]?.csm);
    case "lead.owner":
      return fromCrm("owner of the Lead", leadOwner(crm));
  }
}

function ofHop(hop: Hop, question: WayQuestion): Stop {
  switch (hop.kind) {
    case "account-owner":
      return wishedOwner("account.owner", question);
    case "opportunity-owner":
      return wishedOwner("opportunity.owner", question);
    case "lead-owner":
      return wishedOwner("lead.owner", question);
    case "csm":
      return wishedOwner("account.csm", question);
    case "list":
      return fromList(hop.list, question);
    case "territories":
      return fromTerritories(question);
    case "pool":
      return { kind: "pool", pool: hop.pool, by: "" };
    case "queue":
      return fromQueue(hop.queue, question);
    case "user":
      return fromUser(`user ${hop.user}`, hop.user, question.directory);
  }
}

function fromCrm(label: string, owner: CrmOwner | null | undefined): Steady {
  if (owner === null || owner === undefined) return cannot(label, "there is none in Salesforce");
  const named = `${label}: ${owner.name ?? owner.email ?? owner.id}`;
  if (!owner.active) return cannot(named, "inactive in Salesforce");
  // A queue has no e-mail; its id begins with 00G (object reference, Group).
  const ref: OwnerRef = owner.id.startsWith("00G")
    ? { kind: "queue", id: owner.id, name: owner.name ?? owner.id }
    : { kind: "user", id: owner.id, email: owner.email, name: owner.name };
  return can(named, ref);
}

function leadOwner(crm: CrmView): CrmOwner | undefined {
  return crm.leads.find((lead) => lead.convertedContactId === null)?.owner;
}

function fromQueue(queue: string, { directory, object }: WayQuestion): Steady {
  const label = `queue ${queue}`;
  const found = directory.queues.find((one) => one.name === queue);
  if (found === undefined) return cannot(label, "no queue of this name in Salesforce");
  if (!found.objects.includes(object)) return cannot(label, `the queue takes no ${object}`);
  const owner = { kind: "queue", id: found.id, name: found.name } as const;
  if (found.isEmpty !== true) return can(label, owner);
  return { ...can(label, owner), note: "first on the route who can take it, but nobody is in this queue" };
}

/** An entry covers its subdomains too; the closest entry counts. */
function fromList(list: string, question: WayQuestion): Steady {
  const label = `list ${list}`;
  const { hosts } = question;
  const entries = Object.entries(question.policy.routing.lists[list] ?? {}).map(([domain, user]) => ({
    domain: domain.toLowerCase(),
    user,
  }));
  const [entry] = entries
    .filter(({ domain }) => hosts.some((host) => host === domain || host.endsWith(`.${domain}`)))
    .toSorted((a, b) => b.domain.length - a.domain.length);
  if (entry === undefined) return cannot(label, `${hosts[0] ?? "no company domain"} is not on it`);
  return fromUser(`${label}: ${entry.user}`, entry.user, question.directory);
}

function fromTerritories(question: WayQuestion): Stop {
  const territory = question.policy.routing.territories.find(
    ({ when }) => decide(when, question.lookup, question.now) === "yes",
  );
  if (territory === undefined) return cannot("territories", "none covers this company");
  const { id, owner } = territory;
  const by = `territory ${id}: `;
  if ("pool" in owner) return { kind: "pool", pool: owner.pool, by };
  if ("user" in owner) return fromUser(`${by}${owner.user}`, owner.user, question.directory);
  const queue = fromQueue(owner.queue, question);
  return { ...queue, label: `${by}${queue.label}` };
}

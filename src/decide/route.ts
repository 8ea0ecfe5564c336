/**
 * Who gets it: a route is a chain of hops, the first that can take the lead takes it, and everybody who was passed
 * over gets a receipt. Pure: the directory and the state of the pools are arguments, read under a lock by ledger.ts.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { FieldLookup } from "../policy/condition.ts";
import { decide } from "../policy/evaluate.ts";
import type { Hop, Policy, Pool, PoolMember } from "../policy/schema.ts";
import type { CrmOwner, CrmView } from "../qualify/crm.ts";
import { openOpportunity } from "../qualify/situation.ts";
import { type Availability, availabilityOf, instantText, type Load, zoneOf } from "./availability.ts";
import type { OwnerPlan, OwnerRef, PoolPlace, Receipt } from "./decision.ts";
import { inTurn } from "./fairness.ts";
import type { OwnerWish } from "./record.ts";

/** Users and queues of the org, as routes look them up. */
export interface Directory {
  readonly users: readonly {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly active: boolean;
  }[];
  readonly queues: readonly {
    readonly id: string;
    readonly name: string;
    readonly objects: readonly string[];
    /** True when nobody is in it; absent when somebody is, or when it is not known. */
    readonly isEmpty?: true;
  }[];
}

/** One member's line in the fairness ledger, and what they have in hand. */
export interface MemberState extends Load {
  readonly member: string;
  readonly served: number;
  readonly adjustment: number;
  readonly lastAt: EpochMs | null;
}

export interface PoolState {
  readonly members: readonly MemberState[];
  /** Who got the last lead of this company or person, whichever the pool is sticky by. */
  readonly stickyMember: string | null;
}

export interface RouteQuestion {
  readonly route: string;
  readonly wish: OwnerWish;
  readonly policy: Policy;
  readonly crm: CrmView;
  readonly directory: Directory;
  readonly pools: Readonly<Record<string, PoolState>>;
  readonly lookup: FieldLookup;
  readonly now: EpochMs;
  /** Host names of the company, for named lists: its domain, and what of the mail address lies below it. */
  readonly hosts: readonly string[];
  /** The Salesforce object to own: a queue owns only what it is set up for. */
  readonly object: "Lead" | "Contact" | "Opportunity" | "Task";
  /** Set when a second person is asked for: the owner, who is not told twice. A message waits for whoever is away. */
  readonly besides: OwnerRef | null;
}

type Candidate = { readonly label: string; readonly place?: PoolPlace } & (
  | {
      readonly kind: "can";
      readonly owner: OwnerRef;
      readonly pool: OwnerPlan["pool"];
      readonly note: string;
    }
  | { readonly kind: "cannot"; readonly problem: string; readonly off: Waiting | null }
  /** The route ends here until then. */
  | { readonly kind: "holds"; readonly problem: string; readonly until: EpochMs }
);

/** Somebody of a pool who could take it at another time; `owner` is who they would be. */
interface Waiting {
  readonly availability: Extract<Availability, { kind: "out" }>;
  readonly taking: Extract<Candidate, { kind: "can" }>;
}

export type Route =
  | { readonly kind: "assigned"; readonly plan: OwnerPlan }
  | {
      readonly kind: "held";
      readonly reason: string;
      readonly until: EpochMs;
      readonly receipts: readonly Receipt[];
    }
  | { readonly kind: "nobody"; readonly receipts: readonly Receipt[] };

/** A member as the ledger names them. */
export function memberKey({ user }: PoolMember): string {
  return user.toLowerCase();
}

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
  const candidates = candidatesOf(question);
  const end = candidates.findIndex((candidate) => candidate.kind !== "cannot");
  const first = candidates[end];
  const receipts = (end < 0 ? candidates : candidates.slice(0, end + 1)).map(receiptOf);
  if (first === undefined || first.kind === "cannot") return { kind: "nobody", receipts };
  if (first.kind === "holds")
    return { kind: "held", reason: `${first.label}: ${first.problem}`, until: first.until, receipts };
  // Nobody of a pool is next without the pool's turn having been asked for.
  const others = candidates
    .slice(end + 1)
    .flatMap((one) => (one.kind === "can" && (one.pool === null || first.pool !== null) ? [one.owner] : []));
  const alternates = [...new Map(others.map((owner) => [owner.id, owner])).values()];
  return {
    kind: "assigned",
    plan: {
      owner: first.owner,
      route: question.route,
      via: first.label,
      receipts,
      pool: first.pool,
      alternates: alternates.filter((owner) => owner.id !== first.owner.id),
    },
  };
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

function candidatesOf(question: RouteQuestion): readonly Candidate[] {
  const { routing } = question.policy;
  const wished = question.wish === null ? [] : [wishedOwner(question.wish, question)];
  const hops = [
    ...(routing.routes[question.route] ?? []),
    ...(routing.fallback === undefined ? [] : [routing.fallback]),
  ];
  const candidates = [...wished, ...hops.flatMap((hop) => ofHop(hop, question))];
  return candidates.map((candidate) =>
    candidate.kind === "can" && candidate.owner.id === question.besides?.id
      ? { ...cannot(candidate.label, "the owner is the same person"), ...placeOf(candidate) }
      : candidate,
  );
}

function placeOf({ place }: Candidate): { readonly place?: PoolPlace } {
  return place === undefined ? {} : { place };
}

function wishedOwner(wish: NonNullable<OwnerWish>, { crm }: RouteQuestion): Candidate {
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

function ofHop(hop: Hop, question: RouteQuestion): readonly Candidate[] {
  switch (hop.kind) {
    case "account-owner":
      return [wishedOwner("account.owner", question)];
    case "opportunity-owner":
      return [wishedOwner("opportunity.owner", question)];
    case "lead-owner":
      return [wishedOwner("lead.owner", question)];
    case "csm":
      return [wishedOwner("account.csm", question)];
    case "list":
      return [fromList(hop.list, question)];
    case "territories":
      return [fromTerritories(question)].flat();
    case "pool":
      return fromPool(hop.pool, question);
    case "queue":
      return [fromQueue(hop.queue, question)];
    case "user":
      return [fromUser(`user ${hop.user}`, hop.user, question)];
  }
}

function can(label: string, owner: OwnerRef): Extract<Candidate, { kind: "can" }> {
  return { kind: "can", label, owner, pool: null, note: "first on the route who can take it" };
}

function cannot(label: string, problem: string): Candidate {
  return { kind: "cannot", label, problem, off: null };
}

function fromCrm(label: string, owner: CrmOwner | null | undefined): Candidate {
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

function fromUser(label: string, email: string, { directory }: RouteQuestion): Candidate {
  const user = directory.users.find((one) => one.email.toLowerCase() === email.toLowerCase());
  if (user === undefined) return cannot(label, "no Salesforce user has this address");
  if (!user.active) return cannot(label, "inactive in Salesforce");
  return can(label, { kind: "user", id: user.id, email: user.email, name: user.name });
}

function fromQueue(queue: string, { directory, object }: RouteQuestion): Candidate {
  const label = `queue ${queue}`;
  const found = directory.queues.find((one) => one.name === queue);
  if (found === undefined) return cannot(label, "no queue of this name in Salesforce");
  if (!found.objects.includes(object)) return cannot(label, `the queue takes no ${object}`);
  const owner = { kind: "queue", id: found.id, name: found.name } as const;
  if (found.isEmpty !== true) return can(label, owner);
  return { ...can(label, owner), note: "first on the route who can take it, but nobody is in this queue" };
}

/** An entry covers its subdomains too; the closest entry counts. */
function fromList(list: string, question: RouteQuestion): Candidate {
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
  return fromUser(`${label}: ${entry.user}`, entry.user, question);
}

function fromTerritories(question: RouteQuestion): readonly Candidate[] {
  const territory = question.policy.routing.territories.find(
    ({ when }) => decide(when, question.lookup, question.now) === "yes",
  );
  if (territory === undefined) return [cannot("territories", "none covers this company")];
  const label = `territory ${territory.id}`;
  if ("user" in territory.owner)
    return [fromUser(`${label}: ${territory.owner.user}`, territory.owner.user, question)];
  const candidates =
    "queue" in territory.owner
      ? [fromQueue(territory.owner.queue, question)]
      : fromPool(territory.owner.pool, question);
  return candidates.map((one) => ({ ...one, label: `${label}: ${one.label}` }));
}

/** The members of a pool in the order in which they would take it, and what the pool does when none of them can. */
function fromPool(name: string, question: RouteQuestion): readonly Candidate[] {
  const pool = question.policy.routing.pools[name];
  if (pool === undefined) return [cannot(`pool ${name}`, "the policy has no such pool")];
  const members = ranked(pool, question.pools[name]).map((member) => ofMember(name, member, question));
  return members.some(({ kind }) => kind === "can") ? members : whenAllAway(name, pool, members, question);
}

interface Ranked {
  readonly member: PoolMember;
  readonly isSticky: boolean;
  readonly load: Load;
}

/** The sticky one first, then by turn. */
function ranked(pool: Pool, state: PoolState | undefined): readonly Ranked[] {
  const lines = pool.members.map((member) => {
    const key = memberKey(member);
    const line = state?.members.find((one) => one.member === key) ?? NO_LINE;
    return { ...line, member: key, weight: member.weight, of: member, isSticky: key === state?.stickyMember };
  });
  return inTurn(lines)
    .toSorted((a, b) => Number(b.isSticky) - Number(a.isSticky))
    .map(({ of: member, isSticky, open, today }) => ({ member, isSticky, load: { open, today } }));
}

const NO_LINE = { served: 0, adjustment: 0, lastAt: null, open: 0, today: 0 } as const;

function ofMember(name: string, { member, isSticky, load }: Ranked, question: RouteQuestion): Candidate {
  const place = { pool: name, member: memberKey(member) };
  const candidate = fromUser(`pool ${name}: ${member.user}`, member.user, question);
  if (candidate.kind !== "can") return { ...candidate, place };
  const note = isSticky ? "had the last lead of this company or person" : "next by weight, and can take it";
  const taking = {
    ...candidate,
    place,
    note,
    pool: { ...place, turn: isSticky ? "sticky" : "taken" },
  } as const;
  const availability = availabilityOf(member, zoneOf(member, question.policy), load, question.now);
  if (availability.kind === "free") return taking;
  const { label } = candidate;
  return { kind: "cannot", label, place, problem: availability.reason, off: { availability, taking } };
}

/** Hours never keep a second person from being told: the message waits for them. */
function whenAllAway(
  name: string,
  pool: Pool,
  members: readonly Candidate[],
  { besides, now, policy }: RouteQuestion,
): readonly Candidate[] {
  const waiting = members.flatMap((one) => (one.kind === "cannot" && one.off !== null ? [one.off] : []));
  const choice = besides !== null && pool.whenAllAway === "hold" ? "ignore-hours" : pool.whenAllAway;
  switch (choice) {
    case "next-rule":
      return members;
    case "ignore-hours":
      return members.map((one) =>
        one.kind === "cannot" && one.off?.availability.why === "off-hours"
          ? {
              ...one.off.taking,
              note: `${one.problem}; nobody of the pool is at work, and the pool ignores hours then`,
            }
          : one,
      );
    case "hold": {
      const back = waiting.flatMap(({ availability }) => availability.until ?? []);
      if (back.length === 0) return members;
      const until = Math.min(...back);
      const problem = `nobody can take it before ${instantText(until, policy.timezone, now)}; the pool holds it until then`;
      return [...members, { kind: "holds", label: `pool ${name}`, problem, until }];
    }
  }
}

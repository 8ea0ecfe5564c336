/**
 * Who gets it: a route is a chain of hops, the first that can take the lead takes it, and everybody who was passed
 * over gets a receipt. Pure: the directory and the state of the pools are arguments, read under a lock by ledger.ts.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { FieldLookup } from "../policy/condition.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Hop, Policy } from "../policy/schema.ts";
import type { CrmOwner, CrmView } from "../qualify/crm.ts";
import { openOpportunity } from "../qualify/situation.ts";
import type { OwnerPlan, OwnerRef, Receipt } from "./decision.ts";
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
  }[];
}

/** One member's line in the fairness ledger. */
export interface MemberState {
  readonly member: string;
  readonly served: number;
  readonly adjustment: number;
  readonly lastAt: EpochMs | null;
}

export interface PoolState {
  readonly members: readonly MemberState[];
  /** Who got the last lead of this company or person, where the pool is sticky. */
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
  /** Registrable domain of the company, for named lists. */
  readonly domain: string | null;
  /** The Salesforce object to own: a queue owns only what it is set up for. */
  readonly object: "Lead" | "Opportunity" | "Task";
}

interface Candidate {
  readonly label: string;
  readonly owner: OwnerRef | null;
  readonly problem: string | null;
  readonly pool: { readonly pool: string; readonly member: string } | null;
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

/** The owner, or nobody with the reasons. Never throws. */
export function planOwner(
  question: RouteQuestion,
):
  | { readonly kind: "assigned"; readonly plan: OwnerPlan }
  | { readonly kind: "nobody"; readonly receipts: readonly Receipt[] } {
  const receipts: Receipt[] = [];
  const takers: { readonly candidate: Candidate; readonly owner: OwnerRef }[] = [];
  for (const candidate of candidatesOf(question)) {
    if (candidate.owner === null) {
      if (takers.length === 0)
        receipts.push({
          candidate: candidate.label,
          kind: "skipped",
          reason: candidate.problem ?? "cannot take it",
        });
      continue;
    }
    if (takers.length === 0)
      receipts.push({
        candidate: candidate.label,
        kind: "assigned",
        reason: "first on the route who can take it",
      });
    takers.push({ candidate, owner: candidate.owner });
  }
  const [first, ...others] = takers;
  if (first === undefined) return { kind: "nobody", receipts };
  const alternates = others
    .map((taker) => taker.owner)
    .filter(
      (owner, i, all) => owner.id !== first.owner.id && all.findIndex((one) => one.id === owner.id) === i,
    );
  return {
    kind: "assigned",
    plan: {
      owner: first.owner,
      route: question.route,
      via: first.candidate.label,
      receipts,
      pool: first.candidate.pool,
      alternates,
    },
  };
}

function candidatesOf(question: RouteQuestion): readonly Candidate[] {
  const wished = question.wish === null ? [] : [wishedOwner(question.wish, question)];
  const hops = question.policy.routing.routes[question.route] ?? [];
  return [...wished, ...hops.flatMap((hop) => ofHop(hop, question))];
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

function fromCrm(label: string, owner: CrmOwner | null | undefined): Candidate {
  if (owner === null || owner === undefined)
    return { label, owner: null, problem: "there is none in Salesforce", pool: null };
  const named = `${label}: ${owner.name ?? owner.email ?? owner.id}`;
  if (!owner.active) return { label: named, owner: null, problem: "inactive in Salesforce", pool: null };
  // A queue has no e-mail; its id begins with 00G (object reference, Group).
  const ref: OwnerRef = owner.id.startsWith("00G")
    ? { kind: "queue", id: owner.id, name: owner.name ?? owner.id }
    : { kind: "user", id: owner.id, email: owner.email, name: owner.name };
  return { label: named, owner: ref, problem: null, pool: null };
}

function leadOwner(crm: CrmView): CrmOwner | undefined {
  return crm.leads.find((lead) => lead.convertedContactId === null)?.owner;
}

function fromUser(label: string, email: string, { directory }: RouteQuestion): Candidate {
  const user = directory.users.find((one) => one.email.toLowerCase() === email.toLowerCase());
  if (user === undefined)
    return { label, owner: null, problem: "no Salesforce user has this address", pool: null };
  if (!user.active) return { label, owner: null, problem: "inactive in Salesforce", pool: null };
  return {
    label,
    owner: { kind: "user", id: user.id, email: user.email, name: user.name },
    problem: null,
    pool: null,
  };
}

function fromQueue(queue: string, { directory, object }: RouteQuestion): Candidate {
  const label = `queue ${queue}`;
  const found = directory.queues.find((one) => one.name === queue);
  if (found === undefined)
    return { label, owner: null, problem: "no queue of this name in Salesforce", pool: null };
  if (!found.objects.includes(object))
    return { label, owner: null, problem: `the queue takes no ${object}`, pool: null };
  return { label, owner: { kind: "queue", id: found.id, name: found.name }, problem: null, pool: null };
}

function fromList(list: string, question: RouteQuestion): Candidate {
  const label = `list ${list}`;
  const user = question.domain === null ? undefined : question.policy.routing.lists[list]?.[question.domain];
  if (user === undefined)
    return {
      label,
      owner: null,
      problem: `${question.domain ?? "no company domain"} is not on it`,
      pool: null,
    };
  return fromUser(`${label}: ${user}`, user, question);
}

function fromTerritories(question: RouteQuestion): readonly Candidate[] {
  const territory = question.policy.routing.territories.find(
    ({ when }) => evaluate(when, question.lookup, question.now).verdict === "yes",
  );
  if (territory === undefined)
    return [{ label: "territories", owner: null, problem: "none covers this company", pool: null }];
  const label = `territory ${territory.id}`;
  if ("user" in territory.owner)
    return [fromUser(`${label}: ${territory.owner.user}`, territory.owner.user, question)];
  if ("queue" in territory.owner) return [fromQueue(territory.owner.queue, question)];
  return fromPool(territory.owner.pool, question);
}

/** Members in the order in which they would take it: the sticky one, then least served by weight, then longest ago, then by name. */
function fromPool(name: string, question: RouteQuestion): readonly Candidate[] {
  const pool = question.policy.routing.pools[name];
  if (pool === undefined)
    return [{ label: `pool ${name}`, owner: null, problem: "the policy has no such pool", pool: null }];
  const state = question.pools[name] ?? { members: [], stickyMember: null };
  const ranked = pool.members
    .map((member) => {
      const line = state.members.find((one) => one.member === member.user);
      const share = ((line?.served ?? 0) + (line?.adjustment ?? 0)) / member.weight;
      return {
        member: member.user,
        sticky: member.user === state.stickyMember ? 0 : 1,
        share,
        lastAt: line?.lastAt ?? 0,
      };
    })
    .toSorted(
      (a, b) =>
        a.sticky - b.sticky || a.share - b.share || a.lastAt - b.lastAt || (a.member < b.member ? -1 : 1),
    );
  return ranked.map(({ member }) => ({
    ...fromUser(`pool ${name}: ${member}`, member, question),
    pool: { pool: name, member },
  }));
}

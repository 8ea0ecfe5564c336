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
  readonly object: "Lead" | "Contact" | "Opportunity" | "Task";
}

type Candidate = { readonly label: string } & (
  | {
      readonly kind: "can";
      readonly owner: OwnerRef;
      readonly pool: { readonly pool: string; readonly member: string } | null;
    }
  | { readonly kind: "cannot"; readonly problem: string }
);

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
  const candidates = candidatesOf(question);
  const able = candidates.filter((candidate) => candidate.kind === "can");
  const [first, ...others] = able;
  const tried = first === undefined ? candidates : candidates.slice(0, candidates.indexOf(first) + 1);
  const receipts = tried.map(receiptOf);
  if (first === undefined) return { kind: "nobody", receipts };
  const alternates = [...new Map(others.map(({ owner }) => [owner.id, owner])).values()];
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
  return candidate.kind === "can"
    ? { candidate: candidate.label, kind: "assigned", reason: "first on the route who can take it" }
    : { candidate: candidate.label, kind: "skipped", reason: candidate.problem };
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

function can(label: string, owner: OwnerRef): Candidate {
  return { kind: "can", label, owner, pool: null };
}

function cannot(label: string, problem: string): Candidate {
  return { kind: "cannot", label, problem };
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
  return can(label, { kind: "queue", id: found.id, name: found.name });
}

function fromList(list: string, question: RouteQuestion): Candidate {
  const label = `list ${list}`;
  const user = question.domain === null ? undefined : question.policy.routing.lists[list]?.[question.domain];
  if (user === undefined) return cannot(label, `${question.domain ?? "no company domain"} is not on it`);
  return fromUser(`${label}: ${user}`, user, question);
}

function fromTerritories(question: RouteQuestion): readonly Candidate[] {
  const territory = question.policy.routing.territories.find(
    ({ when }) => evaluate(when, question.lookup, question.now).verdict === "yes",
  );
  if (territory === undefined) return [cannot("territories", "none covers this company")];
  const label = `territory ${territory.id}`;
  if ("user" in territory.owner)
    return [fromUser(`${label}: ${territory.owner.user}`, territory.owner.user, question)];
  if ("queue" in territory.owner) return [fromQueue(territory.owner.queue, question)];
  return fromPool(territory.owner.pool, question);
}

/** Members in the order in which they would take it: the sticky one, then least served by weight, then longest ago, then by name. */
function fromPool(name: string, question: RouteQuestion): readonly Candidate[] {
  const pool = question.policy.routing.pools[name];
  if (pool === undefined) return [cannot(`pool ${name}`, "the policy has no such pool")];
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
  return ranked.map(({ member }) => {
    const candidate = fromUser(`pool ${name}: ${member}`, member, question);
    return candidate.kind === "can" ? { ...candidate, pool: { pool: name, member } } : candidate;
  });
}

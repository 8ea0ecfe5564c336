/**
 * A pool on a route: its members in the order in which the next lead is theirs, each with whether they can take it now.
 * Pure: the state of the pools is an argument, read under a lock by ledger.ts.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Policy, Pool, PoolMember } from "../policy/schema.ts";
import { availabilityOf, instantText, type Load, zoneOf } from "./availability.ts";
import { type Candidate, cannot, type Directory, fromUser } from "./candidate.ts";
import type { OwnerRef } from "./decision.ts";
import { inTurn } from "./fairness.ts";

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

/** What is known when pools are asked. */
export interface Turns {
  readonly policy: Policy;
  readonly directory: Directory;
  readonly pools: Readonly<Record<string, PoolState>>;
  readonly now: EpochMs;
  /** Set when a second person is asked for: the owner, who is not told twice. A message waits for whoever is away. */
  readonly besides: OwnerRef | null;
}

/** A member as the ledger names them. */
export function memberKey({ user }: PoolMember): string {
  return user.toLowerCase();
}

/** The members of a pool in the order in which they would take it, and what the pool does when none of them can. */
export function fromPool(name: string, turns: Turns): readonly Candidate[] {
  const pool = turns.policy.routing.pools[name];
  if (pool === undefined) return [cannot(`pool ${name}`, "the policy has no such pool")];
  const members = ranked(pool, turns.pools[name]).map((member) => ofMember(name, member, turns));
  return members.some(({ kind }) => kind === "can") ? members : whenAllAway(name, pool, members, turns);
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

function ofMember(name: string, { member, isSticky, load }: Ranked, turns: Turns): Candidate {
  const place = { pool: name, member: memberKey(member) };
  const candidate = fromUser(`pool ${name}: ${member.user}`, member.user, turns.directory);
  if (candidate.kind !== "can") return { ...candidate, place };
  const note = isSticky ? "had the last lead of this company or person" : "next by weight, and can take it";
  const taking = {
    ...candidate,
    place,
    note,
    pool: { ...place, turn: isSticky ? "sticky" : "taken" },
  } as const;
  const availability = availabilityOf(member, zoneOf(member, turns.policy), load, turns.now);
  if (availability.kind === "free") return taking;
  const { label } = candidate;
  return { kind: "cannot", label, place, problem: availability.reason, off: { availability, taking } };
}

/** Hours never keep a second person from being told: the message waits for them. */
function whenAllAway(
  name: string,
  pool: Pool,
  members: readonly Candidate[],
  { besides, now, policy }: Turns,
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

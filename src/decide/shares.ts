/**
 * The fairness ledger as people read it: what each member of each pool got, beside what their weight asks for, what
 * they have in hand beside their caps, and who is next. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Policy, Pool, PoolMember } from "../policy/schema.ts";
import { availabilityOf, zoneOf } from "./availability.ts";
import { inTurn, levelOf } from "./fairness.ts";
import { memberKey } from "./turns.ts";

/** One member's line of the ledger with what happened since its start. */
export interface GivenLine {
  readonly pool: string;
  readonly member: string;
  /** Turns ever, and the adjustment in leads. */
  readonly served: number;
  readonly adjustment: number;
  readonly lastAt: EpochMs | null;
  /** Since the ledger's start: leads by turn, leads kept by stickiness, and turns that were given back. */
  readonly taken: number;
  readonly sticky: number;
  readonly credited: number;
  /** Leads in hand that are not closed, and leads since the member's own midnight. */
  readonly open: number;
  readonly today: number;
}

export interface MemberShare extends GivenLine {
  readonly weight: number;
  /** Leads by turn since the start, less those given back. */
  readonly got: number;
  /** What the weight asks for of all that the pool's present members got: a part of 1, and in leads. */
  readonly target: number;
  readonly due: number;
  /** The part of 1 that they got; null where the pool gave nothing. */
  readonly share: number | null;
  /** (served + adjustment) / weight. */
  readonly level: number;
  readonly cap: { readonly open: number | null; readonly perDay: number | null };
  /** Null when they can take a lead now; else why not, as the rep reads it. */
  readonly out: string | null;
  readonly isNext: boolean;
}

export interface PoolShares {
  readonly pool: string;
  readonly members: readonly MemberShare[];
  /** Members of the past with what they got since the start; nothing is due to them. */
  readonly left: readonly GivenLine[];
}

/** Every pool of the policy in its order, then those that the policy has no more. */
export function sharesOf(lines: readonly GivenLine[], policy: Policy, now: EpochMs): readonly PoolShares[] {
  const { pools } = policy.routing;
  const names = new Set([...Object.keys(pools), ...lines.map(({ pool }) => pool)]);
  return [...names].map((pool) => {
    const own = lines.filter((line) => line.pool === pool);
    const members = pools[pool]?.members ?? [];
    const keys = new Set(members.map(memberKey));
    return {
      pool,
      members: membersOf(pool, { members }, own, policy, now),
      left: own.filter(({ member }) => !keys.has(member)),
    };
  });
}

function membersOf(
  pool: string,
  { members }: Pick<Pool, "members">,
  lines: readonly GivenLine[],
  policy: Policy,
  now: EpochMs,
): readonly MemberShare[] {
  const weights = members.reduce((sum, { weight }) => sum + weight, 0);
  const lineOf = (member: PoolMember): GivenLine => {
    const key = memberKey(member);
    return lines.find((line) => line.member === key) ?? { ...NOTHING, pool, member: key };
  };
  const total = members.reduce((sum, member) => sum + gotOf(lineOf(member)), 0);
  const shares = members.map((member) => {
    const line = lineOf(member);
    const target = member.weight / weights;
    const availability = availabilityOf(member, zoneOf(member, policy), line, now);
    return {
      ...line,
      weight: member.weight,
      got: gotOf(line),
      target,
      due: target * total,
      share: total === 0 ? null : gotOf(line) / total,
      level: levelOf(line, member.weight),
      cap: { open: member.cap?.open ?? null, perDay: member.cap?.perDay ?? null },
      out: availability.kind === "free" ? null : availability.reason,
    };
  });
  const next = inTurn(shares).find(({ out }) => out === null);
  return shares.map((share) => ({ ...share, isNext: share.member === next?.member }));
}

const NOTHING = {
  served: 0,
  adjustment: 0,
  lastAt: null,
  taken: 0,
  sticky: 0,
  credited: 0,
  open: 0,
  today: 0,
} as const;

function gotOf({ taken, credited }: GivenLine): number {
  return taken - credited;
}

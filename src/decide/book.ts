/**
 * The fairness ledger as a decision reads and changes it: which pools it can reach, how their lines count now, and the
 * turns that were taken. Pure: ledger.ts reads and writes the lines in PostgreSQL, a backtest carries them on in memory.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { Policy } from "../policy/schema.ts";
import { type Load, outAtAnyHour, zoneOf } from "./availability.ts";
import type { OwnerPlan } from "./decision.ts";
import { changesBetween, levelled, type Line, type LineChange, type Standing } from "./fairness.ts";
import { poolsOf } from "./route.ts";
import { memberKey, type PoolState } from "./turns.ts";

/** All pools that a handoff with its owner on this route can come to, once their state is known. */
export function reachable(route: string, policy: Policy): readonly string[] {
  const routes = [route, ...policy.routing.alsoTell.map((also) => also.route)];
  return [...new Set(routes.flatMap((one) => poolsOf(one, policy)))];
}

/** Whose last rep a sticky pool asks for: the company's by its domain, the person's by address or Intercom's id. */
export function writersOf({ company, contact }: Snapshot): {
  readonly company: string | null;
  readonly person: string | null;
} {
  return {
    company: company?.domain ?? null,
    person: contact?.email?.toLowerCase() ?? contact?.id ?? null,
  };
}

/** A member's line with what they have in hand. */
export interface CountedLine extends Line, Load {
  /** False until the member's first line is written. */
  readonly isStored: boolean;
  /** Got the last lead of this company or person. */
  readonly isSticky: boolean;
}

/** One pool's lines: as they were stored, as they count now, and the state that a decision rests on. */
export interface Book {
  readonly pool: string;
  readonly before: readonly Line[];
  readonly after: readonly Line[];
  readonly state: PoolState;
}

/** Opens a pool with its lines, counted for `now`. */
export function bookOf(pool: string, lines: readonly CountedLine[], policy: Policy, now: EpochMs): Book {
  const counted = new Map(lines.map((line) => [line.member, line]));
  const loadOf = (member: string): Load => counted.get(member) ?? NOTHING_IN_HAND;
  const standings = standingsOf(pool, loadOf, policy, now);
  const before = lines.filter((line) => line.isStored).map(lineOf);
  const after = levelled(standings, before);
  const state = after.slice(0, standings.length).map(({ member, served, adjustment, lastAt }) => {
    const { open, today } = loadOf(member);
    return { member, served, adjustment, lastAt, open, today };
  });
  const stickyMember = lines.find((line) => line.isSticky)?.member ?? null;
  return { pool, before, after, state: { members: state, stickyMember } };
}

const NOTHING_IN_HAND: Load = { open: 0, today: 0 };

function standingsOf(
  pool: string,
  loadOf: (member: string) => Load,
  policy: Policy,
  now: EpochMs,
): readonly Standing[] {
  return (policy.routing.pools[pool]?.members ?? []).map((member) => {
    const key = memberKey(member);
    // Hours are the same for the week, and a share is the week's: only what comes on top waives turns.
    const isOut = outAtAnyHour(member, zoneOf(member, policy), loadOf(key), now) !== null;
    return { member: key, weight: member.weight, isOut };
  });
}

function lineOf({ member, served, adjustment, lastAt, weight, isOut }: CountedLine): Line {
  return { member, served, adjustment, lastAt, weight, isOut };
}

/** The lines that a frozen state was made of, under the policy that it was frozen with. */
export function linesIn(pool: string, { members }: PoolState, policy: Policy, now: EpochMs): readonly Line[] {
  const states = new Map(members.map((state) => [state.member, state]));
  const loadOf = (member: string): Load => states.get(member) ?? NOTHING_IN_HAND;
  return standingsOf(pool, loadOf, policy, now).flatMap((standing) => {
    const state = states.get(standing.member);
    if (state === undefined) return [];
    const { served, adjustment, lastAt } = state;
    return [{ ...standing, served, adjustment, lastAt }];
  });
}

/** Who took a turn of the pool; a company that stays with its rep takes none. */
function turnsOf(pool: string, plans: readonly OwnerPlan[]): readonly string[] {
  return plans.flatMap((plan) =>
    plan.pool?.pool === pool && plan.pool.turn === "taken" ? [plan.pool.member] : [],
  );
}

/** The pool's lines once these plans are carried out. */
export function linesAfter(
  { pool, after }: Book,
  plans: readonly OwnerPlan[],
  now: EpochMs,
): readonly Line[] {
  const turns = turnsOf(pool, plans);
  return after.map((line) => {
    const taken = turns.filter((member) => member === line.member).length;
    return taken === 0 ? line : { ...line, served: line.served + taken, lastAt: now };
  });
}

/** What to write for the pool once these plans are carried out. */
export function changesOf(
  { pool, before, after }: Book,
  plans: readonly OwnerPlan[],
): readonly (LineChange & { readonly pool: string })[] {
  return changesBetween(before, after, turnsOf(pool, plans)).map((change) => ({ ...change, pool }));
}

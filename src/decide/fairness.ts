/**
 * The arithmetic of fair shares. A member's level is `(served + adjustment) / weight`; turns go so that the levels stay
 * as close as whole leads allow. Adjustments, in leads, keep it fair when something changes:
 * a newcomer starts at the level of the others, one who comes back from an absence, a pause or a cap is lifted to it,
 * and a new weight counts from now on. Nobody is flooded, and nobody's past is forgotten. Pure.
 */
import type { EpochMs } from "../kernel/time.ts";

/** One member's line in the fairness ledger. */
export interface Line {
  readonly member: string;
  /** Turns taken. */
  readonly served: number;
  /** Head start and credit, in leads. */
  readonly adjustment: number;
  readonly lastAt: EpochMs | null;
  /** The weight that the turns were counted with. */
  readonly weight: number;
  /** Last seen absent, paused or at a cap: turns that pass meanwhile are not owed. */
  readonly isOut: boolean;
}

/** A member as the policy has them now. */
export interface Standing {
  readonly member: string;
  readonly weight: number;
  readonly isOut: boolean;
}

/** How full the member's share is: the same for all when everybody has theirs. */
export function levelOf({ served, adjustment }: Pick<Line, "served" | "adjustment">, weight: number): number {
  return (served + adjustment) / weight;
}

interface Turn extends Pick<Line, "member" | "served" | "adjustment" | "lastAt"> {
  readonly weight: number;
}

/**
 * Members in the order in which the next lead is theirs: first those whom it would not lift over their share of all
 * leads, each group by when the lead was due, then whoever has waited longest, then by name. With everybody there all
 * stay within one lead of their share, after any number of leads and for any weights (the quota method: M. L. Balinski
 * and H. P. Young, Fair Representation, 1982).
 */
export function inTurn<T extends Turn>(members: readonly T[]): readonly T[] {
  const given = members.reduce((sum, { served, adjustment }) => sum + served + adjustment, 0);
  const weights = members.reduce((sum, { weight }) => sum + weight, 0);
  return members
    .map((member) => {
      const had = member.served + member.adjustment;
      const isOver = had * weights >= member.weight * (given + 1);
      return { member, isOver, due: (had + 1) / member.weight };
    })
    .toSorted(
      (a, b) =>
        Number(a.isOver) - Number(b.isOver) ||
        a.due - b.due ||
        (a.member.lastAt ?? 0) - (b.member.lastAt ?? 0) ||
        (a.member.member < b.member.member ? -1 : 1),
    )
    .map(({ member }) => member);
}

/**
 * The ledger's lines as they count from now on: one for each member of the policy, and those who left marked as out.
 * `lines` are as stored; the answer differs from them only where something changed.
 */
export function levelled(members: readonly Standing[], lines: readonly Line[]): readonly Line[] {
  const lineOf = new Map(lines.map((line) => [line.member, line]));
  const known = members.flatMap(({ member }) => lineOf.get(member) ?? []);
  const settled = known.filter((line) => !line.isOut);
  const level = commonLevel(settled.length > 0 ? settled : known);
  const present = members.map(({ member, weight, isOut }): Line => {
    const line = lineOf.get(member);
    if (line === undefined)
      return { member, served: 0, adjustment: level * weight, lastAt: null, weight, isOut };
    const held = line.served + line.adjustment;
    const own = line.weight === weight ? held : levelOf(line, line.weight) * weight;
    const target = line.isOut && !isOut ? Math.max(own, level * weight) : own;
    const adjustment = target === held ? line.adjustment : target - line.served;
    return { ...line, adjustment, weight, isOut };
  });
  const names = new Set(members.map(({ member }) => member));
  const left = lines.filter(({ member }) => !names.has(member)).map((line) => ({ ...line, isOut: true }));
  return [...present, ...left];
}

/** All that was given, by all that is due for one round: zero before anybody has a line. */
function commonLevel(lines: readonly Line[]): number {
  const weights = lines.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0 ? 0 : lines.reduce((sum, line) => sum + line.served + line.adjustment, 0) / weights;
}

/** What to write for a member: turns and adjustment to add, and what stands there from now on. */
export interface LineChange {
  readonly member: string;
  readonly turns: number;
  readonly adjustment: number;
  readonly weight: number;
  readonly isOut: boolean;
}

/** The changes that turn `before` into `after` with a turn for each name in `turns`; lines that stay are left out. */
export function changesBetween(
  before: readonly Line[],
  after: readonly Line[],
  turns: readonly string[],
): readonly LineChange[] {
  const was = new Map(before.map((line) => [line.member, line]));
  return after.flatMap((line): readonly LineChange[] => {
    const old = was.get(line.member);
    const taken = turns.filter((name) => name === line.member).length;
    const isSame =
      old?.adjustment === line.adjustment && old.weight === line.weight && old.isOut === line.isOut;
    if (isSame && taken === 0) return [];
    const adjustment = line.adjustment - (old?.adjustment ?? 0);
    return [{ member: line.member, turns: taken, adjustment, weight: line.weight, isOut: line.isOut }];
  });
}

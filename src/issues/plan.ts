/** What a change of many issues comes to: the plan before it, and the receipt after it. Pure. */
import type { Destination } from "../handoff/pause-queries.ts";
import type { Issue, IssueChange } from "./issue.ts";

export interface Plan {
  /** So many things are changed in all. */
  readonly things: number;
  /** Where, the most first. */
  readonly issues: readonly {
    readonly issue: string;
    readonly destination: Destination;
    readonly code: string;
    readonly things: number;
    /** What is tried again waits until somebody resumes the destination. */
    readonly isPaused: boolean;
  }[];
  /** What is left alone, by the reason, the most first. */
  readonly left: readonly { readonly why: string; readonly things: number }[];
}

export function planOf(
  changes: readonly IssueChange[],
  issues: readonly Issue[],
  paused: readonly Destination[],
): Plan {
  const known = new Map(issues.map((issue) => [issue.id, issue]));
  const touched = changes.flatMap(({ issue, changed }) => {
    const { destination, code } = known.get(issue) ?? {};
    if (destination === undefined || code === undefined || changed.length === 0) return [];
    return [{ issue, destination, code, things: changed.length, isPaused: paused.includes(destination) }];
  });
  const reasons = Map.groupBy(
    changes.flatMap(({ left }) => left),
    ({ why }) => why,
  );
  return {
    things: touched.reduce((sum, { things }) => sum + things, 0),
    issues: touched.toSorted(byThings),
    left: [...reasons].map(([why, subjects]) => ({ why, things: subjects.length })).toSorted(byThings),
  };
}

function byThings(one: { readonly things: number }, other: { readonly things: number }): number {
  return other.things - one.things;
}

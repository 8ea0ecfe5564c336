/** Which things must move to turn one order into another. */

export interface Move {
  readonly key: string;
  /** What stands after it then; null at the end. */
  readonly before: string | null;
}

/** The fewest moves between two orders of the same keys, in the new order. */
export function moves(before: readonly string[], after: readonly string[]): readonly Move[] {
  const staying = longestRising(after.map((key) => before.indexOf(key)));
  return after.flatMap((key, i) => (staying.has(i) ? [] : [{ key, before: after[i + 1] ?? null }]));
}

interface Run {
  readonly index: number;
  readonly number: number;
  readonly length: number;
  readonly previous: Run | null;
}

/** Indexes of a longest run of rising numbers, gaps allowed: these stay where they are. */
function longestRising(numbers: readonly number[]): ReadonlySet<number> {
  const runs: Run[] = [];
  let longest: Run | null = null;
  for (const [index, number] of numbers.entries()) {
    const previous = longer(runs.filter((run) => run.number < number));
    const run: Run = { index, number, length: lengthOf(previous) + 1, previous };
    runs.push(run);
    longest = longer(longest === null ? [run] : [longest, run]);
  }
  const staying = new Set<number>();
  for (let run = longest; run !== null; run = run.previous) staying.add(run.index);
  return staying;
}

/** The longest, the earlier of two alike; null of none. */
function longer(runs: readonly Run[]): Run | null {
  return runs.reduce<Run | null>((best, run) => (run.length > lengthOf(best) ? run : best), null);
}

function lengthOf(run: Run | null): number {
  return run === null ? 0 : run.length;
}

/** One difference between two policies, alone: the first policy with nothing else of the second. */
import { crossFaults } from "./cross-checks.ts";
import { type Difference, diffPolicies, type Part, partsOf, type Place } from "./diff.ts";
import { woven } from "./merge.ts";
import type { Policy } from "./schema.ts";

/** Differences of one place, which only make sense together: two phrases of one list, a member and its neighbour. */
export interface LoneChange {
  /** "scores.buying.threshold", as `baton policy diff` names it; "recipes (order)" for their order. */
  readonly path: string;
  readonly differences: readonly Difference[];
  /** The policy with this change alone, or why there is none. */
  readonly policy: Policy | null;
  readonly problem: string | null;
}

/** Every place where `after` differs, each applied to `before` alone, in the order of the document. */
export function changesAlone(before: Policy, after: Policy): readonly LoneChange[] {
  const byName = Map.groupBy(diffPolicies(before, after), nameOfChange);
  return [...byName].map(([path, differences]) => {
    const policy = taken(before, after, path, { path: "", steps: [] }) as Policy;
    const [fault] = crossFaults(policy);
    return fault === undefined
      ? { path, differences, policy, problem: null }
      : { path, differences, policy: null, problem: fault.message };
  });
}

const ORDER = " (order)";

function nameOfChange({ kind, path }: Difference): string {
  return kind === "reordered" ? `${path}${ORDER}` : path;
}

/** `before` with what `wanted` names as `after` has it. */
function taken(before: unknown, after: unknown, wanted: string, place: Place): unknown {
  if (place.path === wanted) return after;
  const left = partsOf(before, place);
  const right = partsOf(after, place);
  if (left === null || right === null) return before;
  if (`${place.path}${ORDER}` === wanted) return reordered([...left], [...right.keys()]);
  const parts = new Map<string, unknown>();
  for (const [key, part] of left) {
    const other = right.get(key);
    if (other !== undefined) parts.set(key, taken(part.value, other.value, wanted, other.place));
    else if (part.place.path !== wanted) parts.set(key, part.value);
  }
  for (const [key, part] of right) {
    if (!left.has(key) && part.place.path === wanted) parts.set(key, part.value);
  }
  // In a list of recipes the place is content: what is new stands behind the neighbour it has in `after`.
  const order = woven(
    [...left.keys()],
    [...right.keys()].filter((key) => parts.has(key)),
  );
  const all = order.filter((key) => parts.has(key)).map((key) => [key, parts.get(key)] as const);
  return Array.isArray(before) ? all.map(([, value]) => value) : Object.fromEntries(all);
}

/** Items that both have, in the order of `keys`; what only `before` has stays where it is. */
function reordered(
  left: readonly (readonly [key: string, part: Part])[],
  keys: readonly string[],
): readonly unknown[] {
  const shared = left.filter(([key]) => keys.includes(key));
  const parts = new Map(shared);
  const inOrder = keys.flatMap((key) => parts.get(key) ?? []);
  const placed = new Map(shared.map(([key], i) => [key, inOrder[i]]));
  return left.map(([key, part]) => (placed.get(key) ?? part).value);
}

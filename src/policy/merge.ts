/**
 * Three-way merge of policies as plain trees, before defaults are filled in: what only one side changed is taken from
 * it, what both changed differently is a clash. Things with a name are matched by it; a condition is one piece.
 */
import { isCondition } from "./condition.ts";
import { labelOf, nameOf, type Step } from "./diff.ts";
import { isSameTree } from "./same.ts";

/** Absent parts are undefined. */
export interface Clash {
  readonly steps: readonly Step[];
  /** The two sides put the same things into different orders. */
  readonly isOrder: boolean;
  readonly base: unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
}

export type Merge =
  | { readonly kind: "clean"; readonly tree: unknown }
  | { readonly kind: "clashes"; readonly clashes: readonly Clash[] };

export function mergeTrees(base: unknown, ours: unknown, theirs: unknown): Merge {
  const clashes: Clash[] = [];
  const tree = merged({ base, ours, theirs }, [], clashes);
  return clashes.length === 0 ? { kind: "clean", tree } : { kind: "clashes", clashes };
}

interface Three {
  readonly base: unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
}

function merged(three: Three, steps: readonly Step[], clashes: Clash[]): unknown {
  const { base, ours, theirs } = three;
  if (isSameTree(ours, theirs) || isSameTree(base, theirs)) return ours;
  if (isSameTree(base, ours)) return theirs;
  if (isGroup(ours) && isGroup(theirs))
    return mergedGroups(isGroup(base) ? base : {}, ours, theirs, steps, clashes);
  const lists = [base ?? [], ours, theirs];
  if (lists.every(isWordList)) return mergedWords(three);
  const named = lists.map(byName);
  const [old, mine, other] = named;
  if (old && mine && other) return mergedThings(old, mine, other, steps, clashes);
  clashes.push({ ...three, steps, isOrder: false });
  return ours;
}

type Group = Readonly<Record<string, unknown>>;

function mergedGroups(
  base: Group,
  ours: Group,
  theirs: Group,
  steps: readonly Step[],
  clashes: Clash[],
): Group {
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  const parts = [...keys].map((key) => {
    const three = { base: base[key], ours: ours[key], theirs: theirs[key] };
    const step = { key, label: labelOf(ours[key] ?? theirs[key], key), isItem: false };
    return [key, merged(three, [...steps, step], clashes)] as const;
  });
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
}

/** The order of plain words says nothing: what either side took out is gone, what either added is in. */
function mergedWords({ base, ours, theirs }: Three): unknown {
  const [old, mine, other] = [(base ?? []) as unknown[], ours as unknown[], theirs as unknown[]];
  const kept = mine.filter((word) => other.includes(word) || !old.includes(word));
  return [...kept, ...other.filter((word) => !old.includes(word) && !mine.includes(word))];
}

type Things = ReadonlyMap<string, unknown>;

function mergedThings(
  base: Things,
  ours: Things,
  theirs: Things,
  steps: readonly Step[],
  clashes: Clash[],
): readonly unknown[] {
  const parts = new Map<string, unknown>();
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const three = { base: base.get(key), ours: ours.get(key), theirs: theirs.get(key) };
    const step = { key, label: labelOf(three.ours ?? three.theirs, key), isItem: true };
    const part = merged(three, [...steps, step], clashes);
    if (part !== undefined) parts.set(key, part);
  }
  const order = mergedOrder([...base.keys()], [...ours.keys()], [...theirs.keys()]);
  if (order === null) clashes.push({ base, ours, theirs, steps, isOrder: true });
  return (order ?? [...ours.keys()]).flatMap((key) => (parts.has(key) ? [parts.get(key)] : []));
}

/** The order of the side that changed it, with what the other one added after its neighbour; null when both did. */
function mergedOrder(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
): readonly string[] | null {
  const common = (keys: readonly string[]): string =>
    keys.filter((key) => base.includes(key) && ours.includes(key) && theirs.includes(key)).join("\n");
  if (common(theirs) === common(base) || common(ours) === common(theirs)) return woven(ours, theirs);
  return common(ours) === common(base) ? woven(theirs, ours) : null;
}

/** `first`, and each key that only `second` has after the one it follows there. */
export function woven(first: readonly string[], second: readonly string[]): readonly string[] {
  const order = [...first];
  for (const [i, key] of second.entries()) {
    if (order.includes(key)) continue;
    const previous = second[i - 1];
    order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, key);
  }
  return order;
}

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isCondition(value);
}

function isWordList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== "object");
}

/** The items of a list by name; null when it is none, or an item has no name of its own. */
function byName(value: unknown): Things | null {
  if (!Array.isArray(value)) return null;
  const things = new Map<string, unknown>();
  for (const item of value as readonly unknown[]) {
    const name = nameOf(item);
    if (name === null || things.has(name)) return null;
    things.set(name, item);
  }
  return things;
}

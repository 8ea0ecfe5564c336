/**
 * What differs between two policies, by place, in the order of the document. Things with an id are matched by it, and
 * plain lists by their members, so that a moved recipe or phrase is no difference of its content.
 */
import { assertNever } from "../kernel/assert-never.ts";
import type { Policy } from "./schema.ts";

export type Difference =
  | { readonly kind: "added"; readonly path: string; readonly after: unknown }
  | { readonly kind: "removed"; readonly path: string; readonly before: unknown }
  | { readonly kind: "changed"; readonly path: string; readonly before: unknown; readonly after: unknown };

/** The differences that turn `before` into `after`; empty when both say the same. */
export function diffPolicies(before: Policy, after: Policy): readonly Difference[] {
  return differences(before, after, "");
}

/** One line: "signals.enterprise.points: 10 -> 15", with + and - for what was added and removed. */
export function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case "added":
      return `+ ${difference.path}: ${JSON.stringify(difference.after)}`;
    case "removed":
      return `- ${difference.path}: ${JSON.stringify(difference.before)}`;
    case "changed":
      return `~ ${difference.path}: ${JSON.stringify(difference.before)} -> ${JSON.stringify(difference.after)}`;
    default:
      return assertNever(difference);
  }
}

function differences(before: unknown, after: unknown, path: string): readonly Difference[] {
  if (isScalarList(before) && isScalarList(after)) return listDifferences(before, after, path);
  const left = partsOf(before);
  const right = partsOf(after);
  if (left === null || right === null) {
    return before === after ? [] : [{ kind: "changed", path, before, after }];
  }
  const found: Difference[] = [];
  for (const [key, value] of left) {
    const place = placeOf(path, key);
    if (right.has(key)) found.push(...differences(value, right.get(key), place));
    else found.push({ kind: "removed", path: place, before: value });
  }
  for (const [key, value] of right) {
    if (!left.has(key)) found.push({ kind: "added", path: placeOf(path, key), after: value });
  }
  return found.concat(orderDifference([...left.keys()], [...right.keys()], path, Array.isArray(before)));
}

/** The first that applies wins in the lists with ids, so their order is content. */
function orderDifference(
  left: readonly string[],
  right: readonly string[],
  path: string,
  isList: boolean,
): readonly Difference[] {
  const both = left.filter((key) => right.includes(key));
  const moved = right.filter((key) => left.includes(key));
  return isList && both.join("\n") !== moved.join("\n")
    ? [{ kind: "changed", path: `${path} (order)`, before: both, after: moved }]
    : [];
}

function placeOf(path: string, key: string): string {
  return path === "" || key.startsWith("[") ? `${path}${key}` : `${path}.${key}`;
}

function isScalarList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item !== "object");
}

function listDifferences(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): readonly Difference[] {
  return [
    ...before
      .filter((item) => !after.includes(item))
      .map((item): Difference => ({ kind: "removed", path, before: item })),
    ...after
      .filter((item) => !before.includes(item))
      .map((item): Difference => ({ kind: "added", path, after: item })),
  ];
}

/** The parts of a group or list by name: an item of a list is named by its id, user, field mapping or label, else its place. */
function partsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value).filter(([, part]) => part !== undefined));
  return new Map(value.map((item: unknown, at) => [`[${nameOf(item) ?? at}]`, item]));
}

function nameOf(item: unknown): string | null {
  if (typeof item !== "object" || item === null) return null;
  const fields = item as Readonly<Record<string, unknown>>;
  const name = fields["id"] ?? fields["user"] ?? fields["label"] ?? fields["to"];
  return typeof name === "string" ? name : null;
}

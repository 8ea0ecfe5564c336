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
  const left = partsOf(before, path);
  const right = partsOf(after, path);
  if (left === null || right === null) {
    return before === after ? [] : [{ kind: "changed", path, before, after }];
  }
  const found: Difference[] = [];
  for (const [key, part] of left) {
    const other = right.get(key);
    if (other === undefined) found.push({ kind: "removed", path: part.path, before: part.value });
    else found.push(...differences(part.value, other.value, part.path));
  }
  for (const [key, part] of right) {
    if (!left.has(key)) found.push({ kind: "added", path: part.path, after: part.value });
  }
  return [...found, ...orderDifference(before, [...left.keys()], [...right.keys()], path)];
}

/** In lists of things the first that applies wins, so their order is content; that of plain words is not. */
function orderDifference(
  list: unknown,
  left: readonly string[],
  right: readonly string[],
  path: string,
): readonly Difference[] {
  if (!Array.isArray(list) || list.every((item) => typeof item !== "object")) return [];
  const before = left.filter((key) => right.includes(key));
  const after = right.filter((key) => left.includes(key));
  return before.join("\n") === after.join("\n")
    ? []
    : [{ kind: "changed", path: `${path} (order)`, before, after }];
}

interface Part {
  readonly path: string;
  readonly value: unknown;
}

/**
 * The parts of a group by field, or of a list by name, else by content: a part without a name has the list's own path.
 * Null for a plain value.
 */
function partsOf(value: unknown, path: string): ReadonlyMap<string, Part> | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) {
    return new Map(
      value.map((item: unknown) => {
        const name = nameOf(item);
        if (name === null) return [JSON.stringify(item), { path, value: item }] as const;
        return [name, { path: `${path}[${name}]`, value: item }] as const;
      }),
    );
  }
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return new Map(
    fields.map(([key, part]) => [key, { path: path === "" ? key : `${path}.${key}`, value: part }]),
  );
}

/** What a person calls an item of a list: its id, user, label, or the Salesforce field of a mapping. */
function nameOf(item: unknown): string | null {
  if (typeof item !== "object" || item === null) return null;
  const fields = item as Readonly<Record<string, unknown>>;
  const name = fields["id"] ?? fields["user"] ?? fields["label"] ?? fields["to"];
  return typeof name === "string" && fields["kind"] === undefined ? name : null;
}

/**
 * What differs between two policies, by place, in the order of the document. Things with an id are matched by it, and
 * plain lists by their members, so that a moved recipe or phrase is no difference of its content.
 */
import { assertNever } from "../kernel/assert-never.ts";
import { isCondition } from "./condition.ts";
import { objectText } from "./diff-values.ts";
import type { Policy } from "./schema.ts";

/** One step from a document to a part of it. */
export interface Step {
  /** The field's name, or what the item of a list is matched by. */
  readonly key: string;
  /** What people call the part: its label or name where it has one, else the key. */
  readonly label: string;
  readonly isItem: boolean;
}

export interface Place {
  readonly path: string;
  readonly steps: readonly Step[];
}

export type Difference = Place &
  (
    | { readonly kind: "added"; readonly after: unknown }
    | { readonly kind: "removed"; readonly before: unknown }
    | { readonly kind: "changed"; readonly before: unknown; readonly after: unknown }
    | {
        /** The same things in another order, by their keys. */
        readonly kind: "reordered";
        readonly before: readonly string[];
        readonly after: readonly string[];
        /** What people call each key. */
        readonly labels: Readonly<Record<string, string>>;
      }
  );

/** The differences that turn `before` into `after`; empty when both say the same. */
export function diffPolicies(before: Policy, after: Policy): readonly Difference[] {
  return differences(before, after, { path: "", steps: [] });
}

/** One line: "signals.enterprise.points: 10 -> 15", with + and - for what was added and removed. */
export function differenceText(difference: Difference): string {
  const { path } = difference;
  switch (difference.kind) {
    case "added":
      return `+ ${path}: ${JSON.stringify(difference.after)}`;
    case "removed":
      return `- ${path}: ${JSON.stringify(difference.before)}`;
    case "changed":
      return `~ ${path}: ${JSON.stringify(difference.before)} -> ${JSON.stringify(difference.after)}`;
    case "reordered":
      return `~ ${path} (order): ${JSON.stringify(difference.before)} -> ${JSON.stringify(difference.after)}`;
    default:
      return assertNever(difference);
  }
}

function differences(before: unknown, after: unknown, place: Place): readonly Difference[] {
  const left = partsOf(before, place);
  const right = partsOf(after, place);
  if (left === null || right === null) {
    return before === after ? [] : [{ kind: "changed", ...place, before, after }];
  }
  const found: Difference[] = [];
  for (const [key, part] of left) {
    const other = right.get(key);
    if (other === undefined) found.push({ kind: "removed", ...part.place, before: part.value });
    else found.push(...differences(part.value, other.value, other.place));
  }
  for (const [key, part] of right) {
    if (!left.has(key)) found.push({ kind: "added", ...part.place, after: part.value });
  }
  found.push(...orderDifference(before, left, right, place));
  // A condition is read as one sentence, so it changes as one.
  const isOne =
    (isCondition(before) && isCondition(after)) || isOneOf(before as object) || isOneOf(after as object);
  return isOne && found.length > 0 ? [{ kind: "changed", ...place, before, after }] : found;
}

/** "Exactly one of these": the owner of a territory. */
function isOneOf(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && keys.every((key) => ["user", "pool", "queue"].includes(key));
}

/** In lists of things the first that applies wins, so their order is content; that of plain words is not. */
function orderDifference(
  list: unknown,
  left: ReadonlyMap<string, Part>,
  right: ReadonlyMap<string, Part>,
  place: Place,
): readonly Difference[] {
  if (!Array.isArray(list) || list.every((item) => typeof item !== "object")) return [];
  const before = [...left.keys()].filter((key) => right.has(key));
  const after = [...right.keys()].filter((key) => left.has(key));
  if (before.join("\n") === after.join("\n")) return [];
  const labels = Object.fromEntries([...right].map(([key, { label }]) => [key, label]));
  return [{ kind: "reordered", ...place, before, after, labels }];
}

export interface Part {
  readonly place: Place;
  readonly label: string;
  readonly value: unknown;
}

/**
 * The parts of a group by field, or of a list by name, else by content: a part without a name has the list's own path.
 * The second of the same key in a list is "key#2". Null for a plain value.
 */
export function partsOf(value: unknown, { path, steps }: Place): ReadonlyMap<string, Part> | null {
  if (typeof value !== "object" || value === null) return null;
  const parts = new Map<string, Part>();
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      const name = nameOf(item);
      const key = freeKey(name ?? contentKey(item), parts);
      const step = { key, label: labelOf(item, key), isItem: true };
      const itemPath = name === null ? path : `${path}[${key}]`;
      parts.set(key, { place: { path: itemPath, steps: [...steps, step] }, label: step.label, value: item });
    }
    return parts;
  }
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const step = { key, label: labelOf(part, key), isItem: false };
    parts.set(key, {
      place: { path: path === "" ? key : `${path}.${key}`, steps: [...steps, step] },
      label: step.label,
      value: part,
    });
  }
  return parts;
}

function contentKey(item: unknown): string {
  return typeof item === "string" ? item : JSON.stringify(item);
}

function freeKey(key: string, taken: ReadonlyMap<string, Part>): string {
  let free = key;
  for (let count = 2; taken.has(free); count += 1) free = `${key}#${count}`;
  return free;
}

/** What people call a part: its label or name, else what it is matched by. */
export function labelOf(value: unknown, key: string): string {
  if (typeof value !== "object" || value === null) return key;
  const { label, name } = value as Readonly<Record<string, unknown>>;
  if (typeof label === "string") return label;
  if (typeof name === "string") return name;
  return key.startsWith("{") ? objectText(value) : key;
}

/** What a person calls an item of a list: its id, user, label, or the Salesforce field of a mapping. */
export function nameOf(item: unknown): string | null {
  if (typeof item !== "object" || item === null) return null;
  const fields = item as Readonly<Record<string, unknown>>;
  // An absence goes to a day: a date is nobody's name.
  const to = /^\d{4}-/.test(String(fields["to"])) ? undefined : fields["to"];
  const name = fields["id"] ?? fields["user"] ?? fields["label"] ?? to;
  return typeof name === "string" && fields["kind"] === undefined ? name : null;
}

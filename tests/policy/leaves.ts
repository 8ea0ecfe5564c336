/** Every line of a policy document as something that can be taken away or changed. */
import { isDeepStrictEqual } from "node:util";
import { parseDuration } from "../../src/kernel/time.ts";
import { type Policy, policySchema } from "../../src/policy/schema.ts";

type Path = readonly (string | number)[];

/** One line, and the document without it or with another one in its place. */
export interface Leaf {
  /** "recipes[2].on[0]"; of a name that the policy gives ("routing.pools.mid-market") the place with " (name)". */
  readonly place: string;
  /** Null where the reader refuses whatever else could stand there. */
  readonly changed: Policy | null;
}

/** All lines: each field, each item of a list, and each name that the policy itself gives. */
export function leavesOf(document: unknown): readonly Leaf[] {
  const before = policySchema.parse(document);
  return [...places([], document)].flatMap(({ path, edits, suffix, isWhole }) => {
    const other = firstOther(
      edits.map((edit) => () => edited(document, path, edit)),
      before,
    );
    // The last item of a list that may not be empty has to stay; its own lines are looked at all the same.
    if (isWhole && other === null) return [];
    return [{ place: `${pathText(path)}${suffix}`, changed: other }];
  });
}

/** The first document that the reader takes and that is another policy; null when there is none. */
function firstOther(documents: readonly (() => unknown)[], before: Policy): Policy | null {
  for (const document of documents) {
    const read = policySchema.safeParse(document());
    if (read.success && !isDeepStrictEqual(read.data, before)) return read.data;
  }
  return null;
}

type Edit =
  | { readonly kind: "remove" }
  | { readonly kind: "rename"; readonly name: string }
  | { readonly kind: "set"; readonly value: unknown };

interface Place {
  readonly path: Path;
  readonly suffix: string;
  /** An item of a list with lines of its own. */
  readonly isWhole: boolean;
  /** In order of preference. */
  readonly edits: readonly Edit[];
}

/** Parts whose keys are names that the policy gives, not fields of the format. */
const NAMED =
  /^(?:signals|scores|routing\.(?:pools|lists|lists\.[^.]+|routes)|feedback\.sequences(?:\.[^.]+\.attribute)?)$/;

function* places(path: Path, value: unknown): Generator<Place> {
  const inList = typeof path.at(-1) === "number";
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* places([...path, index], item);
  } else if (typeof value === "object" && value !== null) {
    if (inList) yield { path, suffix: "", isWhole: true, edits: [{ kind: "remove" }] };
    for (const [key, part] of Object.entries(value)) {
      const inside = [...path, key];
      if (NAMED.test(path.join(".")))
        yield {
          path: inside,
          suffix: " (name)",
          isWhole: false,
          edits: [{ kind: "rename", name: `${key}-2` }],
        };
      yield* places(inside, part);
    }
  } else {
    const others = othersThan(value, String(path.findLast((step) => typeof step === "string")));
    const edits = others.map((other) => ({ kind: "set", value: other }) as const);
    yield { path, suffix: "", isWhole: false, edits: inList ? [{ kind: "remove" }, ...edits] : edits };
  }
}

/** What could stand there instead, by the field's name where not every text will do. */
const OTHERS: Readonly<Record<string, readonly unknown[]>> = {
  timezone: ["Asia/Tokyo"],
  hours: ["Sat 03:00-04:00"],
  from: ["contact.role", "2026-12-19"],
  to: ["2027-01-05", "Other__c"],
  operator: ["!=", "notIn", "containsNone", "containsAny", "notContains", "<=", "<", "olderThan", "within"],
  on: ["Contact", "usage"],
  create: ["Contact"],
  owner: ["lead.owner", "opportunity.owner"],
  record: [{ create: "Contact" }],
  atLeast: [41],
  enrich: ["no"],
  unless: ["contacted", "contactedBy.csm"],
  with: ["first-name", "last-name"],
  direction: ["to-salesforce", "both"],
  sticky: ["person", "company"],
  whenAllAway: ["next-rule", "hold"],
  clock: ["always", "working-hours"],
  transcript: ["summary-only", "full"],
  combinator: ["or", "and"],
};

function othersThan(value: unknown, key: string): readonly unknown[] {
  const others = (OTHERS[key] ?? []).filter((other) => other !== value);
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [...others, value + 1];
  if (typeof value !== "string") return others;
  if (parseDuration(value) !== null) return [value.replace(/^\d+/, (digits) => String(Number(digits) + 1))];
  return [...others, `${value} too`, `${value}2`];
}

function edited(document: unknown, path: Path, edit: Edit): unknown {
  const copy = structuredClone(document) as never;
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>(
      (part, step) => part[step] as Record<string | number, unknown>,
      copy,
    );
  const last = path.at(-1) ?? "";
  if (edit.kind === "set") parent[last] = edit.value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (edit.kind === "rename") {
    const entries = Object.entries(parent);
    for (const key of Object.keys(parent)) delete parent[key];
    for (const [key, part] of entries) parent[key === last ? edit.name : key] = part;
  }
  return copy;
}

function pathText(path: Path): string {
  return path
    .map((step, at) => (typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${step}`))
    .join("");
}

/**
 * What the schema refuses, in words for the person who wrote the policy.
 */
import type { z } from "zod";

export interface PathedMessage {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

const HOPS = "accountOwner, opportunityOwner, leadOwner, csm, territories, list, pool, queue, user";

/** One or more messages for an issue of the schema; `document` is what was checked, to quote from. */
export function explain(issue: Issue, document: unknown): readonly PathedMessage[] {
  const { path } = issue;
  const found = valueAt(document, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], message: `"${key}" is no field here` }));
    case "invalid_value":
      return [{ path, message: `${missingOrNot(found)} one of ${listed(issue.values)}` }];
    case "invalid_type":
      return [{ path, message: `${missingOrNot(found)} ${a(issue.expected)}` }];
    case "invalid_union":
      return explainUnion(issue, found, document);
    case "invalid_key": {
      const reason = issue.issues.map((inner) => inner.message).join(", ");
      return [{ path, message: `${quoted(path.at(-1))} is no name for this: ${reason}` }];
    }
    case "too_small":
    case "too_big":
      return [{ path, message: `${quoted(found)} ${bound(issue)}` }];
    default:
      return [{ path, message: `${quoted(found)} ${issue.message}` }];
  }
}

type UnionIssue = Extract<Issue, { code: "invalid_union" }>;

/** A union fails in all its branches; the one that the writer meant is told. */
function explainUnion(issue: UnionIssue, found: unknown, document: unknown): readonly PathedMessage[] {
  const { path } = issue;
  if (path.at(-3) === "routes")
    return [{ path, message: `${quoted(found)} is no step of a route: write one of ${HOPS}` }];
  const branches = issue.errors.map((branch) =>
    branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] })),
  );
  const meant = branches.filter((branch) => branch.every((inner) => !isWrongKind(inner, path)));
  const candidates = meant.length > 0 ? meant : branches;
  const nearest = candidates.toSorted(
    (left, right) => missing(left, found) - missing(right, found) || left.length - right.length,
  )[0];
  if (meant.length === 0 || nearest === undefined) {
    return [{ path, message: found === undefined ? "is missing" : `${quoted(found)} does not fit here` }];
  }
  return nearest.flatMap((inner) => explain(inner, document));
}

/** The branch wants another kind of thing altogether at the place of the union itself. */
function isWrongKind(issue: Issue, path: readonly PropertyKey[]): boolean {
  return (
    issue.path.length === path.length && (issue.code === "invalid_type" || issue.code === "invalid_value")
  );
}

/** How many things stand there that the branch does not know, plus how many it misses. */
function missing(branch: readonly Issue[], found: unknown): number {
  const strange = branch.reduce(
    (count, issue) => count + (issue.code === "unrecognized_keys" ? issue.keys.length : 0),
    0,
  );
  const absent = branch.filter((issue) => {
    const key = issue.path.at(-1);
    return issue.code !== "unrecognized_keys" && key !== undefined && valueAt(found, [key]) === undefined;
  });
  return strange + absent.length;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return value;
}

function missingOrNot(found: unknown): string {
  return found === undefined ? "is missing: write" : `${quoted(found)} is not`;
}

const LONGEST_QUOTE = 60;

function quoted(value: unknown): string {
  if (value === null) return "an empty value";
  const text = typeof value === "string" ? `"${value}"` : JSON.stringify(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}

function listed(values: readonly unknown[]): string {
  return values.map(String).join(", ");
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of fields",
  record: "a group of fields",
};

function a(expected: string): string {
  return KINDS[expected] ?? `a ${expected}`;
}

function bound(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  if (issue.code === "too_big") return `is too large: at most ${issue.maximum}`;
  if (issue.origin === "number" || issue.origin === "int") {
    return `is too small: ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
  }
  return "is empty: write at least one";
}

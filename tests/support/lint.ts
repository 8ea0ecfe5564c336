/** The linter on small policies: what a test asks of one rule, and the conditions it writes most. */
import type { Remark } from "../../src/policy/lint/finding.ts";
import { lint } from "../../src/policy/lint/lint.ts";
import type { Owners } from "../../src/policy/lint/routes.ts";
import { NOON, policy } from "./cases.ts";

export type Parts = Readonly<Record<string, unknown>>;

export function remarks(parts: Parts, owners: Owners | null = null): readonly Remark[] {
  return lint(policy(parts), { now: NOON, owners });
}

/** "fault at recipes.0: ..." for the findings of one rule. */
export function found(rule: string, parts: Parts, owners: Owners | null = null): readonly string[] {
  return remarks(parts, owners)
    .filter((remark) => remark.rule === rule)
    .map(({ severity, path, message }) => `${severity} at ${path.join(".")}: ${message}`);
}

/** The proof of the first finding of a rule. */
export function why(rule: string, parts: Parts, owners: Owners | null = null): string | null | undefined {
  return remarks(parts, owners).find((remark) => remark.rule === rule)?.proof;
}

export const big = { field: "company.employees", operator: ">", value: 200 };
export const bigger = { field: "company.employees", operator: ">", value: 500 };
export const small = { field: "company.employees", operator: "<=", value: 200 };
export const known = { field: "company.employees", operator: "known" };
export const upgrade = { field: "signals", operator: "contains", value: "upgrade" };

export function all(...rules: readonly unknown[]): Parts {
  return { combinator: "and", rules };
}

export function recipe(id: string, more: Parts = {}): Parts {
  return { id, name: id, owner: { route: "default" }, ...more };
}

export function followed(unless: string, actions: readonly Parts[] = []): Parts {
  // oxlint-disable-next-line unicorn/no-thenable -- the document's own word; nothing awaits a policy
  return { after: "24h", unless, then: actions };
}

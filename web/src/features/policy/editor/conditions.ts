/**
 * Conditions of the policy to and from what the rule builder edits. There and back is the same condition; what the
 * builder cannot show is told by `canShow` and stays text.
 */
import type { Condition, Operator, RuleValue } from "../../../../../src/policy/condition.ts";
import { textOr } from "./sentence.ts";
import { isFields } from "./tree.ts";
import { type FieldKind, fieldKind } from "../../../../../src/policy/fields.ts";

/** The builder's rule and group; `lone` marks the group around a condition that is one rule. */
export interface BuilderRule {
  readonly field: string;
  readonly operator: string;
  readonly value: unknown;
}
export interface BuilderGroup {
  readonly combinator: string;
  readonly not?: boolean;
  readonly lone?: boolean;
  readonly rules: readonly (BuilderRule | BuilderGroup)[];
}

type Shape = "none" | "one" | "many";

/** What stands on the right of each operator, and its words. */
const OPERATORS: Readonly<Record<Operator, { readonly shape: Shape; readonly words: string }>> = {
  "=": { shape: "one", words: "is" },
  "!=": { shape: "one", words: "is not" },
  "<": { shape: "one", words: "less than" },
  "<=": { shape: "one", words: "at most" },
  ">": { shape: "one", words: "more than" },
  ">=": { shape: "one", words: "at least" },
  in: { shape: "many", words: "is one of" },
  notIn: { shape: "many", words: "is none of" },
  contains: { shape: "one", words: "contains" },
  notContains: { shape: "one", words: "does not contain" },
  containsAny: { shape: "many", words: "contains any of" },
  containsAll: { shape: "many", words: "contains all of" },
  containsNone: { shape: "many", words: "contains none of" },
  within: { shape: "one", words: "not older than" },
  olderThan: { shape: "one", words: "older than" },
  known: { shape: "none", words: "is known" },
  unknown: { shape: "none", words: "is not known" },
};

const COMPARING: readonly Operator[] = ["=", "!=", "<", "<=", ">", ">=", "in", "notIn"];
const OF_KIND: Readonly<Record<FieldKind, readonly Operator[]>> = {
  text: ["=", "!=", "in", "notIn", "contains", "notContains", "known", "unknown"],
  number: [...COMPARING, "known", "unknown"],
  instant: ["within", "olderThan", "known", "unknown"],
  list: ["contains", "notContains", "containsAny", "containsAll", "containsNone", "known", "unknown"],
  flag: ["=", "!=", "known", "unknown"],
};
const EVERY = Object.keys(OPERATORS) as readonly Operator[];

/** Operators that make sense for a field, with their words; every one for an attribute, which may hold anything. */
export function operatorsOf(field: string): readonly { readonly name: Operator; readonly label: string }[] {
  const kind = fieldKind(field);
  return (kind === null ? EVERY : OF_KIND[kind]).map((name) => ({ name, label: OPERATORS[name].words }));
}

export function shapeOf(operator: string): Shape {
  return isOperator(operator) ? OPERATORS[operator].shape : "one";
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name);
}

/** How a value of the field is entered. */
export function entryOf(field: string, value: unknown): "flag" | "number" | "text" {
  const kind = fieldKind(field);
  const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (kind === "flag" || (kind === null && typeof first === "boolean")) return "flag";
  if (kind === "number" || (kind === null && typeof first === "number")) return "number";
  return "text";
}

const DEEPEST = 4;

/** Whether the builder shows all of it: no deeper than four groups, each value as its field and operator want it. */
export function canShow(given: unknown, depth = 1): given is Condition {
  if (!isFields(given)) return false;
  const { field, operator, value, combinator, not, rules, ...strange } = given;
  if (Object.keys(strange).length > 0) return false;
  if (Array.isArray(rules))
    return (
      depth <= DEEPEST &&
      rules.length > 0 &&
      (combinator === "and" || combinator === "or") &&
      (not === undefined || typeof not === "boolean") &&
      [field, operator, value].every((part) => part === undefined) &&
      rules.every((part) => canShow(part, depth + 1))
    );
  return (
    typeof field === "string" &&
    [combinator, not].every((part) => part === undefined) &&
    isRule(field, operator, value)
  );
}

function isRule(field: string, operator: unknown, value: unknown): boolean {
  const known = operatorsOf(field).find(({ name }) => name === operator);
  if (known === undefined) return false;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const type = { flag: "boolean", number: "number", text: "string" }[entryOf(field, value)];
  switch (shapeOf(known.name)) {
    case "none":
      return value === undefined;
    case "one":
      return !Array.isArray(value) && typeof value === type;
    case "many":
      return Array.isArray(value) && values.every((one) => typeof one === type);
  }
}

export function toBuilder(condition: Condition): BuilderGroup {
  return "combinator" in condition
    ? groupOf(condition)
    : { combinator: "and", lone: true, rules: [ruleOf(condition)] };
}

function groupOf({ combinator, not, rules }: Extract<Condition, { combinator: string }>): BuilderGroup {
  return {
    combinator,
    ...(not !== undefined && { not }),
    rules: rules.map((part) => ("combinator" in part ? groupOf(part) : ruleOf(part))),
  };
}

function ruleOf({ field, operator, value }: Exclude<Condition, { combinator: string }>): BuilderRule {
  return { field, operator, value };
}

/** The condition that a builder's group says; null while nothing is in it. */
export function fromBuilder(group: BuilderGroup): Condition | null {
  const rules = group.rules.flatMap((part) => {
    const condition = "rules" in part ? fromBuilder(part) : conditionOf(part);
    return condition === null ? [] : [condition];
  });
  const [first] = rules;
  if (first === undefined) return null;
  const isLone = group.lone === true && rules.length === 1 && group.not !== true && !("combinator" in first);
  if (isLone) return first;
  const combinator = group.combinator === "or" ? "or" : "and";
  return { combinator, ...(group.not !== undefined && { not: group.not }), rules };
}

function conditionOf({ field, operator, value }: BuilderRule): Condition | null {
  if (!isOperator(operator)) return null;
  const typed = typedValue(field, operator, value);
  return { field, operator, ...(typed !== undefined && { value: typed }) };
}

function typedValue(field: string, operator: Operator, value: unknown): RuleValue | undefined {
  const entry = entryOf(field, value);
  const one = (part: unknown): string | number | boolean => {
    if (entry === "flag") return part !== false && part !== "false";
    const text = textOr(part, "");
    const number = Number(text);
    return entry === "number" && text.trim() !== "" && !Number.isNaN(number) ? number : text;
  };
  switch (shapeOf(operator)) {
    case "none":
      return undefined;
    case "one":
      return one(Array.isArray(value) ? value[0] : value);
    case "many": {
      if (Array.isArray(value)) return value.map(one);
      return value === "" || value === undefined ? [] : [one(value)];
    }
  }
}

/** The condition that a new rule begins with. */
export const FIRST_RULE: Condition = { field: "contact.plan", operator: "=", value: "" };

/**
 * Conditions in three values: yes, no, and unknown where nobody knows the field (Kleene's logic). An unknown never
 * decides anything by itself: a rule of a policy applies on `yes` alone.
 */
import { assertNever } from "../kernel/assert-never.ts";
import { parseDuration, parseInstant } from "../kernel/time.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Condition, FieldLookup, FieldValue, Group, Rule, Scalar } from "./condition.ts";
import { ruleSentence } from "./sentence.ts";

export type Verdict = "yes" | "no" | "unknown";

/** Why a condition came out as it did; plain data, kept with every decision. */
export type Trace = RuleTrace | GroupTrace;

export interface RuleTrace {
  readonly kind: "rule";
  readonly verdict: Verdict;
  /** "company.employees is 300, at least 50: yes". */
  readonly text: string;
  readonly field: string;
  readonly operator: Rule["operator"];
  readonly value?: Rule["value"];
  /** What the field held; absent when nobody knew. */
  readonly actual?: FieldValue;
}

export interface GroupTrace {
  readonly kind: "group";
  readonly verdict: Verdict;
  /** "all of (contact.plan is trial, equal to trial: yes; ...): yes". */
  readonly text: string;
  readonly combinator: Group["combinator"];
  readonly not: boolean;
  readonly rules: readonly Trace[];
}

/**
 * Decides `condition` and says why, rule by rule; every rule is looked at, so that the trace is whole.
 * Never throws on odd data: what cannot be compared (text with a number, no date with `within`) is unknown.
 */
export function evaluate(
  condition: Condition,
  lookup: FieldLookup,
  now: EpochMs,
): { readonly verdict: Verdict; readonly trace: Trace } {
  const trace = "rules" in condition ? traceGroup(condition, lookup, now) : traceRule(condition, lookup, now);
  return { verdict: trace.verdict, trace };
}

/** The verdict of `evaluate` without its trace: for the many conditions that nobody will read about. */
export function decide(condition: Condition, lookup: FieldLookup, now: EpochMs): Verdict {
  if (!("rules" in condition)) return judge(condition, lookup(condition.field), now);
  const verdict = combine(
    condition.combinator,
    condition.rules.map((rule) => decide(rule, lookup, now)),
  );
  return condition.not === true ? negate(verdict) : verdict;
}

function traceGroup(group: Group, lookup: FieldLookup, now: EpochMs): GroupTrace {
  const rules = group.rules.map((rule) => evaluate(rule, lookup, now).trace);
  const joined = combine(
    group.combinator,
    rules.map((rule) => rule.verdict),
  );
  const not = group.not === true;
  const verdict = not ? negate(joined) : joined;
  const words = { and: ["all of", "not all of"], or: ["any of", "none of"] } as const;
  const text = `${words[group.combinator][not ? 1 : 0]} (${rules.map((rule) => rule.text).join("; ")}): ${verdict}`;
  return { kind: "group", verdict, text, combinator: group.combinator, not, rules };
}

function traceRule(rule: Rule, lookup: FieldLookup, now: EpochMs): RuleTrace {
  const actual = lookup(rule.field);
  const verdict = judge(rule, actual, now);
  return {
    kind: "rule",
    verdict,
    text: ruleSentence(rule, actual, verdict),
    field: rule.field,
    operator: rule.operator,
    ...(rule.value === undefined ? {} : { value: rule.value }),
    ...(actual === undefined ? {} : { actual }),
  };
}

function combine(combinator: Group["combinator"], verdicts: readonly Verdict[]): Verdict {
  const decisive = combinator === "and" ? "no" : "yes";
  if (verdicts.includes(decisive)) return decisive;
  if (verdicts.includes("unknown")) return "unknown";
  return negate(decisive);
}

function negate(verdict: Verdict): Verdict {
  if (verdict === "unknown") return "unknown";
  return verdict === "yes" ? "no" : "yes";
}

const yesIf = (holds: boolean): Verdict => (holds ? "yes" : "no");

/** `null`, an empty text and an empty list are known to hold nothing; `undefined` is what nobody knows. */
function isEmpty(actual: FieldValue): boolean {
  return (
    actual === undefined || actual === null || actual === "" || (Array.isArray(actual) && actual.length === 0)
  );
}

function judge(rule: Rule, actual: FieldValue, now: EpochMs): Verdict {
  if (rule.operator === "known") return yesIf(!isEmpty(actual));
  if (rule.operator === "unknown") return yesIf(isEmpty(actual));
  if (actual === undefined || rule.value === undefined) return "unknown";
  const held = listOf(actual);
  const asked = listOf(rule.value);
  const anyHeld = (test: (one: Scalar) => boolean): boolean => held.some(test);
  const oneOf = (one: Scalar): boolean => asked.some((other) => same(one, other));
  const has = (wanted: Scalar): boolean => contains(actual, wanted);
  switch (rule.operator) {
    case "=":
    case "in":
      return yesIf(anyHeld(oneOf));
    case "!=":
    case "notIn":
      return yesIf(!anyHeld(oneOf));
    case "contains":
    case "containsAny":
      return yesIf(asked.some(has));
    case "notContains":
    case "containsNone":
      return yesIf(!asked.some(has));
    case "containsAll":
      return yesIf(asked.every(has));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return judgeOrder(rule.operator, actual, rule.value);
    case "within":
    case "olderThan":
      return judgeAge(rule.operator, actual, rule.value, now);
    default:
      return assertNever(rule.operator);
  }
}

function listOf(value: Scalar | null | readonly Scalar[]): readonly Scalar[] {
  if (value === null) return [];
  return typeof value === "object" ? value : [value];
}

/** Numbers as numbers (also written as text), everything else as text without regard to case. */
function same(left: Scalar, right: Scalar): boolean {
  const a = numberIn(left);
  const b = numberIn(right);
  return a !== null && b !== null ? a === b : foldedText(left) === foldedText(right);
}

function contains(actual: FieldValue, wanted: Scalar): boolean {
  if (typeof actual === "string") return foldedText(actual).includes(foldedText(wanted));
  return listOf(actual ?? null).some((one) => same(one, wanted));
}

const PLAIN = /^[ -~]*$/;

/** A text as comparisons see it: without regard to case, width and outer blanks. */
export function foldedText(value: Scalar): string {
  const text = String(value);
  // Normalizing costs many times more than seeing that there is nothing to normalize.
  return (PLAIN.test(text) ? text : text.normalize("NFKC")).toLowerCase().trim();
}

/** A finite number, or text that writes one in plain digits; null for anything else. */
export function numberIn(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || !/^\s*[-+]?\d+(\.\d+)?\s*$/.test(value)) return null;
  return Number(value);
}

const ORDER = {
  "<": (left: number, right: number) => left < right,
  "<=": (left: number, right: number) => left <= right,
  ">": (left: number, right: number) => left > right,
  ">=": (left: number, right: number) => left >= right,
} as const;

function judgeOrder(operator: keyof typeof ORDER, actual: FieldValue, value: unknown): Verdict {
  if (actual === null) return "no";
  const plain = [numberIn(actual), numberIn(value)] as const;
  const [left, right] =
    plain[0] !== null && plain[1] !== null ? plain : [instantOf(actual), instantOf(value)];
  return left === null || right === null ? "unknown" : yesIf(ORDER[operator](left, right));
}

/** Text counts as an instant only when it starts like ISO 8601: Date.parse would read "tier 2" as a month, too. */
function instantOf(value: unknown): EpochMs | null {
  return typeof value === "string" && numberIn(value) === null && !/^\s*\d{4}-\d{2}/.test(value)
    ? null
    : parseInstant(value);
}

const DAY_MS = 86_400_000;

/** The span a rule asks for: "7d" as written, a plain number counts days; null when it is neither. */
function spanOf(value: unknown): Ms | null {
  const days = numberIn(value);
  if (days !== null) return days * DAY_MS;
  return typeof value === "string" ? parseDuration(value) : null;
}

/** `within` and `olderThan` are each other's opposite: an instant in the future is within any span. */
function judgeAge(
  operator: "within" | "olderThan",
  actual: FieldValue,
  value: unknown,
  now: EpochMs,
): Verdict {
  if (actual === null) return "no";
  const instant = instantOf(actual);
  const span = spanOf(value);
  if (instant === null || span === null) return "unknown";
  const isOlder = now - instant > span;
  return yesIf(operator === "olderThan" ? isOlder : !isOlder);
}

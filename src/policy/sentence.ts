/**
 * Conditions in words: one rule with its outcome, as traces, receipts and reasons have it, or a whole condition.
 */
import { parseInstant } from "../kernel/time.ts";
import type { Condition, FieldValue, Operator, Rule, Scalar } from "./condition.ts";

const WORDS: Readonly<Record<Exclude<Operator, "known" | "unknown">, string>> = {
  "=": "equal to",
  "!=": "not equal to",
  "<": "less than",
  "<=": "at most",
  ">": "more than",
  ">=": "at least",
  in: "one of",
  notIn: "none of",
  contains: "containing",
  notContains: "not containing",
  containsAny: "containing any of",
  containsAll: "containing all of",
  containsNone: "containing none of",
  within: "not older than",
  olderThan: "older than",
};

const LONGEST_TEXT = 80;
const LONGEST_LIST = 8;
/** Dates beyond this cannot be written: ECMA-262, Time Values and Time Range. */
const LAST_INSTANT_MS = 8.64e15;

/** "company.employees is 300, at least 50: yes"; long texts and lists are cut short. */
export function ruleSentence(rule: Rule, actual: FieldValue, verdict: string): string {
  const { field, operator } = rule;
  if (operator === "known" || operator === "unknown") {
    return `${field} ${held(actual)}, asked whether it is ${operator}: ${verdict}`;
  }
  const isAge = operator === "within" || operator === "olderThan";
  const shown = isAge ? heldAsDate(actual) : held(actual);
  const value = rule.value === undefined ? "nothing" : valueText(rule.value);
  const unit = isAge && typeof rule.value === "number" ? " days" : "";
  return `${field} ${shown}, ${WORDS[operator]} ${value}${unit}: ${verdict}`;
}

/** The rule alone: "company.employees is at least 50", "contact.plan is known". */
export function ruleWords({ field, operator, value }: Rule): string {
  if (operator === "known" || operator === "unknown") return `${field} is ${operator}`;
  const isDays = (operator === "within" || operator === "olderThan") && typeof value === "number";
  return `${field} is ${WORDS[operator]} ${value === undefined ? "nothing" : valueText(value)}${isDays ? " days" : ""}`;
}

/** "company.employees is at least 50 and (contact.plan is known or not (...))". */
export function conditionSentence(condition: Condition): string {
  if (!("combinator" in condition))
    return ruleWords(condition)
      .replace(" is not containing ", " does not contain ")
      .replace(" is containing ", " contains ");
  const parts = condition.rules.map((part) =>
    "combinator" in part && part.not !== true ? `(${conditionSentence(part)})` : conditionSentence(part),
  );
  const joined = parts.join(` ${condition.combinator} `);
  return condition.not === true ? `not (${joined})` : joined;
}

function held(actual: FieldValue): string {
  if (actual === undefined) return "is not known";
  if (actual === null || actual === "" || (Array.isArray(actual) && actual.length === 0)) return "is empty";
  return `is ${valueText(actual)}`;
}

function heldAsDate(actual: FieldValue): string {
  const instant = typeof actual === "number" ? parseInstant(actual) : null;
  if (instant === null || instant > LAST_INSTANT_MS) return held(actual);
  return `is ${new Date(instant).toISOString()}`;
}

function valueText(value: Scalar | readonly Scalar[]): string {
  if (typeof value !== "object") return scalarText(value);
  const shown = value.slice(0, LONGEST_LIST).map(scalarText).join(", ");
  return value.length > LONGEST_LIST ? `${shown} and ${value.length - LONGEST_LIST} more` : shown;
}

function scalarText(value: Scalar): string {
  const text = String(value);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

/** A part of the content as a condition, in words where it is one. */
import type { Condition } from "../../../../../src/policy/condition.ts";
import { conditionSentence } from "../../../../../src/policy/sentence.ts";
import { isFields } from "./tree.ts";

export type { Condition };

/** Half-written conditions are said as far as they go. */
export function sentenceOf(condition: unknown): string {
  return isWhole(condition) ? conditionSentence(condition) : JSON.stringify(condition);
}

function isWhole(value: unknown): value is Condition {
  if (!isFields(value)) return false;
  if (Array.isArray(value["rules"])) return value["rules"].every(isWhole);
  return typeof value["field"] === "string" && typeof value["operator"] === "string";
}

/** The condition that a text of JSON is; null for any other. */
export function conditionIn(text: string): Condition | null {
  try {
    const value: unknown = JSON.parse(text);
    return isWhole(value) ? value : null;
  } catch {
    return null;
  }
}

/** A value as it is shown where a text, a number or yes and no may stand; `otherwise` for what is none of these. */
export function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : otherwise;
}

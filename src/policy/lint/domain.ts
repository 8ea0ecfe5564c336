/**
 * What a field can hold at the place where a condition asks for it: the ground on which the linter proves things. A
 * domain may be wider than the truth, never narrower: what has no value in it has none at all.
 */
import { fieldKind, isKnownField } from "../fields.ts";
import type { FieldKind } from "../fields.ts";

export type Domain =
  /** Nobody can ever know it here. */
  | { readonly kind: "never-known" }
  /** One of these texts, or not known. */
  | { readonly kind: "one-of"; readonly values: readonly string[] }
  /** Always a number within these bounds. */
  | { readonly kind: "between"; readonly least: number; readonly most: number }
  /** True or false, always known. */
  | { readonly kind: "fact" }
  /** Some of these names, always known. */
  | { readonly kind: "some-of"; readonly names: readonly string[] }
  /** Whatever the kind of field allows: any kind when it is null. */
  | { readonly kind: "open"; readonly of: FieldKind | null };

export type Domains = (field: string) => Domain;

/** A field that stands for what woke the policy: message, tag, usage. */
export const TRIGGER = "trigger";
/** A field that stands for the question whether the company is a customer. */
export const CUSTOMER = "is a customer";

const SITUATIONS = ["unknown", "open-lead", "contact", "open-opportunity", "customer"];

/** Where a condition stands decides what is known when it is asked. */
export type Place = "signal" | "score" | "decision" | "feedback";

/** The domains at a place; `scores` are the greatest values that the policy's scores can reach, by name. */
export function domainsAt(
  place: Place,
  signals: readonly string[],
  scores: Readonly<Record<string, number>>,
): Domains {
  return (field) => {
    if (field === TRIGGER) return { kind: "some-of", names: ["message", "tag", "usage"] };
    if (field === CUSTOMER) return { kind: "fact" };
    if (field === "signals" && place !== "feedback")
      return place === "signal" ? { kind: "never-known" } : { kind: "some-of", names: signals };
    if (field.startsWith("score.")) return ofScore(place, scores[field.slice("score.".length)]);
    if (field.startsWith("opportunity.") && place !== "feedback") return { kind: "never-known" };
    if (field === "crm.situation") return { kind: "one-of", values: SITUATIONS };
    return { kind: "open", of: isKnownField(field) ? fieldKind(field) : null };
  };
}

/** A score is known once it is computed, which is after signals and scores have asked for their own fields. */
function ofScore(place: Place, most: number | undefined): Domain {
  if (place === "signal" || place === "score") return { kind: "never-known" };
  return most === undefined || place === "feedback"
    ? { kind: "open", of: "number" }
    : { kind: "between", least: 0, most };
}

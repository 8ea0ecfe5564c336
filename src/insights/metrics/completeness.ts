/** How full the records are that Baton made, field by field of the mapping. Pure. */
import type { Policy } from "../../policy/schema.ts";
import { type Rate, rateOf } from "./figures.ts";

/** How many records of an object were made, and in how many of them each field held something. */
export interface FieldCount {
  /** As Salesforce names it: "Lead". */
  readonly object: string;
  readonly made: number;
  readonly filled: Readonly<Record<string, number>>;
}

export interface Completeness {
  readonly object: string;
  readonly field: string;
  readonly filled: Rate;
}

/** Each field that the mapping sends to Salesforce, the emptiest first. */
export function completenessOf(
  mapping: Policy["mapping"],
  counts: readonly FieldCount[],
): readonly Completeness[] {
  return Object.entries(mapping)
    .flatMap(([name, rules]) => {
      const object = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const count = counts.find((one) => one.object === object);
      const fields = new Set(
        rules.filter(({ direction }) => direction !== "to-intercom").map(({ to }) => to),
      );
      return [...fields].map((field) => ({
        object,
        field,
        filled: rateOf(count?.filled[field] ?? 0, count?.made ?? 0),
      }));
    })
    .toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Fields of which nothing is known stand last. */
function placeOf({ filled }: Completeness): number {
  return filled.share ?? 2;
}

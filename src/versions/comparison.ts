/** Two policy texts compared in words, where both can be read. */
import { type Change, changesOf } from "../policy/diff-words.ts";
import { type PolicyFault, readPolicy } from "../policy/read.ts";

export type Comparison =
  | { readonly kind: "compared"; readonly changes: readonly Change[] }
  | {
      /** One of them has faults, so nobody can say what it means. */
      readonly kind: "unreadable";
      readonly which: "before" | "after";
      readonly faults: readonly PolicyFault[];
    };

/** What turns `before` into `after`. */
export function compareTexts(before: string, after: string): Comparison {
  const [old, young] = [readPolicy(before), readPolicy(after)];
  if (old.kind === "faults") return { kind: "unreadable", which: "before", faults: old.faults };
  if (young.kind === "faults") return { kind: "unreadable", which: "after", faults: young.faults };
  return { kind: "compared", changes: changesOf(old.policy, young.policy) };
}

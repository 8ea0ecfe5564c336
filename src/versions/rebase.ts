/** Brings a draft onto what became live since it was begun. */
import { parse } from "yaml";
import { clashText } from "../policy/diff-words.ts";
import { mergeTrees } from "../policy/merge.ts";
import { type PolicyFault, readPolicy } from "../policy/read.ts";
import { rewritten } from "../policy/rewrite.ts";

export type Rebase =
  | { readonly kind: "clean"; readonly document: string }
  /** One sentence for each place that both changed differently. */
  | { readonly kind: "conflict"; readonly conflicts: readonly string[] }
  /** The draft cannot be read, or the two fit together in words and not in sense. */
  | { readonly kind: "faults"; readonly faults: readonly PolicyFault[] };

/** `base` is the text the draft was begun with; null where there was none. */
export function rebase(texts: {
  readonly base: string | null;
  readonly live: string;
  readonly draft: string;
}): Rebase {
  const draft = readPolicy(texts.draft);
  if (draft.kind === "faults") return draft;
  const base: unknown = texts.base === null ? {} : parse(texts.base);
  const merge = mergeTrees(base, parse(texts.draft), parse(texts.live));
  if (merge.kind === "clashes") return { kind: "conflict", conflicts: merge.clashes.map(clashText) };
  const document = rewritten(texts.draft, merge.tree);
  const read = readPolicy(document);
  return read.kind === "faults" ? read : { kind: "clean", document };
}

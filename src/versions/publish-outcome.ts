/** What comes of asking to make a text live. */
import type { Comparison } from "./comparison.ts";
import type { Rebase } from "./rebase.ts";
import type { PublishVerdict } from "./version.ts";

export interface Published {
  /** "would" after a dry run: everything was looked at, nothing written. */
  readonly kind: "published" | "would";
  readonly number: number;
  /** From what was live before; null where nothing was. */
  readonly changes: Comparison | null;
}

export type PublishRefusal =
  | Exclude<PublishVerdict, { readonly kind: "publish" | "stale" }>
  | {
      readonly kind: "stale";
      readonly base: number | null;
      readonly live: number | null;
      /** What became live since the draft was begun; null where one of the two versions does not exist. */
      readonly since: Comparison | null;
      /** What a rebase would come to; null as above. */
      readonly rebase: Rebase | null;
    };

export type PublishOutcome = Published | PublishRefusal;

export function isPublished(outcome: PublishOutcome): outcome is Published {
  return outcome.kind === "published" || outcome.kind === "would";
}

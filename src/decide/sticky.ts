/** Whom a pool keeps to: the rep of the company's or of the person's last lead, as the policy says. Pure. */
import type { Policy } from "../policy/schema.ts";

/** Whose last rep is asked for: the company's or the person's, whichever the pool sticks to. */
export interface StickyQuestion {
  readonly pool: string;
  readonly company: string | null;
  readonly person: string | null;
}

/** One question for each of `pools` that keeps to somebody. */
export function stickyQuestions(
  pools: readonly string[],
  policy: Policy,
  whose: { readonly company: string | null; readonly person: string | null },
): readonly StickyQuestion[] {
  return pools.flatMap((pool): readonly StickyQuestion[] => {
    const by = policy.routing.pools[pool]?.sticky;
    if (by === undefined) return [];
    return by === "company"
      ? [{ pool, company: whose.company, person: null }]
      : [{ pool, company: null, person: whose.person }];
  });
}

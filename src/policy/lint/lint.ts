/**
 * Every rule of the linter over one policy. Pure: the org's owners and the year to look at are arguments.
 */
import type { EpochMs } from "../../kernel/time.ts";
import type { Policy } from "../schema.ts";
import type { Remark } from "./finding.ts";
import { poolRemarks } from "./pools.ts";
import { reachRemarks } from "./reach.ts";
import { recipeRemarks } from "./recipes.ts";
import { ownerRemarks, routeRemarks } from "./routes.ts";
import type { Owners } from "./routes.ts";
import { reachesOf, scoreRemarks } from "./score-reach.ts";
import { unusedRemarks } from "./unused.ts";

export interface LintQuestion {
  /** Working hours are looked at for the year that starts here. */
  readonly now: EpochMs;
  /** Users and queues of the org; null leaves out what only the org can tell. */
  readonly owners: Owners | null;
}

/** What is wrong or worth knowing, in no order. */
export function lint(policy: Policy, { now, owners }: LintQuestion): readonly Remark[] {
  const reaches = reachesOf(policy, now);
  return [
    ...scoreRemarks(policy, reaches),
    ...reachRemarks(policy, reaches, now),
    ...routeRemarks(policy),
    ...(owners === null ? [] : ownerRemarks(policy, owners)),
    ...poolRemarks(policy, now),
    ...recipeRemarks(policy),
    ...unusedRemarks(policy),
  ];
}

/** The fairness ledger of an environment, read for people: the shell of shares.ts. */
import type { EpochMs } from "../../kernel/time.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
import { dayStart, zoneOf } from "../availability.ts";
import { memberKey } from "../turns.ts";
import { type PoolShares, sharesOf } from "../shares.ts";
import { ledgerCounts, type LedgerLine, ledgerLines, type LedgerSkip, ledgerSkips } from "./queries.ts";

export interface Ledger {
  readonly since: EpochMs;
  readonly now: EpochMs;
  readonly pools: readonly PoolShares[];
  readonly skips: readonly LedgerSkip[];
  /** The newest first. */
  readonly lines: readonly LedgerLine[];
}

/** Who got what since `since`, by the shares of `policy`, with at most `most` single leads. */
export async function readLedger(
  db: Db,
  policy: Policy,
  asked: {
    readonly environment: string;
    readonly since: EpochMs;
    readonly now: EpochMs;
    readonly most: number;
  },
): Promise<Ledger> {
  const { environment, since, now, most } = asked;
  const days = Object.entries(policy.routing.pools).flatMap(([pool, { members }]) =>
    members.map((member) => ({
      pool,
      member: memberKey(member),
      since: dayStart(zoneOf(member, policy), now),
    })),
  );
  const counts = await ledgerCounts(db, environment, since, days);
  const skips = await ledgerSkips(db, environment, since);
  const lines = await ledgerLines(db, environment, since, most);
  return { since, now, pools: sharesOf(counts, policy, now), skips, lines };
}

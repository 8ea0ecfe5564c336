/**
 * The reconciliation sweep: reads Intercom's own list of conversations by the time of their last change and takes in what
 * no webhook brought. Intercom sends a notification twice at most, a minute apart, so an outage of two minutes loses some.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import type { ConversationList, Listed } from "./conversation-list.ts";
import { insertFind, missedOf, moveSweep, sweepOf } from "./queries.ts";

export interface Sweep {
  readonly db: Db;
  readonly workspace: string;
  readonly list: ConversationList;
  /** Time between two sweeps. */
  readonly everyMs: Ms;
  /** Called in the transaction that stores what was found. */
  readonly found: (tx: Tx, find: Listed) => Promise<void>;
}

/** Intercom's search learns of a change some minutes late (its own words for new contacts). */
const OVERLAP_MS: Ms = 600_000;
/** The second and last try of a webhook comes a minute after the first. */
const ON_ITS_WAY_MS: Ms = 75_000;

/**
 * Takes in what was missed and returns how many conversations that were. Throws what the list throws; nothing is lost or
 * found twice then, since the next sweep begins at the same place and knows what this one found.
 */
export async function sweep({ db, workspace, list, everyMs, found }: Sweep, now: EpochMs): Promise<number> {
  // Two sweeps find whatever was missed: what the first leaves to its webhook, the second does not.
  const patienceMs = Math.min(ON_ITS_WAY_MS, everyMs / 2);
  const { beganAt, sweptUntil } = await sweepOf(db, workspace, now, everyMs);
  const since = Math.max(beganAt, sweptUntil - OVERLAP_MS);
  let missed = 0;
  let after: string | null = null;
  do {
    const { listed, next }: Awaited<ReturnType<ConversationList["changedSince"]>> = await list.changedSince(
      since,
      after,
    );
    const due = listed.filter(({ updatedAt }) => updatedAt >= beganAt && updatedAt <= now - patienceMs);
    const finds = await missedOf(db, workspace, due);
    await inTransaction(db, async (tx) => {
      for (const find of finds) {
        if (!(await insertFind(tx, workspace, find, now))) continue;
        await found(tx, find);
        missed += 1;
      }
    });
    after = next;
  } while (after !== null);
  await moveSweep(db, workspace, now);
  return missed;
}

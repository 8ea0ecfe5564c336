/** The sweep of the owner watch: every record that is due is looked at in one call to its org. */
import { RetryableFailure } from "../kernel/failure.ts";
import type { Schedule } from "../engine/engine.ts";
import { inTransaction } from "../store/database.ts";
import { moveAssignment } from "../decide/pools/queries.ts";
import { givesWayUntil } from "../handoff/allowance.ts";
import { pausedFor, refusalOf } from "../handoff/pause.ts";
import type { RecordOwner } from "../handoff/ports.ts";
import { changesIn, nextLook, watchedRecord } from "./owner-watch.ts";
import type { FollowUpDesk } from "./run.ts";
import { type DueWatch, dueWatches, noteLook } from "./watch-queries.ts";

const SWEEP_EVERY_MS = 15_000;
const MOST_AT_ONCE = 200;

export type WatchDesk = Pick<FollowUpDesk, "db" | "clock" | "log" | "world">;

export function ownerWatch(desk: WatchDesk): Schedule {
  return { name: "watch owners", everyMs: SWEEP_EVERY_MS, body: () => watchOwners(desk) };
}

/** Looks at what is due; an org that is away is asked again by the next sweep. */
export async function watchOwners(desk: WatchDesk): Promise<void> {
  const due = await dueWatches(desk.db, desk.clock(), MOST_AT_ONCE);
  for (const [environment, watches = []] of Object.entries(Object.groupBy(due, (one) => one.environment))) {
    try {
      await lookAt(desk, environment, watches);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== null && (await pausedFor(desk.db, environment, refused, 1, desk.clock()))) continue;
      const why = error instanceof RetryableFailure ? "away" : "refused to tell";
      desk.log("warn", `who owns the records of ${environment} is not known: Salesforce is ${why}`, {
        error: String(error),
      });
    }
  }
}

async function lookAt(desk: WatchDesk, environment: string, watches: readonly DueWatch[]): Promise<void> {
  const { crm } = await desk.world(environment);
  if (givesWayUntil(crm?.usage() ?? null, desk.clock()) !== null) return;
  const records = watches.map(({ request, result }) => watchedRecord(request, result));
  const ids = [...new Set(records.flatMap((record) => record?.id ?? []))];
  const owners = crm === null || ids.length === 0 ? [] : await crm.owners(ids);
  const byId = new Map<string | undefined, RecordOwner>(owners.map((one) => [one.id, one]));
  for (const [i, watch] of watches.entries()) {
    const record = records[i] ?? null;
    const now = byId.get(record?.id);
    const seen =
      record === null || now === undefined
        ? []
        : changesIn({ ...givenOf(watch, record.ownerId), record }, now);
    // A record that is gone, or had no owner of ours, is looked at no more.
    const next = now === undefined ? null : nextLook(watch.beganAt, watch.looks + 1);
    await inTransaction(desk.db, async (tx) => {
      if (!(await noteLook(tx, watch, seen, next))) return;
      for (const { owner: to, by } of seen) {
        if (to === null) continue;
        const reason = `${by} changed the owner in Salesforce`;
        await moveAssignment(tx, { handoff: watch.handoff, to, reason, now: desk.clock() });
      }
    });
  }
}

function givenOf({ given, seen }: DueWatch, ownerId: string): Pick<DueWatch, "given" | "seen"> {
  return { given: [ownerId, ...given], seen };
}

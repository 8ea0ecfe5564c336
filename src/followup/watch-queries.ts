/** SQL of the owner watch: which records are due for a look, and what was seen. */
import { sql } from "kysely";
import type { EffectRequest } from "../handoff/effects.ts";
import type { EffectResult } from "../handoff/outcome.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { OwnerChange } from "./owner-watch.ts";

export interface DueWatch {
  readonly handoff: string;
  readonly environment: string;
  readonly beganAt: EpochMs;
  readonly looks: number;
  readonly seen: readonly OwnerChange[];
  readonly request: Extract<EffectRequest, { kind: "crm-write" }>;
  readonly result: EffectResult | null;
  /** Ids and addresses to which Baton gave the record since. */
  readonly given: readonly string[];
}

/** Watches that are due, the longest due first; those of paused Salesforces wait. */
export async function dueWatches(db: Db, now: EpochMs, most: number): Promise<readonly DueWatch[]> {
  const { rows } = await sql<DueWatch>`
    select w.handoff_id as handoff, w.environment, (extract(epoch from w.began_at) * 1000)::float8 as "beganAt", w.looks, w.seen,
      e.request, e.result,
      array(select f.owner ->> 'id' from follow_ups f where f.handoff_id = w.handoff_id and f.owner is not null
        union select a.member from assignments a where a.handoff_id = w.handoff_id and a.member is not null) as given
    from owner_watches w join effects e on e.handoff_id = w.handoff_id and e.kind = 'crm-write' and e.follow_up_id is null
    where w.due_at <= to_timestamp(${now / 1_000}::float8)
      and not exists (select 1 from pauses p where p.environment = w.environment and p.destination = 'salesforce')
    order by w.due_at limit ${most}`.execute(db);
  return rows;
}

/** Notes a look and what was seen, once: false when another worker has looked. A change of owner or stage is an issue. */
export async function noteLook(
  tx: Tx,
  watch: Pick<DueWatch, "handoff" | "environment" | "looks">,
  changes: readonly OwnerChange[],
  dueAt: EpochMs | null,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update owner_watches set looks = looks + 1, seen = seen || ${JSON.stringify(changes)}::jsonb,
      due_at = to_timestamp(${dueAt === null ? null : dueAt / 1_000}::float8)
    where handoff_id = ${watch.handoff} and looks = ${watch.looks}`.execute(tx);
  if (numAffectedRows !== 1n) return false;
  for (const { what, text } of changes)
    await sql`
      select note_failure(${watch.environment}, 'salesforce', ${`${what}_changed`}, ${`owner:${watch.handoff}`}, ${watch.handoff}, ${text})`.execute(
      tx,
    );
  return true;
}

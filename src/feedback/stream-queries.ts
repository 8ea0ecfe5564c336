/** SQL of change events: which worker listens for an environment, how far it heard, and what an operator is shown. */
import { sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { ShownStream, StreamState } from "./stream.ts";

/** A place to go on from, as PostgreSQL keeps it. */
export interface HeldStream {
  readonly replay: Uint8Array | null;
  readonly replayAt: EpochMs | null;
}

/**
 * Takes or keeps the environment's stream for `leaseMs`; null while another worker has it. Counted by the database's
 * clock, which all workers share.
 */
export async function holdStream(
  db: Db,
  environment: string,
  holder: string,
  leaseMs: Ms,
): Promise<HeldStream | null> {
  const { rows } = await sql<{ replay: Uint8Array | null; replayAt: string | null }>`
    insert into change_streams as c (environment, holder, held_until)
    values (${environment}, ${holder}, now() + ${leaseMs}::float8 * interval '1 ms')
    on conflict (environment) do update set holder = excluded.holder, held_until = excluded.held_until
      where c.holder is null or c.holder = excluded.holder or c.held_until < now()
    returning replay_id as replay, (extract(epoch from replay_at) * 1000)::bigint::text as "replayAt"`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { replay: row.replay, replayAt: row.replayAt === null ? null : Number(row.replayAt) };
}

/** Gives back what this worker holds. */
export async function releaseStreams(db: Db, holder: string): Promise<void> {
  await sql`update change_streams set holder = null, held_until = null where holder = ${holder}`.execute(db);
}

/** What the stream is now; `since` moves only when that changes. */
export async function noteStream(
  db: Db,
  environment: string,
  now: { readonly state: StreamState; readonly why: string | null },
  at: EpochMs,
): Promise<void> {
  await sql`
    update change_streams set state = ${now.state}, why = ${now.why},
      since = case when state = ${now.state} then since else to_timestamp(${at / 1_000}) end
    where environment = ${environment}`.execute(db);
}

/** Where a later stream goes on; null forgets the place. */
export async function keepReplay(
  db: Db,
  environment: string,
  replay: Uint8Array | null,
  at: EpochMs,
): Promise<void> {
  await sql`
    update change_streams set replay_id = ${replay === null ? null : Buffer.from(replay)},
      replay_at = ${replay === null ? null : sql`to_timestamp(${at / 1_000})`}
    where environment = ${environment}`.execute(db);
}

/** Events did not say all, and polling took over. */
export async function noteGap(db: Db, environment: string, why: string, at: EpochMs): Promise<void> {
  await sql`
    update change_streams set gap_at = to_timestamp(${at / 1_000}), gap_why = ${why}
    where environment = ${environment}`.execute(db);
}

/** What an operator is shown; null when no worker has listened yet. */
export async function streamOf(db: Db, environment: string): Promise<ShownStream | null> {
  const { rows } = await sql<{
    state: StreamState;
    since: string | null;
    why: string | null;
    gapAt: string | null;
    gapWhy: string | null;
  }>`
    select state, why, (extract(epoch from since) * 1000)::bigint::text as since,
      (extract(epoch from gap_at) * 1000)::bigint::text as "gapAt", gap_why as "gapWhy"
    from change_streams where environment = ${environment}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const { state, since, why, gapAt, gapWhy } = row;
  return {
    state,
    since: since === null ? null : Number(since),
    why,
    gap: gapAt === null ? null : { at: Number(gapAt), why: gapWhy ?? "" },
  };
}

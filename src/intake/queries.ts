/** SQL of the intake room: the table `events`, and how far the sweep has read. */
import { sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Listed } from "./conversation-list.ts";
import type { Habit } from "./silence.ts";
import type { NewEvent } from "./storable.ts";

export interface InsertedEvent {
  /** A bigint as text. */
  readonly seq: string;
  readonly workspace: string;
  readonly notification_id: string;
  readonly conversation_id: string | null;
  readonly contact_id: string | null;
}

/**
 * Stores the rows in one statement and returns those that were new, in no certain order: a notification or a message
 * part that is known already, or comes twice in `rows`, is left out. Committed when it returns. Parked rows count as
 * taken.
 */
export async function insertEvents(db: Db, rows: readonly NewEvent[]): Promise<readonly InsertedEvent[]> {
  const column = <T>(pick: (row: NewEvent) => T): T[] => rows.map(pick);
  const { rows: inserted } = await sql<InsertedEvent>`
    insert into events (workspace, notification_id, topic, conversation_id, contact_id, part_key, created_at,
                        body, raw, parked_reason, taken_at)
    select workspace, notification_id, topic, conversation_id, contact_id, part_key, to_timestamp(created_ms / 1000.0),
           body::jsonb, raw, parked_reason, case when parked_reason is null then null else now() end
    from unnest(
      ${column((row) => row.workspace)}::text[],
      ${column((row) => row.notificationId)}::text[],
      ${column((row) => row.topic)}::text[],
      ${column((row) => row.conversation)}::text[],
      ${column((row) => row.contact)}::text[],
      ${column((row) => row.partKey)}::text[],
      ${column((row) => row.createdAt)}::bigint[],
      ${column((row) => row.body)}::text[],
      ${column((row) => row.raw)}::text[],
      ${column((row) => row.parkedReason)}::text[]
    ) as row (workspace, notification_id, topic, conversation_id, contact_id, part_key, created_ms, body, raw, parked_reason)
    on conflict do nothing
    returning seq::text as seq, workspace, notification_id, conversation_id, contact_id`.execute(db);
  return inserted;
}

/** Whose run should look at it: a conversation's, or a person's when it belongs to no conversation. */
export interface Untaken {
  readonly workspace: string;
  readonly conversation: string | null;
  readonly contact: string | null;
  /** The newest of its untaken events, a bigint as text. */
  readonly seq: string;
}

/**
 * Returns up to `limit` conversations and persons with events that no run has taken although they are older than
 * `olderThanMs` by the database's clock, the longest waiting first. For the sweeper.
 */
export async function untaken(db: Db, olderThanMs: Ms, limit = 500): Promise<readonly Untaken[]> {
  const { rows } = await sql<Untaken>`
    select workspace, conversation_id as conversation,
           case when conversation_id is null then contact_id end as contact, max(seq)::text as seq
    from events
    where taken_at is null and (conversation_id is not null or contact_id is not null)
      and received_at < now() - make_interval(secs => ${olderThanMs / 1_000})
    group by 1, 2, 3
    order by min(seq)
    limit ${limit}`.execute(db);
  return rows;
}

/** How far a workspace's list was read; it begins one turn before `now` when it never was. */
export async function sweepOf(
  db: Db,
  workspace: string,
  now: EpochMs,
  everyMs: Ms,
): Promise<{ readonly beganAt: EpochMs; readonly sweptUntil: EpochMs }> {
  const began = wholeSecond(now - everyMs);
  const { rows } = await sql<{ beganAt: string; sweptUntil: string }>`
    insert into sweeps as s (workspace, began_at, swept_until)
    values (${workspace}, to_timestamp(${began / 1_000}), to_timestamp(${began / 1_000}))
    on conflict (workspace) do update set workspace = s.workspace
    returning (extract(epoch from began_at) * 1000)::bigint::text as "beganAt",
      (extract(epoch from swept_until) * 1000)::bigint::text as "sweptUntil"`.execute(db);
  return { beganAt: Number(rows[0]?.beganAt), sweptUntil: Number(rows[0]?.sweptUntil) };
}

/** Intercom tells times in whole seconds. */
function wholeSecond(at: EpochMs): EpochMs {
  return Math.floor(at / 1_000) * 1_000;
}

/**
 * Those of the listed conversations whose last change Baton has not heard of: neither is it folded into the stored state,
 * nor does an event wait for its run, nor was it found before.
 */
export async function missedOf(
  db: Db,
  workspace: string,
  listed: readonly Listed[],
): Promise<readonly Listed[]> {
  const { rows } = await sql<{ conversation: string; updatedAt: string }>`
    select l.conversation, l.updated_at::text as "updatedAt"
    from unnest(${listed.map((one) => one.conversation)}::text[], ${listed.map((one) => one.updatedAt)}::bigint[])
      as l (conversation, updated_at)
    where not exists (select 1 from conversations c where c.workspace = ${workspace} and c.id = l.conversation
        and (c.state -> 'snapshot' ->> 'updatedAt')::numeric >= l.updated_at)
      and not exists (select 1 from events e where e.workspace = ${workspace} and e.conversation_id = l.conversation
        and e.taken_at is null)
      and not exists (select 1 from sweep_finds f where f.workspace = ${workspace} and f.conversation_id = l.conversation
        and f.updated_at = to_timestamp(l.updated_at / 1000.0))`.execute(db);
  return rows.map((row) => ({ conversation: row.conversation, updatedAt: Number(row.updatedAt) }));
}

/** Stores what the sweep found; false when another sweep was first. */
export async function insertFind(tx: Tx, workspace: string, find: Listed, now: EpochMs): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into sweep_finds (workspace, conversation_id, updated_at, found_at)
    values (${workspace}, ${find.conversation}, to_timestamp(${find.updatedAt / 1_000}), to_timestamp(${now / 1_000}))
    on conflict do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

/** Moves the mark on, never back. */
export async function moveSweep(db: Db, workspace: string, until: EpochMs): Promise<void> {
  await sql`
    update sweeps set swept_until = greatest(swept_until, to_timestamp(${until / 1_000}))
    where workspace = ${workspace}`.execute(db);
}

/** What is usual in a workspace, from the last four weeks and a little; null where nothing ever came. */
export async function habitOf(db: Db, workspace: string, now: EpochMs): Promise<Habit | null> {
  const { rows: ends } = await sql<{ firstAt: string; lastAt: string }>`
    select (extract(epoch from first.received_at) * 1000)::bigint::text as "firstAt",
      (extract(epoch from last.received_at) * 1000)::bigint::text as "lastAt"
    from (select received_at from events where workspace = ${workspace} order by seq limit 1) first,
      (select received_at from events where workspace = ${workspace} order by seq desc limit 1) last`.execute(
    db,
  );
  const [end] = ends;
  if (end === undefined) return null;
  const { rows } = await sql<{ hour: number; n: number }>`
    select floor(extract(epoch from received_at) / 3600)::int as hour, count(*)::int as n from events
    where received_at >= to_timestamp(${now / 1_000 - HABIT_SECONDS}) and workspace = ${workspace}
    group by 1`.execute(db);
  const byHour = new Map(rows.map(({ hour, n }) => [hour, n]));
  return { firstAt: Number(end.firstAt), lastAt: Number(end.lastAt), byHour };
}

const HABIT_SECONDS = 30 * 86_400;

/** Notes that a workspace fell silent since then, as an issue of all its environments; true when that is news. */
export async function noteSilence(
  tx: Tx,
  workspace: string,
  since: EpochMs,
  message: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update sweeps set silent_since = to_timestamp(${since / 1_000}) where workspace = ${workspace} and silent_since is null`.execute(
    tx,
  );
  if (numAffectedRows === 0n) return false;
  await sql`
    select note_failure(e.name, 'intercom', ${SILENT}, 'silence:' || ${workspace}::text, null, ${message})
    from environments e join connections c on c.id = e.intercom_connection
    where c.settings ->> 'workspace' = ${workspace}`.execute(tx);
  return true;
}

/** Code of the issue of a workspace whose webhooks do not come. */
const SILENT = "webhooks_silent";

/** Notes that a workspace speaks again; true when that is news. */
export async function endSilence(tx: Tx, workspace: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update sweeps set silent_since = null where workspace = ${workspace} and silent_since is not null`.execute(
    tx,
  );
  if (numAffectedRows === 0n) return false;
  await sql`select settle_failure('silence:' || ${workspace}::text, 'resolved')`.execute(tx);
  return true;
}

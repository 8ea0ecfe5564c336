/** SQL of the intake room: the table `events`. */
import { sql } from "kysely";
import type { Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
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

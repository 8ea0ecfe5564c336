/** SQL of the conversation room: conversations, aliases of people, product usage, and the events they rest on. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { ConversationState } from "./fold.ts";

export interface UntakenEvent {
  readonly seq: string;
  readonly topic: string;
  readonly body: unknown;
}

/** Events of a conversation that no run has folded yet, in Intercom's order. */
export async function untakenOfConversation(
  db: Db,
  workspace: string,
  conversation: string,
): Promise<readonly UntakenEvent[]> {
  const { rows } = await sql<UntakenEvent>`
    select seq::text, topic, body from events
    where workspace = ${workspace} and conversation_id = ${conversation} and taken_at is null and body is not null
    order by created_at, seq`.execute(db);
  return rows;
}

/** Events about a person that belong to no conversation (contact, tag, usage). */
export async function untakenOfContact(
  db: Db,
  workspace: string,
  contact: string,
): Promise<readonly UntakenEvent[]> {
  const { rows } = await sql<UntakenEvent>`
    select seq::text, topic, body from events
    where workspace = ${workspace} and contact_id = ${contact} and conversation_id is null and taken_at is null and body is not null
    order by created_at, seq`.execute(db);
  return rows;
}

export async function markTaken(tx: Tx | Db, seqs: readonly string[]): Promise<void> {
  if (seqs.length === 0) return;
  await sql`update events set taken_at = now(), parked_reason = null where seq = any(${seqs}::bigint[])`.execute(
    tx,
  );
}

/** Sets an event aside with the reason: no run takes it until a person asks for it. */
export async function parkEvent(db: Db, seq: string, reason: string): Promise<void> {
  await sql`
    update events set taken_at = now(), parked_reason = ${reason} where seq = ${seq}::bigint and taken_at is null`.execute(
    db,
  );
}

/** Takes them without keeping their words: they are news of what was deleted. */
export async function dropTaken(tx: Tx, seqs: readonly string[]): Promise<void> {
  await sql`update events set taken_at = now(), body = null, raw = null where seq = any(${seqs}::bigint[])`.execute(
    tx,
  );
}

export interface StoredConversation {
  readonly version: number;
  readonly state: ConversationState;
}

export async function loadConversation(
  db: Db | Tx,
  workspace: string,
  id: string,
): Promise<StoredConversation | null> {
  const { rows } = await sql<StoredConversation>`
    select version, state from conversations where workspace = ${workspace} and id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Writes the state as `version`; false when another writer was there first. */
export async function storeConversation(tx: Tx, version: number, state: ConversationState): Promise<boolean> {
  const { workspace, conversation } = state.snapshot;
  const { numAffectedRows } = await sql`
    insert into conversations (workspace, id, version, contact_id, state)
    values (${workspace}, ${conversation}, ${version}, ${state.contactId}, ${JSON.stringify(state)}::jsonb)
    on conflict (workspace, id) do update
      set version = excluded.version, contact_id = excluded.contact_id, state = excluded.state, updated_at = now()
      where conversations.version = excluded.version - 1`.execute(tx);
  return numAffectedRows === 1n;
}

/** The person an id stands for today. */
export async function currentContact(db: Db | Tx, workspace: string, contact: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with recursive chain (id, depth) as (
      select ${contact}::text, 0
      union all
      select a.current_id, chain.depth + 1
      from contact_aliases a join chain on a.old_id = chain.id and a.workspace = ${workspace}
      where chain.depth < 20
    )
    select id from chain order by depth desc limit 1`.execute(db);
  return rows[0]?.id ?? contact;
}

/** Holds what is known of a person until the transaction ends: their news and their conversations' states wait for each other. */
export async function lockPerson(tx: Tx, workspace: string, contact: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${workspace} ${contact}`}, 0))`.execute(tx);
}

export async function addAlias(
  tx: Tx,
  workspace: string,
  oldId: string,
  currentId: string,
  since: EpochMs,
): Promise<void> {
  if (oldId === currentId) return;
  await sql`
    insert into contact_aliases (workspace, old_id, current_id, since)
    values (${workspace}, ${oldId}, ${currentId}, to_timestamp(${since / 1_000}))
    on conflict (workspace, old_id) do update set current_id = excluded.current_id, since = excluded.since`.execute(
    tx,
  );
  await sql`
    update conversations set contact_id = ${currentId} where workspace = ${workspace} and contact_id = ${oldId}`.execute(
    tx,
  );
}

/** The person's conversations, the newest first. */
export async function conversationsOf(
  db: Db | Tx,
  workspace: string,
  contact: string,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from conversations where workspace = ${workspace} and contact_id = ${contact}
    order by updated_at desc limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

export async function addUsage(
  tx: Tx,
  usage: {
    readonly workspace: string;
    readonly contact: string;
    readonly event: string;
    readonly at: EpochMs;
    readonly id: string;
  },
): Promise<void> {
  await sql`
    insert into usage_events (workspace, contact_id, event, at, id)
    values (${usage.workspace}, ${usage.contact}, ${usage.event}, to_timestamp(${usage.at / 1_000}), ${usage.id})
    on conflict do nothing`.execute(tx);
}

/** Usage of the person and of every id they had before, newest last. */
export async function usageOf(
  db: Db | Tx,
  workspace: string,
  contact: string,
  since: EpochMs,
): Promise<readonly { readonly event: string; readonly at: EpochMs }[]> {
  const { rows } = await sql<{ event: string; at: string }>`
    select event, (extract(epoch from at) * 1000)::bigint::text as at from usage_events
    where workspace = ${workspace} and at >= to_timestamp(${since / 1_000})
      and contact_id in (
        select ${contact}::text union select old_id from contact_aliases where workspace = ${workspace} and current_id = ${contact})
    order by usage_events.at desc limit 1000`.execute(db);
  return rows.map((row) => ({ event: row.event, at: Number(row.at) })).toReversed();
}

/** SQL of the sync room: who is which record, every change, and how far both systems were read. */
import { sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Spent } from "./budget.ts";
import type { Kind, SyncedObject, Value } from "./fields.ts";
import type { Memory, SyncChange } from "./plan.ts";

const instant = (at: EpochMs) => sql`to_timestamp(${at / 1_000})`;

/** Whom of Intercom a statement is about. */
export interface Whom {
  readonly environment: string;
  readonly kind: Kind;
  /** Id of the contact or company. */
  readonly id: string;
}

export interface Pair {
  readonly id: string;
  /** Null: Salesforce has no record. */
  readonly record: { readonly object: SyncedObject; readonly id: string } | null;
  readonly lookedFor: string | null;
  readonly lookedAt: EpochMs;
  readonly fields: Memory;
  readonly version: number;
}

const pairColumns = sql`intercom_id as id, looked_for as "lookedFor", fields, version,
  case when record_id is null then null else json_build_object('object', object, 'id', record_id) end as record,
  (extract(epoch from looked_at) * 1000)::bigint::float8 as "lookedAt"`;

/** What is known of these contacts or companies. */
export async function pairsOf(
  db: Db | Tx,
  environment: string,
  kind: Kind,
  ids: readonly string[],
): Promise<readonly Pair[]> {
  const { rows } = await sql<Pair>`
    select ${pairColumns} from sync_pairs
    where environment = ${environment} and kind = ${kind} and intercom_id = any(${ids}::text[])`.execute(db);
  return rows;
}

/** The pairs of these records, by record id. */
export async function pairsOfRecords(
  db: Db,
  environment: string,
  records: readonly string[],
): Promise<ReadonlyMap<string, Pair>> {
  const { rows } = await sql<Pair>`
    select ${pairColumns} from sync_pairs
    where environment = ${environment} and record_id = any(${records}::text[])`.execute(db);
  return new Map(rows.map((pair) => [pair.record?.id ?? "", pair]));
}

/** Ids of the Leads and Contacts that Baton's handoffs wrote for these people: the newest of each. */
export async function recordsWrittenFor(
  db: Db,
  environment: string,
  workspace: string,
  contacts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ contact: string; record: string }>`
    select distinct on (c.contact_id) c.contact_id as contact, ids.value as record
    from conversations c
      join handoffs h on h.workspace = c.workspace and h.conversation_id = c.id and h.environment = ${environment}
      join effects e on e.handoff_id = h.id and e.state = 'done' and e.kind = 'crm-write',
      jsonb_each_text(e.result -> 'ids') as ids
    where c.workspace = ${workspace} and c.contact_id = any(${contacts}::text[]) and ids.value ~ '^(003|00Q)'
    order by c.contact_id, h.started_at desc, ids.value`.execute(db);
  return new Map(rows.map(({ contact, record }) => [contact, record]));
}

/**
 * Stores a pair as `version`; false, and then nothing changes, when somebody else was there first or another contact of
 * Intercom has the record.
 */
export async function savePair(
  tx: Tx,
  { environment, kind, id }: Whom,
  pair: Omit<Pair, "id">,
): Promise<boolean> {
  const { record, lookedFor, lookedAt, fields, version } = pair;
  const { numAffectedRows } = await sql`
    insert into sync_pairs as p (environment, kind, intercom_id, object, record_id, looked_for, fields, version, looked_at)
    select ${environment}, ${kind}, ${id}, ${record?.object ?? null}, ${record?.id ?? null}, ${lookedFor},
      ${JSON.stringify(fields)}::jsonb, ${version}, ${instant(lookedAt)}
    where not exists (select from sync_pairs o
      where o.environment = ${environment} and o.record_id = ${record?.id ?? null} and o.intercom_id <> ${id})
    on conflict (environment, kind, intercom_id) do update set object = excluded.object,
      record_id = excluded.record_id, looked_for = excluded.looked_for, fields = excluded.fields,
      version = excluded.version, looked_at = excluded.looked_at
    where p.version = excluded.version - 1`.execute(tx);
  return numAffectedRows === 1n;
}

/** Of these people those into whom others were merged. */
export async function heirsAmong(
  db: Db,
  workspace: string,
  contacts: readonly string[],
): Promise<readonly string[]> {
  if (contacts.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select distinct current_id as id from contact_aliases
    where workspace = ${workspace} and current_id = any(${contacts}::text[])`.execute(db);
  return rows.map(({ id }) => id);
}

/** Somebody who was merged into `contact` hands over their record, unless `contact` has one of their own. */
export async function adoptPair(
  tx: Tx,
  { environment, id }: Omit<Whom, "kind">,
  workspace: string,
): Promise<void> {
  const old = sql`(select old_id from contact_aliases where workspace = ${workspace} and current_id = ${id})`;
  const mine = sql`environment = ${environment} and kind = 'person'`;
  const { rows } = await sql<{ id: string }>`
    select intercom_id as id from sync_pairs where ${mine} and intercom_id in ${old} and record_id is not null
    order by looked_at desc limit 1`.execute(tx);
  const [heir] = rows;
  await sql`update sync_changes set state = 'lost', error = 'the person was merged into another', ended_at = now()
    where ${mine} and intercom_id in ${old} and state = 'planned'`.execute(tx);
  await sql`update sync_changes set intercom_id = ${id} where ${mine} and intercom_id in ${old}`.execute(tx);
  if (heir !== undefined) {
    await sql`delete from sync_pairs where ${mine} and intercom_id = ${id} and record_id is null`.execute(tx);
    await sql`update sync_pairs set intercom_id = ${id}, version = version + 1
      where ${mine} and intercom_id = ${heir.id}
        and not exists (select from sync_pairs where ${mine} and intercom_id = ${id})`.execute(tx);
  }
  await sql`delete from sync_pairs where ${mine} and intercom_id in ${old}`.execute(tx);
}

/** Forgets somebody whom Intercom has no more; their audit stays. */
export async function forgetPair(tx: Tx, { environment, kind, id }: Whom): Promise<void> {
  const whom = sql`environment = ${environment} and kind = ${kind} and intercom_id = ${id}`;
  await sql`update sync_changes set state = 'lost', error = 'Intercom has them no more', ended_at = now()
    where ${whom} and state = 'planned'`.execute(tx);
  await sql`delete from sync_pairs where ${whom}`.execute(tx);
}

/** A change that is stored and not yet seen to be written. */
export interface OpenChange extends Omit<SyncChange, "outcome" | "why" | "changedAt"> {
  readonly row: string;
  readonly id: string;
}

export async function openChanges(
  db: Db | Tx,
  environment: string,
  kind: Kind,
  ids: readonly string[],
): Promise<readonly OpenChange[]> {
  const { rows } = await sql<OpenChange>`
    select id::text as row, intercom_id as id, field, from_field as "from", written_to as "to", before, after
    from sync_changes
    where environment = ${environment} and kind = ${kind} and intercom_id = any(${ids}::text[]) and state = 'planned'
    order by sync_changes.id`.execute(db);
  return rows;
}

export type ChangeState = "planned" | "done" | "would" | "kept" | "stopped" | "lost" | "failed";

/** Stores a change; returns the id of its row. */
export async function insertChange(
  tx: Tx,
  { environment, kind, id }: Whom,
  change: SyncChange & {
    readonly record: { readonly object: SyncedObject; readonly id: string };
    readonly lookedFor: string | null;
    readonly state: ChangeState;
    readonly policyVersion: number;
    readonly now: EpochMs;
  },
): Promise<string> {
  const { record, state, now } = change;
  const { rows } = await sql<{ row: string }>`
    insert into sync_changes (environment, kind, intercom_id, object, record_id, looked_for, field, from_field, written_to,
      before, after, changed_at, why, state, policy_version, planned_at, ended_at)
    values (${environment}, ${kind}, ${id}, ${record.object}, ${record.id}, ${change.lookedFor}, ${change.field},
      ${change.from}, ${change.to}, ${JSON.stringify(change.before)}::jsonb, ${JSON.stringify(change.after)}::jsonb,
      ${instant(change.changedAt)}, ${change.why}, ${state}, ${change.policyVersion}, ${instant(now)},
      ${state === "planned" ? null : instant(now)})
    returning id::text as row`.execute(tx);
  return rows[0]?.row ?? "";
}

/** How a stored change ended; `after` where the org could not hold the value as it was. */
export interface ChangeEnd {
  readonly row: string;
  readonly state: "done" | "lost" | "failed";
  readonly error: string | null;
  /** The vendor's own code of a failed one, or ours. */
  readonly code?: string;
  readonly after?: Value;
}

export async function endChange(tx: Tx, end: ChangeEnd, now: EpochMs): Promise<void> {
  const after = end.after === undefined ? sql`after` : sql`${JSON.stringify(end.after)}::jsonb`;
  await sql`
    update sync_changes set state = ${end.state}, error = ${end.error}, code = ${end.code ?? null}, after = ${after}, ended_at = ${instant(now)}
    where id = ${end.row}::bigint and state = 'planned'`.execute(tx);
}

/** Whose changes are stored since before `olderThan` and are still not written: their run was lost. */
export async function leftOpen(
  db: Db,
  olderThan: EpochMs,
): Promise<readonly (Whom & { readonly row: string })[]> {
  const { rows } = await sql<Whom & { readonly row: string }>`
    select environment, kind, intercom_id as id, max(id)::text as row from sync_changes
    where state = 'planned' and planned_at < ${instant(olderThan)} group by 1, 2, 3 limit 500`.execute(db);
  return rows;
}

/** How far `source` was read; it begins at `now`. */
export async function cursorOf(db: Db, environment: string, source: string, now: EpochMs): Promise<EpochMs> {
  const { rows } = await sql<{ at: string }>`
    insert into sync_cursors as c (environment, source, covered_until)
    values (${environment}, ${source}, ${instant(now)})
    on conflict (environment, source) do update set covered_until = c.covered_until
    returning (extract(epoch from covered_until) * 1000)::bigint::text as at`.execute(db);
  return Number(rows[0]?.at ?? now);
}

/** Moves a cursor on, never back. */
export async function moveCursor(
  tx: Tx | Db,
  environment: string,
  source: string,
  coveredUntil: EpochMs,
): Promise<void> {
  await sql`
    update sync_cursors set covered_until = greatest(covered_until, ${instant(coveredUntil)})
    where environment = ${environment} and source = ${source}`.execute(tx);
}

/** Companies that were made or changed since, by Intercom's time, each with the newest event that told so. */
export async function companiesToldOf(
  db: Db,
  workspace: string,
  since: EpochMs,
): Promise<readonly { readonly id: string; readonly event: string }[]> {
  const { rows } = await sql<{ id: string; event: string }>`
    select body #>> '{data,item,id}' as id, max(seq)::text as event from events
    where workspace = ${workspace} and topic like 'company.%' and topic in ('company.created', 'company.updated')
      and created_at >= ${instant(since)} and body #>> '{data,item,id}' is not null group by 1`.execute(db);
  return rows;
}

const HOUR_MS: Ms = 3_600_000;

/** Counts calls into the hour in which they were made. */
export async function countCalls(
  db: Db,
  environment: string,
  calls: number,
  most: number | null,
  now: EpochMs,
): Promise<void> {
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  await sql`
    insert into sync_calls as c (environment, hour, calls, most) values (${environment}, ${instant(hour)}, ${calls}, ${most})
    on conflict (environment, hour) do update set calls = c.calls + excluded.calls, most = coalesce(excluded.most, c.most)`.execute(
    db,
  );
}

export async function setShare(db: Db, environment: string, share: number): Promise<void> {
  await sql`update environments set sync_share = ${share} where name = ${environment}`.execute(db);
}

export interface Spending {
  /** Share of the org's calls of a day, 0 to 1. */
  readonly share: number;
  readonly spent: readonly Spent[];
  /** What the org allows a day, as it said last; null: it has not been asked yet. */
  readonly most: number | null;
}

/** What sync may use of the org's calls, and what it used since. */
export async function spendingOf(db: Db, environment: string, since: EpochMs): Promise<Spending> {
  const { rows } = await sql<Spending>`
    select e.sync_share::float8 as share,
      coalesce((select json_agg(json_build_object('hour', (extract(epoch from c.hour) * 1000)::bigint, 'calls', c.calls)
        order by c.hour) from sync_calls c where c.environment = e.name and c.hour >= ${instant(since)}), '[]') as spent,
      (select c.most from sync_calls c where c.environment = e.name and c.most is not null order by c.hour desc limit 1) as most
    from environments e where e.name = ${environment}`.execute(db);
  return rows[0] ?? { share: 0, spent: [], most: null };
}

export interface BackfillState {
  /** Where the next page begins; null at the beginning and after the end. */
  readonly nextPage: string | null;
  readonly looked: number;
  readonly matched: number;
  readonly total: number;
  readonly changes: Readonly<Partial<Record<ChangeState, number>>>;
  readonly beganAt: EpochMs;
  readonly lookedAt: EpochMs;
  /** Null while it is not through. */
  readonly endedAt: EpochMs | null;
}

const backfillColumns = sql`next_page as "nextPage", looked, matched, total, changes,
  (extract(epoch from began_at) * 1000)::float8 as "beganAt", (extract(epoch from looked_at) * 1000)::float8 as "lookedAt",
  (extract(epoch from ended_at) * 1000)::float8 as "endedAt"`;

/** The environment's last backfill; null when there was none. */
export async function backfillOf(db: Db, environment: string): Promise<BackfillState | null> {
  const { rows } = await sql<BackfillState>`
    select ${backfillColumns} from sync_backfills where environment = ${environment}`.execute(db);
  return rows[0] ?? null;
}

/** Begins a new one in place of the last. */
export async function beginBackfill(db: Db, environment: string, now: EpochMs): Promise<BackfillState> {
  const state: BackfillState = {
    nextPage: null,
    looked: 0,
    matched: 0,
    total: 0,
    changes: {},
    beganAt: now,
    lookedAt: now,
    endedAt: null,
  };
  await sql`delete from sync_backfills where environment = ${environment}`.execute(db);
  await saveBackfill(db, environment, state);
  return state;
}

export async function saveBackfill(db: Db, environment: string, state: BackfillState): Promise<void> {
  const { nextPage, looked, matched, total, changes, beganAt, lookedAt, endedAt } = state;
  await sql`
    insert into sync_backfills (environment, next_page, looked, matched, total, changes, began_at, looked_at, ended_at)
    values (${environment}, ${nextPage}, ${looked}, ${matched}, ${total}, ${JSON.stringify(changes)}::jsonb,
      ${instant(beganAt)}, ${instant(lookedAt)}, ${endedAt === null ? null : instant(endedAt)})
    on conflict (environment) do update set next_page = excluded.next_page, looked = excluded.looked,
      matched = excluded.matched, total = excluded.total, changes = excluded.changes, looked_at = excluded.looked_at,
      ended_at = excluded.ended_at`.execute(db);
}

/**
 * Every statement the engine runs itself: starting runs, heartbeats, schedules, due timers and the operator's views.
 * Schema `dbos` belongs to DBOS 5.3.0; Baton reads it and writes it only through DBOS's own functions, except for what
 * trips.ts says in fewer statements and two cases stated below (due timers and runs given back).
 */
import { sql, type Kysely, type Transaction } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tables } from "../store/database.ts";
import type { Json, QueueName } from "./engine.ts";

/** DBOS takes only runs of its own version; fixed, so that no edit of a body strands a waiting timer. */
export const APP = "baton";
export const VERSION = "baton-1";

/** PostgreSQL channel on which workers hear that a queue has something to take; the payload is the queue's name. */
export const WAKE_CHANNEL = "baton_run";

type Connection = Kysely<Tables> | Transaction<Tables>;

export interface StartRow {
  readonly id: string;
  readonly input: Json;
  readonly partition: string | null;
}

/** Enqueues one kind's runs in one statement and wakes the workers at commit. A known id changes nothing. */
export async function insertRuns(
  db: Connection,
  kind: string,
  queue: QueueName,
  rows: readonly StartRow[],
  delayMs: Ms,
): Promise<void> {
  // Sorted: two transactions that start the same ids take the row locks in one order.
  const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  await sql`
    select count(dbos.enqueue_workflow(
             workflow_name => ${kind}, queue_name => ${queue},
             positional_args => array[r.input::json], workflow_id => r.id, queue_partition_key => r.partition,
             delay_until_epoch_ms => ${delayMs > 0 ? sql`(extract(epoch from clock_timestamp()) * 1000)::bigint + ${Math.ceil(delayMs)}::bigint` : sql`null`},
             app_version => ${VERSION}, application_name => ${APP}))
           ${delayMs > 0 ? sql`` : sql`, pg_notify(${WAKE_CHANNEL}, ${queue})`}
      from unnest(${sorted.map((row) => row.id)}::text[], ${sorted.map((row) => JSON.stringify(row.input))}::text[],
                  ${sorted.map((row) => row.partition)}::text[]) as r(id, input, partition)`.execute(db);
}

/** Wakes the workers for these queues. */
export async function wakeQueues(db: Db, queues: readonly QueueName[]): Promise<void> {
  await sql`select pg_notify(${WAKE_CHANNEL}, q) from unnest(${[...queues]}::text[]) q`.execute(db);
}

/** The database's clock in epoch milliseconds. */
export async function databaseNow(db: Db): Promise<EpochMs> {
  const { rows } = await sql<{ now: string }>`
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  return Number(rows[0]?.now);
}

/**
 * Puts delayed runs whose time has come into their queues, by the DATABASE's clock, and wakes the workers. It stands in
 * for the same statement of DBOS, which compares with the clock of whichever worker runs it: one wrong clock would fire
 * every timer early. Written as text, because it runs on DBOS's own connection.
 */
export const PROMOTE_DUE_RUNS = `
  with due as (
    update dbos.workflow_status
       set status = 'ENQUEUED', updated_at = (extract(epoch from now()) * 1000)::bigint
     where status = 'DELAYED' and application_name = '${APP}'
       and delay_until_epoch_ms <= (extract(epoch from clock_timestamp()) * 1000)::bigint
    returning queue_name)
  select pg_notify('${WAKE_CHANNEL}', queue_name) from (select distinct queue_name from due) q`;

/** Gives back claimed runs that this worker can not carry out, to be tried again after `delayMs`. */
export async function giveBackRuns(
  db: Db,
  ids: readonly string[],
  ownerXid: string,
  delayMs: Ms,
): Promise<void> {
  await sql`
    update dbos.workflow_status
       set status = 'DELAYED', owner_xid = null, started_at_epoch_ms = null,
           delay_until_epoch_ms = (extract(epoch from clock_timestamp()) * 1000)::bigint + ${delayMs}::bigint,
           updated_at = (extract(epoch from now()) * 1000)::bigint
     where workflow_uuid = any(${[...ids]}::text[]) and owner_xid = ${ownerXid} and status = 'PENDING'`.execute(
    db,
  );
}

/** Runs that this worker claimed more than `olderThanMs` ago and that are not over, with the claim's token. */
export async function selectClaims(
  db: Db,
  executorId: string,
  olderThanMs: Ms,
): Promise<readonly { readonly id: string; readonly claim: string }[]> {
  const { rows } = await sql<{ id: string; claim: string }>`
    select workflow_uuid as id, owner_xid as claim from dbos.workflow_status
     where status = 'PENDING' and executor_id = ${executorId} and owner_xid is not null
       and started_at_epoch_ms < (extract(epoch from now()) * 1000)::bigint - ${Math.ceil(olderThanMs)}::bigint`.execute(
    db,
  );
  return rows;
}

/** Says "alive" for this worker. */
export async function insertBeat(db: Db, executorId: string): Promise<void> {
  await sql`insert into baton_worker (executor_id, seen_at) values (${executorId}, now())
            on conflict (executor_id) do update set seen_at = now()`.execute(db);
}

/** Workers silent for the lease, and holders of running runs that have no row at all. */
export async function selectDeadWorkers(db: Db, leaseMs: Ms): Promise<readonly string[]> {
  const { rows } = await sql<{ executor_id: string }>`
    select executor_id from baton_worker where seen_at < now() - ${leaseMs}::float8 * interval '1 ms'
     union
    select distinct s.executor_id from dbos.workflow_status s
     where s.status = 'PENDING' and s.executor_id is not null and s.application_version = ${VERSION}
       and not exists (select 1 from baton_worker w where w.executor_id = s.executor_id)`.execute(db);
  return rows.map((row) => row.executor_id);
}

/** Forgets workers that are still silent; one that woke up meanwhile keeps its row. */
export async function deleteDeadWorkers(db: Db, executorIds: readonly string[], leaseMs: Ms): Promise<void> {
  await sql`delete from baton_worker where executor_id = any(${[...executorIds]}::text[])
               and seen_at < now() - ${leaseMs}::float8 * interval '1 ms'`.execute(db);
}

/** Forgets a worker that said goodbye. */
export async function deleteWorker(db: Db, executorId: string): Promise<void> {
  await sql`delete from baton_worker where executor_id = ${executorId}`.execute(db);
}

/** Makes the schedule known: due at once when new, never later than one period from now. */
export async function upsertSchedule(db: Db, name: string, everyMs: Ms): Promise<void> {
  await sql`insert into baton_schedule (name, due_at) values (${name}, now())
            on conflict (name) do update
              set due_at = least(baton_schedule.due_at, now() + ${everyMs}::float8 * interval '1 ms')`.execute(
    db,
  );
}

/** Takes the schedule when it is due and no living worker is at it. `now` is the database's time. */
export async function claimSchedule(
  db: Db,
  name: string,
  owner: string,
  leaseMs: Ms,
): Promise<EpochMs | null> {
  const { rows } = await sql<{ now: string }>`
    update baton_schedule s set owner = ${owner}, started_at = now()
     where s.name = ${name} and s.due_at <= now()
       -- Its own name in the row: the hand-back of the last tick was lost.
       and (s.owner is null or s.owner = ${owner} or not exists (
             select 1 from baton_worker w
              where w.executor_id = s.owner and w.seen_at >= now() - ${leaseMs}::float8 * interval '1 ms'))
    returning (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  return rows[0] === undefined ? null : Number(rows[0].now);
}

/** Hands the schedule back; the next tick counts from the start of this one. */
export async function releaseSchedule(db: Db, name: string, owner: string, everyMs: Ms): Promise<void> {
  await sql`update baton_schedule
               set owner = null, due_at = greatest(started_at + ${everyMs}::float8 * interval '1 ms', now())
             where name = ${name} and owner = ${owner}`.execute(db);
}

/** Milliseconds until the schedule is due; 0 or less when it is. */
export async function untilDue(db: Db, name: string): Promise<Ms> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from due_at - now()) * 1000)::float8 as ms
      from baton_schedule where name = ${name}`.execute(db);
  return rows[0]?.ms ?? 0;
}

export interface RunRow {
  readonly id: string;
  readonly kind: string;
  readonly queue: string | null;
  readonly partition: string | null;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly error: string | null;
}

/** Runs, newest first. Null filters match all. */
export async function selectRuns(
  db: Db,
  filter: {
    readonly id?: string;
    readonly kind?: string;
    readonly statuses?: readonly string[];
    readonly limit: number;
  },
): Promise<readonly RunRow[]> {
  const { rows } = await sql<RunRow>`
    select s.workflow_uuid as id, s.name as kind, s.queue_name as queue, s.queue_partition_key as partition, s.status,
           s.created_at, s.updated_at, coalesce(o.error, s.error) as error
      from dbos.workflow_status s left join dbos.workflow_output o using (workflow_uuid)
     where s.application_name = ${APP}
       ${filter.id === undefined ? sql`` : sql`and s.workflow_uuid = ${filter.id}`}
       ${filter.kind === undefined ? sql`` : sql`and s.name = ${filter.kind}`}
       ${filter.statuses === undefined ? sql`` : sql`and s.status = any(${[...filter.statuses]}::text[])`}
     order by s.created_at desc limit ${filter.limit}`.execute(db);
  return rows;
}

export interface StepRow {
  readonly function_id: number;
  readonly name: string;
  readonly error: string | null;
}

/** The recorded steps of a run, in their order. */
export async function selectSteps(db: Db, runId: string): Promise<readonly StepRow[]> {
  const { rows } = await sql<StepRow>`
    select function_id, function_name as name, error from dbos.operation_outputs
     where workflow_uuid = ${runId} order by function_id`.execute(db);
  return rows;
}

export interface DepthRow {
  readonly queue: string;
  readonly status: string;
  readonly runs: number;
  readonly oldest_ms: number;
}

/** How many runs stand in each queue, by status, and how long the oldest has been there. */
export async function selectDepths(db: Db): Promise<readonly DepthRow[]> {
  const { rows } = await sql<DepthRow>`
    select queue_name as queue, status, count(*)::int as runs,
           greatest(0, extract(epoch from now()) * 1000 - min(created_at))::float8 as oldest_ms
      from dbos.workflow_status
     where status in ('DELAYED', 'ENQUEUED', 'PENDING') and application_name = ${APP} and queue_name is not null
     group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}

/** Ids of finished runs that ended before `before`, at most `limit`. Failed runs stay for the operator. */
export async function selectFinishedRuns(db: Db, before: EpochMs, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select workflow_uuid as id from dbos.workflow_status
     where status in ('SUCCESS', 'CANCELLED') and completed_at < ${before}::bigint and application_name = ${APP}
     limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** SQL of the issues room: failures grouped into issues, and what a retry or a skip changes of the things that failed. */
import { sql } from "kysely";
import type { Db, Tx } from "../store/database.ts";
import type { Destination } from "../handoff/pause-queries.ts";
import { type Affected, EMPTY_QUEUE, type Issue } from "./issue.ts";

const issueColumns = sql`
  i.id, i.environment, i.destination, i.code, i.status, (extract(epoch from i.first_seen) * 1000)::float8 as "firstSeen",
  (extract(epoch from i.last_seen) * 1000)::float8 as "lastSeen", i.times, i.affected, i.open, i.handoffs, i.message`;

/** Issues of one environment or of all, the newest seen first; without `all` only those that are not over. */
export async function listIssues(
  db: Db,
  asked: { readonly environment: string | null; readonly all: boolean },
): Promise<readonly Issue[]> {
  const { rows } = await sql<Issue>`
    select ${issueColumns} from issues i
    where (${asked.environment}::text is null or i.environment = ${asked.environment})
      and (${asked.all} or i.status in ('open', 'retrying'))
    order by i.last_seen desc, i.id`.execute(db);
  return rows;
}

export async function findIssue(db: Db | Tx, id: string): Promise<Issue | null> {
  const { rows } = await sql<Issue>`select ${issueColumns} from issues i where i.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** What an issue happened to, the newest first, at most `most`. */
export async function affectedBy(db: Db, issue: Issue, most: number): Promise<readonly Affected[]> {
  const { rows } = await sql<Affected>`
    select f.subject, f.state, f.times, (extract(epoch from f.last_seen) * 1000)::float8 as "lastSeen", f.message,
      f.handoff_id as handoff, h.conversation_id as conversation,
      array(select e.kind from effects e where e.handoff_id = f.handoff_id and e.state = 'done' order by e.ordinal) as done,
      array(select e.kind from effects e where e.handoff_id = f.handoff_id
        and e.state in ('planned', 'sending', 'maybe', 'failed') order by e.ordinal) as "notDone"
    from failures f left join handoffs h on h.id = f.handoff_id
    where f.environment = ${issue.environment} and f.destination = ${issue.destination} and f.code = ${issue.code}
    order by (f.state = 'open') desc, f.last_seen desc, f.subject limit ${most}`.execute(db);
  return rows;
}

/** One open failure: its subject, and where it stands. */
export interface OpenFailure {
  readonly issue: string;
  readonly environment: string;
  readonly destination: Destination;
  readonly code: string;
  readonly subject: string;
}

const openFailures = sql`
  select i.id as issue, f.environment, f.destination, f.code, f.subject
  from failures f join issues i on i.environment = f.environment and i.destination = f.destination and i.code = f.code
  where f.state = 'open'`;

/** What is open of these issues, held until the transaction ends; of `subject` alone where one is named. */
export async function lockOpen(
  tx: Tx,
  issues: readonly string[],
  subject: string | null,
): Promise<readonly OpenFailure[]> {
  const { rows } = await sql<OpenFailure>`
    ${openFailures} and i.id = any(${issues}::text[]) and (${subject}::text is null or f.subject = ${subject})
    order by f.first_seen, f.subject for update of f`.execute(tx);
  return rows;
}

/** What is open of effects and timers of these handoffs, held until the transaction ends. */
export async function lockOpenOf(
  tx: Tx,
  environment: string,
  handoffs: readonly string[],
): Promise<readonly OpenFailure[]> {
  const { rows } = await sql<OpenFailure>`
    ${openFailures} and f.environment = ${environment} and f.handoff_id = any(${handoffs}::text[])
      and split_part(f.subject, ':', 1) in ('effect', 'follow-up')
    order by f.first_seen, f.subject for update of f`.execute(tx);
  return rows;
}

/** Those of these issues that are none of the environment. */
export async function unknownIssues(
  db: Db,
  environment: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select asked.id from unnest(${ids}::text[]) as asked(id)
    where not exists (select from issues i where i.id = asked.id and i.environment = ${environment})`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** Ends failures that nothing else ends: of credentials, owners and parked events. */
export async function settleFailure(tx: Tx, subject: string, state: "resolved" | "skipped"): Promise<void> {
  await sql`select settle_failure(${subject}, ${state})`.execute(tx);
}

// --- Effects ------------------------------------------------------------------------------------------------------

export interface FailedEffect {
  readonly key: string;
  readonly state: string;
  readonly target: string;
  readonly environment: string;
  readonly handoff: string;
  readonly handoffStatus: string;
  readonly followUp: string | null;
  readonly followUpState: string | null;
  /** Its run waits in line. */
  readonly isWaiting: boolean;
}

/** A failed effect whose handoff, timer and place in the line are held until the transaction ends. */
export async function lockEffect(tx: Tx, key: string): Promise<FailedEffect | null> {
  await sql`select 1 from handoffs where id = (select handoff_id from effects where key = ${key}) for update`.execute(
    tx,
  );
  await sql`select 1 from follow_ups where id = (select follow_up_id from effects where key = ${key}) for update`.execute(
    tx,
  );
  const { rows: waiting } = await sql`
    select 1 from waiting_runs w join effects e on w.subject = coalesce(e.follow_up_id, e.handoff_id)
    where e.key = ${key} for update of w`.execute(tx);
  const { rows } = await sql<Omit<FailedEffect, "isWaiting">>`
    select e.key, e.state, e.target, h.environment, h.id as handoff, h.status as "handoffStatus", f.id as "followUp",
      f.state as "followUpState"
    from effects e join handoffs h on h.id = e.handoff_id left join follow_ups f on f.id = e.follow_up_id
    where e.key = ${key}`.execute(tx);
  const [row] = rows;
  return row === undefined ? null : { ...row, isWaiting: waiting.length > 0 };
}

/** Lets an effect that ended in `from` be carried out again; false when it is in another state. */
export async function reopenEffect(tx: Tx, key: string, from: "failed" | "maybe"): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update effects set state = 'planned', retries = retries + 1, done_at = null, updated_at = now()
    where key = ${key} and state = ${from}`.execute(tx);
  return numAffectedRows === 1n;
}

/** Ends an effect by a person's word. */
export async function endEffect(
  tx: Tx,
  key: string,
  end: { readonly state: "done" | "skipped"; readonly note: object },
): Promise<boolean> {
  const note = JSON.stringify(end.note);
  const { numAffectedRows } = await sql`
    update effects set state = ${end.state}, done_at = now(), updated_at = now(),
      result = case when ${end.state} = 'done' then coalesce(nullif(result, 'null'), '{}') || ${note}::jsonb else result end,
      error = case when ${end.state} = 'done' then null else coalesce(error, '{}') || ${note}::jsonb end
    where key = ${key} and state in ('failed', 'maybe')`.execute(tx);
  return numAffectedRows === 1n;
}

/** The handoff is under way again: how often that was, and the targets of its effects. */
export async function reopenHandoff(
  tx: Tx,
  id: string,
): Promise<{ readonly again: number; readonly targets: readonly string[] }> {
  const { rows } = await sql<{ again: number; targets: readonly string[] }>`
    update handoffs h set status = 'running', reruns = reruns + 1 where id = ${id}
    returning h.reruns as again, array(
      select distinct e.target from effects e where e.handoff_id = h.id and e.follow_up_id is null) as targets`.execute(
    tx,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`handoff ${id} is gone`);
  return row;
}

/** A timer is under way again, in `state`: how often that was. */
export async function reopenTimer(tx: Tx, id: string, state: "armed" | "fired"): Promise<number> {
  const { rows } = await sql<{ again: number }>`
    update follow_ups set state = ${state}, ended_at = null, reason = null, retries = retries + 1 where id = ${id}
    returning retries as again`.execute(tx);
  return rows[0]?.again ?? 0;
}

/** A field of somebody that sync could not write, as the subject of its failure says it. */
export interface SyncField {
  readonly environment: string;
  readonly kind: string;
  readonly id: string;
  readonly field: string;
}

/** Opens the change that failed last; returns a name for this retry, null when the field is being written already. */
export async function reopenSync(
  tx: Tx,
  { environment, kind, id, field }: SyncField,
): Promise<string | null> {
  const ofField = sql`environment = ${environment} and kind = ${kind} and intercom_id = ${id} and field = ${field}`;
  const { rows } = await sql<{ again: string }>`
    update sync_changes c set state = 'planned', error = null, code = null, ended_at = null
    from (select id, ended_at from sync_changes where ${ofField} and state = 'failed' order by id desc limit 1) last
    where c.id = last.id and not exists (select from sync_changes where ${ofField} and state = 'planned')
    returning 'again ' || c.id || ' ' || extract(epoch from last.ended_at) as again`.execute(tx);
  return rows[0]?.again ?? null;
}

/** Lets a run that waits in line start as soon as there is room. */
export async function hurry(tx: Tx, subject: string): Promise<void> {
  await sql`update waiting_runs set destinations = '{}' where subject = ${subject}`.execute(tx);
}

// --- Timers, deals, events ----------------------------------------------------------------------------------------

export interface FailedTimer {
  readonly id: string;
  readonly environment: string;
  readonly state: string;
  readonly destination: string;
}

export async function lockTimer(tx: Tx, id: string): Promise<FailedTimer | null> {
  const { rows } = await sql<FailedTimer>`
    select id, environment, state, coalesce(error ->> 'target', 'salesforce') as destination from follow_ups
    where id = ${id} for update`.execute(tx);
  return rows[0] ?? null;
}

export async function skipTimer(tx: Tx, id: string, reason: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update follow_ups set state = 'skipped', reason = ${reason} where id = ${id} and state = 'failed'`.execute(
    tx,
  );
  return numAffectedRows === 1n;
}

/** Where the effect of a deal's change stands. */
export interface DealPlace {
  readonly environment: string;
  readonly deal: string;
  readonly change: string;
  readonly ordinal: number;
}

/** How often the deal's effect was tried again, this time included; null when it has not failed. */
export async function reopenDeal(tx: Tx, place: DealPlace): Promise<number | null> {
  const { rows } = await sql<{ again: number }>`
    update feedback_effects set state = 'planned', retries = retries + 1, done_at = null, updated_at = now()
    where environment = ${place.environment} and opportunity_id = ${place.deal} and change_id = ${place.change}
      and ordinal = ${place.ordinal} and state = 'failed' returning retries as again`.execute(tx);
  return rows[0]?.again ?? null;
}

export async function skipDeal(tx: Tx, place: DealPlace, note: object): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update feedback_effects set state = 'skipped', error = coalesce(error, '{}') || ${JSON.stringify(note)}::jsonb
    where environment = ${place.environment} and opportunity_id = ${place.deal} and change_id = ${place.change}
      and ordinal = ${place.ordinal} and state = 'failed'`.execute(tx);
  return numAffectedRows === 1n;
}

/** Lets a parked event be taken again by the sweep; false where its text was never readable. */
export async function unparkEvent(tx: Tx, seq: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update events set taken_at = null where seq = ${seq}::bigint and parked_reason is not null and body is not null`.execute(
    tx,
  );
  return numAffectedRows === 1n;
}

const queueSubject = (environment: string, queue: string): string => `queue:${environment}:${queue}`;

/** A handoff went to a queue in which nobody is: somebody has to look after it. */
export async function noteEmptyQueue(tx: Tx, environment: string, queue: string): Promise<void> {
  const message = `Nobody is in the Salesforce queue "${queue}", so nobody is told of what it owns.`;
  await sql`
    select note_failure(${environment}, 'salesforce', ${EMPTY_QUEUE}, ${queueSubject(environment, queue)}, null, ${message})`.execute(
    tx,
  );
}

/** Somebody is in the queue; nothing changes where that is no news. */
export async function endEmptyQueue(tx: Tx, environment: string, queue: string): Promise<void> {
  await sql`select settle_failure(${queueSubject(environment, queue)}, 'resolved')`.execute(tx);
}

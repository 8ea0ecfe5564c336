/** SQL of the rehearsal: how far the work is, and at the end everything that the checker looks at. */
import { sql } from "kysely";
import { Client } from "pg";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import type {
  DecisionFact,
  EffectFact,
  EventFact,
  FailedRun,
  FollowUpFact,
  HandoffFact,
  StandingFact,
} from "./facts.ts";

/** Makes a database beside the one that `url` names and returns its address. */
export async function createDatabase(url: string, name: string): Promise<string> {
  await asOwner(url, `create database "${name}"`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

/** Removes it again, whoever is still connected. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await asOwner(url, `drop database if exists "${name}" with (force)`);
}

async function asOwner(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** How far the work is; every number that moves is progress. */
export interface Progress {
  readonly events: number;
  readonly untaken: number;
  readonly standings: number;
  /** Conversations of which something was heard and not decided. */
  readonly pending: number;
  readonly decisions: number;
  readonly handoffs: number;
  readonly handoffsRunning: number;
  readonly effectsOpen: number;
  /** Attempts at effects, so that a repeat counts as progress. */
  readonly attempts: number;
  /** Runs of conversations, handoffs and their timers that wait, sleep or run. */
  readonly runsOpen: number;
  /** Timers that are due and have not come to their end. */
  readonly timersDue: number;
  /** Timers that are armed for later. */
  readonly timersWaiting: number;
}

export async function progress(db: Db): Promise<Progress> {
  const { rows } = await sql<Progress>`
    select
      (select count(*)::int from events) as events,
      (select count(*)::int from events where taken_at is null
         and (conversation_id is not null or contact_id is not null)) as untaken,
      (select count(*)::int from standings) as standings,
      (select count(*)::int from standings where pending <> '{}') as pending,
      (select count(*)::int from decisions) as decisions,
      (select count(*)::int from handoffs) as handoffs,
      (select count(*)::int from handoffs where status = 'running') as "handoffsRunning",
      (select count(*)::int from effects where state in ('planned', 'sending')) as "effectsOpen",
      (select coalesce(sum(attempts), 0)::int from effects) as attempts,
      (select count(*)::int from dbos.workflow_status
        where status in ('DELAYED', 'ENQUEUED', 'PENDING') and queue_name in ('conversation', 'handoff', 'timer')) as "runsOpen",
      (select count(*)::int from follow_ups where state = 'fired' or (state = 'armed' and due_at <= now())) as "timersDue",
      (select count(*)::int from follow_ups where state = 'armed' and due_at > now()) as "timersWaiting"`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("an aggregate without a row");
  return row;
}

/** What still stands in the way of the end, one line each, the oldest first. */
export async function hanging(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ line: string }>`
    (select 'event ' || notification_id || ' (' || topic || ') of conversation ' || coalesce(conversation_id, '-') || ' is taken by no run' as line
       from events where taken_at is null and (conversation_id is not null or contact_id is not null) order by seq limit 20)
    union all
    (select 'conversation ' || conversation_id || ' waits for a decision' from standings where pending <> '{}' order by since limit 20)
    union all
    (select handoff_id || ': ' || kind || ' is ' || state || ' after ' || attempts || ' attempts' || coalesce(': ' || (error ->> 'message'), '')
       from effects where state in ('planned', 'sending') order by updated_at limit 20)
    union all
    (select 'timer ' || id || ' is due since ' || due_at || ' and ' || state
       from follow_ups where state = 'fired' or (state = 'armed' and due_at <= now()) order by due_at limit 20)
    union all
    (select 'run ' || workflow_uuid || ' is ' || status || coalesce(' at worker ' || executor_id, '')
       from dbos.workflow_status where status in ('DELAYED', 'ENQUEUED', 'PENDING') and queue_name in ('conversation', 'handoff', 'timer')
       order by created_at limit 20)`.execute(db);
  return rows.map((row) => row.line);
}

export async function eventFacts(db: Db): Promise<readonly EventFact[]> {
  const { rows } = await sql<Omit<EventFact, "receivedAt"> & { receivedAt: number }>`
    select notification_id as "notificationId", topic, conversation_id as conversation, part_key as "partKey",
      (extract(epoch from received_at) * 1000)::float8 as "receivedAt",
      (taken_at is not null or (conversation_id is null and contact_id is null)) as "isTaken"
    from events order by seq`.execute(db);
  return rows;
}

export async function standingFacts(db: Db, environment: string): Promise<readonly StandingFact[]> {
  const { rows } = await sql<StandingFact>`
    select conversation_id as conversation, bucket, pending <> '{}' as "isPending"
    from standings where environment = ${environment}`.execute(db);
  return rows;
}

export async function decisionFacts(db: Db, environment: string): Promise<readonly DecisionFact[]> {
  const { rows } = await sql<DecisionFact>`
    select id::float8 as id, conversation_id as conversation, kind, recipe, exclusion,
      (extract(epoch from decided_at) * 1000)::float8 as "decidedAt",
      case when kind = 'handoff' then answer ->> 'handoff' end as handoff,
      case when kind = 'handoff' then jsonb_build_object(
        'situation', answer #>> '{record,situation}', 'kind', answer #>> '{record,kind}',
        'on', answer #>> '{record,on,object}', 'because', answer #>> '{record,because}',
        'via', answer #>> '{owner,via}') end as record,
      coalesce((select count(*)::int from jsonb_array_elements(answer -> 'told') told
        where told ->> 'kind' <> 'queue-task'), 0) as notices,
      answer #>> '{owner,owner,email}' as "ownerEmail",
      (select message ->> 'id'
         from json_array_elements(inputs #> '{evidence,snapshot,messages}') with ordinality said (message, place)
        where message ->> 'role' = 'customer' order by place desc limit 1) as "newestWords"
    from decisions where environment = ${environment} order by id`.execute(db);
  return rows;
}

export async function handoffFacts(db: Db, environment: string): Promise<readonly HandoffFact[]> {
  const { rows } = await sql<Omit<HandoffFact, "effects"> & { effects: readonly EffectFact[] }>`
    select h.id, h.conversation_id as conversation, h.recipe, h.episode, h.decision_id::float8 as decision, h.mode, h.status,
      coalesce((
        select jsonb_agg(jsonb_build_object('kind', e.kind, 'key', e.key, 'request', e.request, 'state', e.state,
          'result', e.result, 'error', e.error ->> 'message',
          'doneAt', extract(epoch from e.done_at) * 1000) order by e.ordinal)
        from effects e where e.handoff_id = h.id and e.follow_up_id is null), '[]') as effects
    from handoffs h where h.environment = ${environment} order by h.decision_id`.execute(db);
  return rows;
}

export async function followUpFacts(db: Db, environment: string): Promise<readonly FollowUpFact[]> {
  const { rows } = await sql<FollowUpFact>`
    select f.id, f.handoff_id as handoff, f.conversation_id as conversation, h.recipe, f.kind, f.arming, f.state, f.reason,
      (extract(epoch from f.due_at) * 1000)::float8 as "dueAt",
      (extract(epoch from greatest(f.due_at, h.finished_at)) * 1000)::float8 as "readyAt",
      (extract(epoch from f.started_at) * 1000)::float8 as "startedAt",
      coalesce((
        select jsonb_agg(jsonb_build_object('kind', e.kind, 'key', e.key, 'request', e.request, 'state', e.state,
          'result', e.result, 'error', e.error ->> 'message',
          'doneAt', extract(epoch from e.done_at) * 1000) order by e.ordinal)
        from effects e where e.handoff_id = f.handoff_id and e.follow_up_id = f.id), '[]') as effects
    from follow_ups f join handoffs h on h.id = f.handoff_id where f.environment = ${environment}
    order by f.due_at, f.id`.execute(db);
  return rows;
}

/** A handoff that is through, and for which a follow-up waits. */
export interface Awaiting {
  readonly handoff: string;
  readonly conversation: string;
  readonly recipe: string;
  readonly dueAt: number;
  /** Addresses. */
  readonly owner: string | null;
  readonly csm: string | null;
  /** Salesforce id of the owner's Task. */
  readonly task: string | null;
}

export async function awaitingContact(db: Db): Promise<readonly Awaiting[]> {
  const { rows } = await sql<Awaiting>`
    select f.handoff_id as handoff, f.conversation_id as conversation, h.recipe,
      (extract(epoch from f.due_at) * 1000)::float8 as "dueAt",
      coalesce(e.result #>> '{owner,email}', d.answer #>> '{owner,owner,email}') as owner,
      d.inputs #>> '{evidence,crm,accounts,0,csm,email}' as csm, e.result #>> '{ids,task}' as task
    from follow_ups f join handoffs h on h.id = f.handoff_id join decisions d on d.id = h.decision_id
      join effects e on e.handoff_id = h.id and e.follow_up_id is null and e.kind = 'crm-write' and e.state = 'done'
    where f.kind = 'follow-up' and f.state = 'armed' and f.due_at > now() and h.status <> 'running'
    order by f.due_at`.execute(db);
  return rows;
}

export async function feedbackTags(db: Db, environment: string): Promise<readonly string[]> {
  const { rows } = await sql<{ tag: string }>`
    select distinct request ->> 'tag' as tag from feedback_effects
    where environment = ${environment} and request ->> 'tag' is not null`.execute(db);
  return rows.map(({ tag }) => tag);
}

/** Attributes that stages of deals set, by name. */
export async function feedbackAttributes(db: Db, environment: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct name from feedback_effects, jsonb_object_keys(request -> 'attributes') as name
    where environment = ${environment} and request ->> 'kind' = 'set-attributes'`.execute(db);
  return rows.map(({ name }) => name);
}

/** What sync was to write: of a record "id field", of a person in Intercom the id. */
export async function synced(db: Db, environment: string): Promise<readonly string[]> {
  const { rows } = await sql<{ what: string }>`
    select distinct case written_to when 'salesforce' then record_id || ' ' || field else intercom_id end as what
    from sync_changes where environment = ${environment} and state in ('planned', 'done', 'lost', 'failed')`.execute(
    db,
  );
  return rows.map(({ what }) => what);
}

export async function failedRunFacts(db: Db): Promise<readonly FailedRun[]> {
  const { rows } = await sql<FailedRun>`
    select s.workflow_uuid as id, s.name as kind,
      case s.status when 'ERROR' then 'failed' else 'gave up' end as status, left(coalesce(o.error, s.error), 500) as error
    from dbos.workflow_status s left join dbos.workflow_output o using (workflow_uuid)
    where s.status in ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') order by s.created_at`.execute(db);
  return rows;
}

/** Up to when every workspace was swept; 0 where none ever was. */
export async function sweptUntil(db: Db): Promise<EpochMs> {
  const { rows } = await sql<{ until: string | null }>`
    select (extract(epoch from min(swept_until)) * 1000)::bigint::text as until from sweeps`.execute(db);
  return Number(rows[0]?.until ?? 0);
}

/** Up to when every environment's deals were read; 0 where none ever were. */
export async function polledUntil(db: Db): Promise<EpochMs> {
  const { rows } = await sql<{ until: string | null }>`
    select (extract(epoch from min(covered_until)) * 1000)::bigint::text as until from feedback_cursors`.execute(
    db,
  );
  return Number(rows[0]?.until ?? 0);
}

/** Opportunities that handoffs made, the earliest first. */
export async function madeDeals(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ deal: string }>`
    select e.result #>> '{ids,record}' as deal from effects e
    where e.kind = 'crm-write' and e.state = 'done' and e.result #>> '{ids,record}' like '006%'
    order by e.done_at, e.key`.execute(db);
  return rows.map(({ deal }) => deal);
}

/** Every stored stage of a deal, with the states of what it asks of Intercom. */
export async function dealChanges(db: Db): Promise<
  readonly {
    readonly deal: string;
    readonly change: string;
    readonly effects: readonly { readonly state: string; readonly email: string }[];
  }[]
> {
  const { rows } = await sql<{ deal: string; change: string; effects: { state: string; email: string }[] }>`
    select c.opportunity_id as deal, c.change_id as change, coalesce((
      select jsonb_agg(jsonb_build_object('state', e.state, 'email', e.request ->> 'email') order by e.ordinal)
      from feedback_effects e where e.environment = c.environment
        and e.opportunity_id = c.opportunity_id and e.change_id = c.change_id), '[]') as effects
    from deal_changes c`.execute(db);
  return rows;
}

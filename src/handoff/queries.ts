/** SQL of the handoff room: handoffs and their effects. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { EarlierHandoff, OwnerRef } from "../decide/decision.ts";
import type { EffectRequest, PlannedEffect } from "./effects.ts";
import type { Destination } from "./pause-queries.ts";

export type EffectState = "planned" | "sending" | "done" | "would" | "maybe" | "failed" | "skipped";

export interface StoredEffect {
  readonly ordinal: number;
  /** The follow-up it belongs to; null: the handoff itself. */
  readonly followUp: string | null;
  readonly kind: EffectRequest["kind"];
  readonly target: Destination;
  readonly key: string;
  readonly request: EffectRequest;
  readonly state: EffectState;
  readonly attempts: number;
  readonly result: unknown;
}

export interface StoredHandoff {
  readonly id: string;
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly mode: "shadow" | "live";
  readonly status: string;
  /** An earlier handoff of the same conversation is still under way. */
  readonly blocked: boolean;
  /** What that earlier handoff waits for, where it waits for paused destinations. */
  readonly blockedFor: readonly string[];
  /** Destinations to which its environment sends nothing for now. */
  readonly paused: readonly string[];
  readonly effects: readonly StoredEffect[];
}

export async function earlierHandoffs(
  db: Db | Tx,
  environment: string,
  workspace: string,
  conversation: string,
): Promise<readonly EarlierHandoff[]> {
  const { rows } = await sql<{ id: string; recipe: string; episode: number; at: string }>`
    select id, recipe, episode, (extract(epoch from started_at) * 1000)::bigint::text as at from handoffs
    where environment = ${environment} and workspace = ${workspace} and conversation_id = ${conversation}`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, at: Number(row.at) }));
}

/** So many of a person's handoffs are remembered; their keys go into every look-up. */
const MOST_REMEMBERED = 20;

/** Ids of the latest handoffs of the person who holds this conversation, from all their conversations, the newest first. */
export async function handoffsOfPerson(
  db: Db,
  environment: string,
  workspace: string,
  conversation: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select h.id from conversations mine
      join conversations c on c.workspace = mine.workspace and (c.id = mine.id or c.contact_id = mine.contact_id)
      join handoffs h on h.workspace = c.workspace and h.conversation_id = c.id and h.environment = ${environment}
    where mine.workspace = ${workspace} and mine.id = ${conversation}
    order by h.decision_id desc limit ${MOST_REMEMBERED}`.execute(db);
  return rows.map(({ id }) => id);
}

export interface NewHandoff {
  readonly id: string;
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly recipe: string;
  readonly episode: number;
  readonly decision: string;
  readonly mode: "shadow" | "live";
  readonly owner: string;
  readonly signalledAt: EpochMs | null;
  readonly effects: readonly PlannedEffect[];
}

/** Stores the handoff with all its effects; false when the id was there: it was handed off before. */
export async function insertHandoff(tx: Tx, handoff: NewHandoff): Promise<boolean> {
  const effects = handoff.effects.map((effect, ordinal) => ({ ordinal, ...effect }));
  const { rows } = await sql<{ effects: number }>`
    with opened as (
      insert into handoffs (id, environment, workspace, conversation_id, recipe, episode, decision_id, mode, owner, signalled_at)
      values (${handoff.id}, ${handoff.environment}, ${handoff.workspace}, ${handoff.conversation}, ${handoff.recipe},
        ${handoff.episode}, ${handoff.decision}::bigint, ${handoff.mode}, ${handoff.owner},
        to_timestamp(${handoff.signalledAt === null ? null : handoff.signalledAt / 1_000}::double precision))
      on conflict (id) do nothing
      returning id)
    insert into effects (handoff_id, ordinal, kind, target, key, request)
    select opened.id, x.ordinal, x.kind, x.target, x.key, x.request
    from opened, jsonb_to_recordset(${JSON.stringify(effects)}::jsonb)
      as x (ordinal int, kind text, target text, key text, request jsonb)
    returning 1 as effects`.execute(tx);
  return rows.length > 0;
}

/** Adds the effects of a follow-up to its handoff, after those that are there. The handoff must be there. */
export async function addEffects(
  tx: Tx,
  handoff: string,
  followUp: string,
  effects: readonly PlannedEffect[],
): Promise<void> {
  const numbered = effects.map((effect, place) => ({ place, ...effect }));
  // Two follow-ups of one handoff number their effects one after the other.
  await sql`select 1 from handoffs where id = ${handoff} for update`.execute(tx);
  await sql`
    insert into effects (handoff_id, ordinal, follow_up_id, kind, target, key, request)
    select ${handoff}, x.place + 1 + (select coalesce(max(ordinal), -1) from effects where handoff_id = ${handoff}),
      ${followUp}, x.kind, x.target, x.key, x.request
    from jsonb_to_recordset(${JSON.stringify(numbered)}::jsonb)
      as x (place int, kind text, target text, key text, request jsonb)`.execute(tx);
}

export async function loadHandoff(db: Db, id: string): Promise<StoredHandoff | null> {
  const { rows } = await sql<StoredHandoff>`
    select h.id, h.environment, h.workspace, h.conversation_id as conversation, h.mode, h.status,
      exists (
        select 1 from handoffs o where o.environment = h.environment and o.workspace = h.workspace
          and o.conversation_id = h.conversation_id and o.decision_id < h.decision_id and o.status = 'running') as blocked,
      array(
        select unnest(w.destinations) from handoffs o join waiting_runs w on w.kind = 'handoff' and w.subject = o.id
        where o.environment = h.environment and o.workspace = h.workspace
          and o.conversation_id = h.conversation_id and o.decision_id < h.decision_id and o.status = 'running') as "blockedFor",
      array(select p.destination from pauses p where p.environment = h.environment) as paused,
      coalesce((
        select jsonb_agg(jsonb_build_object('ordinal', e.ordinal, 'followUp', e.follow_up_id, 'kind', e.kind, 'target', e.target, 'key', e.key,
          'request', e.request, 'state', e.state, 'attempts', e.attempts, 'result', e.result) order by e.ordinal)
        from effects e where e.handoff_id = h.id), '[]') as effects
    from handoffs h where h.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Ends an effect, once: a second writer changes nothing. */
export async function finishEffect(
  db: Db | Tx,
  key: string,
  state: Exclude<EffectState, "planned" | "sending">,
  result: unknown,
  error: unknown = null,
): Promise<void> {
  await sql`
    update effects set state = ${state}, result = ${JSON.stringify(result ?? null)}::jsonb, error = ${error === null ? null : JSON.stringify(error)}::jsonb,
      attempts = attempts + case when state = 'planned' then 1 else 0 end, updated_at = now(), done_at = now()
    where key = ${key} and state in ('planned', 'sending')`.execute(db);
}

/** Takes an effect for one attempt; false when another worker has taken or ended it since it was read. */
export async function takeEffect(db: Db, key: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update effects set state = 'sending', attempts = attempts + 1, updated_at = now(), error = null
    where key = ${key} and state = 'planned'`.execute(db);
  return numAffectedRows === 1n;
}

/** Notes that an attempt may have happened ("sending") or that it certainly did nothing ("planned" again). */
export async function markEffect(
  db: Db,
  key: string,
  state: "planned" | "sending",
  error: unknown = null,
): Promise<void> {
  await sql`
    update effects set state = ${state}, attempts = attempts + ${state === "sending" ? 1 : 0}, updated_at = now(),
      error = ${error === null ? null : JSON.stringify(error)}::jsonb
    where key = ${key} and state in ('planned', 'sending')`.execute(db);
}

/** Notes that an attempt begins that gives the record to somebody else than planned: from here on it may have happened. */
export async function markOwner(db: Db, key: string, owner: OwnerRef): Promise<void> {
  await sql`
    update effects set attempts = attempts + case when state = 'planned' then 1 else 0 end, state = 'sending',
      result = ${JSON.stringify({ owner })}::jsonb, updated_at = now()
    where key = ${key} and state in ('planned', 'sending')`.execute(db);
}

export interface EndedHandoff {
  readonly id: string;
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly recipe: string;
  readonly status: "done" | "failed" | "maybe";
  /** A person had failed effects of it tried again. */
  readonly isRerun: boolean;
}

/** The handoff's end, from its own effects: failed before maybe before done. */
export async function finishHandoff(db: Db | Tx, id: string): Promise<EndedHandoff> {
  const { rows } = await sql<EndedHandoff>`
    update handoffs h set finished_at = coalesce(finished_at, now()), status = case
      when exists (select 1 from effects e where e.handoff_id = h.id and e.follow_up_id is null and e.state in ('failed', 'planned', 'sending')) then 'failed'
      when exists (select 1 from effects e where e.handoff_id = h.id and e.follow_up_id is null and e.state = 'maybe') then 'maybe'
      else 'done' end
    where id = ${id} returning id, environment, workspace, conversation_id as conversation, recipe, status, reruns > 0 as "isRerun"`.execute(
    db,
  );
  const [ended] = rows;
  if (ended === undefined) throw new Error(`handoff ${id} has a run but no row`);
  return ended;
}

export interface Funnel {
  readonly conversations: number;
  readonly handoffs: number;
  readonly finished: number;
  readonly failed: number;
  readonly maybe: number;
  /** From the arrival of the newest message a decision rests on to the last person told; null before the first. */
  readonly signalToAlertMs: { readonly p50: number; readonly p95: number } | null;
}

/** How many conversations an environment has heard, what became of them, and how quickly people were told. */
export async function funnel(db: Db, environment: string): Promise<Funnel> {
  const { rows } = await sql<Omit<Funnel, "signalToAlertMs"> & { p50: number | null; p95: number | null }>`
    with told as (
      select h.id, extract(epoch from max(e.done_at) - (
          select max(v.received_at) from events v
          where v.workspace = h.workspace and v.conversation_id = h.conversation_id and v.received_at <= h.started_at)) * 1000 as ms
      from handoffs h join effects e on e.handoff_id = h.id and e.follow_up_id is null and e.kind = 'notify' and e.state in ('done', 'would')
      where h.environment = ${environment} group by h.id)
    select
      (select count(*)::int from standings where environment = ${environment}) as conversations,
      count(*)::int as handoffs,
      count(*) filter (where status = 'done')::int as finished,
      count(*) filter (where status = 'failed')::int as failed,
      count(*) filter (where status = 'maybe')::int as maybe,
      (select percentile_cont(0.5) within group (order by ms) from told)::float8 as p50,
      (select percentile_cont(0.95) within group (order by ms) from told)::float8 as p95
    from handoffs where environment = ${environment}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("an aggregate without a row");
  const { p50, p95, ...counts } = row;
  return { ...counts, signalToAlertMs: p50 === null || p95 === null ? null : { p50, p95 } };
}

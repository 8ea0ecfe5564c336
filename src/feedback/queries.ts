/** SQL of the feedback room: how far Salesforce was read, the stages deals took on, and what they ask of Intercom. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Deal } from "./deal.ts";
import type { FeedbackRequest, PlannedChange } from "./plan.ts";

export interface Cursor {
  readonly beganAt: EpochMs;
  readonly coveredUntil: EpochMs;
}

/** The environment's cursor; it begins at `now` when there is none. */
export async function cursorOf(db: Db, environment: string, now: EpochMs): Promise<Cursor> {
  const { rows } = await sql<{ beganAt: string; coveredUntil: string }>`
    insert into feedback_cursors as c (environment, began_at, covered_until)
    values (${environment}, to_timestamp(${now / 1_000}), to_timestamp(${now / 1_000}))
    on conflict (environment) do update set covered_until = c.covered_until
    returning (extract(epoch from began_at) * 1000)::bigint::text as "beganAt",
      (extract(epoch from covered_until) * 1000)::bigint::text as "coveredUntil"`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("an upsert without a row");
  return { beganAt: Number(row.beganAt), coveredUntil: Number(row.coveredUntil) };
}

/** Moves the cursor on, never back. */
export async function moveCursor(tx: Tx, environment: string, coveredUntil: EpochMs): Promise<void> {
  await sql`
    update feedback_cursors set covered_until = greatest(covered_until, to_timestamp(${coveredUntil / 1_000}))
    where environment = ${environment}`.execute(tx);
}

/** Of these changes the ids that are known already, as "deal change". */
export async function knownChanges(
  db: Db,
  environment: string,
  deals: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ known: string }>`
    select opportunity_id || ' ' || change_id as known from deal_changes
    where environment = ${environment} and opportunity_id = any(${deals}::text[])`.execute(db);
  return new Set(rows.map(({ known }) => known));
}

/** Stores a change with its effects and the deal's people; false when it was stored before, and then nothing changes. */
export async function insertChange(
  tx: Tx,
  place: { readonly environment: string; readonly policyVersion: number; readonly now: EpochMs },
  deal: Deal,
  { change, rule, requests }: PlannedChange,
): Promise<boolean> {
  const effects = requests.map((request, ordinal) => ({ ordinal, request }));
  const { rows } = await sql<{ n: number }>`
    with seen as (
      insert into deal_changes (environment, opportunity_id, change_id, name, stage, is_closed, is_won, amount, changed_at,
        changed_by, policy_version, rule, seen_at)
      values (${place.environment}, ${deal.id}, ${change.id}, ${deal.name}, ${change.stage}, ${change.isClosed}, ${change.isWon},
        ${change.amount}, to_timestamp(${change.at / 1_000}), ${change.by}, ${place.policyVersion}, ${rule}, to_timestamp(${place.now / 1_000}))
      on conflict do nothing
      returning environment, opportunity_id, change_id, changed_at),
    people as (
      insert into deal_people (environment, opportunity_id, email)
      select s.environment, s.opportunity_id, x.email from seen s, unnest(${deal.emails}::text[]) as x (email)
      on conflict do nothing),
    planned as (
      insert into feedback_effects (environment, opportunity_id, change_id, changed_at, ordinal, request)
      select s.environment, s.opportunity_id, s.change_id, s.changed_at, x.ordinal, x.request
      from seen s, jsonb_to_recordset(${JSON.stringify(effects)}::jsonb) as x (ordinal int, request jsonb))
    select count(*)::int as n from seen`.execute(tx);
  return rows[0]?.n === 1;
}

/**
 * Closes the leads of handoffs that made this Opportunity or were about it: whoever has them has less in hand. The
 * first reason stays.
 */
export async function closeLeadsOf(
  tx: Tx,
  place: { readonly environment: string; readonly deal: string },
  reason: "won" | "lost",
  now: EpochMs,
): Promise<void> {
  await sql`
    update assignments a set closed_at = to_timestamp(${now / 1_000}), closed_reason = ${reason}
    where a.environment = ${place.environment} and a.closed_at is null and exists (
      select 1 from effects e where e.handoff_id = a.handoff_id and e.kind = 'crm-write'
        and (e.result ->> 'about' = ${place.deal} or e.request ->> 'about' = ${place.deal}
          or exists (select 1 from jsonb_each_text(e.result -> 'ids') as written where written.value = ${place.deal})))`.execute(
    tx,
  );
}

export interface OpenEffect {
  readonly change: string;
  readonly ordinal: number;
  readonly request: FeedbackRequest;
}

/** What a deal still asks for, the earliest change first. */
export async function openEffects(db: Db, environment: string, deal: string): Promise<readonly OpenEffect[]> {
  const { rows } = await sql<OpenEffect>`
    select change_id as change, ordinal, request from feedback_effects
    where environment = ${environment} and opportunity_id = ${deal} and state = 'planned'
    order by changed_at, change_id, ordinal`.execute(db);
  return rows;
}

/**
 * Notes that an attempt begins, before anything is sent. Returns how many there are with this one; null when another
 * worker has ended the effect since it was read.
 */
export async function beginEffect(
  db: Db,
  place: { readonly environment: string; readonly deal: string },
  effect: OpenEffect,
): Promise<number | null> {
  const { rows } = await sql<{ attempts: number }>`
    update feedback_effects set attempts = attempts + 1, updated_at = now()
    where environment = ${place.environment} and opportunity_id = ${place.deal} and change_id = ${effect.change}
      and ordinal = ${effect.ordinal} and state = 'planned' returning attempts`.execute(db);
  return rows[0]?.attempts ?? null;
}

/** The attempt that began last was refused: nothing of it can land any more, and it raises no doubt. */
export async function takeAttemptBack(
  db: Db,
  place: { readonly environment: string; readonly deal: string },
  effect: OpenEffect,
): Promise<void> {
  await sql`
    update feedback_effects set attempts = greatest(attempts - 1, 0), updated_at = now()
    where environment = ${place.environment} and opportunity_id = ${place.deal} and change_id = ${effect.change}
      and ordinal = ${effect.ordinal} and state = 'planned'`.execute(db);
}

/** What Intercom should hold of this deal's people: of everything that was done for them, tag by tag, the last. */
export async function lastAsked(
  db: Db,
  environment: string,
  deal: string,
): Promise<readonly FeedbackRequest[]> {
  const { rows } = await sql<{ request: FeedbackRequest }>`
    select distinct on (request ->> 'email', coalesce(request ->> 'tag', '')) request
    from feedback_effects
    where environment = ${environment} and state = 'done' and request ->> 'email' in (${peopleOf(environment, deal)})
    order by request ->> 'email', coalesce(request ->> 'tag', ''), changed_at desc, change_id desc, ordinal desc`.execute(
    db,
  );
  return rows.map(({ request }) => request);
}

/** Whether another deal has begun to write something for one of this deal's people, and has not ended it. */
export async function isWrittenElsewhere(db: Db, environment: string, deal: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from feedback_effects
    where environment = ${environment} and state = 'planned' and attempts > 0 and opportunity_id <> ${deal}
      and request ->> 'email' in (${peopleOf(environment, deal)}) limit 1`.execute(db);
  return rows.length > 0;
}

/** Whether an attempt for this deal went unanswered, and nothing was written once more since. */
export async function isUnsure(db: Db, environment: string, deal: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from feedback_effects where environment = ${environment} and opportunity_id = ${deal} and ${unsure} limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

/** Everything that was done for this deal has been written once more. */
export async function markSure(db: Db, environment: string, deal: string, now: EpochMs): Promise<void> {
  await sql`
    update feedback_effects set sure_at = to_timestamp(${now / 1_000})
    where environment = ${environment} and opportunity_id = ${deal} and ${unsure}`.execute(db);
}

const unsure = sql`state = 'done' and attempts > 1 and sure_at is null`;

const peopleOf = (environment: string, deal: string) => sql`
  select o.request ->> 'email' from feedback_effects o where o.environment = ${environment} and o.opportunity_id = ${deal}`;

export type EffectEnd =
  | { readonly state: "done"; readonly people: number }
  | { readonly state: "would" }
  | {
      readonly state: "skipped" | "failed";
      readonly error: { readonly code?: string; readonly message: string };
    };

/** Ends an effect, once. What another worker has ended meanwhile stays, and is unsure from now on. */
export async function finishEffect(
  db: Db,
  place: { readonly environment: string; readonly deal: string },
  effect: OpenEffect,
  end: EffectEnd,
  now: EpochMs,
): Promise<void> {
  const result = end.state === "done" ? JSON.stringify({ people: end.people }) : null;
  const error = "error" in end ? JSON.stringify(end.error) : null;
  const one = sql`environment = ${place.environment} and opportunity_id = ${place.deal}
    and change_id = ${effect.change} and ordinal = ${effect.ordinal}`;
  const { numAffectedRows } = await sql`
    update feedback_effects set state = ${end.state}, result = ${result}::jsonb, error = ${error}::jsonb,
      updated_at = now(), done_at = to_timestamp(${now / 1_000})
    where ${one} and state = 'planned'`.execute(db);
  if (numAffectedRows === 0n) await sql`update feedback_effects set sure_at = null where ${one}`.execute(db);
}

/**
 * Deals of any environment, since `olderThan`, with something open whose run may have died before it began, or with
 * something unsure that nobody wrote once more.
 */
export async function dealsLeftOpen(
  db: Db,
  olderThan: EpochMs,
): Promise<readonly { readonly environment: string; readonly deal: string }[]> {
  const { rows } = await sql<{ environment: string; deal: string }>`
    with left_open as (
      select e.environment, e.opportunity_id as deal from feedback_effects e
      join deal_changes c using (environment, opportunity_id, change_id)
      where e.state = 'planned' and c.seen_at < to_timestamp(${olderThan / 1_000})
      union
      select environment, opportunity_id from feedback_effects
      where ${unsure} and done_at < to_timestamp(${olderThan / 1_000}))
    select * from left_open o
    where not exists (select 1 from pauses p where p.environment = o.environment and p.destination = 'intercom') limit 500`.execute(
    db,
  );
  return rows;
}

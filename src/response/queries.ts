/** SQL of the response room: presses, what they leave, and the alerts that tell of it. */
import { sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { OwnerRef } from "../decide/decision.ts";
import type { DecisionInputs } from "../decide/decide.ts";
import type { HandoffDecision } from "../handoff/crm-plan.ts";
import type { Contact } from "../followup/contact.ts";
import { followUpId, type PressKind } from "../followup/plan.ts";
import { ownerSince, type Place, type PressedBy } from "../followup/queries.ts";
import type { Answer, Press } from "./press.ts";
import type { Happened } from "./standing.ts";

/** Stores a press; false when it was stored before. */
export async function insertPress(tx: Tx, connection: string, press: Press, now: EpochMs): Promise<boolean> {
  const { id, wish, ...rest } = press;
  const { rows } = await sql`
    insert into presses (id, connection, kind, body, pressed_at)
    values (${id}, ${connection}, ${wish.kind}, ${JSON.stringify({ ...rest, wish })}::jsonb, to_timestamp(${now / 1_000}))
    on conflict (id) do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

export interface StoredPress extends Press {
  readonly connection: string;
  readonly isAnswered: boolean;
  /** Null also where nothing need be said: the alert tells it. */
  readonly answer: Answer | null;
}

export async function loadPress(db: Db, id: string): Promise<StoredPress | null> {
  const { rows } = await sql<{ body: Omit<Press, "id"> } & Omit<StoredPress, keyof Press>>`
    select body, connection, answer, answered_at is not null as "isAnswered" from presses where id = ${id}`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { body, ...rest } = row;
  return { id, ...body, ...rest };
}

/** Notes what was done with a press, in the transaction that did it; false when it was done before. */
export async function answerPress(
  tx: Db | Tx,
  id: string,
  answer: Answer | null,
  now: EpochMs,
): Promise<boolean> {
  const { rows } = await sql`
    update presses set answer = ${answer === null ? null : JSON.stringify(answer)}::jsonb,
      answered_at = to_timestamp(${now / 1_000})
    where id = ${id} and answered_at is null returning 1`.execute(tx);
  return rows.length > 0;
}

/** A handoff as somebody acts on it. */
export interface Case extends Place {
  readonly handoff: string;
  readonly policyVersion: number;
  readonly decision: HandoffDecision;
  readonly inputs: Omit<DecisionInputs, "policy">;
  /** Who has it since a claim or a re-assignment; null: whom the handoff gave it to. */
  readonly owner: OwnerRef | null;
  /** Contact counts from here on. */
  readonly since: EpochMs;
}

/** The handoff whose alert carries this key; null when there is none. */
export async function caseOfAlert(db: Db, key: string): Promise<Case | null> {
  const { rows } = await sql<Case>`
    select h.id as handoff, h.environment, h.workspace, h.conversation_id as conversation,
      d.policy_version::int as "policyVersion", d.answer as decision, d.inputs, ${ownerSince("h.id")} as owner,
      (extract(epoch from least(h.signalled_at, h.started_at)) * 1000)::float8 as since
    from effects e join handoffs h on h.id = e.handoff_id join decisions d on d.id = h.decision_id
    where e.key = ${key} and e.kind = 'notify'`.execute(db);
  return rows[0] ?? null;
}

/** Whoever acts on a handoff does so alone until the commit. Who has it since a claim or a re-assignment. */
export async function lockCase(tx: Tx, handoff: string): Promise<OwnerRef | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${handoff}, 14))`.execute(tx);
  const { rows } = await sql<{ owner: OwnerRef | null }>`
    select ${ownerSince("h.id")} as owner from handoffs h where h.id = ${handoff}`.execute(tx);
  return rows[0]?.owner ?? null;
}

/** Everything that is stored of a lead after its handoff. */
export async function happenedTo(
  db: Db | Tx,
  handoff: string,
): Promise<Happened & { readonly snoozes: number }> {
  const { rows } = await sql<Happened & { readonly snoozes: number }>`
    with own as (select *, (extract(epoch from coalesce(fired_at, ended_at, since)) * 1000)::float8 as at
      from follow_ups where handoff_id = ${handoff})
    select
      (select jsonb_build_object('who', pressed_by ->> 'name', 'email', pressed_by ->> 'email', 'at', at) from own where kind = 'claim') as claim,
      (select jsonb_build_object('who', pressed_by ->> 'name', 'reason', pressed_by ->> 'reason', 'at', at) from own where kind = 'reject') as rejection,
      coalesce((select jsonb_agg(jsonb_build_object('to', given.to, 'at', coalesce(b.at, given.at)) order by given.at) from (
          select arming, coalesce(owner ->> 'name', owner ->> 'email', owner ->> 'id') as to, min(at) as at
          from own where owner is not null and kind <> 'claim' group by 1, 2) as given
        left join own b on b.kind = 'breach' and b.arming = given.arming - 1), '[]') as moves,
      coalesce((select jsonb_agg(at order by at) from own where kind = 'breach' and fired_at is not null), '[]') as breaches,
      coalesce((select jsonb_agg(contact) from own, jsonb_array_elements(seen) as contact), '[]') as contacts,
      (select count(*)::int from own where kind = 'snooze') as snoozes`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("an aggregate without a row");
  return row;
}

export interface PressedRow {
  readonly kind: PressKind;
  readonly pressedBy: PressedBy;
  /** Who has it from now on; null: whoever had it. */
  readonly owner: OwnerRef | null;
  /** Why it is no lead; null for a claim. Stands with who pressed: the row's own reason tells what became of its effects. */
  readonly reason: string | null;
  readonly seen: readonly Contact[];
  /** Its effects are carried out by a run. */
  readonly hasEffects: boolean;
  readonly now: EpochMs;
}

/** What a claim or a rejection leaves beside the timers, once; its id when it was the first of its kind, else null. */
export async function insertPressed(
  tx: Tx,
  { handoff, environment, workspace, conversation }: Case,
  row: PressedRow,
): Promise<string | null> {
  const id = followUpId(handoff, { kind: row.kind, arming: 1 });
  const now = row.now / 1_000;
  const { rows } = await sql<{ id: string }>`
    insert into follow_ups (id, handoff_id, environment, workspace, conversation_id, kind, arming, owner, pressed_by,
      since, due_at, state, seen, started_at, fired_at, ended_at)
    values (${id}, ${handoff}, ${environment}, ${workspace}, ${conversation}, ${row.kind}, 1,
      ${row.owner === null ? null : JSON.stringify(row.owner)}::jsonb, ${JSON.stringify({ ...row.pressedBy, reason: row.reason })}::jsonb,
      to_timestamp(${now}), to_timestamp(${now}), ${row.hasEffects ? "fired" : "done"},
      ${JSON.stringify(row.seen)}::jsonb, to_timestamp(${now}), to_timestamp(${now}),
      to_timestamp(${row.hasEffects ? null : now}::float8))
    on conflict (id) do nothing returning id`.execute(tx);
  return rows[0]?.id ?? null;
}

/** A run that was not heard of for so long is dead; between its starts it waits for five minutes at most. */
const SILENT_MS: Ms = 1_200_000;

/**
 * Takes alerts that do not say yet what happened, each handoff's by one run at a time. Those of an environment whose
 * Slack is paused stay until it is resumed.
 */
export async function takeStale(
  tx: Tx,
  now: EpochMs,
  most: number,
): Promise<readonly { readonly handoff: string; readonly news: number }[]> {
  // Whoever takes over from a dead run counts up: a run is started once by its id, and its id has the count in it.
  const { rows } = await sql<{ handoff: string; news: number }>`
    with stale as (
      select handoff_id, news + case when showing = news then 1 else 0 end as news from alert_boards
      where shown < news and (showing is null or showing_at < to_timestamp(${(now - SILENT_MS) / 1_000}))
        and not exists (
          select 1 from handoffs h join pauses p on p.environment = h.environment and p.destination = 'slack'
          where h.id = alert_boards.handoff_id)
      limit ${most} for update skip locked)
    update alert_boards b set news = stale.news, showing = stale.news, showing_at = to_timestamp(${now / 1_000})
    from stale where b.handoff_id = stale.handoff_id
    returning b.handoff_id as handoff, b.news`.execute(tx);
  return rows;
}

/** The run is alive and goes on later. */
export async function stillShowing(db: Db, handoff: string, news: number, now: EpochMs): Promise<void> {
  await sql`
    update alert_boards set showing_at = to_timestamp(${now / 1_000})
    where handoff_id = ${handoff} and showing = ${news}`.execute(db);
}

/** The run met a pause: another one, under an id of its own, shows the alerts after it. */
export async function leaveStale(db: Db, handoff: string, news: number): Promise<void> {
  await sql`
    update alert_boards set news = news + 1, showing = null where handoff_id = ${handoff} and showing = ${news}`.execute(
    db,
  );
}

/** The alerts tell what had happened when `news` was counted. */
export async function finishShowing(db: Db, handoff: string, news: number): Promise<void> {
  await sql`
    update alert_boards set shown = ${news}, showing = null where handoff_id = ${handoff} and showing = ${news}`.execute(
    db,
  );
}

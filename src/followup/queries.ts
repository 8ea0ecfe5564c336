/** SQL of the followup room: timers, what they rest on, and their ends. */
import { type RawBuilder, sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { OwnerRef } from "../decide/decision.ts";
import type { DecisionInputs } from "../decide/decide.ts";
import type { HandoffDecision } from "../handoff/crm-plan.ts";
import type { Contact } from "./contact.ts";
import { type Arming, followUpId, type PressKind, type TimerKind } from "./plan.ts";

export interface Place {
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
}

/** Who pressed, by their name and address in Slack. */
export interface PressedBy {
  readonly name: string;
  readonly email: string | null;
}

/**
 * Arms timers of a handoff; one that was armed before stays as it is. `owner` is set after a re-assignment, `pressedBy`
 * for a reminder that somebody asked for.
 */
export async function armFollowUps(
  tx: Tx,
  place: Place & { readonly handoff: string },
  armings: readonly Arming[],
  { owner, pressedBy }: { readonly owner?: OwnerRef; readonly pressedBy?: PressedBy } = {},
): Promise<void> {
  if (armings.length === 0) return;
  const rows = armings.map((arming) => ({
    id: followUpId(place.handoff, arming),
    kind: arming.kind,
    arming: arming.arming,
    since: seconds(arming.since),
    due: seconds(arming.dueAt),
    not_after: arming.notAfter === null ? null : seconds(arming.notAfter),
  }));
  await sql`
    insert into follow_ups (id, handoff_id, environment, workspace, conversation_id, kind, arming, owner, pressed_by, since, due_at, not_after)
    select x.id, ${place.handoff}, ${place.environment}, ${place.workspace}, ${place.conversation}, x.kind, x.arming,
      ${json(owner)}::jsonb, ${json(pressedBy)}::jsonb, to_timestamp(x.since), to_timestamp(x.due), to_timestamp(x.not_after)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x (id text, kind text, arming int, since float8, due float8, not_after float8)
    on conflict (id) do nothing`.execute(tx);
}

/**
 * Takes timers that are due and have no run yet, the longest due first. A timer waits for its handoff: before it is
 * through nobody has anything to be reminded of, and an acknowledgement would promise what nobody knows of. One that
 * is too late by then is taken to be told off.
 */
export async function takeDue(tx: Tx, now: EpochMs, most: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with due as (
      select f.id from follow_ups f join handoffs h on h.id = f.handoff_id
      where f.state = 'armed' and f.started_at is null and f.due_at <= to_timestamp(${seconds(now)})
        and (h.status <> 'running' or f.not_after < to_timestamp(${seconds(now)}))
      order by f.due_at limit ${most} for update of f skip locked)
    update follow_ups f set started_at = to_timestamp(${seconds(now)}) from due where f.id = due.id
    returning f.id`.execute(tx);
  return rows.map(({ id }) => id);
}

/**
 * Who has it since somebody claimed it, or since the newest re-assignment; null: whom the handoff gave it to. `handoff` is
 * the column with its id.
 */
export function ownerSince(handoff: string): RawBuilder<OwnerRef | null> {
  return sql`(select o.owner from follow_ups o where o.handoff_id = ${sql.ref(handoff)} and o.owner is not null
    order by o.kind = 'claim' desc, o.arming desc limit 1)`;
}

export interface StoredFollowUp extends Place {
  readonly id: string;
  readonly handoff: string;
  readonly kind: TimerKind | PressKind;
  readonly arming: number;
  readonly owner: OwnerRef | null;
  /** Slack's address of whoever asked for it. */
  readonly askedBy: string | null;
  /** What was seen of the claim of this lead. */
  readonly claims: readonly Contact[];
  /** Ids of everybody it was re-assigned to. */
  readonly had: readonly string[];
  readonly since: EpochMs;
  readonly notAfter: EpochMs | null;
  readonly state: "armed" | "fired" | "done" | "maybe" | "failed" | "cancelled" | "skipped";
  readonly policyVersion: number;
  readonly decision: HandoffDecision;
  readonly inputs: Omit<DecisionInputs, "policy">;
}

export async function loadFollowUp(db: Db, id: string): Promise<StoredFollowUp | null> {
  const { rows } = await sql<StoredFollowUp>`
    select f.id, f.handoff_id as handoff, f.environment, f.workspace, f.conversation_id as conversation, f.kind, f.arming,
      f.state, ${ownerSince("f.handoff_id")} as owner, f.pressed_by ->> 'email' as "askedBy",
      coalesce((select c.seen from follow_ups c where c.handoff_id = f.handoff_id and c.kind = 'claim'), '[]') as claims,
      array(select distinct o.owner ->> 'id' from follow_ups o
        where o.handoff_id = f.handoff_id and o.owner is not null) as had, (extract(epoch from f.since) * 1000)::float8 as since,
      (extract(epoch from f.not_after) * 1000)::float8 as "notAfter",
      d.policy_version::int as "policyVersion", d.answer as decision, d.inputs
    from follow_ups f join handoffs h on h.id = f.handoff_id join decisions d on d.id = h.decision_id
    where f.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Answers that were given, or may have been, in a teammate's name in this conversation. */
export async function ownAnswers(db: Db, place: Place): Promise<readonly string[]> {
  const { rows } = await sql<{ text: string }>`
    select e.request ->> 'text' as text from effects e join handoffs h on h.id = e.handoff_id
    where h.workspace = ${place.workspace} and h.conversation_id = ${place.conversation}
      and e.kind = 'reply' and e.state in ('sending', 'done', 'maybe')`.execute(db);
  return rows.map(({ text }) => text);
}

/** Leaves the armed state, once: false when it had left it before. */
export async function leaveArmed(
  tx: Tx | Db,
  id: string,
  end: {
    readonly state: "fired" | "cancelled" | "skipped" | "failed";
    readonly reason: string | null;
    /** Why it failed, in data. */
    readonly error?: object;
    readonly seen: readonly Contact[];
    readonly now: EpochMs;
  },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update follow_ups set state = ${end.state}, reason = ${end.reason},
      error = ${end.error === undefined ? null : JSON.stringify(end.error)}::jsonb, seen = ${JSON.stringify(end.seen)}::jsonb,
      fired_at = to_timestamp(${end.state === "fired" ? seconds(end.now) : null}::float8),
      ended_at = to_timestamp(${end.state === "fired" ? null : seconds(end.now)}::float8)
    where id = ${id} and state = 'armed' returning id`.execute(tx);
  return rows.length > 0;
}

/** The end of a timer that fired, from its effects: failed before maybe; skipped when none of them was carried out. Null when it had ended. */
export async function finishFollowUp(
  db: Db | Tx,
  id: string,
  now: EpochMs,
): Promise<{ readonly state: string; readonly handoff: string } | null> {
  const { rows } = await sql<{ state: string; handoff: string }>`
    with ends as (
      select bool_or(state in ('failed', 'planned', 'sending')) as failed, bool_or(state = 'maybe') as maybe,
        bool_and(state = 'skipped') as skipped, min(error ->> 'message') filter (where state in ('skipped', 'failed', 'maybe')) as reason
      from effects where follow_up_id = ${id} and handoff_id = (select handoff_id from follow_ups where id = ${id}))
    update follow_ups f set ended_at = to_timestamp(${seconds(now)}), reason = ends.reason, state = case
      when ends.failed then 'failed' when ends.maybe then 'maybe' when ends.skipped then 'skipped' else 'done' end
    from ends where f.id = ${id} and f.state = 'fired' returning f.state, f.handoff_id as handoff`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** Ends every timer of a handoff that has not fired, or those of these kinds. */
export async function endTimers(
  tx: Tx,
  end: {
    readonly handoff: string;
    readonly kinds: readonly TimerKind[] | null;
    readonly reason: string;
    readonly seen: readonly Contact[];
    readonly now: EpochMs;
  },
): Promise<void> {
  await sql`
    update follow_ups set state = 'cancelled', reason = ${end.reason}, seen = ${JSON.stringify(end.seen)}::jsonb,
      ended_at = to_timestamp(${seconds(end.now)})
    where handoff_id = ${end.handoff} and state = 'armed'
      and (${end.kinds}::text[] is null or kind = any(${end.kinds}::text[]))`.execute(tx);
}

/** Ends every timer of a conversation that has not fired. */
export async function cancelFollowUps(tx: Tx, place: Place, reason: string, now: EpochMs): Promise<void> {
  await sql`
    update follow_ups set state = 'cancelled', reason = ${reason}, ended_at = to_timestamp(${seconds(now)})
    where environment = ${place.environment} and workspace = ${place.workspace}
      and conversation_id = ${place.conversation} and state = 'armed'`.execute(tx);
}

function seconds(at: EpochMs): number {
  return at / 1_000;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

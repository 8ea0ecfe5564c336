/** SQL of one decision and one handoff with everything that is stored of them. Nothing here writes. */
import { type RawBuilder, sql } from "kysely";
import type { Decision, OwnerRef } from "../../decide/decision.ts";
import type { Contact } from "../../followup/contact.ts";
import type { OwnerChange } from "../../followup/owner-watch.ts";
import type { EffectRequest } from "../../handoff/effects.ts";
import type { EffectResult } from "../../handoff/outcome.ts";
import type { Destination } from "../../handoff/pause-queries.ts";
import type { EffectState } from "../../handoff/queries.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { heardConversations } from "../census/queries.ts";
import type { FrozenInputs } from "../replay.ts";

const ms = (column: string): RawBuilder<number> =>
  sql`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

export interface WholeDecision {
  readonly id: number;
  readonly conversation: string;
  readonly kind: Decision["kind"];
  readonly recipe: string | null;
  readonly exclusion: string | null;
  /** Id of the policy version, and its number in the environment. */
  readonly policyVersion: number;
  readonly policy: number;
  readonly decidedAt: EpochMs;
  /** What it rested on and what it said; null once the words are erased. */
  readonly frozen: { readonly inputs: FrozenInputs; readonly answer: Decision } | null;
}

export async function loadDecision(db: Db, environment: string, id: number): Promise<WholeDecision | null> {
  const { rows } = await sql<WholeDecision>`
    select d.id, d.conversation_id as conversation, d.kind, d.recipe, d.exclusion, d.policy_version as "policyVersion",
      p.number as policy, ${ms("d.decided_at")} as "decidedAt",
      case when d.erased_at is null then json_build_object('inputs', d.inputs, 'answer', d.answer) end as frozen
    from decisions d join policies p on p.version = d.policy_version
    where d.id = ${id} and d.environment = ${environment}`.execute(db);
  return rows[0] ?? null;
}

/** A conversation with what stands for it in an environment. */
export interface StandingDecision {
  readonly conversation: string;
  readonly person: string | null;
  /** Null while nothing is decided. */
  readonly decision: number | null;
  /** Null once the words are erased, too. */
  readonly frozen: WholeDecision["frozen"];
}

/** What stands for each of these conversations, the last heard first. */
export async function standingDecisions(
  db: Db,
  environment: string,
  conversations: readonly string[],
): Promise<readonly StandingDecision[]> {
  const { rows } = await sql<StandingDecision>`
    select c.id as conversation, coalesce(c.person, c.email) as person, d.id as decision,
      case when d.id is not null and d.erased_at is null
        then json_build_object('inputs', d.inputs, 'answer', d.answer) end as frozen
    from ${heardConversations(environment)} c left join decisions d on d.id = c.decision_id
    where c.id = any(${conversations}::text[]) order by c.heard_at desc, c.id desc`.execute(db);
  return rows;
}

export interface EffectLine {
  readonly ordinal: number;
  readonly key: string;
  readonly kind: EffectRequest["kind"];
  readonly target: Destination;
  readonly followUp: string | null;
  readonly state: EffectState;
  readonly attempts: number;
  /** How often a person had it tried again. */
  readonly retries: number;
  /** Without its words once they are erased. */
  readonly request: EffectRequest | { readonly kind: EffectRequest["kind"]; readonly erased: true };
  readonly result: EffectResult | null;
  readonly error: { readonly code?: string; readonly message?: string } | null;
  readonly updatedAt: EpochMs;
  readonly doneAt: EpochMs | null;
  /** The issue under which its failure stands, while it does. */
  readonly issue: string | null;
}

export interface TimerLine {
  readonly id: string;
  readonly kind: string;
  readonly arming: number;
  readonly state: string;
  readonly dueAt: EpochMs;
  readonly firedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  readonly reason: string | null;
  readonly owner: OwnerRef | null;
  readonly pressedBy: { readonly name: string; readonly reason?: string | null } | null;
  readonly seen: readonly Contact[];
}

/** A stage that a deal of the handoff took on. */
export interface DealLine {
  readonly id: string;
  readonly name: string | null;
  readonly stage: string;
  readonly isWon: boolean;
  readonly isClosed: boolean;
  readonly amount: number | null;
  readonly at: EpochMs;
}

export interface AfterHandoff {
  readonly decision: number;
  readonly effects: readonly EffectLine[];
  readonly timers: readonly TimerLine[];
  readonly watch: {
    readonly looks: number;
    readonly dueAt: EpochMs | null;
    readonly seen: readonly OwnerChange[];
  } | null;
  readonly assignment: {
    readonly closedAt: EpochMs | null;
    readonly closedReason: string | null;
    readonly creditReason: string | null;
    readonly moves: readonly { readonly member: string; readonly reason: string; readonly at: EpochMs }[];
  } | null;
  readonly deals: readonly DealLine[];
}

/** What was carried out of a handoff and what happened since; null when the environment has no such handoff. */
export async function afterHandoff(db: Db, environment: string, id: string): Promise<AfterHandoff | null> {
  const { rows } = await sql<Omit<AfterHandoff, "effects" | "timers" | "deals">>`
    select h.decision_id as decision, (
        select jsonb_build_object('looks', w.looks, 'dueAt', ${ms("w.due_at")}, 'seen', w.seen)
        from owner_watches w where w.handoff_id = h.id) as watch, (
        select jsonb_build_object('closedAt', ${ms("a.closed_at")}, 'closedReason', a.closed_reason,
          'creditReason', a.credit_reason, 'moves', a.moves) from assignments a where a.handoff_id = h.id) as assignment
    from handoffs h where h.id = ${id} and h.environment = ${environment}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const [effects, timers, deals] = await Promise.all([effectsOf(db, id), timersOf(db, id), dealsOf(db, id)]);
  return { ...row, effects, timers, deals };
}

async function effectsOf(db: Db, handoff: string): Promise<readonly EffectLine[]> {
  const { rows } = await sql<EffectLine>`
    select e.ordinal, e.key, e.kind, e.target, e.follow_up_id as "followUp", e.state, e.attempts, e.retries, e.request,
      nullif(e.result, 'null') as result, nullif(e.error, 'null') as error,
      ${ms("e.updated_at")} as "updatedAt", ${ms("e.done_at")} as "doneAt", (
        select i.id from failures f join issues i
          on i.environment = f.environment and i.destination = f.destination and i.code = f.code
        where f.subject = 'effect:' || e.key and f.state = 'open' limit 1) as issue
    from effects e where e.handoff_id = ${handoff} order by e.ordinal`.execute(db);
  return rows;
}

async function timersOf(db: Db, handoff: string): Promise<readonly TimerLine[]> {
  const { rows } = await sql<TimerLine>`
    select f.id, f.kind, f.arming, f.state, ${ms("f.due_at")} as "dueAt", ${ms("f.fired_at")} as "firedAt",
      ${ms("f.ended_at")} as "endedAt", f.reason, f.owner, f.pressed_by as "pressedBy", f.seen
    from follow_ups f where f.handoff_id = ${handoff} order by f.due_at, f.kind`.execute(db);
  return rows;
}

/** Stages of the Opportunities that the handoff made or was about, the earliest first. */
async function dealsOf(db: Db, handoff: string): Promise<readonly DealLine[]> {
  const { rows } = await sql<DealLine>`
    select c.opportunity_id as id, c.name, c.stage, c.is_won as "isWon", c.is_closed as "isClosed", c.amount::float8 as amount,
      ${ms("c.changed_at")} as at
    from handoffs h join deal_changes c on c.environment = h.environment
    where h.id = ${handoff} and c.opportunity_id in (
      select unnest(array[e.result ->> 'about', e.request ->> 'about'] || array(
        select jsonb_array_elements_text(jsonb_path_query_array(e.result, '$.ids.*'))))
      from effects e where e.handoff_id = h.id and e.kind = 'crm-write')
    order by c.changed_at, c.change_id`.execute(db);
  return rows;
}

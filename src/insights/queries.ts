/** SQL of the insights room: stored decisions, read in the order in which they were made. Nothing here writes. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Line } from "../decide/fairness.ts";
import type { PoolState } from "../decide/turns.ts";
import type { Db } from "../store/database.ts";
import type { StoredAnswer } from "./outcome.ts";
import type { FrozenInputs } from "./replay.ts";

/** Which decisions a question is about; `environment` null means all of them. */
export type Scope =
  | { readonly kind: "decision"; readonly id: number }
  | { readonly kind: "conversation"; readonly conversation: string; readonly environment: string | null }
  | { readonly kind: "window"; readonly since: EpochMs; readonly environment: string | null };

export interface StoredDecision {
  readonly id: number;
  readonly environment: string;
  readonly conversation: string;
  readonly version: number;
  readonly policyVersion: number;
  readonly kind: string;
  readonly inputs: FrozenInputs;
  readonly answer: unknown;
}

/** Decisions of the scope with an id above `after`, at most `limit`, by id. */
export async function decisionsAfter(
  db: Db,
  scope: Scope,
  after: number,
  limit: number,
): Promise<readonly StoredDecision[]> {
  const { rows } = await sql<StoredDecision>`
    select id, environment, conversation_id as conversation, version, policy_version as "policyVersion", kind, inputs, answer
    from decisions where id > ${after} and erased_at is null and ${within(scope)} order by id limit ${limit}`.execute(
    db,
  );
  return rows;
}

export async function countDecisions(db: Db, scope: Scope): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from decisions where erased_at is null and ${within(scope)}`.execute(db);
  return rows[0]?.n ?? 0;
}

function within(scope: Scope) {
  switch (scope.kind) {
    case "decision":
      return sql`id = ${scope.id}`;
    case "conversation":
      return sql`conversation_id = ${scope.conversation} and ${ofEnvironment(scope.environment)}`;
    case "window":
      return sql`decided_at >= to_timestamp(${scope.since / 1_000}) and ${ofEnvironment(scope.environment)}`;
  }
}

function ofEnvironment(environment: string | null) {
  return environment === null ? sql`true` : sql`environment = ${environment}`;
}

/** A stretch of one environment's past, without what was erased; `until` is left out of it. */
export interface Window {
  readonly environment: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
}

/** One stored decision as a backtest reads it: its brief or else its inputs, as JSON text. */
export interface PastDecision extends StoredAnswer {
  readonly id: number;
  readonly workspace: string;
  readonly conversation: string;
  readonly policyVersion: number;
  /** Null where the brief is not asked for, and for decisions from before there were any. */
  readonly brief: string | null;
  /** Null where the brief tells. */
  readonly inputs: string | null;
}

/** The place of a decision in the order of time, to the microsecond. */
export interface Mark {
  readonly at: string;
  readonly id: number;
}

/** A page of a window: behind `after`, up to and with `upTo`; null where the window begins or ends. */
export interface PageEnds {
  readonly after: Mark | null;
  readonly upTo: Mark | null;
}

/** The window cut into pages of `size` decisions, in the order of time; one empty page where there is none. */
export async function pagesOf(db: Db, window: Window, size: number): Promise<readonly PageEnds[]> {
  const { rows: marks } = await sql<Mark>`
    select decided_at::text as at, id
    from (select decided_at, id, row_number() over (order by decided_at, id) as place from decisions where ${inWindow(window)}) d
    where place % ${size} = 0 order by place`.execute(db);
  return [...marks, null].map((upTo, at) => ({ after: marks[at - 1] ?? null, upTo }));
}

/** The decisions of one page of the window, in the order of time; those of the versions `inBrief` in brief. */
export async function pastDecisions(
  db: Db,
  window: Window,
  { after, upTo }: PageEnds,
  inBrief: readonly number[],
): Promise<readonly PastDecision[]> {
  const isBrief = sql`brief is not null and policy_version = any(${inBrief}::bigint[])`;
  const from = after ?? { at: "-infinity", id: 0 };
  const to = upTo ?? { at: "infinity", id: 0 };
  const { rows } = await sql<PastDecision>`
    select id, workspace, conversation_id as conversation, policy_version as "policyVersion",
      kind, recipe, exclusion,
      case when ${isBrief} then brief::text end as brief, case when ${isBrief} then null else inputs::text end as inputs,
      case when kind = 'handoff' and not (${isBrief}) then jsonb_build_object('record', answer -> 'record',
        'owner', jsonb_build_object('owner', answer #> '{owner,owner}')) end as handoff
    from decisions
    where ${inWindow(window)} and (decided_at, id) > (${from.at}::timestamptz, ${from.id}::bigint)
      and (decided_at, id) <= (${to.at}::timestamptz, ${to.id}::bigint)
    order by decided_at, id`.execute(db);
  return rows;
}

/** How many decisions the window holds, and which policy versions made them. */
export async function windowFacts(
  db: Db,
  window: Window,
): Promise<{ readonly decisions: number; readonly versions: readonly number[] }> {
  const { rows } = await sql<{ version: number; n: number }>`
    select policy_version as version, count(*) as n from decisions where ${inWindow(window)} group by 1 order by 1`.execute(
    db,
  );
  return { decisions: rows.reduce((sum, row) => sum + row.n, 0), versions: rows.map((row) => row.version) };
}

function inWindow({ environment, since, until }: Window) {
  return sql`environment = ${environment} and decided_at >= to_timestamp(${since / 1_000})
    and decided_at < to_timestamp(${until / 1_000}) and erased_at is null`;
}

/** Conversations of the window by each score's highest value, in steps of `width` points; the last step begins at 100. */
export async function storedScores(
  db: Db,
  window: Window,
  width: number,
): Promise<readonly { readonly name: string; readonly from: number; readonly conversations: number }[]> {
  const { rows } = await sql<{ name: string; from: number; conversations: number }>`
    select name, least(100, floor(value / ${width}) * ${width})::int as "from", count(*)::int as conversations
    from (
      select s.key as name, max((s.value ->> 'value')::float) as value
      from decisions d cross join lateral json_each(d.inputs -> 'scores' -> 'values') s
      where ${inWindow(window)} group by d.workspace, d.conversation_id, s.key) highest
    group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}

/** Most different words that `countedPhrases` tells of: the rarest are left out. */
const MOST_WORDS = 5_000;

/** The words that counted as phrases in the last decision of each conversation of the window, and at how many places. */
export async function countedPhrases(
  db: Db,
  window: Window,
): Promise<readonly { readonly signal: string; readonly text: string; readonly times: number }[]> {
  const { rows } = await sql<{ signal: string; text: string; times: number }>`
    select s ->> 'signal' as signal, lower(s ->> 'text') as text, count(*)::int as times
    from (
      select distinct on (workspace, conversation_id) inputs from decisions where ${inWindow(window)}
      order by workspace, conversation_id, version desc) d
    cross join lateral json_array_elements(d.inputs -> 'scores' -> 'signals') s
    where s ->> 'kind' = 'phrase'
    group by 1, 2 order by times desc, 1, 2 limit ${MOST_WORDS}`.execute(db);
  return rows;
}

/** A pool at the beginning of a window. */
export interface OpeningPool {
  readonly pool: string;
  /** The first decision of the window that rests on the pool: its policy, its time and the state it found. */
  readonly first: {
    readonly policyVersion: number;
    readonly now: EpochMs;
    readonly state: PoolState;
  } | null;
  /** The lines as they are now: nothing has changed since where there is no such decision. */
  readonly lines: readonly Line[];
}

export async function openingPools(db: Db, { environment, since }: Window): Promise<readonly OpeningPool[]> {
  const { rows } = await sql<OpeningPool>`
    select m.pool, f.first, m.lines
    from (
      select pool, jsonb_agg(jsonb_build_object('member', member, 'served', served, 'adjustment', adjustment,
        'lastAt', (extract(epoch from last_at) * 1000)::bigint, 'weight', weight, 'isOut', is_out) order by member) as lines
      from pool_members where environment = ${environment} group by pool) m
    left join lateral (
      select jsonb_build_object('policyVersion', d.policy_version, 'now', d.inputs -> 'now',
        'state', d.inputs -> 'pools' -> m.pool) as first
      from assignments a join handoffs h on h.id = a.handoff_id join decisions d on d.id = h.decision_id
      where a.environment = ${environment} and a.at >= to_timestamp(${since / 1_000})
        and (a.pool = m.pool or a.seconds @> jsonb_build_array(jsonb_build_object('pool', jsonb_build_object('pool', m.pool))))
        and d.inputs -> 'pools' -> m.pool is not null
      order by a.at, d.id limit 1) f on true
    order by m.pool`.execute(db);
  return rows;
}

/** Leads that each member had in hand, not closed, when the window began. */
export async function openWork(
  db: Db,
  { environment, since }: Window,
): Promise<readonly { readonly member: string; readonly open: number }[]> {
  const { rows } = await sql<{ member: string; open: number }>`
    select a.member, count(*)::int as open from assignments a left join handoffs h on h.id = a.handoff_id
    where a.environment = ${environment} and a.member is not null and h.mode is distinct from 'shadow'
      and a.at < to_timestamp(${since / 1_000}) and (a.closed_at is null or a.closed_at >= to_timestamp(${since / 1_000}))
    group by 1`.execute(db);
  return rows;
}

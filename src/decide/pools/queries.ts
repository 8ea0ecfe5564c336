/** SQL of the fairness ledger: pools, turns, what members have in hand, credit, and who got what. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db, Tx } from "../../store/database.ts";
import type { CountedLine } from "../book.ts";
import type { OwnerPlan, OwnerRef, Receipt } from "../decision.ts";
import type { LineChange } from "../fairness.ts";
import type { StickyQuestion } from "../sticky.ts";

/** Holds the pools until the transaction ends, so that two decisions never take the same turn. Names must come sorted. */
export async function lockPools(tx: Tx, environment: string, pools: readonly string[]): Promise<void> {
  await sql`
    insert into pools (environment, pool) select ${environment}, unnest(${pools}::text[])
    on conflict (environment, pool) do update set version = pools.version + 1`.execute(tx);
}

/** A member of the policy, as the ledger is asked about them. */
export interface WantedMember {
  readonly pool: string;
  readonly member: string;
  /** When their day began; null when they have no cap and nothing needs counting. */
  readonly since: EpochMs | null;
}

export interface PoolLine extends CountedLine {
  readonly pool: string;
}

/** The lines of these members, and of those who left their pools. */
export async function poolLines(
  tx: Tx,
  environment: string,
  wanted: readonly WantedMember[],
  sticky: readonly StickyQuestion[],
): Promise<readonly PoolLine[]> {
  const pools = [...new Set(wanted.map(({ pool }) => pool))];
  const { rows } = await sql<PoolLine>`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w (pool text, member text, since float8)),
    stored as (
      select * from pool_members where environment = ${environment} and pool = any(${pools}::text[])),
    sticky as (
      select q.pool, last.member
      from jsonb_to_recordset(${JSON.stringify(sticky)}::jsonb) as q (pool text, company text, person text)
      cross join lateral (
        select a.member from assignments a
        where a.environment = ${environment} and a.pool = q.pool and (a.company = q.company or a.person = q.person)
          and a.credited_at is null
        order by a.at desc limit 1) as last)
    select coalesce(w.pool, m.pool) as pool, coalesce(w.member, m.member) as member, m.member is not null as "isStored",
      coalesce(m.served, 0)::float8 as served, coalesce(m.adjustment, 0)::float8 as adjustment,
      coalesce(m.weight, 1)::float8 as weight, coalesce(m.is_out, false) as "isOut",
      (extract(epoch from m.last_at) * 1000)::bigint as "lastAt",
      coalesce(l.open, 0) as open, coalesce(l.today, 0) as today, s.member is not null as "isSticky"
    from wanted w
    full join stored m on m.pool = w.pool and m.member = w.member
    left join sticky s on s.pool = w.pool and s.member = w.member
    left join lateral (
      select count(*) filter (where a.closed_at is null and h.mode is distinct from 'shadow')::int as open,
        count(*) filter (where a.at >= to_timestamp(w.since / 1000) and a.credited_at is null)::int as today
      from assignments a left join handoffs h on h.id = a.handoff_id
      where a.environment = ${environment} and a.member = w.member
        and (a.closed_at is null or a.at >= to_timestamp(w.since / 1000))) as l on w.since is not null
    order by 1, 2`.execute(tx);
  return rows;
}

export interface Assignment {
  readonly handoff: string;
  readonly environment: string;
  readonly company: string | null;
  readonly person: string | null;
  readonly plan: OwnerPlan;
  readonly seconds: readonly OwnerPlan[];
  readonly changes: readonly (LineChange & { readonly pool: string })[];
  readonly now: EpochMs;
}

/** Writes who got it and why, and what that changes in the pools' lines. */
export async function recordAssignment(tx: Tx, assignment: Assignment): Promise<void> {
  const { plan, environment } = assignment;
  const at = assignment.now / 1_000;
  const { owner } = plan;
  const member = owner.kind === "user" ? (owner.email?.toLowerCase() ?? null) : null;
  await sql`
    with changed as (
      insert into pool_members (environment, pool, member, served, adjustment, weight, is_out, last_at)
      select ${environment}, c.pool, c.member, c.turns, c.adjustment, c.weight, c."isOut",
        case when c.turns > 0 then to_timestamp(${at}) end
      from jsonb_to_recordset(${JSON.stringify(assignment.changes)}::jsonb)
        as c (pool text, member text, turns int, adjustment float8, weight float8, "isOut" boolean)
      order by c.pool, c.member
      on conflict (environment, pool, member) do update set served = pool_members.served + excluded.served,
        adjustment = pool_members.adjustment + excluded.adjustment, weight = excluded.weight,
        is_out = excluded.is_out, last_at = coalesce(excluded.last_at, pool_members.last_at))
    insert into assignments (handoff_id, environment, route, pool, owner, member, company, person, turn, receipts, seconds, at)
    values (${assignment.handoff}, ${environment}, ${plan.route}, ${plan.pool?.pool ?? null},
      ${plan.pool?.member ?? owner.id}, ${plan.pool?.member ?? member}, ${assignment.company}, ${assignment.person},
      ${plan.pool?.turn ?? null}, ${JSON.stringify(plan.receipts)}::jsonb,
      ${JSON.stringify(assignment.seconds)}::jsonb, to_timestamp(${at}))
    on conflict (handoff_id) do nothing`.execute(tx);
}

/**
 * Gives back the turn of a lead that was none (rejected, junk, re-assigned): its rep is next a lead earlier, it counts
 * neither as open nor for the day, and the company is free again. Once, however often it is called; true the first time.
 */
export async function creditBack(
  db: Db | Tx,
  credit: { readonly handoff: string; readonly reason: string; readonly now: EpochMs },
): Promise<boolean> {
  const { rows } = await sql`
    with credited as (
      update assignments set credited_at = to_timestamp(${credit.now / 1_000}), credit_reason = ${credit.reason},
        closed_at = coalesce(closed_at, to_timestamp(${credit.now / 1_000})), closed_reason = coalesce(closed_reason, ${credit.reason})
      where handoff_id = ${credit.handoff} and credited_at is null
      returning environment, pool, member, turn),
    given_back as (
      update pool_members m set adjustment = m.adjustment - 1 from credited c
      where c.turn = 'taken' and m.environment = c.environment and m.pool = c.pool and m.member = c.member)
    select 1 from credited`.execute(db);
  return rows.length > 0;
}

/**
 * The lead has gone to somebody else: whoever had it has their turn back, and the new owner takes one where they are a
 * member of the pool. Once, however often it is called; true the first time. The pool is locked until the commit.
 */
export async function moveAssignment(
  tx: Tx,
  move: {
    readonly handoff: string;
    readonly to: OwnerRef;
    /** Why, as the one who had it reads it. */
    readonly reason: string;
    readonly now: EpochMs;
  },
): Promise<boolean> {
  const { handoff, to, reason } = move;
  const at = move.now / 1_000;
  const member = to.kind === "user" ? (to.email?.toLowerCase() ?? null) : null;
  await sql`
    update pools p set version = p.version + 1 from assignments a
    where a.handoff_id = ${handoff} and p.environment = a.environment and p.pool = a.pool`.execute(tx);
  const { rows } = await sql`
    with before as (
      select a.*, exists (select 1 from pool_members m
          where m.environment = a.environment and m.pool = a.pool and m.member = ${member} and not m.is_out) as stays
      from assignments a
      where a.handoff_id = ${handoff} and a.credited_at is null and coalesce(a.member, a.owner) <> ${member ?? to.id}
      for update of a),
    moved as (
      update assignments a set owner = ${member ?? to.id}, member = ${member},
        pool = case when b.stays then b.pool end, turn = case when b.stays then 'taken' end,
        receipts = b.receipts || jsonb_build_array(
          jsonb_build_object('candidate', coalesce('pool ' || b.pool || ': ', '') || coalesce(b.member, b.owner), 'kind', 'skipped', 'reason', ${reason}::text)
            || case when b.pool is null then '{}' else jsonb_build_object('place', jsonb_build_object('pool', b.pool, 'member', b.member)) end,
          jsonb_build_object('candidate', ${to.name ?? member ?? to.id}::text, 'kind', 'assigned', 'reason', 'took it over')),
        moves = b.moves || jsonb_build_array(jsonb_build_object('pool', b.pool, 'member', coalesce(b.member, b.owner),
          'turn', b.turn, 'reason', ${reason}::text, 'at', ${move.now}::float8))
      from before b where a.handoff_id = b.handoff_id returning 1),
    turns as (
      update pool_members m set adjustment = m.adjustment - case when m.member = b.member then 1 else 0 end,
        served = m.served + case when m.member = b.member then 0 else 1 end,
        last_at = case when m.member = b.member then m.last_at else to_timestamp(${at}) end
      from before b where m.environment = b.environment and m.pool = b.pool
        and ((m.member = b.member and b.turn = 'taken') or (m.member = ${member} and b.stays)))
    select 1 from moved`.execute(tx);
  return rows.length > 0;
}

/** The lead is no longer open work of its owner: contacted, converted, lost. The first reason stays. */
export async function closeAssignment(
  db: Db | Tx,
  close: { readonly handoff: string; readonly reason: string; readonly now: EpochMs },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update assignments set closed_at = to_timestamp(${close.now / 1_000}), closed_reason = ${close.reason}
    where handoff_id = ${close.handoff} and closed_at is null`.execute(db);
  return numAffectedRows === 1n;
}

export interface LedgerCount {
  readonly pool: string;
  readonly member: string;
  readonly served: number;
  readonly adjustment: number;
  readonly lastAt: EpochMs | null;
  /** Since the ledger's start: leads by turn, leads kept by stickiness, and turns that were given back. */
  readonly taken: number;
  readonly sticky: number;
  readonly credited: number;
  /** Of the member in any pool: leads not closed, and leads since `since` of those who were asked about. */
  readonly open: number;
  readonly today: number;
}

/** Every member that the environment's pools have or had, with what they got since `since`; `days` says when the day of each member of the policy began. */
export async function ledgerCounts(
  db: Db,
  environment: string,
  since: EpochMs,
  days: readonly { readonly pool: string; readonly member: string; readonly since: EpochMs }[],
): Promise<readonly LedgerCount[]> {
  const { rows } = await sql<LedgerCount>`
    with turns as (
      select pool, member, turn, at, credited_at is not null as credited from assignments where environment = ${environment}
      union all
      select m.pool, m.member, m.turn, a.at, true from assignments a,
        jsonb_to_recordset(a.moves) as m (pool text, member text, turn text) where a.environment = ${environment}
      union all
      select s.pool ->> 'pool', s.pool ->> 'member', s.pool ->> 'turn', a.at, false from assignments a,
        jsonb_to_recordset(a.seconds) as s (pool jsonb) where a.environment = ${environment}),
    counted as (
      select pool, member, count(*) filter (where turn = 'taken')::int as taken,
        count(*) filter (where turn = 'sticky' and not credited)::int as sticky,
        count(*) filter (where turn = 'taken' and credited)::int as credited
      from turns where at >= to_timestamp(${since / 1_000}) group by pool, member),
    wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(days)}::jsonb) as w (pool text, member text, since float8)),
    days as (select member, min(since) as since from wanted group by member),
    stored as (select * from pool_members where environment = ${environment}),
    hands as (
      select a.member, count(*) filter (where a.closed_at is null and h.mode is distinct from 'shadow')::int as open,
        count(*) filter (where a.at >= to_timestamp(d.since / 1000) and a.credited_at is null)::int as today
      from assignments a left join handoffs h on h.id = a.handoff_id left join days d on d.member = a.member
      where a.environment = ${environment} group by a.member)
    select pool, member, coalesce(m.served, 0)::float8 as served, coalesce(m.adjustment, 0)::float8 as adjustment,
      (extract(epoch from m.last_at) * 1000)::bigint as "lastAt", coalesce(c.taken, 0) as taken, coalesce(c.sticky, 0) as sticky,
      coalesce(c.credited, 0) as credited, coalesce(h.open, 0) as open, coalesce(h.today, 0) as today
    from wanted full join stored m using (pool, member) left join counted c using (pool, member) left join hands h using (member)
    order by 1, 2`.execute(db);
  return rows;
}

export interface LedgerLine {
  readonly at: EpochMs;
  readonly handoff: string;
  readonly route: string;
  readonly pool: string | null;
  readonly owner: string;
  readonly turn: "taken" | "sticky" | null;
  readonly receipts: readonly Receipt[];
  readonly creditReason: string | null;
  readonly closedReason: string | null;
}

/** The newest assignments first. */
export async function ledgerLines(
  db: Db,
  environment: string,
  since: EpochMs,
  limit: number,
): Promise<readonly LedgerLine[]> {
  const { rows } = await sql<LedgerLine>`
    select (extract(epoch from at) * 1000)::bigint as at, handoff_id as handoff, route, pool, coalesce(member, owner) as owner,
      turn, receipts, credit_reason as "creditReason", closed_reason as "closedReason"
    from assignments where environment = ${environment} and at >= to_timestamp(${since / 1_000})
    order by assignments.at desc, handoff_id limit ${limit}`.execute(db);
  return rows;
}

export interface LedgerSkip {
  readonly pool: string;
  readonly member: string;
  readonly reason: string;
  readonly times: number;
  readonly lastAt: EpochMs;
}

/** Who was passed over and why, as the receipts say it: of owners, of second people, and of conversations that were held. */
export async function ledgerSkips(
  db: Db,
  environment: string,
  since: EpochMs,
): Promise<readonly LedgerSkip[]> {
  const { rows } = await sql<LedgerSkip>`
    with receipts as (
      select a.at, r.value as receipt from assignments a, jsonb_array_elements(a.receipts) r
      where a.environment = ${environment} and a.at >= to_timestamp(${since / 1_000})
      union all
      select a.at, r.value from assignments a, jsonb_array_elements(a.seconds) s, jsonb_array_elements(s.value -> 'receipts') r
      where a.environment = ${environment} and a.at >= to_timestamp(${since / 1_000})
      union all
      select to_timestamp((d.inputs ->> 'now')::float8 / 1000), r.value
      from decisions d, jsonb_array_elements(d.answer -> 'receipts') r
      where d.environment = ${environment} and d.kind = 'held' and d.decided_at >= to_timestamp(${since / 1_000}))
    select receipt -> 'place' ->> 'pool' as pool, receipt -> 'place' ->> 'member' as member, receipt ->> 'reason' as reason,
      count(*)::int as times, (extract(epoch from max(at)) * 1000)::bigint as "lastAt"
    from receipts where receipt ->> 'kind' = 'skipped' and receipt -> 'place' is not null
    group by 1, 2, 3 order by 1, 2, 4 desc, 3`.execute(db);
  return rows;
}

/** SQL of the fairness ledger: pools, turns, what members have in hand, credit, and who got what. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db, Tx } from "../../store/database.ts";
import type { CountedLine } from "../book.ts";
import type { OwnerPlan, Receipt } from "../decision.ts";
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

export interface LedgerMember {
  readonly pool: string;
  readonly member: string;
  readonly weight: number;
  readonly isOut: boolean;
  /** Turns ever, and the adjustment in leads. */
  readonly served: number;
  readonly adjustment: number;
  readonly lastAt: EpochMs | null;
  /** Since the ledger's start: leads by turn, kept by stickiness, turns given back; and what is open now. */
  readonly taken: number;
  readonly sticky: number;
  readonly credited: number;
  readonly open: number;
}

/** Every member of every pool of the environment, with what they got since `since`. */
export async function ledgerMembers(
  db: Db,
  environment: string,
  since: EpochMs,
): Promise<readonly LedgerMember[]> {
  const { rows } = await sql<LedgerMember>`
    select m.pool, m.member, m.weight::float8 as weight, m.is_out as "isOut", m.served::float8 as served,
      m.adjustment::float8 as adjustment, (extract(epoch from m.last_at) * 1000)::bigint as "lastAt",
      count(a.*) filter (where a.turn = 'taken' and a.at >= to_timestamp(${since / 1_000}))::int as taken,
      count(a.*) filter (where a.turn = 'sticky' and a.at >= to_timestamp(${since / 1_000}))::int as sticky,
      count(a.*) filter (where a.credited_at >= to_timestamp(${since / 1_000}))::int as credited,
      count(a.*) filter (where a.closed_at is null and h.mode is distinct from 'shadow')::int as open
    from pool_members m
    left join assignments a on a.environment = m.environment and a.pool = m.pool and a.member = m.member
    left join handoffs h on h.id = a.handoff_id
    where m.environment = ${environment}
    group by m.environment, m.pool, m.member order by m.pool, m.member`.execute(db);
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

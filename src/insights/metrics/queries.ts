/** SQL of the metrics: live handoffs of a window, as far as each went, and the records they made. */
import { type RawBuilder, sql } from "kysely";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import { policyOf } from "../../policy/read.ts";
import type { Db } from "../../store/database.ts";
import { liveVersion } from "../../versions/queries.ts";
import { completenessOf, type FieldCount } from "./completeness.ts";
import type { Deal, Measured } from "./measured.ts";
import { type Metrics, metricsOf } from "./metrics.ts";

/** Handoffs that began since then; `until` is left out. */
export interface Range {
  readonly environment: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
}

/** The metrics of a range, as they are known at `now`. */
export async function readMetrics(db: Db, range: Range, withinMs: Ms, now: EpochMs): Promise<Metrics> {
  const [handoffs, counts, live] = await Promise.all([
    measured(db, range, now),
    fieldCounts(db, range),
    liveVersion(db, range.environment),
  ]);
  const mapping =
    live === null
      ? { lead: [], contact: [], account: [], opportunity: [] }
      : policyOf(live.document, `the live policy of ${range.environment}`).mapping;
  return metricsOf(handoffs, completenessOf(mapping, counts), withinMs, now);
}

function inRange({ environment, since, until }: Range): RawBuilder<unknown> {
  return sql`h.environment = ${environment} and h.mode = 'live'
    and h.started_at >= to_timestamp(${since / 1_000}) and h.started_at < to_timestamp(${until / 1_000})`;
}

function ms(instant: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(extract(epoch from ${instant}) * 1000)::float8`;
}

interface Link extends Deal {
  readonly handoff: string;
}

/** The newest stage of the deal that `x` names; laterals with a limit keep the plan the same whatever the statistics. */
function newestStage(environment: string): RawBuilder<unknown> {
  return sql`(select case when n.is_won then 'won' when n.is_closed then 'lost' else 'open' end as state, n.amount, n.changed_at
    from deal_changes n where n.environment = ${environment} and n.opportunity_id = x.id
    order by n.changed_at desc, n.change_id desc limit 1)`;
}

const linkColumns = sql`x.handoff, x.id, d.state, d.amount::float8 as amount,
  case when d.state <> 'open' then ${ms(sql`d.changed_at`)} end as "endedAt"`;

/** Deals that handoffs of the range made or worked on. */
async function directDeals(db: Db, range: Range): Promise<readonly Link[]> {
  const { rows } = await sql<Link>`
    select ${linkColumns} from (
      select distinct h.id as handoff, w.id from handoffs h
      join effects e on e.handoff_id = h.id and e.kind = 'crm-write'
      cross join lateral (
        select e.result ->> 'about' as id union select e.request ->> 'about'
        union select i.value from jsonb_each_text(coalesce(e.result -> 'ids', '{}')) i) w
      where ${inRange(range)} and w.id like '006%' offset 0) x
    cross join lateral ${newestStage(range.environment)} d`.execute(db);
  return rows;
}

/** Deals that people of handoffs got since, by their addresses, each with the last handoff before it. */
async function laterDeals(db: Db, range: Range): Promise<readonly Link[]> {
  const { environment, since } = range;
  const { rows } = await sql<Link>`
    select ${linkColumns} from (
      select distinct on (f.deal) l.id as handoff, f.deal as id
      from (
        select opportunity_id as deal, min(changed_at) as first_at from deal_changes where environment = ${environment}
        group by 1 having min(changed_at) >= to_timestamp(${since / 1_000}) offset 0) f
      join deal_people p on p.environment = ${environment} and p.opportunity_id = f.deal
      cross join lateral (
        select h.id, h.started_at from conversations v
        join handoffs h on h.workspace = v.workspace and h.conversation_id = v.id
        where v.email = p.email and ${inRange(range)} and h.started_at <= f.first_at
        order by h.started_at desc limit 1) l
      order by f.deal, l.started_at desc) x
    cross join lateral ${newestStage(environment)} d`.execute(db);
  return rows;
}

/** Every live handoff of the range, the oldest first. */
export async function measured(db: Db, range: Range, now: EpochMs): Promise<readonly Measured[]> {
  const [handoffs, direct, later] = await Promise.all([
    handoffsIn(db, range, now),
    directDeals(db, range),
    laterDeals(db, range),
  ]);
  const known = new Set(direct.map(({ id }) => id));
  const links = Map.groupBy(
    [...direct, ...later.filter(({ id }) => !known.has(id))],
    ({ handoff }) => handoff,
  );
  return handoffs.map(({ id, ...one }) => ({
    ...one,
    deals: (links.get(id) ?? []).map(({ id: deal, state, amount, endedAt }) => ({
      id: deal,
      state,
      amount,
      endedAt,
    })),
  }));
}

async function handoffsIn(
  db: Db,
  range: Range,
  now: EpochMs,
): Promise<readonly (Omit<Measured, "deals"> & { readonly id: string })[]> {
  const { rows } = await sql<Omit<Measured, "deals"> & { readonly id: string }>`
    select h.id, h.recipe, coalesce(a.member, a.owner) as owner,
      (select max((v.value ->> 'value')::float8 / nullif((v.value ->> 'threshold')::float8, 0))
        from json_each(d.inputs #> '{scores,values}') v) as strength,
      ${ms(sql`least(h.signalled_at, h.started_at)`)} as "signalledAt",
      (select ${ms(sql`min(e.done_at)`)} from effects e
        where e.handoff_id = h.id and e.kind = 'notify' and e.follow_up_id is null and e.state in ('done', 'maybe')) as "alertedAt",
      (select min((x ->> 'at')::float8) from follow_ups f, jsonb_array_elements(f.seen) x where f.handoff_id = h.id) as "contactedAt",
      (select case when bool_or(f.fired_at is not null) then 'broken' when bool_or(f.state = 'cancelled') then 'kept' end
        from follow_ups f where f.handoff_id = h.id and f.kind = 'breach' and f.due_at <= to_timestamp(${now / 1_000}::float8)) as sla,
      exists (select 1 from effects e where e.handoff_id = h.id and e.kind = 'crm-write' and e.state = 'done'
        and e.result ->> 'about' like '006%') as "isOpportunity",
      case when d.erased_at is null then ${wasOnTrial()} end as "wasOnTrial",
      (select jsonb_path_exists(w.seen, '$[*] ? (@.what == "owner")') or exists (
          select 1 from follow_ups f join effects e on e.handoff_id = f.handoff_id and e.follow_up_id = f.id
          where f.handoff_id = h.id and f.kind = 'claim')
        from owner_watches w where w.handoff_id = h.id and w.looks > 0) as "isCorrected"
    from handoffs h join decisions d on d.id = h.decision_id left join assignments a on a.handoff_id = h.id
    cross join lateral (select d.inputs #> '{evidence,snapshot}' as snapshot offset 0) s
    where ${inRange(range)} order by h.started_at, h.id`.execute(db);
  return rows;
}

/** Whether the person's or company's plan, or a tag of person or conversation, has the word trial. */
function wasOnTrial(): RawBuilder<boolean> {
  return sql`concat_ws(' ', s.snapshot #>> '{contact,plan}', s.snapshot #>> '{company,plan}',
    s.snapshot #>> '{contact,tags}', s.snapshot ->> 'tags') ~* '\\ytrial\\y'`;
}

/** The records that live handoffs of the range made, object by object. */
async function fieldCounts(db: Db, range: Range): Promise<readonly FieldCount[]> {
  const { rows } = await sql<FieldCount>`
    with made as (
      select row_number() over () as record, o.value ->> 'object' as object, o.value -> 'fields' as fields
      from handoffs h join effects e on e.handoff_id = h.id and e.kind = 'crm-write' and e.state = 'done'
        and e.follow_up_id is null
      cross join lateral jsonb_array_elements(coalesce(e.request -> 'operations', '[]')) o
      where ${inRange(range)} and o.value ->> 'kind' = 'create'),
    filled as (
      select m.object, f.key, count(*)::int as n from made m cross join lateral jsonb_object_keys(m.fields) as f (key) group by 1, 2)
    select m.object, count(*)::int as made,
      coalesce((select jsonb_object_agg(f.key, f.n) from filled f where f.object = m.object), '{}') as filled
    from made m group by m.object order by m.object`.execute(db);
  return rows;
}

/** SQL of the metrics: live handoffs of a window, as far as each went. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import type { Measured } from "./metrics.ts";

/** Every live handoff of the environment that began since then; `until` is left out. */
export async function measured(
  db: Db,
  environment: string,
  window: { readonly since: EpochMs; readonly until: EpochMs },
): Promise<readonly Measured[]> {
  const { rows } = await sql<Measured>`
    select h.recipe, coalesce(a.member, a.owner) as owner,
      (select max((v.value ->> 'value')::float8 / nullif((v.value ->> 'threshold')::float8, 0))
        from json_each(d.inputs #> '{scores,values}') v) as strength,
      (extract(epoch from least(h.signalled_at, h.started_at)) * 1000)::float8 as "signalledAt",
      (select (extract(epoch from min(e.done_at)) * 1000)::float8 from effects e
        where e.handoff_id = h.id and e.kind = 'notify' and e.follow_up_id is null and e.state in ('done', 'maybe')) as "alertedAt",
      (select min((x ->> 'at')::float8) from follow_ups f, jsonb_array_elements(f.seen) x where f.handoff_id = h.id) as "contactedAt",
      a.closed_reason as "closedReason",
      exists (select 1 from follow_ups f where f.handoff_id = h.id and f.kind = 'breach' and f.state in ('fired', 'done')) as "hasBreached",
      exists (select 1 from effects e where e.handoff_id = h.id and e.kind = 'crm-write' and e.state = 'done'
        and e.result ->> 'about' like '006%') as "isOpportunity"
    from handoffs h join decisions d on d.id = h.decision_id left join assignments a on a.handoff_id = h.id
    where h.environment = ${environment} and h.mode = 'live'
      and h.started_at >= to_timestamp(${window.since / 1_000}) and h.started_at < to_timestamp(${window.until / 1_000})
    order by h.started_at, h.id`.execute(db);
  return rows;
}

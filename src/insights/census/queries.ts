/**
 * SQL of the census: every conversation that an environment has heard of, in exactly one bucket. Whatever counts or
 * lists conversations starts from `heardConversations`, so that lists and figures cannot disagree.
 */
import { type RawBuilder, sql } from "kysely";
import type { Bucket } from "../../decide/bucket.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { type Db, inTransaction, type Tx } from "../../store/database.ts";
import type { HandedRecord } from "./read-back.ts";
import type { Odd, Taken } from "./taken.ts";

/**
 * A relation with one row for each conversation of the environment's workspace: `workspace`, `id`, `bucket`, `heard_at`,
 * `decision_id`, `person`, `email`, `company`. A conversation that the environment has not decided about is new; one of
 * which no event could be folded has failed, and one whose first events wait to be folded is new.
 */
export function heardConversations(environment: string): RawBuilder<unknown> {
  const workspace = sql`(select i.settings ->> 'workspace' from environments e
    join connections i on i.id = e.intercom_connection where e.name = ${environment})`;
  return sql`(
    select c.workspace, c.id, coalesce(s.bucket, 'new') as bucket, c.updated_at as heard_at, s.decision_id,
      c.person, c.email, c.company
    from conversations c left join standings s
      on s.environment = ${environment} and s.workspace = c.workspace and s.conversation_id = c.id
    where c.workspace = ${workspace}
    union all
    select v.workspace, v.conversation_id,
      case when bool_or(v.taken_at is null) then 'new' else 'failed' end, max(v.received_at), null, null, null, null
    from events v
    where v.workspace = ${workspace} and v.conversation_id is not null
      and (v.taken_at is null or v.parked_reason is not null)
      and not exists (select 1 from conversations c where c.workspace = v.workspace and c.id = v.conversation_id)
    group by 1, 2)`;
}

export interface Census {
  /** The sum of the buckets. */
  readonly heard: number;
  readonly buckets: Readonly<Record<Bucket, number>>;
}

/** How many conversations stand in each bucket, of those heard last since then; of all with null. */
export async function census(db: Db | Tx, environment: string, since: EpochMs | null): Promise<Census> {
  const { rows } = await sql<{ bucket: Bucket; n: number }>`
    select bucket, count(*) as n from ${heardConversations(environment)} h
    where ${since === null ? sql`true` : sql`heard_at >= to_timestamp(${since / 1_000})`} group by 1`.execute(
    db,
  );
  const counted = new Map(rows.map(({ bucket, n }) => [bucket, n]));
  const of = (bucket: Bucket): number => counted.get(bucket) ?? 0;
  return {
    heard: rows.reduce((sum, { n }) => sum + n, 0),
    buckets: {
      new: of("new"),
      excluded: of("excluded"),
      "below-threshold": of("below-threshold"),
      held: of("held"),
      "handed-off": of("handed-off"),
      failed: of("failed"),
    },
  };
}

/** What came in, held against the buckets one by one, all as of one instant. */
export async function takeCensus(db: Db, environment: string): Promise<Taken> {
  return inTransaction(
    db,
    async (tx) => {
      const { buckets } = await census(tx, environment, null);
      return { buckets, ...(await entries(tx, environment)) };
    },
    { isolation: "repeatable read" },
  );
}

/** The other side of the census: conversations that came in, counted without the buckets, and those that stand in none or in two. */
async function entries(tx: Tx, environment: string): Promise<Pick<Taken, "in" | "odd">> {
  const workspace = sql`(select i.settings ->> 'workspace' from environments e
    join connections i on i.id = e.intercom_connection where e.name = ${environment})`;
  const came = sql`(
    select conversation_id as id from events where workspace = ${workspace} and conversation_id is not null
    union
    select id from conversations where workspace = ${workspace})`;
  const { rows: counted } = await sql<{ n: number }>`select count(*)::int as n from ${came} c`.execute(tx);
  const { rows: odd } = await sql<Odd>`
    select coalesce(c.id, h.id) as conversation, coalesce(array_agg(h.bucket order by h.bucket) filter (where h.id is not null), '{}') as buckets
    from ${came} c full join ${heardConversations(environment)} h on h.id = c.id
    group by c.id, h.id having count(h.id) <> 1 or c.id is null order by 1 limit 100`.execute(tx);
  return { in: counted[0]?.n ?? 0, odd };
}

/** A page of the records that live handoffs made or worked on, by the handoff's id. */
export async function handedRecords(
  db: Db,
  environment: string,
  after: string,
  most: number,
): Promise<readonly HandedRecord[]> {
  const { rows } = await sql<HandedRecord>`
    select h.id as handoff, h.conversation_id as conversation, e.result ->> 'about' as id,
      case when e.request -> 'operations' -> 0 ->> 'kind' = 'create' and e.result -> 'ids' ->> 'record' = e.result ->> 'about' then
        array_remove(array(
          select e.request -> 'owner' ->> 'id'
          union select e.result -> 'owner' ->> 'id'
          union select f.owner ->> 'id' from follow_ups f where f.handoff_id = h.id and f.owner is not null
          union select a.member from assignments a where a.handoff_id = h.id), null)
      else '{}' end as given
    from handoffs h join effects e on e.handoff_id = h.id and e.kind = 'crm-write' and e.follow_up_id is null
    where h.environment = ${environment} and e.state = 'done' and e.result ->> 'about' is not null and h.id > ${after}
    order by h.id limit ${most}`.execute(db);
  return rows;
}

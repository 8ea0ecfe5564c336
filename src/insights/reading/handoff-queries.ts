/** SQL of handoffs as people look for them: the list by its filter, and everything stored of one. Nothing here writes. */
import { type RawBuilder, sql } from "kysely";
import type { OwnerRef } from "../../decide/decision.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { ownerSince } from "../../followup/queries.ts";
import type { ScoreValue } from "../../qualify/scores.ts";
import type { Db } from "../../store/database.ts";
import { containing, type Search } from "./search.ts";

export const HANDOFF_STATES = ["running", "done", "failed", "maybe"] as const;
export type HandoffState = (typeof HANDOFF_STATES)[number];
export const HANDOFF_ORDERS = ["newest", "oldest", "person", "owner", "recipe", "state"] as const;
export type HandoffOrder = (typeof HANDOFF_ORDERS)[number];

export interface HandoffFilter {
  readonly environment: string;
  readonly search: Search | null;
  readonly state: HandoffState | null;
  readonly recipe: string | null;
  /** Whose it is now: an address in lower case, or the id of a queue. */
  readonly owner: string | null;
  readonly since: EpochMs | null;
  /** Left out of the window. */
  readonly until: EpochMs | null;
  /** Only those of which no contact was seen and that nobody closed. */
  readonly uncontacted: boolean;
}

/** One line of the list. */
export interface HandoffLine {
  readonly id: string;
  readonly conversation: string;
  readonly recipe: string;
  readonly episode: number;
  readonly mode: "shadow" | "live";
  readonly status: HandoffState;
  readonly startedAt: EpochMs;
  readonly finishedAt: EpochMs | null;
  readonly signalledAt: EpochMs | null;
  readonly person: string | null;
  readonly email: string | null;
  readonly company: string | null;
  /** Whose it is now; null where the words of its decision are erased and nobody claimed it. */
  readonly owner: OwnerRef | null;
  /** By name; empty where they are erased. */
  readonly scores: Readonly<Record<string, ScoreValue>>;
  readonly contactedAt: EpochMs | null;
  readonly closedReason: string | null;
  /** Its place in the order of time. */
  readonly mark: string;
}

const ms = (column: string): RawBuilder<number> =>
  sql`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

/** Who owns it in the end: whoever took it since, who took it when Salesforce refused the planned owner, who was planned. */
const ownerNow = sql`coalesce(${ownerSince("h.id")}, (
    select w.result -> 'owner' from effects w where w.handoff_id = h.id and w.kind = 'crm-write' and w.follow_up_id is null
      and w.result ? 'owner' limit 1),
  d.answer #> '{owner,owner}')`;

const lines = sql`
  select h.id, h.conversation_id as conversation, h.recipe, h.episode, h.mode, h.status,
    ${ms("h.started_at")} as "startedAt", ${ms("h.finished_at")} as "finishedAt", ${ms("h.signalled_at")} as "signalledAt",
    c.person, c.email, c.company, ${ownerNow} as owner, coalesce(d.inputs #> '{scores,values}', '{}') as scores,
    (select min((x ->> 'at')::float8) from follow_ups f, jsonb_array_elements(f.seen) x where f.handoff_id = h.id) as "contactedAt",
    a.closed_reason as "closedReason", h.started_at::text as mark`;
const tables = sql`
  from handoffs h join decisions d on d.id = h.decision_id
    left join conversations c on c.workspace = h.workspace and c.id = h.conversation_id
    left join assignments a on a.handoff_id = h.id`;

/** One page of the list, with how many lines all pages hold. */
export async function listHandoffs(
  db: Db,
  filter: HandoffFilter,
  page: { readonly order: HandoffOrder; readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: readonly HandoffLine[]; readonly total: number }> {
  const { rows } = await sql<HandoffLine>`
    ${lines} ${tables} where ${within(filter)} order by ${ORDERS[page.order]}, h.id desc
    limit ${page.limit} offset ${page.offset}`.execute(db);
  const { rows: counted } = await sql<{ n: number }>`
    select count(*) as n ${tables} where ${within(filter)}`.execute(db);
  return { rows, total: counted[0]?.n ?? 0 };
}

const ORDERS: Readonly<Record<HandoffOrder, RawBuilder<unknown>>> = {
  newest: sql`h.started_at desc`,
  oldest: sql`h.started_at`,
  person: sql`lower(coalesce(c.person, c.email)) nulls last, h.started_at desc`,
  owner: sql`lower(coalesce(a.member, a.owner)) nulls last, h.started_at desc`,
  recipe: sql`h.recipe, h.started_at desc`,
  state: sql`array_position(array['failed', 'maybe', 'running', 'done'], h.status), h.started_at desc`,
};

/** Lines behind `after`, the newest first: pages of a list that is read to its end. */
export async function handoffsBehind(
  db: Db,
  filter: HandoffFilter,
  after: Pick<HandoffLine, "mark" | "id"> | null,
  limit: number,
): Promise<readonly HandoffLine[]> {
  const behind =
    after === null ? sql`true` : sql`(h.started_at, h.id) < (${after.mark}::timestamptz, ${after.id})`;
  const { rows } = await sql<HandoffLine>`
    ${lines} ${tables} where ${within(filter)} and ${behind} order by h.started_at desc, h.id desc limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** Lines of these handoffs, the newest first; of those that the environment has. */
export async function handoffsOf(
  db: Db,
  environment: string,
  ids: readonly string[],
): Promise<readonly HandoffLine[]> {
  const { rows } = await sql<HandoffLine>`
    ${lines} ${tables} where h.environment = ${environment} and h.id = any(${ids}::text[])
    order by h.started_at desc, h.id desc`.execute(db);
  return rows;
}

/** Those of these handoffs that are none of the environment. */
export async function unknownHandoffs(
  db: Db,
  environment: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select asked.id from unnest(${ids}::text[]) as asked(id)
    where not exists (select from handoffs h where h.id = asked.id and h.environment = ${environment})`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** What the filter can be set to: recipes that there are, and owners by what the filter takes and what people call them. */
export async function handoffChoices(
  db: Db,
  environment: string,
): Promise<{
  readonly recipes: readonly string[];
  readonly owners: readonly { readonly id: string; readonly name: string }[];
}> {
  const { rows } = await sql<{ recipes: readonly string[]; owners: { id: string; name: string }[] }>`
    select array(select distinct recipe from handoffs where environment = ${environment} order by 1) as recipes,
      coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name) order by o.name) from (
        select coalesce(a.member, a.owner) as id, coalesce(a.member, max(d.answer #>> '{owner,owner,name}'), a.owner) as name
        from assignments a left join handoffs h on h.id = a.handoff_id and a.member is null
          left join decisions d on d.id = h.decision_id and d.answer #>> '{owner,owner,id}' = a.owner
        where a.environment = ${environment} group by a.member, a.owner) o), '[]') as owners`.execute(db);
  return rows[0] ?? { recipes: [], owners: [] };
}

function within(filter: HandoffFilter): RawBuilder<unknown> {
  const { environment, search, state, recipe, owner, since, until, uncontacted } = filter;
  const conditions = [
    sql`h.environment = ${environment}`,
    ...(search === null ? [] : [matching(search)]),
    ...(state === null ? [] : [sql`h.status = ${state}`]),
    ...(recipe === null ? [] : [sql`h.recipe = ${recipe}`]),
    ...(owner === null ? [] : [sql`coalesce(a.member, a.owner) = ${owner}`]),
    ...(since === null ? [] : [sql`h.started_at >= to_timestamp(${since / 1_000})`]),
    ...(until === null ? [] : [sql`h.started_at < to_timestamp(${until / 1_000})`]),
    ...(uncontacted
      ? [
          sql`a.closed_at is null`,
          sql`not exists (select 1 from follow_ups f where f.handoff_id = h.id and f.seen <> '[]')`,
        ]
      : []),
  ];
  return sql.join(conditions, sql` and `);
}

function matching(search: Search): RawBuilder<unknown> {
  switch (search.kind) {
    case "handoff":
      return sql`h.id = ${search.id}`;
    case "email":
      return sql`(c.email = ${search.email} or a.member = ${search.email})`;
    case "id":
      return search.record === null
        ? sql`h.conversation_id = ${search.id}`
        : sql`(h.conversation_id = ${search.id} or ${aboutRecord(search.record)})`;
    case "words": {
      const like = containing(search.words);
      return sql`(c.person ilike ${like} or c.company ilike ${like} or c.email ilike ${like})`;
    }
  }
}

/** Handoffs that wrote the record, or were planned on it. */
function aboutRecord(id: string): RawBuilder<unknown> {
  return sql`(h.id in (
      select w.handoff_id from effects w where w.kind = 'crm-write' and jsonb_path_query_array(w.result, '$.ids.*') ? ${id})
    or ${id} in (d.answer #>> '{record,leadId}', d.answer #>> '{record,contactId}', d.answer #>> '{record,accountId}',
      d.answer #>> '{record,on,id}'))`;
}

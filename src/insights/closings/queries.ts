/** SQL of closings: what became of the deals of people who wrote, beside what Baton had made of their conversations. */
import { sql } from "kysely";
import type { Db } from "../../store/database.ts";
import type { Window } from "../queries.ts";
import type { FrozenInputs } from "../replay.ts";
import type { ClosedConversation, PastConversation } from "./closing.ts";

const PAGE = 200;

/** The last closing of each person's deals. */
function closedPeople(environment: string) {
  return sql`closed as (
    select distinct on (p.email) p.email, c.is_won, (extract(epoch from c.changed_at) * 1000)::float8 as at
    from deal_changes c join deal_people p using (environment, opportunity_id)
    where c.environment = ${environment} and c.is_closed order by p.email, c.changed_at desc)`;
}

/** By the handoff where the deal came out of it, else by the person. */
const closing = sql`coalesce(
  (select jsonb_build_object('isWon', a.closed_reason = 'won', 'at', (extract(epoch from a.closed_at) * 1000)::float8)
    from handoffs h join assignments a on a.handoff_id = h.id
    where h.environment = d.environment and h.workspace = d.workspace and h.conversation_id = d.conversation_id
      and a.closed_reason in ('won', 'lost') order by a.closed_at desc limit 1),
  case when k.email is not null then jsonb_build_object('isWon', k.is_won, 'at', k.at) end)`;

const isQualified = sql`(d.kind in ('handoff', 'held', 'already-handed-off') or exists (
  select 1 from handoffs h where h.environment = d.environment and h.workspace = d.workspace and h.conversation_id = d.conversation_id))`;

/**
 * The conversations of the window, a page at a time, in the order of their ids; of `people: "won"` those alone whose
 * person won a deal. Memory holds one page.
 */
export async function* pastConversations(
  db: Db,
  window: Window,
  people: "all" | "won",
): AsyncIterable<readonly PastConversation[]> {
  let [workspace, conversation] = ["", ""];
  for (;;) {
    const { rows } = await sql<PastConversation & { readonly workspace: string }>`
      with ${closedPeople(window.environment)},
      latest as (
        select distinct on (workspace, conversation_id) id, workspace, conversation_id from decisions d
        where ${inWindow(window)} and (workspace, conversation_id) > (${workspace}, ${conversation})
          and ${people === "won" ? ofWinners : sql`true`}
        order by workspace, conversation_id, version desc limit ${PAGE})
      select d.workspace, d.conversation_id as conversation, c.email as person, d.kind, d.exclusion,
        ${isQualified} as "isQualified", d.inputs #> '{evidence,snapshot}' as snapshot,
        d.inputs #> '{scores,values}' as values, ${closing} as closing
      from latest l join decisions d on d.id = l.id
      left join conversations c on c.workspace = d.workspace and c.id = d.conversation_id
      left join closed k on k.email = c.email
      order by d.workspace, d.conversation_id`.execute(db);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    ({ workspace, conversation } = last);
  }
}

const ofWinners = sql`exists (
  select 1 from conversations w join closed k on k.email = w.email and k.is_won
  where w.workspace = d.workspace and w.id = d.conversation_id)`;

function inWindow({ environment, since, until }: Window) {
  return sql`d.environment = ${environment} and d.decided_at >= to_timestamp(${since / 1_000})
    and d.decided_at < to_timestamp(${until / 1_000}) and d.erased_at is null`;
}

/** How many conversations the window holds. */
export async function countConversations(db: Db, window: Window): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct (workspace, conversation_id))::int as n from decisions d where ${inWindow(window)}`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}

/** A conversation whose deal has ended, by the decision that counts. */
export interface Ended {
  readonly decision: number;
  readonly isWon: boolean;
}

/**
 * Conversations whose deal was won or lost after they began, the latest closings first, at most `limit`: of a handoff the
 * decision that made it, of others the last one before the deal ended.
 */
export async function endedConversations(db: Db, window: Window, limit: number): Promise<readonly Ended[]> {
  const { rows } = await sql<Ended>`
    with ${closedPeople(window.environment)},
    handed as (
      select distinct on (h.workspace, h.conversation_id) h.workspace, h.conversation_id, h.decision_id as id,
        a.closed_reason = 'won' as is_won, a.closed_at as at
      from handoffs h join assignments a on a.handoff_id = h.id
      where h.environment = ${window.environment} and a.closed_reason in ('won', 'lost')
      order by h.workspace, h.conversation_id, a.closed_at desc),
    written as (
      select distinct on (d.workspace, d.conversation_id) d.workspace, d.conversation_id, d.id, k.is_won, to_timestamp(k.at / 1000) as at
      from closed k join conversations c on c.email = k.email
        join decisions d on d.workspace = c.workspace and d.conversation_id = c.id
      where ${inWindow(window)} and d.decided_at <= to_timestamp(k.at / 1000)
        and not exists (select 1 from handed x where x.workspace = d.workspace and x.conversation_id = d.conversation_id)
      order by d.workspace, d.conversation_id, d.version desc)
    select e.id as decision, e.is_won as "isWon"
    from (select * from handed union all select * from written) e join decisions d on d.id = e.id
    where ${inWindow(window)} order by e.at desc, d.id desc limit ${limit}`.execute(db);
  return rows;
}

/** The inputs of these decisions, in their order; those that were erased meanwhile are left out. */
export async function closedConversations(
  db: Db,
  ended: readonly Ended[],
): Promise<readonly ClosedConversation[]> {
  const ids = ended.map(({ decision }) => decision);
  const { rows } = await sql<{ id: number; conversation: string; inputs: FrozenInputs }>`
    select id, conversation_id as conversation, inputs from decisions
    where id = any(${ids}::bigint[]) and erased_at is null`.execute(db);
  const known = new Map(rows.map((row) => [row.id, row]));
  return ended.flatMap(({ decision, isWon }) => {
    const row = known.get(decision);
    return row === undefined ? [] : [{ conversation: row.conversation, inputs: row.inputs, isWon }];
  });
}

/** SQL of what changed in an environment lately, from the tables that hold it: nothing is queued for those who listen. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";

export const TOPICS = ["handoffs", "conversations", "issues"] as const;
export type Topic = (typeof TOPICS)[number];

export interface Changed {
  readonly topic: Topic;
  readonly id: string;
  /** By the database's clock, in milliseconds and parts of them. */
  readonly at: EpochMs;
}

/** More are not told one by one. */
const MOST = 500;

/** The database's own time: what it stamps on changes. */
export async function databaseNow(db: Db): Promise<EpochMs> {
  const { rows } = await sql<{
    now: number;
  }>`select (extract(epoch from now()) * 1000)::float8 as now`.execute(db);
  return rows[0]?.now ?? 0;
}

/** What changed after `since`, the earliest first. */
export async function changedSince(db: Db, environment: string, since: EpochMs): Promise<readonly Changed[]> {
  const after = sql`to_timestamp(${since / 1_000}::float8)`;
  const { rows } = await sql<Changed>`
    select topic, id, (extract(epoch from max(at)) * 1000)::float8 as at from (
      select 'conversations' as topic, c.id, c.updated_at as at
      from environments e join connections i on i.id = e.intercom_connection
        join conversations c on c.workspace = i.settings ->> 'workspace' and c.updated_at > ${after}
      where e.name = ${environment}
      union all
      select 'conversations', d.conversation_id, d.decided_at from decisions d
      where d.environment = ${environment} and d.decided_at > ${after}
      union all
      select 'handoffs', h.id, h.started_at from handoffs h where h.environment = ${environment} and h.started_at > ${after}
      union all
      select 'handoffs', h.id, x.updated_at from effects x join handoffs h on h.id = x.handoff_id
      where x.updated_at > ${after} and h.environment = ${environment}
      union all
      select 'issues', i.id, i.last_seen from issues i where i.environment = ${environment} and i.last_seen > ${after}) news
    group by topic, id order by max(at), topic, id limit ${MOST}`.execute(db);
  return rows;
}

/** SQL of the audit log. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { AuditRow } from "./chain.ts";

const columns = sql`seq, at_ms as at, actor, action, subject, environment, facts, previous, hash`;

/** The last row, while nobody else adds one until the transaction ends; and the time of the database. */
export async function lockHead(
  db: Db | Tx,
): Promise<{ readonly now: EpochMs; readonly seq: number | null; readonly hash: string | null }> {
  await sql`select pg_advisory_xact_lock(hashtext('audit_log'))`.execute(db);
  const { rows } = await sql<{ now: EpochMs; seq: number | null; hash: string | null }>`
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as now, head.seq, head.hash
    from (select 1) one left join (select seq, hash from audit_log order by seq desc limit 1) head on true`.execute(
    db,
  );
  const [head] = rows;
  if (head === undefined) throw new Error("a select of one row that returned nothing");
  return head;
}

export async function appendRow(db: Db | Tx, row: AuditRow): Promise<void> {
  await sql`
    insert into audit_log (seq, at_ms, actor, action, subject, environment, facts, previous, hash)
    values (${row.seq}, ${row.at}, ${row.actor}, ${row.action}, ${row.subject}, ${row.environment}, ${row.facts},
      ${row.previous}, ${row.hash})`.execute(db);
}

/** Oldest first. */
export async function auditRows(
  db: Db,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select ${columns} from audit_log where seq > ${page.after} order by seq limit ${page.limit}`.execute(db);
  return rows;
}

export interface AuditFilter {
  readonly environment?: string | undefined;
  readonly actor?: string | undefined;
  /** An action, or the part of it before the dot. */
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  /** Only rows before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function findAuditRows(db: Db, filter: AuditFilter): Promise<readonly AuditRow[]> {
  const { environment = null, actor = null, action = null, subject = null, before = null } = filter;
  const { rows } = await sql<AuditRow>`
    select ${columns} from audit_log
    where (${environment}::text is null or environment = ${environment})
      and (${actor}::text is null or actor = ${actor})
      and (${action}::text is null or action = ${action} or split_part(action, '.', 1) = ${action})
      and (${subject}::text is null or subject = ${subject})
      and (${before}::bigint is null or seq < ${before})
    order by seq desc limit ${filter.limit}`.execute(db);
  return rows;
}

/** SQL of what sync tells people: every change of somebody, and how it stands. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import type { Kind, Value } from "../fields.ts";
import type { ChangeState } from "../queries.ts";

/** One line of the audit, for people. */
export interface AuditLine {
  readonly environment: string;
  readonly kind: Kind;
  /** Contact or company in Intercom. */
  readonly intercom: string;
  readonly record: string;
  readonly field: string;
  readonly from: string;
  readonly writtenTo: "intercom" | "salesforce";
  readonly before: Value;
  readonly after: Value;
  readonly changedAt: string;
  readonly at: string;
  readonly state: ChangeState;
  readonly why: string;
  readonly error: string | null;
}

const iso = (column: string) =>
  sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** The changes of whoever has or had this address, or of a company of this domain; the latest first. */
export async function historyOf(db: Db, sought: string, limit: number): Promise<readonly AuditLine[]> {
  const { rows } = await sql<AuditLine>`
    select c.environment, c.kind, c.intercom_id as intercom, c.object || ' ' || c.record_id as record, c.field,
      c.from_field as "from", c.written_to as "writtenTo", c.before, c.after, ${iso("c.changed_at")} as "changedAt",
      coalesce(${iso("c.ended_at")}, ${iso("c.planned_at")}) as at, c.state, c.why, c.error
    from sync_changes c
    where (c.environment, c.kind, c.intercom_id) in (
      select environment, kind, intercom_id from sync_pairs where looked_for = ${sought}
      union select environment, kind, intercom_id from sync_changes where looked_for = ${sought})
    order by c.id desc limit ${limit}`.execute(db);
  return rows;
}

export interface SyncStatus {
  readonly environment: string;
  readonly share: number;
  /** People and companies that have a record. */
  readonly paired: number;
  /** Changes of the last day by what became of them. */
  readonly changes: Readonly<Partial<Record<ChangeState, number>>>;
  /** How far each source was read. */
  readonly covered: Readonly<Record<string, string>>;
}

/** How sync stands in each environment. */
export async function statusOf(db: Db, since: EpochMs): Promise<readonly SyncStatus[]> {
  const { rows } = await sql<SyncStatus>`
    select e.name as environment, e.sync_share::float8 as share,
      (select count(*)::int from sync_pairs p where p.environment = e.name and p.record_id is not null) as paired,
      coalesce((select jsonb_object_agg(state, n) from (select state, count(*) as n from sync_changes c
        where c.environment = e.name and c.planned_at >= to_timestamp(${since / 1_000}) group by state) by_state), '{}') as changes,
      coalesce((select jsonb_object_agg(source, ${iso("covered_until")}) from sync_cursors s
        where s.environment = e.name), '{}') as covered
    from environments e order by e.name`.execute(db);
  return rows;
}

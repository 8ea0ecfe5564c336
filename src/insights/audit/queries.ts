/** SQL of audits that somebody started: how far each is, and its report. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import type { Audit, AuditFault } from "./asked.ts";
import type { AuditReport } from "./report.ts";

const columns = sql`id, environment, kind, source, question, asked_by as "askedBy",
  (extract(epoch from asked_at) * 1000)::float8 as "askedAt", state, done, total,
  (extract(epoch from heard_at) * 1000)::float8 as "heardAt", (extract(epoch from ended_at) * 1000)::float8 as "endedAt",
  why, faults`;

/** The environment's audits without their reports, the latest first. */
export async function listAudits(db: Db, environment: string, limit: number): Promise<readonly Audit[]> {
  const { rows } = await sql<Audit>`
    select ${columns} from audits where environment = ${environment} order by asked_at desc, id limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** One audit, with its report when it is done. */
export async function loadAudit(
  db: Db,
  environment: string,
  id: string,
): Promise<(Audit & { readonly report: AuditReport | null }) | null> {
  const { rows } = await sql<Audit & { readonly report: AuditReport | null }>`
    select ${columns}, report from audits where environment = ${environment} and id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Stores one that waits, and returns its id. */
export async function insertAudit(
  db: Db,
  audit: Pick<Audit, "environment" | "kind" | "source" | "question" | "askedBy">,
  now: EpochMs,
): Promise<string> {
  const { environment, kind, source, question, askedBy } = audit;
  const { rows } = await sql<{ id: string }>`
    insert into audits (id, environment, kind, source, question, asked_by, asked_at, state, heard_at)
    values (gen_random_uuid()::text, ${environment}, ${kind}, ${source}, ${JSON.stringify(question)}::jsonb, ${askedBy},
      to_timestamp(${now / 1_000}), 'waiting', to_timestamp(${now / 1_000})) returning id`.execute(db);
  return String(rows[0]?.id);
}

/** Says how far it is; false where it was stopped, or is over: then it is to end. */
export async function noteProgress(
  db: Db,
  id: string,
  { done, total }: { readonly done: number; readonly total: number | null },
  now: EpochMs,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update audits set state = 'running', done = ${done}, total = ${total}, heard_at = to_timestamp(${now / 1_000})
    where id = ${id} and state in ('waiting', 'running')`.execute(db);
  return numAffectedRows === 1n;
}

export type AuditEnd =
  | {
      readonly state: "done";
      readonly report: AuditReport;
      readonly faults: { readonly count: number; readonly first: readonly AuditFault[] };
    }
  | { readonly state: "failed"; readonly why: string }
  | { readonly state: "stopped" };

/** Ends one that has not ended; false where it has. */
export async function endAudit(db: Db, id: string, end: AuditEnd, now: EpochMs): Promise<boolean> {
  const report = end.state === "done" ? JSON.stringify(end.report) : null;
  const faults = end.state === "done" ? JSON.stringify(end.faults) : null;
  const { numAffectedRows } = await sql`
    update audits set state = ${end.state}, ended_at = to_timestamp(${now / 1_000}), why = ${end.state === "failed" ? end.why : null},
      report = ${report}::jsonb, faults = coalesce(${faults}::jsonb, faults)
    where id = ${id} and state in ('waiting', 'running')`.execute(db);
  return numAffectedRows === 1n;
}

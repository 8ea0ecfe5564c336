/** SQL of the baseline: how an environment was before Baton, one for each. */
import { sql } from "kysely";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { type Baseline, baselineSchema } from "./baseline.ts";

export async function keepBaseline(
  db: Db,
  environment: string,
  baseline: Baseline,
  now: EpochMs,
): Promise<void> {
  await sql`
    insert into baselines (environment, document, kept_at)
    values (${environment}, ${JSON.stringify(baseline)}::jsonb, to_timestamp(${now / 1_000}))
    on conflict (environment) do update set document = excluded.document, kept_at = excluded.kept_at`.execute(
    db,
  );
}

/** Null where none was kept. */
export async function baselineOf(db: Db, environment: string): Promise<Baseline | null> {
  const { rows } = await sql<{ document: unknown }>`
    select document from baselines where environment = ${environment}`.execute(db);
  const [row] = rows;
  return row === undefined ? null : baselineSchema.parse(row.document);
}

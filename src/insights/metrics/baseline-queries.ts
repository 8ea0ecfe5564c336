/** SQL of the baseline: how an environment was before Baton, one for each. */
import { sql } from "kysely";
import { record } from "../../access/audit-log.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { type Db, inTransaction } from "../../store/database.ts";
import { type Baseline, baselineSchema } from "./baseline.ts";

/** Keeps it in place of the one before, with who did it. */
export async function keepBaseline(
  db: Db,
  environment: string,
  baseline: Baseline,
  { actor, now }: { readonly actor: string; readonly now: EpochMs },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await sql`
      insert into baselines (environment, document, kept_at)
      values (${environment}, ${JSON.stringify(baseline)}::jsonb, to_timestamp(${now / 1_000}))
      on conflict (environment) do update set document = excluded.document, kept_at = excluded.kept_at`.execute(
      tx,
    );
    const facts = { name: baseline.name };
    await record(tx, { actor, action: "baseline.keep", subject: environment, environment, facts });
  });
}

/** Null where none was kept. */
export async function baselineOf(db: Db, environment: string): Promise<Baseline | null> {
  const { rows } = await sql<{ document: unknown }>`
    select document from baselines where environment = ${environment}`.execute(db);
  const [row] = rows;
  return row === undefined ? null : baselineSchema.parse(row.document);
}

/** SQL of what is kept of censuses: one row a night, and what Salesforce held when it was last asked. */
import { sql } from "kysely";
import { CENSUS_OFF } from "../../issues/issue.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { type Db, inTransaction } from "../../store/database.ts";
import type { Difference } from "./read-back.ts";
import { addsUp, faultOf, type Night, type Taken } from "./taken.ts";

/** The day in UTC of an instant: "2026-03-10". */
export function nightOf(now: EpochMs): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** Environments of which this night has no census yet. */
export async function uncounted(db: Db, night: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from environments e
    where not exists (select 1 from census_nights c where c.environment = e.name and c.night = ${night}::date) order by 1`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

/** Keeps the census of a night, once; one that does not add up is an issue until one does. False: it was kept before. */
export async function keepNight(db: Db, environment: string, taken: Taken, now: EpochMs): Promise<boolean> {
  const { buckets, odd } = taken;
  return inTransaction(db, async (tx) => {
    const { numAffectedRows } = await sql`
      insert into census_nights (environment, night, taken_at, came_in, buckets, odd)
      values (${environment}, ${nightOf(now)}::date, to_timestamp(${now / 1_000}), ${taken.in},
        ${JSON.stringify(buckets)}::jsonb, ${JSON.stringify(odd)}::jsonb)
      on conflict do nothing`.execute(tx);
    if (numAffectedRows !== 1n) return false;
    const subject = `census:${environment}`;
    if (addsUp(taken)) await sql`select settle_failure(${subject}, 'resolved')`.execute(tx);
    else
      await sql`select note_failure(${environment}, 'intercom', ${CENSUS_OFF}, ${subject}, null, ${faultOf(taken)})`.execute(
        tx,
      );
    return true;
  });
}

/** The last nights, the newest first. */
export async function nightsOf(db: Db, environment: string, most: number): Promise<readonly Night[]> {
  const { rows } = await sql<Night>`
    select night::text, (extract(epoch from taken_at) * 1000)::float8 as "takenAt", came_in as "in", buckets, odd
    from census_nights where environment = ${environment} order by census_nights.night desc limit ${most}`.execute(
    db,
  );
  return rows;
}

/** What was found when Salesforce was asked about every record. */
export interface ReadBack {
  readonly takenAt: EpochMs;
  readonly records: number;
  readonly differences: readonly Difference[];
}

export async function keepReadBack(
  db: Db,
  environment: string,
  { takenAt, records, differences }: ReadBack,
): Promise<void> {
  await sql`
    insert into read_backs (environment, taken_at, records, differences)
    values (${environment}, to_timestamp(${takenAt / 1_000}), ${records}, ${JSON.stringify(differences)}::jsonb)
    on conflict (environment) do update
      set taken_at = excluded.taken_at, records = excluded.records, differences = excluded.differences`.execute(
    db,
  );
}

/** Null where nobody has asked yet. */
export async function lastReadBack(db: Db, environment: string): Promise<ReadBack | null> {
  const { rows } = await sql<ReadBack>`
    select (extract(epoch from taken_at) * 1000)::float8 as "takenAt", records, differences
    from read_backs where environment = ${environment}`.execute(db);
  return rows[0] ?? null;
}

/** SQL of the gauges that operators watch: whether the books balance, what failed, what waits. */
import { sql } from "kysely";
import type { Db } from "../../store/database.ts";
import { addsUp, type Taken } from "./taken.ts";

export interface Watched {
  /** The newest night of each environment. */
  readonly census: readonly { readonly environment: string; readonly addsUp: boolean; readonly in: number }[];
  readonly openIssues: readonly {
    readonly environment: string;
    readonly destination: string;
    readonly n: number;
  }[];
  readonly pauses: readonly { readonly environment: string; readonly destination: string }[];
  /** Runs that wait for a paused destination, or for their place in the line. */
  readonly waitingRuns: number;
  /** How long the conversation that waits longest has waited for its decision; 0 where none does. */
  readonly undecidedSeconds: number;
}

export async function watched(db: Db): Promise<Watched> {
  const [nights, issues, pauses, waiting] = await Promise.all([
    sql<Taken & { environment: string }>`
      select distinct on (environment) environment, came_in as "in", buckets, odd from census_nights
      order by environment, night desc`.execute(db),
    sql<Watched["openIssues"][number]>`
      select environment, destination, count(*)::int as n from issues where status = 'open' group by 1, 2 order by 1, 2`.execute(
      db,
    ),
    sql<Watched["pauses"][number]>`select environment, destination from pauses order by 1, 2`.execute(db),
    sql<Pick<Watched, "waitingRuns" | "undecidedSeconds">>`
      select (select count(*)::int from waiting_runs) as "waitingRuns",
        (select coalesce(extract(epoch from now() - min(since)), 0)::float8 from standings where pending <> '{}') as "undecidedSeconds"`.execute(
      db,
    ),
  ]);
  return {
    census: nights.rows.map((night) => ({
      environment: night.environment,
      addsUp: addsUp(night),
      in: night.in,
    })),
    openIssues: issues.rows,
    pauses: pauses.rows,
    ...(waiting.rows[0] ?? { waitingRuns: 0, undecidedSeconds: 0 }),
  };
}

/** SQL of what alerts have to tell: something happened to a lead, so its alerts are written anew. */
import { sql } from "kysely";
import type { Db, Tx } from "../store/database.ts";

/** Notes that something happened which the alerts of this handoff should say. */
export async function noteNews(tx: Tx, handoff: string): Promise<void> {
  await sql`
    insert into alert_boards (handoff_id) values (${handoff})
    on conflict (handoff_id) do update set news = alert_boards.news + 1`.execute(tx);
}

/** Further alerts went out: where there is something to tell, they should say it too. */
export async function noteNewAlerts(db: Db | Tx, handoff: string): Promise<void> {
  await sql`update alert_boards set news = news + 1 where handoff_id = ${handoff}`.execute(db);
}

/** What became of the timers of a conversation, for journeys. */
import { sql } from "kysely";
import type { PressKind, TimerKind } from "../../src/followup/plan.ts";
import type { ShownEffect, TestHouse } from "./house.ts";

export interface ShownTimer {
  readonly id: string;
  readonly kind: TimerKind | PressKind;
  readonly arming: number;
  readonly state: string;
  readonly reason: string | null;
  readonly dueAt: number;
  readonly effects: readonly ShownEffect[];
}

/** The timers of a conversation's handoffs with what they did, by the time at which they are due. */
export async function timersOf(house: TestHouse, conversation: string): Promise<readonly ShownTimer[]> {
  const { rows } = await sql<ShownTimer>`
    select f.id, f.kind, f.arming, f.state, f.reason, (extract(epoch from f.due_at) * 1000)::float8 as "dueAt",
      coalesce((select jsonb_agg(to_jsonb(e) order by e.ordinal) from effects e where e.follow_up_id = f.id), '[]') as effects
    from follow_ups f where f.conversation_id = ${conversation} order by f.due_at, f.environment`.execute(
    house.database.db,
  );
  return rows;
}

/**
 * Which of the statements on DBOS's connections are prepared: those of every step. Planning them anew each time is most
 * of their cost in PostgreSQL. Only lookups by primary key are named: DBOS's claims rely on partial indexes that a plan
 * made once could not use.
 */
import { FIND_STEP, RECORD_END, RECORD_STEP } from "./trips.ts";

const HOT: readonly string[] = [
  'SELECT status FROM "dbos".workflow_status WHERE workflow_uuid=$1',
  FIND_STEP,
  RECORD_STEP,
  RECORD_END,
];

/** Whether this is one of the statements of every step, safe to plan once. */
export function isHot(text: string): boolean {
  return HOT.includes(text);
}

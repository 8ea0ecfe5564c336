/** Whether the service has read, since everything came to rest, what it was never told: nothing more can come of it. */
import type { Emulators } from "../../../emulators/all.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import type { Deals } from "./deals.ts";
import { untold } from "./facts.ts";
import { polledUntil, sweptUntil } from "./queries.ts";

/** Answers for the time since which nothing has been left to do. */
export function caughtUp(parts: {
  readonly db: Db;
  readonly emulators: Emulators;
  /** Time between two of the service's sweeps of Intercom. */
  readonly sweepMs: Ms;
  readonly deals: Deals | null;
}): (since: EpochMs) => Promise<boolean> {
  const { db, emulators, sweepMs, deals } = parts;
  return async (since) => {
    const isToldAll = untold(emulators.intercom.deliveries).length === 0;
    if (!isToldAll && (await sweptUntil(db)) <= since + sweepMs) return false;
    const lastMoveAt = deals?.lastMoveAt() ?? null;
    return lastMoveAt === null || (await polledUntil(db)) > lastMoveAt;
  };
}

/** What the house forgets by itself: what Intercom deleted or somebody asked to erase, and what is older than allowed. */
import type { Schedule } from "./engine/engine.ts";
import { eraseDue } from "./erasure/erase.ts";
import { forgetOld } from "./erasure/retention.ts";
import type { Clock, Ms } from "./kernel/time.ts";
import type { Db, Log } from "./store/database.ts";

const ERASE_EVERY_MS: Ms = 15_000;
const FORGET_EVERY_MS: Ms = 3_600_000;
/** One turn of forgetting ends after this; the next goes on. */
const FORGET_FOR_MS: Ms = 60_000;

export function forgettingSchedules(parts: {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
}): readonly Schedule[] {
  const { db, clock, log } = parts;
  return [
    {
      name: "erase",
      everyMs: ERASE_EVERY_MS,
      body: async () => {
        await eraseDue(db, log, clock());
      },
    },
    {
      name: "forget what is old",
      everyMs: FORGET_EVERY_MS,
      body: async () => {
        const end = clock() + FORGET_FOR_MS;
        await forgetOld(db, log, () => clock() > end);
      },
    },
  ];
}

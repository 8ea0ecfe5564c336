/** What the house does by itself: events that no run has taken are found and given a run. */
import type { Engine, RunKind, Schedule } from "./engine/engine.ts";
import type { Db, Log } from "./store/database.ts";
import { untaken } from "./intake/queries.ts";
import { type News, newsOf, start } from "./news.ts";

const SWEEP_EVERY_MS = 10_000;
/** An event this old should have a run: the run that took its batch is over, or was never started. */
const UNTAKEN_AFTER_MS = 15_000;

export interface UpkeepParts {
  readonly db: Db;
  readonly engine: () => Engine;
  readonly conversationKind: RunKind<News>;
  readonly log: Log;
}

export function upkeep({ db, engine, conversationKind, log }: UpkeepParts): readonly Schedule[] {
  return [
    {
      name: "sweep untaken events",
      everyMs: SWEEP_EVERY_MS,
      body: async (now) => {
        const events = await untaken(db, UNTAKEN_AFTER_MS);
        for (const event of events) {
          const id = `sweep:${event.seq}:${Math.floor(now / 60_000)}`;
          await start(engine(), conversationKind, { ...newsOf(event), id });
        }
        if (events.length > 0) log("info", `found ${events.length} events without a run and started theirs`);
      },
    },
  ];
}

/** What the house does by itself: what no run has taken, or decided, is found and given a run. */
import type { Engine, RunKind, Schedule } from "./engine/engine.ts";
import type { Db, Log } from "./store/database.ts";
import { undecided } from "./decide/queries.ts";
import { untaken } from "./intake/queries.ts";
import type { EpochMs, Ms } from "./kernel/time.ts";
import { type News, newsOf, start } from "./news.ts";

const SWEEP_EVERY_MS = 10_000;
/** An event this old should have a run: the run that took its batch is over, or was never started. */
const UNTAKEN_AFTER_MS = 15_000;

/** A decision that waits this long has lost its run: Salesforce refused the sign-in, say. It is tried again as often. */
const UNDECIDED_AFTER_MS = 300_000;

export interface UpkeepParts {
  readonly db: Db;
  readonly engine: () => Engine;
  readonly conversationKind: RunKind<News>;
  readonly log: Log;
}

export function upkeep(parts: UpkeepParts): readonly Schedule[] {
  const { db, engine, conversationKind, log } = parts;
  return [
    {
      name: "sweep undecided conversations",
      everyMs: UNDECIDED_AFTER_MS,
      body: (now) => decideAgain(parts, now, UNDECIDED_AFTER_MS),
    },
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

/** Starts a run for each conversation that has waited for a decision for `olderThanMs`. */
export async function decideAgain(
  { db, engine, conversationKind, log }: UpkeepParts,
  now: EpochMs,
  olderThanMs: Ms,
): Promise<void> {
  const waiting = await undecided(db, olderThanMs);
  for (const { workspace, conversation } of waiting) {
    const id = `undecided:${conversation}:${now}`;
    await start(engine(), conversationKind, {
      workspace,
      conversation,
      contact: null,
      triggers: [],
      reread: false,
      id,
      turn: 1,
    });
  }
  if (waiting.length > 0)
    log("warn", `${waiting.length} conversations waited for a decision; their runs are started again`);
}

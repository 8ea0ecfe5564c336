/**
 * Starts runs for what was stored, apart from the inserts: an engine that is slow must not keep acknowledgements
 * waiting. What comes while a start is under way is started together with the next one.
 */
import type { Log } from "../store/database.ts";

/** A conversation, or a person outside any conversation, that something new was stored of. */
export interface Arrival {
  readonly workspace: string;
  readonly conversation: string | null;
  /** Set only where `conversation` is null. */
  readonly contact: string | null;
  /** The newest event about it, a bigint as text. */
  readonly seq: string;
}

export interface Starter {
  readonly add: (arrivals: readonly Arrival[]) => void;
  /** Resolves when nothing is left to start. */
  readonly idle: () => Promise<void>;
}

/** More than this waits for an engine that stands still; the rest is left to the sweeper. */
const MAX_WAITING = 10_000;

/** Makes a starter. `start` gets each conversation and person once; its failures are logged, never thrown. */
export function createStarter(start: (arrivals: readonly Arrival[]) => Promise<void>, log: Log): Starter {
  let waiting = new Map<string, Arrival>();
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (waiting.size > 0) {
      const batch = [...waiting.values()];
      waiting = new Map();
      try {
        await start(batch);
      } catch (error) {
        log("warn", "stored, but the runs could not be started; the sweeper will start them", {
          conversations: batch.length,
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    running = undefined;
  }

  return {
    add: (arrivals) => {
      for (const arrival of arrivals) {
        const key = JSON.stringify([arrival.workspace, arrival.conversation, arrival.contact]);
        const known = waiting.get(key);
        if (known === undefined && waiting.size >= MAX_WAITING) continue;
        waiting.set(key, known === undefined ? arrival : { ...arrival, seq: newer(known.seq, arrival.seq) });
      }
      running ??= drain();
    },
    idle: async () => {
      await running;
    },
  };
}

/** The larger of two whole numbers written as text. */
function newer(a: string, b: string): string {
  return BigInt(a) > BigInt(b) ? a : b;
}

/**
 * Hears PostgreSQL's word that runs were committed. The connection is a comfort, not a duty: when it breaks, queues are
 * looked at by the clock until it is back.
 */
import { Client } from "pg";
import type { Ms } from "../kernel/time.ts";
import type { EngineOptions } from "./engine.ts";
import { WAKE_CHANNEL } from "./queries.ts";

const RECONNECT_MS: Ms = 1_000;

export interface Listener {
  readonly stop: () => Promise<void>;
}

/** Listens until stopped, reconnecting each second. `onHeard` gets a queue's name; `onBlind` whether the line is down. */
export function startListener(
  databaseUrl: string,
  onHeard: (queue: string) => void,
  onBlind: (blind: boolean) => void,
  log: EngineOptions["log"],
): Listener {
  let stopped = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const mine = new Client({
      connectionString: databaseUrl,
      application_name: "baton-listen",
      keepAlive: true,
    });
    client = mine;
    let over = false;
    const lose = (): void => {
      if (over) return;
      over = true;
      void mine.end().catch(() => {});
      if (stopped) return;
      onBlind(true);
      timer = setTimeout(() => void connect(), RECONNECT_MS);
    };
    mine.on("error", (error) => {
      log("debug", "listening connection lost", { error: error.message });
      lose();
    });
    mine.on("end", lose);
    mine.on("notification", (message) => onHeard(message.payload ?? ""));
    try {
      await mine.connect();
      await mine.query(`listen ${WAKE_CHANNEL}`);
      onBlind(false);
    } catch {
      lose();
    }
  }

  void connect();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}

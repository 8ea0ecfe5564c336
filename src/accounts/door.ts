/** Notes what came to the doors of connections: at once when something comes, and what follows within a second together. */
import type { Clock, Ms } from "../kernel/time.ts";
import type { Db, Log } from "../store/database.ts";
import { noteAtDoor } from "./queries.ts";

const TOGETHER_MS: Ms = 1_000;

export type NoteAtDoor = (connection: string, result: string) => void;

/** Nobody waits for a note, and one that cannot be written stops nothing. */
export function doorBook({
  db,
  clock,
  log,
}: {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
}): NoteAtDoor {
  const since = new Map<string, number>();
  const write = (connection: string, result: string, times: number): void => {
    noteAtDoor(db, { connection, result, times, at: clock() }).catch((error: unknown) =>
      log("debug", "what came to a door could not be noted", { connection, error: String(error) }),
    );
  };
  return (connection, result) => {
    const key = JSON.stringify([connection, result]);
    const more = since.get(key);
    if (more !== undefined) return void since.set(key, more + 1);
    since.set(key, 0);
    write(connection, result, 1);
    setTimeout(() => {
      const times = since.get(key) ?? 0;
      since.delete(key);
      if (times > 0) write(connection, result, times);
    }, TOGETHER_MS).unref();
  };
}

/** Long looks at the past: progress on the terminal, Ctrl-C between two pages, one JSON object or lines. */
import type { Watch } from "../insights/backtest.ts";
import type { Store } from "./connect.ts";
import { progressOf } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { CANCELLED } from "./window.ts";

export interface WatchedDeps {
  readonly terminal: Terminal;
  readonly openStore: () => Promise<Store>;
  /** Resolves when somebody asked to stop. */
  readonly untilStopped: () => Promise<void>;
}

/** Prints what `look` found; exit code 130 with a line where it was stopped and gave null. `things` are counted. */
export async function watched<Found>(
  { terminal, openStore, untilStopped }: WatchedDeps,
  { command, things, json }: { readonly command: string; readonly things: string; readonly json: boolean },
  look: (store: Store, watch: Watch) => Promise<Found | null>,
  lines: (found: Found) => readonly string[],
): Promise<void> {
  const store = await openStore();
  const stop = new AbortController();
  void untilStopped().then(() => stop.abort());
  let drawn: { readonly of: number; readonly draw: (done: number) => void } | null = null;
  try {
    const found = await look(store, {
      signal: stop.signal,
      onProgress: (done, of) => {
        if (drawn?.of !== of) drawn = { of, draw: progressOf(terminal, of, things) };
        drawn.draw(done);
      },
    });
    if (found === null) {
      terminal.err(`${command}: stopped; nothing was changed`);
      terminal.exit(CANCELLED);
    } else if (json) terminal.out(JSON.stringify(found));
    else for (const line of lines(found)) terminal.out(line);
  } finally {
    await store.close();
  }
}

/** One line on a terminal that says how far long work has come; silent where nobody watches. */
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Terminal } from "./terminal.ts";

const EVERY_MS: Ms = 200;
/** One line up, and that line emptied. */
const OVER = "\u001B[1A\u001B[2K";

/**
 * Returns what is called with the number of things done; it draws at most five times a second. `what` names the things:
 * "decisions".
 */
export function progressOf(
  terminal: Pick<Terminal, "clock" | "interactive" | "err">,
  total: number,
  what: string,
): (done: number) => void {
  const began = terminal.clock();
  let drawnAt: EpochMs | null = null;
  return (done) => {
    const now = terminal.clock();
    if (!terminal.interactive || (drawnAt !== null && now - drawnAt < EVERY_MS && done < total)) return;
    terminal.err(`${drawnAt === null ? "" : OVER}${progressText(done, total, now - began, what)}`);
    drawnAt = now;
  };
}

/** "[======              ] 34 %, 34,000 of 100,000 decisions, 12,300/s, 6 s left". */
export function progressText(done: number, total: number, elapsedMs: Ms, what: string): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const bar = "=".repeat(Math.floor(share * WIDTH)).padEnd(WIDTH);
  const rate = elapsedMs === 0 ? 0 : (done / elapsedMs) * 1_000;
  const left = rate === 0 ? "" : `, ${Math.ceil((total - done) / rate)} s left`;
  return `[${bar}] ${Math.floor(share * 100)} %, ${grouped(done)} of ${grouped(total)} ${what}, ${grouped(Math.round(rate))}/s${left}`;
}

const WIDTH = 20;

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

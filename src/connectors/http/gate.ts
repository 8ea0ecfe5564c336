/** One destination's door: so many at once, so many a second, and shut while the vendor asks to wait. */
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";

export interface GateOptions {
  readonly clock: Clock;
  readonly sleep: (ms: Ms) => Promise<void>;
  /** Most calls under way at once. */
  readonly concurrency: number;
  /** Most calls a second on average; a second's worth may go at once. */
  readonly ratePerSecond?: number | undefined;
  /** Longest wait in front of a shut door; a longer one is refused at once, so that the caller's run can sleep instead. */
  readonly patienceMs: Ms;
}

/** The door stays shut for longer than a call may wait in front of it. */
export class GateShut extends Error {
  override readonly name = "GateShut";
  readonly waitMs: Ms;
  constructor(waitMs: Ms) {
    super(`the destination asks for a pause of ${waitMs} ms`);
    this.waitMs = waitMs;
  }
}

export interface Gate {
  /** Resolves when the call may go, in order of arrival; the caller must `leave` once. Throws GateShut. */
  enter(): Promise<void>;
  leave(): void;
  /** Lets nobody in for so long; a shorter wish never opens a longer one. */
  shutFor(ms: Ms): void;
}

export function createGate(options: GateOptions): Gate {
  const { clock, sleep, concurrency, ratePerSecond, patienceMs } = options;
  const spacingMs = ratePerSecond === undefined ? 0 : 1_000 / ratePerSecond;
  const queue: (() => void)[] = [];
  let running = 0;
  let shutUntil: EpochMs = 0;
  /** When the bucket of this second's calls will be full again (generic cell rate algorithm). */
  let fullAt: EpochMs = 0;

  function waitMs(now: EpochMs): Ms {
    const rateWait = spacingMs === 0 ? 0 : Math.max(0, Math.max(fullAt, now) + spacingMs - 1_000 - now);
    // One call must always fit, however slow the rate.
    const slowWait = spacingMs > 1_000 ? Math.max(0, fullAt - now) : rateWait;
    return Math.max(shutUntil - now, slowWait, 0);
  }

  /** The place is handed to the next in line, never freed in between: nobody can slip past the queue. */
  function leave(): void {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async enter() {
      if (running < concurrency) running += 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        for (let wait = waitMs(clock()); wait > 0; wait = waitMs(clock())) {
          if (wait > patienceMs) throw new GateShut(wait);
          await sleep(wait);
        }
      } catch (error) {
        leave();
        throw error;
      }
      if (spacingMs > 0) fullAt = Math.max(fullAt, clock()) + spacingMs;
    },
    leave,
    shutFor(ms) {
      shutUntil = Math.max(shutUntil, clock() + ms);
    },
  };
}

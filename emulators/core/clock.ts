/**
 * Time as the emulators see it: a clock that can be replaced, and a scale that shortens a vendor's long
 * waits (Intercom's retry after 60 s) so that a test or a rehearsal need not sit through them.
 */

export interface EmulatorTime {
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** How many vendor milliseconds pass in one real one; 60 turns a minute into a second. */
  readonly scale: number;
  /** Waits `ms` of the vendor's time, that is `ms / scale` real milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Time for one emulator. Without arguments: the machine's clock at its own speed. */
export function emulatorTime(options: { now?: () => number; scale?: number } = {}): EmulatorTime {
  const scale = options.scale ?? 1;
  return {
    now: options.now ?? Date.now,
    scale,
    sleep: (ms) => sleepReal(ms / scale),
  };
}

/** Waits real milliseconds. The timer keeps no process alive. */
export function sleepReal(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** How V8 keeps the memory of a service small, where its own ways fit a browser better. */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Ms } from "./kernel/time.ts";

const MOST_NURSERY_BYTES = 16 * 2 ** 20;
/** So long after the start everything has been loaded that a service loads by itself. */
const STARTED_AFTER_MS: Ms = 10_000;

/** How much the nursery may grow at its next collection, as V8's factor: twice, or not at all. */
export function growthOf(nurseryBytes: number): 1 | 2 {
  return nurseryBytes < MOST_NURSERY_BYTES ? 2 : 1;
}

/**
 * Holds the nursery, where short-lived objects live and die, at 16 MB from now on. By itself it grows to 128 MB under
 * load and shrinks to 1 MB when nothing happens; where it may not grow at all it stays at that, and what should have
 * died in it fills the rest.
 */
export function keepNursery(): void {
  let growth: number | null = null;
  const adjust = (): void => {
    const nursery = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    const wanted = growthOf(nursery?.space_size ?? MOST_NURSERY_BYTES);
    if (wanted === growth) return;
    growth = wanted;
    setFlagsFromString(`--semi-space-growth-factor=${wanted}`);
  };
  adjust();
  new PerformanceObserver(adjust).observe({ entryTypes: ["gc"] });
}

/** Gives back, once, what starting needed and nothing needs any more: about 0.1 s a few seconds after the start. */
export function collectAfterStart(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: { type: "major"; flavor: "last-resort" }) => void;
  setTimeout(() => collect({ type: "major", flavor: "last-resort" }), STARTED_AFTER_MS).unref();
}

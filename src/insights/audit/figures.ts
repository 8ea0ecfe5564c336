/** Figures as people read them. Pure. */
import type { Ms } from "../../kernel/time.ts";

const DAY_MS: Ms = 86_400_000;

/** "24 hours", "30 minutes", "2 days". */
export function span(ms: Ms): string {
  const [n, unit] =
    ms >= 2 * DAY_MS
      ? [ms / DAY_MS, "day"]
      : ms >= 3_600_000
        ? [ms / 3_600_000, "hour"]
        : [ms / 60_000, "minute"];
  const count = rounded(n, 1);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** "12,000". */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** To so many decimals. */
export function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

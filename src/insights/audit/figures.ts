/** Figures as people read them. Pure. */
import type { Ms } from "../../kernel/time.ts";
import type { Quantile } from "../quantile.ts";

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

/** "half within 3 minutes (95 %: 2 minutes to 5 minutes), nine of ten within 2 days (95 %: 1.5 days or more)". */
export function quantilesText(times: { readonly p50Ms: Quantile; readonly p90Ms: Quantile }): string {
  return `half within ${quantileText(times.p50Ms)}, nine of ten within ${quantileText(times.p90Ms)}`;
}

function quantileText({ value, low, high }: Quantile): string {
  const said = value === null ? "an unknown time" : span(value);
  if (low === null)
    return high === null ? `${said} (too few for an interval)` : `${said} (95 %: up to ${span(high)})`;
  return `${said} (95 %: ${span(low)} ${high === null ? "or more" : `to ${span(high)}`})`;
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

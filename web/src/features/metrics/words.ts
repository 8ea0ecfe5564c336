/** Figures as people read them. */
import type { Answer } from "../../api/client.ts";

export type Metrics = Answer<"readMetrics">;
export type Rate = Metrics["leakage"]["value"];
export type Timing = Metrics["signalToAlert"]["value"];
type Quantile = Timing["p50Ms"];

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** "850 ms", "12 s", "4.5 min", "3.2 h", "2 d". */
export function spanText(ms: number): string {
  const [size, unit] = UNITS.find(([one]) => Math.abs(ms) >= one) ?? [1, "ms"];
  return `${(Math.round((ms / size) * 10) / 10).toLocaleString()} ${unit}`;
}

/** "12.5 %". */
export function percent(share: number): string {
  return `${(share * 100).toLocaleString(undefined, { maximumFractionDigits: 1 })} %`;
}

/** What two shares differ by: "+12.5 points". */
export function pointsText(difference: number): string {
  return `${(difference * 100).toLocaleString(undefined, { maximumFractionDigits: 1 })} points`;
}

export function rateText({ share }: Rate): string {
  return share === null ? "not known yet" : percent(share);
}

/** "12 of 80, 95 %: 8.6 % to 23.9 %". */
export function sureness({ k, of, share, low, high, isFew }: Rate): string {
  if (share === null) return "Nothing was counted.";
  const few = isFew ? "; too few to rely on" : "";
  return `${k.toLocaleString()} of ${of.toLocaleString()}, 95 %: ${percent(low)} to ${percent(high)}${few}`;
}

export function quantileText({ value }: Quantile): string {
  return value === null ? "not known yet" : spanText(value);
}

/** "95 %: 3 min to 7 min"; an end that too few tell of is open. */
export function quantileSureness({ low, high }: Quantile): string {
  const end = (bound: number | null): string => (bound === null ? "open" : spanText(bound));
  return low === null && high === null ? "too few for an interval" : `95 %: ${end(low)} to ${end(high)}`;
}

export function timingSureness({ n, isFew, p50Ms, p90Ms }: Timing): string {
  if (n === 0) return "Nothing was counted.";
  const most = `nine of ten within ${quantileText(p90Ms)}`;
  return `${n.toLocaleString()} counted, ${quantileSureness(p50Ms)}; ${most}${isFew ? "; too few to rely on" : ""}`;
}

/** What sync may still ask of Salesforce today: its share of the org's calls in any 24 hours. Pure. */
import type { EpochMs, Ms } from "../kernel/time.ts";

/** Calls made in the hour that began at `hour`. */
export interface Spent {
  readonly hour: EpochMs;
  readonly calls: number;
}

export interface BudgetQuestion {
  /** 0 to 1. */
  readonly share: number;
  /** Calls that the org allows in 24 hours; null while it has not said. */
  readonly most: number | null;
  readonly spent: readonly Spent[];
  readonly now: EpochMs;
}

export type Budget =
  | { readonly kind: "open"; readonly used: number; readonly allowed: number | null }
  | {
      readonly kind: "spent";
      readonly used: number;
      readonly allowed: number;
      /** When enough of it lies a day back. */
      readonly until: EpochMs;
    };

const HOUR_MS: Ms = 3_600_000;
/** 0.29 of 100 is 28.999… to a computer. */
const ROUNDING = 1e-6;
/** An hour counts until its last call is a day old. */
export const COUNTED_FOR_MS: Ms = 25 * HOUR_MS;

export function budgetOf({ share, most, spent, now }: BudgetQuestion): Budget {
  const counted = spent
    .filter(({ hour }) => hour + COUNTED_FOR_MS > now)
    .toSorted((one, other) => one.hour - other.hour);
  const used = counted.reduce((sum, { calls }) => sum + calls, 0);
  const allowed = most === null ? null : Math.floor(share * most + ROUNDING);
  if (allowed === null || used < allowed) return { kind: "open", used, allowed };
  let left = used;
  let until = now + HOUR_MS;
  for (const { hour, calls } of counted) {
    left -= calls;
    until = hour + COUNTED_FOR_MS;
    if (left < allowed) break;
  }
  return { kind: "spent", used, allowed, until };
}

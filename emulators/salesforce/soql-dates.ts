/** Date literals of SOQL as half-open ranges of days, in UTC. Weeks begin on Sunday; the fiscal year is the calendar year. */

export interface DayRange {
  /** `2026-01-31`, included. */
  readonly from: string;
  /** `2026-02-01`, not included. */
  readonly until: string;
}

type Unit = "DAY" | "WEEK" | "MONTH" | "QUARTER" | "YEAR";

/** The range of `TODAY`, `LAST_N_DAYS:7`, ...; undefined for a name SOQL does not have. `n` for the literals with one. */
export function dateLiteralRange(name: string, n: number | undefined, nowMs: number): DayRange | undefined {
  const plain = (name.split(":")[0] ?? "").replace("FISCAL_", "");
  const days: Readonly<Record<string, readonly [number, number]>> = {
    YESTERDAY: [-1, 0],
    TODAY: [0, 1],
    TOMORROW: [1, 2],
    LAST_90_DAYS: [-90, 1],
    NEXT_90_DAYS: [1, 91],
  };
  const fixed = days[plain];
  if (fixed !== undefined) return range("DAY", fixed[0], fixed[1], nowMs);
  const relative = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(plain);
  if (relative !== null) {
    const offset = relative[1] === "LAST" ? -1 : relative[1] === "NEXT" ? 1 : 0;
    return range(relative[2] as Unit, offset, offset + 1, nowMs);
  }
  const counted = /^(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S$/.exec(plain);
  if (counted !== null && n !== undefined) {
    const unit = counted[2] as Unit;
    // LAST_N_DAYS includes today, the longer units end before the current one.
    if (counted[1] === "LAST") return range(unit, -n, unit === "DAY" ? 1 : 0, nowMs);
    return range(unit, 1, n + 1, nowMs);
  }
  const ago = /^N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO$/.exec(plain);
  if (ago !== null && n !== undefined) return range(ago[1] as Unit, -n, -n + 1, nowMs);
  return undefined;
}

function range(unit: Unit, from: number, until: number, nowMs: number): DayRange {
  return { from: startOf(unit, from, nowMs), until: startOf(unit, until, nowMs) };
}

/** The first day of the unit that is `offset` units after the current one. */
function startOf(unit: Unit, offset: number, nowMs: number): string {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (unit) {
    case "DAY":
      return dayOf(Date.UTC(year, month, day + offset));
    case "WEEK":
      return dayOf(Date.UTC(year, month, day - now.getUTCDay() + 7 * offset));
    case "MONTH":
      return dayOf(Date.UTC(year, month + offset, 1));
    case "QUARTER":
      return dayOf(Date.UTC(year, Math.floor(month / 3) * 3 + 3 * offset, 1));
    case "YEAR":
      return dayOf(Date.UTC(year + offset, 0, 1));
    default:
      throw new Error(`no such unit: ${String(unit satisfies never)}`);
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

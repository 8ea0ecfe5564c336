/** What a bench says: figures beside the limit measured in the same run, and whether the budget was kept. */

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The physical limit of the same machine, measured in the same run; null where there is none. */
  readonly limit: number | null;
  /** `value / limit`. */
  readonly ratio: number | null;
  /** The budget in words; empty for a figure that only informs. */
  readonly budget: string;
  /** Null for a figure that only informs. */
  readonly met: boolean | null;
}

/** What a bench measured, before its budget is held against it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: number;
}

/** A row without a budget. */
export function informs(figure: Figure): Row {
  return { ...base(figure), budget: "", met: null };
}

/** A row whose value may not be less than `least`, nor its share of the limit less than `leastRatio`. */
export function atLeast(figure: Figure, least: number, leastRatio?: number): Row {
  const row = base(figure);
  const share = leastRatio === undefined ? "" : `, ratio >= ${leastRatio}`;
  const met = figure.value >= least && (leastRatio === undefined || (row.ratio ?? 0) >= leastRatio);
  return { ...row, budget: `>= ${number(least)} ${figure.unit}${share}`, met };
}

/** A row whose value may not be more than `most`. */
export function atMost(figure: Figure, most: number): Row {
  return {
    ...base(figure),
    budget: `<= ${number(most)} ${figure.unit}`.trimEnd(),
    met: figure.value <= most,
  };
}

function base({ name, value, unit, limit }: Figure): Omit<Row, "budget" | "met"> {
  return { name, value, unit, limit: limit ?? null, ratio: limit === undefined ? null : value / limit };
}

/** The value at `share` (0 to 1) of the sorted values; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The rows as a table of plain text, one line each. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [
    ["what", "value", "unit", "limit", "ratio", "budget", ""],
    ...rows.map((row) => [
      row.name,
      number(row.value),
      row.unit,
      row.limit === null ? "" : number(row.limit),
      row.ratio === null ? "" : row.ratio.toFixed(2),
      row.budget,
      row.met === null ? "" : row.met ? "met" : "MISSED",
    ]),
  ];
  const widths = [0, 1, 2, 3, 4, 5, 6].map((column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const isNumber = (column: number): boolean => column === 1 || column === 3 || column === 4;
  return lines
    .map((line) =>
      line
        .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function number(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

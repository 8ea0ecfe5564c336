/** Rows of words as lines in columns. Pure. */

/** The head and each row, as wide as they need; figures stand to the right. The last column keeps its end open. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const isFigure = head.map((_, i) => rows.every((row) => /^-?\d[\d.]*(?: %)?$|^-$/.test(row[i] ?? "")));
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return isFigure[i] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

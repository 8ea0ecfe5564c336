/** Rows as CSV (RFC 4180) for spreadsheets. Pure. */

export type Cell = string | number | boolean | null;

/** What a spreadsheet would take for a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;

function cellText(cell: Cell): string {
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  const plain = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** One line with its end; a text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

/** The head, then each page of rows as one piece. */
export async function* csvOf(
  head: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]> | Iterable<readonly (readonly Cell[])[]>,
): AsyncIterable<string> {
  yield csvLine(head);
  for await (const rows of pages) yield rows.map(csvLine).join("");
}

/** Pages one after the other, each behind the last row of the one before, until one is not full or nobody reads on. */
export async function* pagesOf<Row>(
  read: (after: Row | null, limit: number) => Promise<readonly Row[]>,
  signal: AbortSignal,
): AsyncIterable<readonly Row[]> {
  const limit = 500;
  let after: Row | null = null;
  while (!signal.aborted) {
    const page: readonly Row[] = await read(after, limit);
    if (page.length > 0) yield page;
    if (page.length < limit) return;
    after = page.at(-1) ?? null;
  }
}

/** An instant as spreadsheets read it. */
export function csvTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

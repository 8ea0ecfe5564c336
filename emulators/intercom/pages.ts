/** Cursor pages: `pages.next.starting_after` names the last row of a page, and the next page begins after it. */
import { badParameter } from "./errors.ts";
import { type Fields, numberOf, textOf } from "./fields.ts";
import type { Wire } from "./wire-people.ts";

export interface PageRequest {
  readonly perPage: number;
  readonly after: Cursor | undefined;
}

interface Cursor {
  readonly key: string | number;
  readonly id: string;
  /** The page that this cursor leads to, from 2. */
  readonly page: number;
}

/** Largest page: 150 (OpenAPI, pagination). */
const maxPerPage = 150;

/** Reads `per_page` and `starting_after` from a query string or from a search's `pagination`. */
export function pageRequestOf(fields: Fields, defaultPerPage: number): PageRequest {
  const perPage = numberOf(fields["per_page"]) ?? defaultPerPage;
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > maxPerPage) {
    throw badParameter(`per_page must be between 1 and ${maxPerPage}`, "parameter_invalid", "per_page");
  }
  const startingAfter = textOf(fields["starting_after"]);
  return { perPage, after: startingAfter === undefined ? undefined : cursorOf(startingAfter) };
}

function cursorOf(text: string): Cursor {
  try {
    const [key, id, page] = JSON.parse(Buffer.from(text, "base64url").toString()) as [
      string | number,
      string,
      number,
    ];
    return { key, id, page };
  } catch {
    throw badParameter("starting_after is not a cursor of this list", "parameter_invalid", "starting_after");
  }
}

/** One page of `rows` in the order of `keyOf` and then id, with the vendor's `pages` object. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  request: PageRequest,
  order: { readonly keyOf: (row: Row) => string | number; readonly isDescending: boolean },
): { rows: Row[]; pages: Wire; totalCount: number } {
  const sign = order.isDescending ? -1 : 1;
  const compare = (
    left: readonly [string | number, string],
    right: readonly [string | number, string],
  ): number => sign * (comparison(left[0], right[0]) || comparison(left[1], right[1]));
  const sorted = rows
    .map((row) => ({ row, at: [order.keyOf(row), row.id] as const }))
    .sort((left, right) => compare(left.at, right.at));
  const { after } = request;
  const rest =
    after === undefined ? sorted : sorted.filter(({ at }) => compare(at, [after.key, after.id]) > 0);
  const shown = rest.slice(0, request.perPage);
  const page = after?.page ?? 1;
  const last = shown.at(-1);
  const hasMore = rest.length > shown.length && last !== undefined;
  const next = hasMore
    ? {
        per_page: request.perPage,
        starting_after: Buffer.from(JSON.stringify([...last.at, page + 1])).toString("base64url"),
      }
    : null;
  const totalPages = Math.ceil(rows.length / request.perPage);
  return {
    rows: shown.map(({ row }) => row),
    totalCount: rows.length,
    pages: { type: "pages", page, per_page: request.perPage, total_pages: totalPages, next },
  };
}

function comparison(left: string | number, right: string | number): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** One page by number, as the lists of companies and notes have it: `page` from 1, an empty page after the last. */
export function numberedPageOf<Row>(
  rows: readonly Row[],
  query: Fields,
  defaultPerPage: number,
): { rows: Row[]; pages: Wire } {
  const perPage = numberOf(query["per_page"]) ?? defaultPerPage;
  const page = numberOf(query["page"]) ?? 1;
  const totalPages = Math.ceil(rows.length / perPage);
  return {
    rows: rows.slice((page - 1) * perPage, page * perPage),
    pages: { type: "pages", next: null, page, per_page: perPage, total_pages: totalPages },
  };
}

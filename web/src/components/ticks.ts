/** Which rows of a list are ticked. Pure. */

export interface Ticks {
  readonly ids: ReadonlySet<string>;
  /** Where a range begins: what was ticked last. */
  readonly last: string | null;
}

export const NO_TICKS: Ticks = { ids: new Set(), last: null };

/** Ticks a row, or unticks one that was. */
export function ticked(ticks: Ticks, id: string): Ticks {
  const ids = new Set(ticks.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, last: id };
}

/** Ticks every row from the last one that was ticked to this one; this one alone where that stands elsewhere. */
export function tickedTo(ticks: Ticks, rows: readonly string[], id: string): Ticks {
  const ends = [ticks.last === null ? -1 : rows.indexOf(ticks.last), rows.indexOf(id)];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const range = from < 0 ? [id] : rows.slice(from, to + 1);
  return { ids: new Set([...ticks.ids, ...range]), last: id };
}

/** Ticks all of these rows, or, where all of them are, none of them. */
export function tickedAll(ticks: Ticks, rows: readonly string[]): Ticks {
  const rest = [...ticks.ids].filter((id) => !rows.includes(id));
  return { ids: new Set(shareOf(ticks, rows) === "all" ? rest : [...rest, ...rows]), last: null };
}

/** How many of these rows are ticked. */
export function shareOf({ ids }: Ticks, rows: readonly string[]): "none" | "some" | "all" {
  const count = rows.filter((id) => ids.has(id)).length;
  if (count === 0) return "none";
  return count === rows.length ? "all" : "some";
}

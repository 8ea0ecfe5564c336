/** A text cut where marks begin and end, so that overlapping marks can be shown. */
export interface Span {
  readonly start: number;
  readonly text: string;
  /** The signals that were found here; none of plain text. */
  readonly signals: readonly number[];
}

/** The spans of the text in order; put together they are the text. */
export function spansOf(
  text: string,
  marks: readonly { readonly start: number; readonly end: number; readonly signal: number }[],
): readonly Span[] {
  const within = (place: number): number => Math.min(Math.max(place, 0), text.length);
  const cuts = new Set([0, text.length, ...marks.flatMap(({ start, end }) => [within(start), within(end)])]);
  const places = [...cuts].toSorted((a, b) => a - b);
  return places.slice(0, -1).map((start, i) => {
    const end = places[i + 1] ?? text.length;
    const signals = marks
      .filter((mark) => mark.start <= start && mark.end >= end)
      .map(({ signal }) => signal);
    return { start, text: text.slice(start, end), signals: [...new Set(signals)] };
  });
}

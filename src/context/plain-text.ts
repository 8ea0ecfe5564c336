/**
 * Customers' words made safe to show elsewhere: no invisible control, no half character, no reversed reading order.
 */

/** C0 and C1 controls except tab and line feed, the byte-order mark, and the interlinear annotation marks. */
// oxlint-disable-next-line no-control-regex -- these are exactly the characters to remove
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff\ufff9-\ufffb]/g;

/** Embeddings, overrides and isolates: they can show a text in another order than it is stored ("Trojan Source"). */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/**
 * Returns the text with line ends as "\n", without control characters, without bidirectional overrides and with
 * U+FFFD in the place of a lone surrogate. What a person can read stays as it was.
 */
export function readableText(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(CONTROLS, "")
    .replace(BIDI_CONTROLS, "")
    .toWellFormed();
}

/**
 * Wraps a name that holds right-to-left letters in U+2068 ... U+2069 (first strong isolate), so that it does not pull
 * the time and the role beside it to its other side. Other names are returned as they are.
 */
export function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

const ENTITIES: readonly (readonly [character: string, entity: string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
];
const WIDTHS = new Map([
  ...ENTITIES.map(([character, entity]) => [character, entity.length] as const),
  ["\n", 4],
]);

/** Returns the text as HTML text or a quoted attribute value: & < > " ' become entities, nothing else changes. */
export function escapeHtml(text: string): string {
  return ENTITIES.reduce((html, [character, entity]) => html.replaceAll(character, entity), text);
}

/** How many characters `escapeHtml` and `<br>` for a line feed need for one UTF-16 unit. */
export function escapedWidth(unit: string): number {
  return WIDTHS.get(unit) ?? 1;
}

const CUT_WINDOW_UNITS = 256;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Returns the largest cut at or before `index` that splits no grapheme (an emoji with its skin tone, a letter with its
 * accents) and, when one is near, stands after white space. Never 0 for an index above 0: a grapheme longer than the
 * window is cut between code points.
 */
export function cutBefore(text: string, index: number): number {
  if (index >= text.length) return text.length;
  const windowStart = Math.max(0, index - CUT_WINDOW_UNITS);
  const before = text.slice(windowStart, index);
  const space = Math.max(before.lastIndexOf(" "), before.lastIndexOf("\n"));
  if (space > 0) return windowStart + space + 1;
  const window = text.slice(windowStart, index + CUT_WINDOW_UNITS);
  let found = 0;
  for (const grapheme of graphemes.segment(window)) {
    if (grapheme.index > index - windowStart) break;
    found = grapheme.index;
  }
  if (found > 0) return windowStart + found;
  const low = text.charCodeAt(index);
  const splitsPair = low >= 0xdc00 && low <= 0xdfff;
  return splitsPair && index > 1 ? index - 1 : index;
}

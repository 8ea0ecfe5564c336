/**
 * A sentence as features: its words, neighbours, triples, and pairs with a gap. A feature is a number made of the
 * numbers of its tokens, so that no text is built while a message is read.
 */

/** The number of a word the model has not met, and of a sentence's two ends. */
export const UNKNOWN = 0;
const START = 1;
const END = 2;
const RESERVED = ["#x", "^", "$"] as const;

/** How far apart the two words of a pair may stand. */
const FARTHEST = 4;
const GAP_MARK = "~";

/** The tokens a model knows, each with its number. */
export interface Lexicon {
  readonly tokens: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
}

/** Numbers `tokens` behind the reserved ones. */
export function lexiconOf(tokens: readonly string[]): Lexicon {
  const all = [...RESERVED, ...tokens];
  return { tokens: all, numbers: new Map(all.map((token, number) => [token, number])) };
}

/** The number at a position; 0 where there is none. */
export function numberAt(list: ArrayLike<number>, position: number): number {
  return list[position] ?? 0;
}

/**
 * Calls `visit` with each feature of the sentence that stands in `words` (token numbers) from `from` to `to`; a feature
 * may come more than once.
 */
export function eachFeature(
  words: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  { tokens: { length: size } }: Lexicon,
  visit: (feature: number) => void,
): void {
  const token = (at: number): number => (at >= to ? END : Number(words[at]));
  let first = START;
  let second = token(from);
  for (let at = from - 1; at < to; at += 1) {
    const third = token(at + 2);
    if (first > END) visit(first);
    if (first > END || second > END) visit(pair(first, second, size));
    const told = Number(first > END) + Number(second > END) + Number(third > END);
    if (at + 1 < to && (told > 1 || (to - from === 1 && second > END)))
      visit(triple(first, second, third, size));
    if (first > END)
      for (let far = at + 2; far <= at + FARTHEST && far < to; far += 1) {
        const other = token(far);
        if (other > END) visit(distant(first, other, size));
      }
    first = second;
    second = third;
  }
}

// Powers are multiplied out: `**` is many times slower, and this is the innermost loop of scoring.
const pair = (a: number, b: number, size: number): number => size + a * size + b;
const triple = (a: number, b: number, c: number, size: number): number =>
  size + size * size + (a * size + b) * size + c;
const distant = (a: number, b: number, size: number): number =>
  size + size * size * (size + 1) + a * size + b;

/** The feature as a model file writes it: "cancel", "cancel #our", "^ cancel #our", "cancel ~ #subscription". */
export function featureText(feature: number, { tokens }: Lexicon): string {
  const size = tokens.length;
  const text = (...numbers: readonly number[]): readonly (string | undefined)[] =>
    numbers.map((number) => tokens[number]);
  let rest = feature;
  if (rest < size) return text(rest).join("");
  rest -= size;
  if (rest < size ** 2) return text(Math.floor(rest / size), rest % size).join(" ");
  rest -= size ** 2;
  if (rest < size ** 3)
    return text(Math.floor(rest / size ** 2), Math.floor(rest / size) % size, rest % size).join(" ");
  rest -= size ** 3;
  return text(Math.floor(rest / size), rest % size).join(` ${GAP_MARK} `);
}

/** The inverse of `featureText`; null when a token is not in the lexicon. */
export function featureOf(written: string, { tokens, numbers }: Lexicon): number | null {
  const size = tokens.length;
  const parts = written.split(" ");
  const found = parts.filter((part) => part !== GAP_MARK).map((part) => numbers.get(part));
  const [a, b, c] = found;
  if (a === undefined || found.includes(undefined)) return null;
  if (b === undefined) return a;
  if (parts.includes(GAP_MARK)) return distant(a, b, size);
  return c === undefined ? pair(a, b, size) : triple(a, b, c, size);
}

/**
 * Text as words: each with its exact UTF-16 place in the text, a folded key to compare, and what stands before it.
 * One pass; only the key is folded, so that offsets need no mapping back.
 */

/** What separates a word from the one before it, weakest first. Phrases reach over everything up to `line`. */
export const gap = {
  /** Blanks, hyphens, quotation marks. */
  soft: 0,
  /** The end of a long line: mail programs break there. */
  wrap: 1,
  /** The end of a short line, which people use like a comma. */
  line: 2,
  /** Comma, dash, colon, brackets: perhaps a new clause. */
  comma: 3,
  /** The end of a sentence, a blank line, somebody else's words. */
  stop: 4,
} as const;
export type Gap = (typeof gap)[keyof typeof gap];

export interface Word {
  readonly start: number;
  readonly end: number;
  /** Lower case, without accents, apostrophes and possessive s; empty for what no phrase can be (an address, code). */
  readonly key: string;
  readonly gap: Gap;
}

/** A stretch that is not the customer's own words. */
export interface Foreign {
  readonly start: number;
  readonly end: number;
  /** True inside a sentence (an address, code): the sentence goes on behind it. */
  readonly inline: boolean;
}

/** Classes of characters, as small numbers because they fill a table of 65,536 entries. */
const SOFT = 1;
const LETTER = 2;
const APOSTROPHE = 3;
const COMMA = 4;
const STOP = 5;
const NEWLINE = 6;
/** Invisible: soft hyphens, zero-width joiners, variation selectors. */
const IGNORED = 7;
/** An accent that belongs to the letter before it. */
const MARK = 8;
/** A script written without blanks: every sign is a word. */
const SIGN = 9;
const DOT = 10;
const DASH = 11;

const SPELT: readonly (readonly [number, string])[] = [
  [APOSTROPHE, "'’‘ʼ＇`´"],
  [COMMA, ",()[]{}|<>:–—，、：（）"],
  [STOP, "!?;…。！？；\u2028\u2029"],
  [NEWLINE, "\n\r"],
  [IGNORED, "\u00AD\u200B\u200C\u200D\u2060\uFEFF\uFE0E\uFE0F"],
  [DOT, ".．"],
  [DASH, "-‐‑"],
];
const spelt: ReadonlyMap<string, number> = new Map(
  SPELT.flatMap(([kind, signs]) => signs.split("").map((sign) => [sign, kind] as const)),
);

/** Filled on first use of a character; 0 means not looked at yet. */
const classes = new Uint8Array(0x1_00_00);

function classify(sign: string): number {
  const kind = spelt.get(sign);
  if (kind !== undefined) return kind;
  if (/\p{M}/u.test(sign)) return MARK;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(sign)) return SIGN;
  if (/[\p{L}\p{N}]/u.test(sign)) return LETTER;
  return /\p{Extended_Pictographic}/u.test(sign) ? COMMA : SOFT;
}

function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const known = classes[unit];
  if (known !== 0 && known !== undefined) return known;
  if (unit >= 0xd8_00 && unit <= 0xdf_ff) return classOfPair(Number(text.codePointAt(at)));
  const found = classify(String.fromCharCode(unit));
  classes[unit] = found;
  return found;
}

/** Characters that take a pair of units, each looked at once. */
const pairs = new Map<number, number>();

function classOfPair(point: number): number {
  const known = pairs.get(point);
  if (known !== undefined) return known;
  const found = classify(String.fromCodePoint(point));
  pairs.set(point, found);
  return found;
}

function widthAt(text: string, at: number): number {
  return Number(text.codePointAt(at)) > 0xff_ff ? 2 : 1;
}

/** A phrase's words are short; what is longer is no word of any phrase and is not worth folding. */
const LONGEST_WORD = 128;

/**
 * The key words are compared by: compatibility forms and full width unified, accents and apostrophes dropped, lower
 * case, ß as ss, dotless ı as i, a possessive 's cut off.
 */
function foldWord(raw: string): string {
  const plain = raw
    .normalize("NFKD")
    .replaceAll(/[\p{M}\u00AD\u200B-\u200D\u2060\uFEFF]/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ı", "i")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/['’‘ʼ`´]/g, "'");
  return withoutApostrophes(plain);
}

const LONG_LINE = 50;

/** What stands between two words, gathered while it is read. */
interface Between {
  newlines: number;
  strongest: Gap;
  /** The line break before came after a long line. */
  wrapped: boolean;
}

/**
 * Splits `text` into words, leaving out the `foreign` stretches (ordered, not overlapping).
 * Linear in the text; words have exact offsets into it.
 */
export function wordsOf(text: string, foreign: readonly Foreign[]): readonly Word[] {
  const words: Word[] = [];
  const between: Between = { newlines: 0, strongest: gap.soft, wrapped: false };
  let lineStart = 0;
  let nextForeign = 0;
  let at = 0;
  while (at < text.length) {
    const skipped = foreign[nextForeign];
    if (skipped !== undefined && at >= skipped.start) {
      if (skipped.inline) pushWord(words, between, skipped.start, skipped.end, "");
      else between.strongest = gap.stop;
      at = Math.max(at, skipped.end);
      nextForeign += 1;
      continue;
    }
    const kind = classAt(text, at);
    if (kind === LETTER || kind === SIGN) {
      const end = kind === SIGN ? at + widthAt(text, at) : wordEnd(text, at, skipped?.start ?? text.length);
      const raw = end - at > LONGEST_WORD ? "" : text.slice(at, end);
      pushWord(words, between, at, end, kind === SIGN ? raw : keyOf(raw));
      at = end;
      continue;
    }
    if (kind === NEWLINE) {
      if (text.charCodeAt(at) === 10) {
        between.newlines += 1;
        between.wrapped = at - lineStart >= LONG_LINE;
        lineStart = at + 1;
      }
    } else {
      between.strongest = Math.max(
        between.strongest,
        strengthOf(text, at, kind, between.newlines > 0),
      ) as Gap;
    }
    at += 1;
  }
  return words;
}

function pushWord(words: Word[], between: Between, start: number, end: number, key: string): void {
  const broken = between.newlines === 0 ? gap.soft : between.wrapped ? gap.wrap : gap.line;
  const strength = between.newlines > 1 ? gap.stop : (Math.max(between.strongest, broken) as Gap);
  words.push({ start, end, key, gap: strength });
  between.newlines = 0;
  between.strongest = gap.soft;
}

/** A word goes on over accents, invisible characters and an apostrophe between letters. */
function wordEnd(text: string, start: number, limit: number): number {
  let end = start + widthAt(text, start);
  let at = end;
  while (at < limit) {
    const kind = classAt(text, at);
    if (kind === LETTER || kind === MARK) {
      at += widthAt(text, at);
      end = at;
    } else if (kind === IGNORED) at += 1;
    else if (kind === APOSTROPHE && at === end && classAt(text, at + 1) === LETTER) at += 1;
    else break;
  }
  return end;
}

function strengthOf(text: string, at: number, kind: number, afterNewline: boolean): Gap {
  switch (kind) {
    case COMMA:
      return gap.comma;
    case STOP:
      return gap.stop;
    case DOT:
      // "node.js" and "3.5" are no ends of a sentence.
      return classAt(text, at + 1) === LETTER && !afterNewline && at > 0 && classAt(text, at - 1) === LETTER
        ? gap.soft
        : gap.stop;
    case DASH:
      // At the start of a line it is a bullet, between blanks a dash, else a hyphen.
      if (afterNewline) return gap.stop;
      return classAt(text, at + 1) === SOFT && at > 0 && classAt(text, at - 1) === SOFT
        ? gap.comma
        : gap.soft;
    default:
      return gap.soft;
  }
}

function keyOf(raw: string): string {
  for (let at = 0; at < raw.length; at += 1) {
    const unit = raw.charCodeAt(at);
    if (unit > 127) return foldWord(raw);
    if (unit === 39 || unit === 96) return withoutApostrophes(raw.toLowerCase().replaceAll("`", "'"));
  }
  return raw.toLowerCase();
}

function withoutApostrophes(word: string): string {
  return (word.endsWith("'s") ? word.slice(0, -2) : word).replaceAll("'", "");
}

/** Tags and event names as they are compared: without regard to case, width and outer blanks. */
export function foldTag(tag: string): string {
  return tag.normalize("NFKC").toLowerCase().trim();
}

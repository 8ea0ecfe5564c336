/** How close a customer's sentences come to the examples of a signal, by the angle between their vectors. */
import type { Snapshot } from "../../conversation/snapshot.ts";
import { isNegated } from "../negation.ts";
import { foreignIn } from "../own-words.ts";
import { wordsOf } from "../words.ts";
import type { Word } from "../words.ts";
import { numberAt } from "./features.ts";
import { sentencesOf } from "./sentences.ts";

/** Of unit length; empty for a text that is like nothing. */
export type Vector = readonly number[] | Float32Array;

/** A sentence that is close to an example of a signal. */
export interface Likeness {
  readonly signal: string;
  /** As the policy writes it. */
  readonly example: string;
  /** Position of the message in the snapshot. */
  readonly turn: number;
  /** UTF-16 offsets into the message's text. */
  readonly start: number;
  readonly end: number;
  /** Cosine, two decimals: 1 for the same sentence. */
  readonly like: number;
}

/** A sentence of the customer's, ready to be compared. */
export interface CustomerSentence {
  readonly turn: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly words: readonly Word[];
}

/**
 * From this likeness on a sentence counts. On 27 paraphrases of twelve examples and 241 pairs that mean something else,
 * all written for the purpose, 0.65 finds 56 % of the first and two of the second, 0.60 74 % and three, 0.55 78 % and
 * seven; quoting somebody wrongly costs more than missing a sentence that phrases and the text model also look for.
 */
const LIKE_ENOUGH = 0.65;
/** "Yes please" is close to many a thing. */
const FEWEST_WORDS = 3;
/** A sentence takes some 40 ms, so of a very long conversation only the latest sentences are compared. */
const MOST_SENTENCES = 64;
/** Shorter words are shared by sentences that have nothing to do with each other. */
const TELLING_LETTERS = 4;

/** The latest sentences of the customer's own words, in the order of the conversation. */
export function sentencesToCompare(snapshot: Snapshot): readonly CustomerSentence[] {
  const found: CustomerSentence[] = [];
  for (const [turn, message] of [...snapshot.messages.entries()].toReversed()) {
    if (message.role !== "customer" || message.redacted) continue;
    const words = wordsOf(message.text, foreignIn(message.text));
    for (const { from, to } of sentencesOf(words).toReversed()) {
      if (found.length === MOST_SENTENCES) return found.toReversed();
      if (to - from < FEWEST_WORDS) continue;
      const start = Number(words[from]?.start);
      const end = Number(words[to - 1]?.end);
      const text = message.text.slice(start, end);
      found.push({ turn, start, end, text, words: words.slice(from, to) });
    }
  }
  return found.toReversed();
}

/** For a sentence and a signal the closest of its examples; null when none is close, or says what the sentence declines. */
export function closest(
  sentence: CustomerSentence,
  vector: Vector,
  signal: string,
  examples: readonly { readonly example: string; readonly vector: Vector }[],
): Likeness | null {
  let best: Likeness | null = null;
  for (const { example, vector: theirs } of examples) {
    const like = Math.round(cosine(vector, theirs) * 100) / 100;
    if (like < LIKE_ENOUGH || like <= (best?.like ?? 0) || declines(sentence.words, example)) continue;
    const { turn, start, end } = sentence;
    best = { signal, example, turn, start, end, like };
  }
  return best;
}

function cosine(a: Vector, b: Vector): number {
  if (a.length !== b.length) return 0;
  let sum = 0;
  for (const [at, value] of a.entries()) sum += value * numberAt(b, at);
  return sum;
}

/** "We don't need a demo" is close to "We need a demo" and says the opposite: a word of both is unwanted in one alone. */
function declines(words: readonly Word[], example: string): boolean {
  const theirs = wordsOf(example, []);
  const wanted = new Set(
    theirs
      .filter(({ key }, at) => key.length >= TELLING_LETTERS && !isNegated(theirs, at, at + 1))
      .map(({ key }) => key),
  );
  return words.some(({ key }, at) => wanted.has(key) && isNegated(words, at, at + 1));
}

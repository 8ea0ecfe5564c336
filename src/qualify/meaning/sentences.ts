/** Sentences as runs of words: what the text model weighs, and what is quoted when it says yes. */
import { gap } from "../words.ts";
import type { Word } from "../words.ts";

/** People forget full stops: a longer run ends at the next comma, and at the latest after half as many again. */
const LONG = 30;
/** Words may stand far apart in hostile text; a sentence is quoted whole and stays short. */
const MOST_CHARACTERS = 600;

/** Positions in a list of words; `to` is exclusive. */
export interface Sentence {
  readonly from: number;
  readonly to: number;
}

/** Cuts `words` into sentences, in order, leaving none out. */
export function sentencesOf(words: readonly Word[]): readonly Sentence[] {
  const found: Sentence[] = [];
  let from = 0;
  let begun = 0;
  for (const [at, word] of words.entries()) {
    const length = at - from;
    const isOver =
      word.gap === gap.stop ||
      (length >= LONG && word.gap === gap.comma) ||
      length >= LONG * 1.5 ||
      word.end - begun > MOST_CHARACTERS;
    if (length > 0 && isOver) {
      found.push({ from, to: at });
      from = at;
    }
    if (at === from) begun = word.start;
  }
  if (words.length > 0) found.push({ from, to: words.length });
  return found;
}

/** Which words let wrong conversations through, and which words the missed ones have in common. Pure. */

/** A labelled conversation with its words. */
export interface Worded {
  readonly id: string;
  readonly qualified: boolean;
  readonly isRight: boolean;
  /** The phrases that scored, as they were written. */
  readonly phrases: readonly string[];
  /** What the customer wrote. */
  readonly text: string;
}

export interface PhraseCount {
  readonly phrase: string;
  readonly right: number;
  readonly wrong: number;
}

const MOST = 10;
/** A word or pair that fewer missed conversations share says nothing. */
const FEWEST = 2;

/** Phrases by how many wrong conversations they helped through, with the right ones beside. */
export function noise(labels: readonly Worded[]): readonly PhraseCount[] {
  const counts = countedBy(
    labels.filter(({ qualified }) => qualified),
    ({ phrases }) => phrases.map((phrase) => phrase.toLowerCase()),
  );
  return counts
    .filter(({ wrong }) => wrong > 0)
    .toSorted((a, b) => b.wrong - a.wrong || a.right - b.right || a.phrase.localeCompare(b.phrase))
    .slice(0, MOST);
}

/**
 * Words and pairs of words that missed right conversations share, by how many of them a phrase of these words would
 * catch; `wrong` is how many wrong ones it would let in.
 */
export function misses(labels: readonly Worded[]): readonly PhraseCount[] {
  const counts = countedBy(
    labels.filter(({ qualified }) => !qualified),
    ({ text }) => wordsAndPairs(text),
  );
  return counts
    .filter(({ right, wrong }) => right >= FEWEST && right > wrong)
    .toSorted((a, b) => b.right - b.wrong - (a.right - a.wrong) || b.phrase.length - a.phrase.length)
    .slice(0, MOST);
}

function countedBy(
  labels: readonly Worded[],
  phrasesOf: (one: Worded) => readonly string[],
): readonly PhraseCount[] {
  const counts = new Map<string, PhraseCount>();
  for (const one of labels)
    for (const phrase of new Set(phrasesOf(one))) {
      const { right, wrong } = counts.get(phrase) ?? { right: 0, wrong: 0 };
      counts.set(phrase, {
        phrase,
        right: right + (one.isRight ? 1 : 0),
        wrong: wrong + (one.isRight ? 0 : 1),
      });
    }
  return [...counts.values()];
}

function wordsAndPairs(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

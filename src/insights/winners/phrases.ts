/** Phrases of a text as the policy would look for them: word by word, in the customer's own words, not where they decline. Pure. */
import { phraseVariants } from "../../qualify/inflect.ts";
import { isNegated } from "../../qualify/negation.ts";
import { foreignIn } from "../../qualify/own-words.ts";
import { gap, type Word, wordsOf } from "../../qualify/words.ts";

const LONGEST = 3;
/** So much of a message is read: what comes later is a pasted document. */
const MOST_WORDS = 600;

/** English words that say nothing by themselves; a phrase neither begins nor ends with one. */
const PLAIN: ReadonlySet<string> = new Set(
  `a about all also am an and any are as at be been but by can cant could did do does dont for from get give had has have
  he hello her hey hi him his how i id if ill im in into is it its ive just know let like me more my no not of ok on one
  or our out over please re she so some than thank thanks that the their them then there these they this those to too up
  us was we well were what when where which who why will with would yes you your youre need want looking help using use
  today now here good morning afternoon dear regards best team sure really very much many only other still even them`.split(
    /\s+/,
  ),
);

interface Stretch {
  readonly phrase: string;
  readonly from: number;
  readonly to: number;
}

function* stretchesOf(words: readonly Word[]): Iterable<Stretch> {
  for (const [from, word] of words.entries()) {
    if (word.key === "") continue;
    let phrase = word.key;
    yield { phrase, from, to: from + 1 };
    for (let to = from + 1; to < from + LONGEST; to += 1) {
      const next = words[to];
      // Phrases reach over blanks, hyphens and line ends, not over commas.
      if (next === undefined || next.key === "" || next.gap > gap.line) break;
      phrase = `${phrase} ${next.key}`;
      yield { phrase, from, to: to + 1 };
    }
  }
}

function readable(text: string): readonly Word[] {
  return wordsOf(text, foreignIn(text)).slice(0, MOST_WORDS);
}

/** Up to three words in a row that may make a phrase of a policy, each once. */
export function phrasesIn(texts: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of texts) {
    const words = readable(text);
    for (const { phrase, from, to } of stretchesOf(words))
      if (isTelling(words, from, to) && !isNegated(words, from, to)) found.add(phrase);
  }
  return found;
}

function isTelling(words: readonly Word[], from: number, to: number): boolean {
  const [first = "", last = ""] = [words[from]?.key, words[to - 1]?.key];
  if (PLAIN.has(first) || PLAIN.has(last) || /^\d+$/.test(first)) return false;
  return to - from > 1 || first.length > 2;
}

/** Looks for many phrases at once; each in every form in which the policy would find it. */
export type Finder = (texts: readonly string[]) => ReadonlySet<number>;

/** Returns what finds these phrases in texts, by their position. */
export function finderOf(phrases: readonly string[]): Finder {
  const places = new Map<string, number[]>();
  for (const [place, phrase] of phrases.entries())
    for (const variant of new Set(phraseVariants(phrase).map((words) => words.join(" "))))
      places.set(variant, [...(places.get(variant) ?? []), place]);
  return (texts) => {
    const found = new Set<number>();
    for (const text of texts) {
      const words = readable(text);
      for (const { phrase, from, to } of stretchesOf(words)) {
        const at = places.get(phrase);
        if (at === undefined || isNegated(words, from, to)) continue;
        for (const place of at) found.add(place);
      }
    }
    return found;
  };
}

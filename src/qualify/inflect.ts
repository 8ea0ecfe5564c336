/**
 * The forms in which an English phrase is written: plural and singular, the forms of common verbs, "SOC 2" as "SOC2",
 * "add-on" as "addon". Only what is safe: an acronym gets a plural s and nothing else.
 */
import { wordsOf } from "./words.ts";

/** Verbs of buying and leaving: only these are conjugated, since most words of a phrase are nouns. */
const VERBS = new Set(
  (
    "cancel upgrade downgrade switch move add delete remove talk speak book buy purchase renew subscribe unsubscribe " +
    "migrate integrate connect schedule request refund complain terminate evaluate compare order leave close try " +
    "expand extend sign start stop pay charge disappoint discuss negotiate onboard deploy roll"
  ).split(" "),
);

const IRREGULAR: Readonly<Record<string, readonly string[]>> = {
  cancel: [
    "cancelled",
    "canceled",
    "cancelling",
    "canceling",
    "cancellation",
    "cancellations",
    "cancelation",
  ],
  buy: ["bought", "buying"],
  speak: ["spoke", "speaking"],
  leave: ["left", "leaving"],
  pay: ["paid", "paying"],
  unsubscribe: ["unsubscribed", "unsubscribing"],
  stop: ["stopped", "stopping"],
};

/** Words with no plural or singular of their own that would mean the same. */
const FIXED = new Set(
  "sales news if to for of in on at by up out off it us me we you is are be as so do with from this that your and or".split(
    " ",
  ),
);

/** "Cancel our subscription" is also "cancel my subscription" and "cancel the subscription". */
const INTERCHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  our: ["my", "the", "this"],
  my: ["our", "the", "this"],
  the: ["a", "our", "my"],
  a: ["an", "the"],
  an: ["a", "the"],
};

/** A phrase has this many forms at most; more would only come from a policy that is not meant well. */
const MOST_VARIANTS = 200;

/** Every form of `phrase` as folded words; empty when the phrase holds no letter and no digit. */
export function phraseVariants(phrase: string): readonly (readonly string[])[] {
  const words = wordsOf(phrase, []);
  if (words.length === 0) return [];
  const forms = words.map((word, at) => {
    const raw = phrase.slice(word.start, word.end);
    return formsOf(word.key, isAcronym(raw), {
      isLast: at === words.length - 1,
      isAlone: words.length === 1,
      isHyphenated: isHyphenated(phrase, words),
    });
  });
  const spoken = product(forms);
  const variants = [
    ...spoken,
    ...spoken.flatMap((words) => joinedForms(words, phrase)),
    ...spoken.flatMap(splitForms),
  ];
  const distinct = new Map(variants.map((words) => [words.join(" "), words]));
  return [...distinct.values()].slice(0, MOST_VARIANTS);
}

function isHyphenated(phrase: string, words: readonly unknown[]): boolean {
  return words.length === 2 && /\S-\S/.test(phrase);
}

function isAcronym(raw: string): boolean {
  return /^[\p{Lu}\p{N}]{2,}$/u.test(raw);
}

/** A word and its other forms, the word itself first. */
type Forms = readonly [string, ...string[]];

interface Place {
  readonly isLast: boolean;
  readonly isAlone: boolean;
  /** Of a phrase like "add-on", which is one noun. */
  readonly isHyphenated: boolean;
}

function formsOf(key: string, acronym: boolean, place: Place): Forms {
  if (acronym) return place.isLast && /\p{L}$/u.test(key) ? [key, `${key}s`] : [key];
  const alike = place.isAlone || !Object.hasOwn(INTERCHANGEABLE, key) ? undefined : INTERCHANGEABLE[key];
  if (alike !== undefined) return [key, ...alike];
  if (place.isLast && place.isHyphenated && FIXED.has(key)) return [key, `${key}s`];
  if (!/^[a-z]{3,}$/.test(key) || FIXED.has(key)) return [key];
  if (VERBS.has(key)) return [key, ...verbForms(key)];
  if (!place.isLast) return [key];
  return [key, ...nounForms(key)];
}

function verbForms(verb: string): readonly string[] {
  const irregular = Object.hasOwn(IRREGULAR, verb) ? IRREGULAR[verb] : undefined;
  if (irregular !== undefined) return [plural(verb), ...irregular];
  if (verb.endsWith("e")) return [plural(verb), `${verb}d`, `${verb.slice(0, -1)}ing`];
  if (/[^aeiou]y$/.test(verb)) return [plural(verb), `${verb.slice(0, -1)}ied`, `${verb}ing`];
  return [plural(verb), `${verb}ed`, `${verb}ing`];
}

/** The other number of a noun. */
function nounForms(noun: string): readonly string[] {
  const isPlural = /.[^siu]s$/.test(noun);
  if (!isPlural) return [plural(noun)];
  return noun.endsWith("ies") ? [`${noun.slice(0, -3)}y`] : [noun.slice(0, -1)];
}

function plural(word: string): string {
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function product(forms: readonly Forms[]): readonly (readonly string[])[] {
  let rows: readonly (readonly string[])[] = [[]];
  for (const choices of forms) {
    const longer = rows.flatMap((row) => choices.map((choice) => [...row, choice]));
    rows = longer.length > MOST_VARIANTS ? rows.map((row) => [...row, choices[0]]) : longer;
  }
  return rows;
}

/** "SOC 2" as "soc2", and what the phrase writes with a hyphen also as one word. */
function joinedForms(words: readonly string[], phrase: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (const [at, right] of words.entries()) {
    const left = words[at - 1];
    if (left === undefined) continue;
    const isNumbered = /^.{0,4}\p{L}$/u.test(left) && /^\d{1,3}$/.test(right);
    if (isNumbered || isHyphenated(phrase, words)) {
      found.push([...words.slice(0, at - 1), left + right, ...words.slice(at + 1)]);
    }
  }
  return found;
}

/** "SOC2" as "soc 2". */
function splitForms(words: readonly string[]): readonly (readonly string[])[] {
  return words.flatMap((word, at) =>
    /^[a-z]{2,5}\d{1,3}$/.test(word)
      ? [[...words.slice(0, at), ...word.replace(/\d+$/, " $&").split(" "), ...words.slice(at + 1)]]
      : [],
  );
}

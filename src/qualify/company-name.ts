/**
 * Company names as people type them: "ACME, Inc." and "Acme GmbH" are one name in two legal forms. Pure; used only where
 * no address, key or website says which account it is.
 */

/** From this similarity on a name alone is taken for the same company. */
export const NAME_CONFIDENCE = 0.9;

/** Longer names say nothing more; the look-up's cost stays bounded whatever somebody typed. */
const MOST_CHARACTERS = 255;
const MOST_WORDS = 12;

/** Legal forms as they stand at the end of a name, without dots. */
const LEGAL_FORMS: ReadonlySet<string> = new Set(
  (
    "inc incorporated corp corporation co company ltd limited llc llp lp plc pbc gmbh mbh ag kg kgaa ohg ug ev eg se sa " +
    "sas sasu sarl srl spa snc bv nv cv vof ab as asa aps oy oyj kk pty pvt pte bhd sdn sl slu slp lda ltda sro zrt kft doo " +
    "oo sp z ooo jsc pjsc fzco fze"
  ).split(" "),
);
const JOINERS: ReadonlySet<string> = new Set(["and", "und", "et", "y", "e", "the"]);
/** Words that many companies carry: they tell companies apart only a little. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    "group gruppe groupe holding holdings international global worldwide software solutions systems technologies " +
    "technology tech services service consulting partners labs digital media studio studios industries enterprises"
  ).split(" "),
);
const COMMON_WEIGHT = 0.2;

/** Letters that decomposition leaves whole. */
const FOLDS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => FOLDS[letter] as string);
}

/**
 * The words that make the name: without case, accents, punctuation, joining words and the legal form at its end. Empty
 * for a name that has none.
 */
export function nameWords(name: string): readonly string[] {
  const words = folded(name.slice(0, MOST_CHARACTERS))
    // "S.A." and "A/S" are one word, "O'Reilly" too; other punctuation parts words.
    .replace(/['’`]/g, "")
    .replace(/(?<=(?:^|[^\p{L}\p{N}])\p{L})[./](?=\p{L}(?:[^\p{L}\p{N}]|$))/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const kept = words.filter((word) => !JOINERS.has(word)).slice(0, MOST_WORDS);
  while (kept.length > 1 && LEGAL_FORMS.has(kept.at(-1) as string)) kept.pop();
  return kept;
}

/**
 * How alike two company names are, 0 to 1: 1 for the same words in any order, whatever the legal form; words that many
 * companies carry ("Software") weigh a fifth of others.
 */
export function nameSimilarity(a: string, b: string): number {
  const left = nameWords(a);
  const rest = [...nameWords(b)];
  const whole = weightOf(left) + weightOf(rest);
  if (left.length === 0 || rest.length === 0) return 0;
  let shared = 0;
  for (const word of left) {
    const alike = rest.map((other) => wordSimilarity(word, other));
    const best = Math.max(0, ...alike);
    if (best < 0.8) continue;
    const [partner] = rest.splice(alike.indexOf(best), 1) as [string];
    shared += best * (weightOf([word]) + weightOf([partner]));
  }
  return shared / whole;
}

/**
 * What to search accounts by: the longest word that is not common to many, without accents and as it was typed. Empty
 * for a name without words.
 */
export function searchWords(name: string): readonly string[] {
  const words = nameWords(name);
  const telling = words.filter((word) => !COMMON_WORDS.has(word));
  const [longest] = (telling.length > 0 ? telling : words).toSorted((a, b) => b.length - a.length);
  if (longest === undefined) return [];
  const typed = name
    .slice(0, MOST_CHARACTERS)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => folded(word) === longest)
    .map((word) => word.toLowerCase());
  return [...new Set([longest, ...typed])];
}

function weightOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + (COMMON_WORDS.has(word) ? COMMON_WEIGHT : 1), 0);
}

/** 1 minus the share of letters that differ (Levenshtein). */
function wordSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  const longer = Math.max(a.length, b.length);
  if (Math.abs(a.length - b.length) > longer * 0.2) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return 1 - (row[b.length] as number) / longer;
}

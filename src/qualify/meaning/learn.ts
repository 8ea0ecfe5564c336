/**
 * Learns a text model from sentences with the signals they mean. Deterministic: the same rows in the same order give
 * the same file, byte for byte.
 */
import { isNegated } from "../negation.ts";
import { foreignIn } from "../own-words.ts";
import { wordsOf } from "../words.ts";
import type { Word } from "../words.ts";
import { eachFeature, featureText, lexiconOf, numberAt, UNKNOWN } from "./features.ts";
import type { Lexicon } from "./features.ts";
import { compileModel, know, tellingOf, weigh } from "./model.ts";
import type { Model, ModelFile } from "./model.ts";
import { sentencesOf } from "./sentences.ts";
import type { Sentence } from "./sentences.ts";
import { tokenOf } from "./thesaurus.ts";

/** A message that a person has read, and the signals it means; none for anything else. */
export interface Labelled {
  readonly text: string;
  readonly signals: readonly string[];
}

/** A sentence to learn from. */
interface Example {
  readonly words: readonly Word[];
  readonly tokens: readonly string[];
  readonly signals: ReadonlySet<string>;
}

const ROUNDS = 20;
const STEP = 0.2;
const DECAY = 0.005;
/** Fewer messages of a signal than this teach nothing that holds. */
export const FEWEST = 10;
/** A token and a feature are kept when they occur in as many sentences. */
const LEAST_OCCURRENCES = 2;
/** A token tells of a signal when it is as many times likelier in its sentences than in others. */
const TELLING_RATIO = 3;
/** Where a "no" is part of what a signal's sentences say, more of them than this hold one. */
const MOST_DECLINED = 0.03;
/** Rows are left out one part after the other to see how surely the model reads what it has not seen. */
const PARTS = 5;
/** A sentence counts from the probability on at which this share of left-out rows was read rightly. */
const WANTED_PRECISION = 0.92;
const LEAST_SURE = 0.6;
const MOST_SURE = 0.95;

/**
 * The model of `rows`, with every signal that at least ten rows mean: how sure it has to be follows from left-out
 * rows, so it takes six times as long as one fit.
 */
export function learn(rows: readonly Labelled[]): ModelFile {
  const file = fitRows(rows);
  const width = file.signals.length;
  const chances = leftOut(rows, file).flat();
  const signals = file.signals.map((signal, position) => {
    const read = rows.map((row, at) => ({
      isMeant: row.signals.includes(signal.name),
      meansNothing: row.signals.length === 0,
      chance: numberAt(chances, at * width + position),
    }));
    return { ...signal, ...surenessOf(read) };
  });
  return { ...file, signals };
}

/** Signals that enough rows with words mean, by name. */
function taughtBy(rows: readonly Labelled[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const signal of new Set(examplesOf(row).length > 0 ? row.signals : []))
      counts.set(signal, (counts.get(signal) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= FEWEST)
    .map(([name]) => name)
    .sort();
}

/**
 * The model of `rows` for the signals `names` with the least sureness for each, not measured.
 * Of a row with signals and several sentences, the one that a first model finds likeliest is learnt from, since the
 * others may say anything.
 */
export function fitRows(rows: readonly Labelled[], names = taughtBy(rows)): ModelFile {
  const examples = rows.flatMap(examplesOf);
  const several = rows.some((row) => row.signals.length > 0 && examplesOf(row).length > 1);
  const first = fit(examples, names);
  return several ? fit(pickExamples(rows, compileModel(first)), names) : first;
}

function examplesOf(row: Labelled): readonly Example[] {
  const words = wordsOf(row.text, foreignIn(row.text));
  const signals = new Set(row.signals);
  return sentencesOf(words).map(({ from, to }) => {
    const own = words.slice(from, to);
    return { words: own, tokens: own.map(({ key }) => tokenOf(key)), signals };
  });
}

/** All sentences of rows without a signal; of the others for each signal the likeliest sentence. */
function pickExamples(rows: readonly Labelled[], model: Model): readonly Example[] {
  return rows.flatMap((row) => {
    const examples = examplesOf(row);
    if (row.signals.length === 0 || examples.length < 2) return examples;
    const picked = new Map<number, Set<string>>();
    for (const [position, { name }] of model.signals.entries()) {
      if (!row.signals.includes(name)) continue;
      const chances = examples.map(({ words }) => chanceOf(model, words, position));
      const best = chances.indexOf(Math.max(...chances));
      picked.set(best, (picked.get(best) ?? new Set()).add(name));
    }
    return examples.flatMap((example, at) => {
      const signals = picked.get(at);
      return signals === undefined ? [] : [{ ...example, signals }];
    });
  });
}

function fit(examples: readonly Example[], names: readonly string[]): ModelFile {
  const tokens = frequent(examples.map((example) => new Set(example.tokens)));
  const lexicon = lexiconOf([...tokens].sort());
  const featuresOf = examples.map((example) => features(example, lexicon));
  const kept = [...frequent(featuresOf)].sort((a, b) => a - b);
  const positions = new Map(kept.map((feature, position) => [feature, position]));
  const sparse = featuresOf.map((all) =>
    Int32Array.from([...all].flatMap((feature) => positions.get(feature) ?? [])),
  );
  const fits = names.map((name) => ({
    name,
    ...descend(
      sparse,
      kept.length,
      examples.map(({ signals }) => signals.has(name)),
    ),
  }));
  const weights: Record<string, number[]> = {};
  for (const [position, feature] of kept.entries()) {
    const values = fits.map((one) => rounded(numberAt(one.weights, position)));
    if (values.some((value) => value !== 0)) weights[featureText(feature, lexicon)] = values;
  }
  const signals = fits.map(({ name, intercept }) => {
    const telling = [...tellingTokens(examples, name, tokens)];
    return {
      name,
      intercept: rounded(intercept),
      atLeast: LEAST_SURE,
      telling,
      isDeclinable: isDeclinable(examples, name, new Set(telling)),
      crossValidated: { rows: 0, precision: 0, recall: 0 },
    };
  });
  return { format: "baton/meaning@1", signals, tokens: lexicon.tokens.slice(3), weights };
}

/** Two decimals say enough, and a weight that says less is none. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}

function frequent<T>(sets: readonly ReadonlySet<T>[]): ReadonlySet<T> {
  const counts = new Map<T, number>();
  for (const set of sets) for (const item of set) counts.set(item, (counts.get(item) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= LEAST_OCCURRENCES).map(([item]) => item));
}

function features(example: Example, lexicon: Lexicon): ReadonlySet<number> {
  const found = new Set<number>();
  const numbers = example.tokens.map((token) => lexicon.numbers.get(token) ?? UNKNOWN);
  eachFeature(numbers, wholeOf(numbers), lexicon, (feature) => found.add(feature));
  return found;
}

interface Fit {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** Logistic regression with decay by AdaGrad; rare signals weigh more, the order of the rows is mixed by a fixed seed. */
function descend(rows: readonly Int32Array[], size: number, wanted: readonly boolean[]): Fit {
  const weights = new Float64Array(size);
  const squares = new Float64Array(size).fill(1e-6);
  let intercept = -1;
  let interceptSquares = 1e-6;
  const positives = wanted.filter(Boolean).length;
  const boost = Math.sqrt(Math.min(3, (wanted.length - positives) / positives));
  const order = [...rows.entries()];
  const mix = mixer();
  for (let round = 0; round < ROUNDS; round += 1) {
    mix(order);
    for (const [at, row] of order) {
      let sum = intercept;
      for (const feature of row) sum += numberAt(weights, feature);
      const isWanted = wanted[at] === true;
      const error = (1 / (1 + Math.exp(-sum)) - Number(isWanted)) * (isWanted ? boost : 1);
      for (const feature of row) {
        const weight = numberAt(weights, feature);
        const slope = error + DECAY * weight;
        const square = numberAt(squares, feature) + slope * slope;
        squares[feature] = square;
        weights[feature] = weight - (STEP * slope) / Math.sqrt(square);
      }
      interceptSquares += error * error;
      intercept -= (STEP * error) / Math.sqrt(interceptSquares);
    }
  }
  return { weights, intercept };
}

/** Shuffles lists in place, always in the same way. */
function mixer(): (list: (readonly [number, Int32Array])[]) => void {
  let state = 1;
  return (list) => {
    for (let at = list.length - 1; at > 0; at -= 1) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const other = Math.floor((state / 2_147_483_648) * (at + 1));
      list.splice(at, 1, ...list.splice(other, 1, ...list.slice(at, at + 1)));
    }
  };
}

function tellingTokens(
  examples: readonly Example[],
  name: string,
  known: ReadonlySet<string>,
): readonly string[] {
  const counts = new Map<string, { meant: number; other: number }>();
  const totals = { meant: 0, other: 0 };
  for (const { tokens, signals } of examples) {
    const kind = signals.has(name) ? "meant" : "other";
    totals[kind] += 1;
    for (const token of new Set(tokens)) {
      const count = counts.get(token) ?? { meant: 0, other: 0 };
      count[kind] += 1;
      counts.set(token, count);
    }
  }
  const ratio = ({ meant, other }: typeof totals): number =>
    meant / totals.meant / ((other + 1) / totals.other);
  return [...counts]
    .filter(
      ([token, count]) =>
        token !== "" && known.has(token) && count.meant >= 2 && ratio(count) >= TELLING_RATIO,
    )
    .map(([token]) => token)
    .sort();
}

function isDeclinable(examples: readonly Example[], name: string, telling: ReadonlySet<string>): boolean {
  const meant = examples.filter(({ signals }) => signals.has(name));
  const declined = meant.filter(({ words, tokens }) => {
    const places = tokens.flatMap((token, at) => (telling.has(token) ? [at] : []));
    return places.length > 0 && places.every((at) => isNegated(words, at, at + 1));
  });
  return declined.length <= MOST_DECLINED * meant.length;
}

/** For each row and each signal of `file` the probability given by a model that has not seen the row. */
function leftOut(rows: readonly Labelled[], file: ModelFile): readonly (readonly number[])[] {
  const chances: number[][] = rows.map(() => []);
  const names = file.signals.map(({ name }) => name);
  for (let part = 0; part < PARTS; part += 1) {
    const others = rows.filter((_, at) => at % PARTS !== part);
    const model = compileModel(fitRows(others, names));
    for (const [at, row] of rows.entries()) {
      if (at % PARTS === part) chances[at] = names.map((name) => likeliest(model, name, row));
    }
  }
  return chances;
}

/** The highest probability of a signal among the sentences of a row that hold a telling word. */
function likeliest(model: Model, name: string, row: Labelled): number {
  const position = model.signals.findIndex((signal) => signal.name === name);
  const chances = examplesOf(row).flatMap(({ words }) => {
    const isTelling = (tellingOf(know(model, words), wholeOf(words)) & (1 << position)) !== 0;
    return isTelling ? [chanceOf(model, words, position)] : [];
  });
  return Math.max(0, ...chances);
}

/** The probability that a sentence of these words means the signal at `position`. */
function chanceOf(model: Model, words: readonly Word[], position: number): number {
  return numberAt(weigh(model, know(model, words), wholeOf(words)), position);
}

function wholeOf({ length }: readonly unknown[]): Sentence {
  return { from: 0, to: length };
}

interface Read {
  readonly isMeant: boolean;
  readonly meansNothing: boolean;
  readonly chance: number;
}

/**
 * The least probability that reaches the wanted precision, in steps of five hundredths, with what it reaches. Only a
 * row that means nothing can be read wrongly: whether somebody asks for a price or a plan is no matter.
 */
function surenessOf(rows: readonly Read[]): Pick<ModelFile["signals"][number], "atLeast" | "crossValidated"> {
  const meant = rows.filter(({ isMeant }) => isMeant).length;
  for (let atLeast = LEAST_SURE; ; atLeast = rounded(atLeast + 0.05)) {
    const said = rows.filter(({ chance }) => chance >= atLeast);
    const wrong = said.filter(({ meansNothing }) => meansNothing).length;
    if (wrong > (1 - WANTED_PRECISION) * said.length && atLeast < MOST_SURE) continue;
    const hits = said.filter(({ isMeant }) => isMeant).length;
    const precision = rounded(1 - wrong / Math.max(1, said.length));
    return { atLeast, crossValidated: { rows: rows.length, precision, recall: rounded(hits / meant) } };
  }
}

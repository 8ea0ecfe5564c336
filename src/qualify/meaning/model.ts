/**
 * The text model: for each signal, logistic regression over the features of a sentence. The file is plain JSON that a
 * person can read; compiled, it is one table of weights.
 */
import { z } from "zod";
import type { Word } from "../words.ts";
import { eachFeature, featureOf, lexiconOf, numberAt, UNKNOWN } from "./features.ts";
import type { Lexicon } from "./features.ts";
import type { Sentence } from "./sentences.ts";
import { beginRound, noRow, rowOnce, tableOf } from "./table.ts";
import type { FeatureTable } from "./table.ts";
import { tokenOf } from "./thesaurus.ts";

const share = z.number().min(0).max(1);

/** How well the model did on rows it had not seen, one part of the rows after the other left out. */
const figuresSchema = z.strictObject({ rows: z.int(), precision: share, recall: share });

const learnedSchema = z.strictObject({
  name: z.string().min(1),
  intercept: z.number(),
  /** From this probability on a sentence is taken to mean the signal. */
  atLeast: share,
  /** A sentence without one of these tokens is not weighed. */
  telling: z.array(z.string()),
  /** Whether a "not" at its telling words turns the signal into its opposite. */
  isDeclinable: z.boolean(),
  crossValidated: figuresSchema,
});

/** A model file, format baton/meaning@1. */
export const modelSchema = z.strictObject({
  format: z.literal("baton/meaning@1"),
  signals: z.array(learnedSchema),
  tokens: z.array(z.string()),
  /** The weights of each feature, in the order of `signals`. */
  weights: z.record(z.string(), z.array(z.number())),
});
export type ModelFile = z.infer<typeof modelSchema>;

/** What is known about a word: its token's number and the signals it may tell of, one bit each. */
interface Known {
  readonly token: number;
  readonly tells: number;
}

/** A message's words as the model knows them, position by position. */
export interface KnownWords {
  readonly tokens: readonly number[];
  readonly tells: readonly number[];
}

export interface Model {
  /** Equal for models that read alike: decisions name what read for them. */
  readonly id: string;
  readonly signals: ModelFile["signals"];
  readonly lexicon: Lexicon;
  /** Where a feature's weights begin in `weights`. */
  readonly table: FeatureTable;
  readonly weights: Float64Array;
  readonly tells: ReadonlyMap<string, number>;
  /** Words met before; bounded, since people may write any word. */
  readonly met: Map<string, Known>;
}

const MOST_MET = 20_000;

/** Makes a model file ready to read with. Features of tokens it does not list are left out. */
export function compileModel(file: ModelFile): Model {
  const lexicon = lexiconOf(file.tokens);
  const rows = new Map<number, number>();
  const weights: number[] = [];
  for (const [written, values] of Object.entries(file.weights)) {
    const feature = featureOf(written, lexicon);
    if (feature === null) continue;
    rows.set(feature, weights.length);
    for (const position of file.signals.keys()) weights.push(numberAt(values, position));
  }
  const tells = new Map<string, number>();
  for (const [position, { telling }] of file.signals.entries())
    for (const token of telling) tells.set(token, (tells.get(token) ?? 0) | (1 << position));
  const id = fingerprint(file.signals, weights);
  return {
    id,
    signals: file.signals,
    lexicon,
    table: tableOf(rows),
    weights: Float64Array.from(weights),
    tells,
    met: new Map(),
  };
}

/** FNV-1a over what the model reads with, as eight hexadecimal digits. */
function fingerprint(signals: ModelFile["signals"], weights: readonly number[]): string {
  const numbers = new Uint32Array(Float64Array.from(weights).buffer);
  const letters = Uint32Array.from(JSON.stringify(signals), (letter) => Number(letter.codePointAt(0)));
  let hash = 0x81_1c_9d_c5;
  for (const part of [letters, numbers])
    for (const value of part) hash = Math.imul(hash ^ value, 0x01_00_01_93);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function knownOf(model: Model, key: string): Known {
  const met = model.met.get(key);
  if (met !== undefined) return met;
  const token = tokenOf(key);
  const known = { token: model.lexicon.numbers.get(token) ?? UNKNOWN, tells: model.tells.get(token) ?? 0 };
  if (model.met.size < MOST_MET) model.met.set(key, known);
  return known;
}

/** Looks up each of `words` once; sentences and clauses are then read from the answer. */
export function know(model: Model, words: readonly Word[]): KnownWords {
  const tokens: number[] = [];
  const tells: number[] = [];
  for (const { key } of words) {
    const known = knownOf(model, key);
    tokens.push(known.token);
    tells.push(known.tells);
  }
  return { tokens, tells };
}

/** Which signals the words of a sentence may tell of: one bit for each of the model's signals. */
export function tellingOf({ tells }: KnownWords, { from, to }: Sentence): number {
  let all = 0;
  for (let at = from; at < to; at += 1) all |= Number(tells[at]);
  return all;
}

/** For each of the model's signals the probability, 0 to 1, that a sentence means it. */
export function weigh(model: Model, { tokens }: KnownWords, sentence: Sentence): readonly number[] {
  const { table, weights } = model;
  const sums = model.signals.map(({ intercept }) => intercept);
  beginRound(table);
  eachFeature(tokens, sentence, model.lexicon, (feature) => {
    const row = rowOnce(table, feature);
    if (row === noRow) return;
    for (let signal = 0; signal < sums.length; signal += 1)
      sums[signal] = Number(sums[signal]) + Number(weights[row + signal]);
  });
  return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
}

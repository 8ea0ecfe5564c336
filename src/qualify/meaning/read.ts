/** Reads a customer's words for what they mean: the sentences that the text model takes for a signal. */
import { isNegated } from "../negation.ts";
import { gap } from "../words.ts";
import type { Word } from "../words.ts";
import { numberAt } from "./features.ts";
import { know, tellingOf, weigh } from "./model.ts";
import type { KnownWords, Model } from "./model.ts";
import { sentencesOf } from "./sentences.ts";
import type { Sentence } from "./sentences.ts";

/** A sentence that means a signal. */
export interface Reading {
  readonly signal: string;
  /** UTF-16 offsets into the message's text. */
  readonly start: number;
  readonly end: number;
  /** 0 to 1, two decimals. */
  readonly sure: number;
  /** False where the sentence may mean the signal, but not surely enough to count by itself. */
  readonly counts: boolean;
}

/** From this probability on a hint of the signal is believed. */
const POSSIBLE = 0.3;

/** Every sentence of a message that `model` takes for a possible signal, in order. Linear in the number of words. */
export function readMeaning(words: readonly Word[], model: Model): readonly Reading[] {
  const known = know(model, words);
  const readings: Reading[] = [];
  for (const sentence of sentencesOf(words)) {
    const telling = tellingOf(known, sentence);
    if (telling === 0) continue;
    const chances = weigh(model, known, sentence);
    let clauses: readonly Clause[] | null = null;
    for (const [position, signal] of model.signals.entries()) {
      if ((telling & (1 << position)) === 0) continue;
      const chance = numberAt(chances, position);
      if (chance < Math.min(POSSIBLE, signal.atLeast)) {
        clauses ??= clausesOf(words, known, sentence);
        if (!clauses.some((clause) => isSure(clause, model, known, position))) continue;
      }
      if (signal.isDeclinable && isDeclined(words, known, position, sentence)) continue;
      const start = Number(words[sentence.from]?.start);
      const end = Number(words[sentence.to - 1]?.end);
      const sure = Math.floor(chance * 100) / 100;
      readings.push({ signal: signal.name, start, end, sure, counts: chance >= signal.atLeast });
    }
  }
  return readings;
}

/** A part of a sentence between commas. */
interface Clause extends Sentence {
  readonly telling: number;
  /** Filled where somebody asks. */
  chances: readonly number[] | null;
}

/**
 * The clauses of a sentence; none where it is one clause only. "I want to cancel, this is unacceptable" says two things,
 * and each pales beside the other: a hint is believed where its own clause is sure.
 */
function clausesOf(words: readonly Word[], known: KnownWords, { from, to }: Sentence): readonly Clause[] {
  const edges = [from];
  for (let at = from + 1; at < to; at += 1) if (words[at]?.gap === gap.comma) edges.push(at);
  if (edges.length === 1) return [];
  return edges.map((edge, at) => {
    const clause = { from: edge, to: edges[at + 1] ?? to };
    return { ...clause, telling: tellingOf(known, clause), chances: null };
  });
}

/** Whether a clause that holds a telling word of the signal at `position` means it by itself. */
function isSure(clause: Clause, model: Model, known: KnownWords, position: number): boolean {
  if ((clause.telling & (1 << position)) === 0) return false;
  clause.chances ??= weigh(model, known, clause);
  return numberAt(clause.chances, position) >= Number(model.signals[position]?.atLeast);
}

/** True when each of the signal's telling words is mentioned as unwanted: "we don't need a demo". */
function isDeclined(
  words: readonly Word[],
  { tells }: KnownWords,
  position: number,
  { from, to }: Sentence,
): boolean {
  for (let at = from; at < to; at += 1) {
    const isTelling = (numberAt(tells, at) & (1 << position)) !== 0;
    if (isTelling && !isNegated(words, at, at + 1)) return false;
  }
  return true;
}

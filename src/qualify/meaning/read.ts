/** Reads a customer's words for what they mean: the sentences that the text model takes for a signal. */
import { isNegated } from "../negation.ts";
import { gap } from "../words.ts";
import type { Word } from "../words.ts";
import { numberAt } from "./features.ts";
import { tellingOf, weigh } from "./model.ts";
import type { Model } from "./model.ts";
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
  const readings: Reading[] = [];
  for (const { from, to } of sentencesOf(words)) {
    const telling = tellingOf(model, words, from, to);
    if (telling === 0) continue;
    const chances = weigh(model, words, from, to);
    const clauses = clausesOf(words, from, to).map((clause) => weigh(model, words, clause.from, clause.to));
    for (const [position, signal] of model.signals.entries()) {
      const chance = numberAt(chances, position);
      const isPossible =
        chance >= Math.min(POSSIBLE, signal.atLeast) ||
        clauses.some((clause) => numberAt(clause, position) >= signal.atLeast);
      if ((telling & (1 << position)) === 0 || !isPossible) continue;
      if (signal.isDeclinable && isDeclined(model, words, position, from, to)) continue;
      const start = Number(words[from]?.start);
      const end = Number(words[to - 1]?.end);
      const sure = Math.floor(chance * 100) / 100;
      readings.push({ signal: signal.name, start, end, sure, counts: chance >= signal.atLeast });
    }
  }
  return readings;
}

/**
 * The parts of a sentence between commas; none where there is one only. "I want to cancel, this is unacceptable" says two
 * things, and each pales beside the other: a hint is believed where its own part is sure.
 */
function clausesOf(words: readonly Word[], from: number, to: number): readonly Sentence[] {
  const edges = [from];
  for (let at = from + 1; at < to; at += 1) if (words[at]?.gap === gap.comma) edges.push(at);
  if (edges.length === 1) return [];
  return edges.map((edge, at) => ({ from: edge, to: edges[at + 1] ?? to }));
}

/** True when each of the signal's telling words is mentioned as unwanted: "we don't need a demo". */
function isDeclined(
  model: Model,
  words: readonly Word[],
  position: number,
  from: number,
  to: number,
): boolean {
  for (let at = from; at < to; at += 1) {
    const isTelling = (tellingOf(model, words, at, at + 1) & (1 << position)) !== 0;
    if (isTelling && !isNegated(words, at, at + 1)) return false;
  }
  return true;
}

/**
 * Three sentences for the person who gets the alert: who came with what, the signal in the customer's own words, and
 * where it stands. Everything quoted is a slice of a message and is cited; nothing is invented.
 */
import type { FoundSignal } from "../qualify/scores.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { cutBefore } from "./plain-text.ts";
import { sentencesOf, type Span } from "./sentences.ts";
import { lastSpoken, standing, teammateName, whoWrote } from "./standing.ts";
import { answersOf, contentWords, extractsOf, matterOf, quotable, requestWorth, verbFor } from "./telling.ts";
import type { Extract } from "./telling.ts";

export interface Cite {
  /** Position in `snapshot.messages`. */
  readonly turn: number;
  /** The message's id. */
  readonly message: string;
  /** UTF-16 offsets into the message's text, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface SummarySentence {
  readonly text: string;
  readonly cites: readonly Cite[];
}

export interface Summary {
  /** Always three. */
  readonly sentences: readonly SummarySentence[];
}

/** Longest quotation in UTF-16 units; a longer one is cut at a word with "…". */
export const QUOTE_LIMIT = 240;

/**
 * Returns three sentences: (1) who and what, (2) the key signal in the customer's own words, (3) where it stands.
 * Deterministic and offline. Quotations are exact slices of `message.text`; a sentence cites what it rests on, and
 * cites nothing only where the conversation has nothing to cite.
 */
export function summarize(snapshot: Snapshot, signals: readonly FoundSignal[]): Summary {
  const matter = matterOf(snapshot);
  const opening = matter[0];
  const what = opening === undefined ? null : widened(snapshot, opening);
  return {
    sentences: [
      whoAndWhat(snapshot, what),
      signalSentence(snapshot, signals, matter, what),
      whereItStands(snapshot),
    ],
  };
}

function whoAndWhat(snapshot: Snapshot, what: Extract | null): SummarySentence {
  const who = whoWrote(snapshot);
  const words = what ?? anyWords(snapshot, "customer");
  if (words === null) return { text: `${who} has written no text so far.`, cites: [] };
  const cite = quoted(snapshot, words, null);
  return { text: `${who} ${verbFor(words.text)}: ${cite.quote}${stopAfter(cite.quote)}`, cites: [cite.cite] };
}

function signalSentence(
  snapshot: Snapshot,
  signals: readonly FoundSignal[],
  matter: readonly Extract[],
  what: Extract | null,
): SummarySentence {
  const spoken = strongest(snapshot, signals);
  if (spoken !== null) {
    const { quote, cite } = quoted(snapshot, spoken.sentence, spoken.signal);
    return { text: `The key signal in the customer's words: ${quote}${stopAfter(quote)}`, cites: [cite] };
  }
  const next = what === null ? undefined : furtherWords(snapshot, matter, what);
  if (next !== undefined) {
    const { quote, cite } = quoted(snapshot, next, null);
    return { text: `The customer also writes: ${quote}${stopAfter(quote)}`, cites: [cite] };
  }
  const words = what ?? anyWords(snapshot, "customer");
  const cites = words === null ? [] : [citeOf(snapshot, words)];
  return { text: "No further request or question of the customer was found.", cites };
}

/** What the first sentence leaves out: the sentence that asks most, else the rest of a long one that was cut. */
function furtherWords(snapshot: Snapshot, matter: readonly Extract[], what: Extract): Extract | undefined {
  const text = textOf(snapshot, what.turn);
  const shown = shortened(text, what, null);
  const others = matter.filter((extract) => !overlaps(extract, what) && saysSomething(extract.text));
  const left = quotable(text, { start: shown.end, end: what.end });
  const rest = { ...what, ...left, text: text.slice(left.start, left.end) };
  return byRequest(saysSomething(rest.text) ? [...others, rest] : others);
}

function saysSomething(words: string): boolean {
  const request = requestWorth(words);
  const wordsNeeded = request >= 1 ? 1 : request > 0 ? 2 : 3;
  return contentWords(words).length >= wordsNeeded;
}

/** The sentence that asks or wants most; of equal ones the first in the order given. */
function byRequest(extracts: readonly Extract[]): Extract | undefined {
  let best: Extract | undefined;
  for (const extract of extracts) {
    if (best === undefined || requestWorth(extract.text) > requestWorth(best.text)) best = extract;
  }
  return best;
}

function whereItStands(snapshot: Snapshot): SummarySentence {
  const state = standing(snapshot);
  const answer = answersOf(snapshot, "teammate")[0] ?? anyWords(snapshot, "teammate");
  const automatic = answer === null ? (answersOf(snapshot, "bot")[0] ?? null) : null;
  const words = answer ?? automatic;
  if (words === null) {
    const last = lastSpoken(snapshot);
    const cites =
      last === null ? [] : [citeOf(snapshot, { turn: last, start: 0, end: textOf(snapshot, last).length })];
    return { text: `No teammate has answered; ${state}.`, cites };
  }
  const { quote, cite } = quoted(snapshot, widened(snapshot, words), null);
  const by = answer === null ? "Only the bot answered" : `${teammateName(snapshot, words.turn)} answered`;
  return { text: `${by}: ${quote}; ${state}.`, cites: [cite] };
}

/** The strongest signal that stands in a customer's message, with its sentence; the first of equal ones. */
function strongest(snapshot: Snapshot, signals: readonly FoundSignal[]) {
  let best: { sentence: Extract; signal: Span; points: number } | null = null;
  for (const found of signals) {
    const { turn, start, end } = found;
    if (turn === undefined || start === undefined || end === undefined) continue;
    const text = textOf(snapshot, turn);
    if (snapshot.messages[turn]?.role !== "customer" || start >= end || end > text.length) continue;
    if (best !== null && Math.abs(found.points) <= Math.abs(best.points)) continue;
    const around = sentencesOf(text).find((span) => span.start <= start && start < span.end) ?? {
      start,
      end,
    };
    const span = quotable(text, { start: around.start, end: Math.max(around.end, end) });
    const kept = span.start <= start && end <= span.end ? span : quotable(text, { start, end });
    if (kept.end === kept.start) continue;
    const sentence = { ...kept, turn, text: text.slice(kept.start, kept.end), place: 0 };
    best = { sentence, signal: { start, end }, points: found.points };
  }
  return best;
}

/** The extract with the sentences after it (then before it) in the same message while the quotation stays short. */
function widened(snapshot: Snapshot, extract: Extract): Extract {
  const message = snapshot.messages[extract.turn];
  const around = message === undefined ? [] : extractsOf(message, extract.turn);
  let { start, end } = extract;
  const text = textOf(snapshot, extract.turn);
  const joins = (from: number, to: number): boolean => {
    const span = quotable(text, { start: from, end: to });
    return to - from <= QUOTE_LIMIT && span.start === from && span.end === to;
  };
  for (const next of around.filter((other) => other.place > extract.place)) {
    if (!joins(start, next.end)) break;
    end = next.end;
  }
  for (const previous of around.filter((other) => other.place < extract.place).reverse()) {
    if (!joins(previous.start, end)) break;
    start = previous.start;
  }
  return { ...extract, start, end, text: text.slice(start, end) };
}

/** What can be quoted of anybody with this role when no sentence carries matter ("ok thanks"). */
function anyWords(snapshot: Snapshot, role: "customer" | "teammate"): Extract | null {
  for (const [turn, message] of snapshot.messages.entries()) {
    if (message.role !== role || message.redacted) continue;
    for (const [place, span] of sentencesOf(message.text).entries()) {
      const kept = quotable(message.text, span);
      if (kept.end > kept.start)
        return { ...kept, turn, place, text: message.text.slice(kept.start, kept.end) };
    }
  }
  return null;
}

function overlaps(a: Extract, b: Extract): boolean {
  return a.turn === b.turn && a.start < b.end && b.start < a.end;
}

/** The quotation marks with the words, cut to the limit around `keep`, and the cite of exactly the words quoted. */
function quoted(
  snapshot: Snapshot,
  extract: Extract,
  keep: Span | null,
): { readonly quote: string; readonly cite: Cite } {
  const text = textOf(snapshot, extract.turn);
  const { start, end } = shortened(text, extract, keep);
  const before = start > extract.start ? "…" : "";
  const after = end < extract.end ? "…" : "";
  const cite = citeOf(snapshot, { turn: extract.turn, start, end });
  return { quote: `“${before}${text.slice(start, end)}${after}”`, cite };
}

/** At most `QUOTE_LIMIT` units of the span, whole words, with `keep` inside where it fits. */
function shortened(text: string, span: Span, keep: Span | null): Span {
  if (span.end - span.start <= QUOTE_LIMIT) return span;
  const lead = keep === null ? 0 : Math.max(0, keep.end - span.start - Math.round(QUOTE_LIMIT * 0.7));
  const start =
    lead === 0 ? span.start : Math.min(wordAfter(text, span.start + lead), keep?.start ?? span.end);
  const words = text.slice(start, span.end);
  const cut = words.length <= QUOTE_LIMIT ? words.length : cutBefore(words, QUOTE_LIMIT);
  return { start, end: start + words.slice(0, cut).trimEnd().length };
}

function wordAfter(text: string, from: number): number {
  const space = text.indexOf(" ", from);
  return space === -1 ? text.length : space + 1;
}

function stopAfter(quote: string): string {
  return /[.!?…]”$/.test(quote) ? "" : ".";
}

function citeOf(snapshot: Snapshot, span: Span & { readonly turn: number }): Cite {
  const id = snapshot.messages[span.turn]?.id ?? "";
  return { turn: span.turn, message: id, start: span.start, end: span.end };
}

function textOf(snapshot: Snapshot, turn: number): string {
  return snapshot.messages[turn]?.text ?? "";
}

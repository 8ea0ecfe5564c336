/**
 * Three sentences for the person who gets the alert: who came with what, the signal in the customer's own words, and
 * where it stands. Everything quoted is a slice of a message and is cited; nothing is invented.
 */
import type { FoundSignal } from "../qualify/scores.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { cutBefore } from "./plain-text.ts";
import { sentencesOf, type Span } from "./sentences.ts";
import { lastSpoken, standing, teammateName, whoWrote } from "./standing.ts";
import {
  answersOf,
  contentWords,
  extract,
  extractsOf,
  matterOf,
  quotable,
  requestWorth,
  secretsOf,
  verbFor,
} from "./telling.ts";
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
  const what = opening === undefined ? null : widened(opening);
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
  if (words === null) return { text: `${who} has written no text so far.`, cites: othersWords(snapshot) };
  return quoting(`${who} ${verbFor(words.text)}:`, quoted(words, words));
}

function signalSentence(
  snapshot: Snapshot,
  signals: readonly FoundSignal[],
  matter: readonly Extract[],
  what: Extract | null,
): SummarySentence {
  const spoken = strongest(snapshot, signals);
  if (spoken !== null) {
    return quoting("The key signal in the customer's words:", quoted(spoken.sentence, spoken.signal));
  }
  const next = what === null ? undefined : furtherWords(matter, what);
  if (next !== undefined) return quoting("The customer also writes:", quoted(next, next));
  const words = what ?? anyWords(snapshot, "customer");
  const cites = words === null ? othersWords(snapshot) : [citeOf(words, words)];
  return { text: "No further request or question of the customer was found.", cites };
}

/** What the first sentence leaves out: the sentence that asks most, else the rest of a long one that was cut. */
function furtherWords(matter: readonly Extract[], what: Extract): Extract | undefined {
  const shown = shortened(what, what);
  const others = matter.filter((other) => !overlaps(other, what) && saysSomething(other.text));
  const left = quotable(what.message.text, { start: shown.end, end: what.end });
  const rest = extract(what.message, what.turn, left, what.place);
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
  for (const candidate of extracts) {
    if (best === undefined || requestWorth(candidate.text) > requestWorth(best.text)) best = candidate;
  }
  return best;
}

function whereItStands(snapshot: Snapshot): SummarySentence {
  const state = standing(snapshot);
  const answer = answersOf(snapshot, "teammate")[0] ?? anyWords(snapshot, "teammate");
  const words = answer ?? answersOf(snapshot, "bot")[0];
  if (words === undefined) {
    const last = lastSpoken(snapshot);
    const cites = last === null ? [] : [citeOf(last, { start: 0, end: last.message.text.length })];
    return { text: `No teammate has answered; ${state}.`, cites };
  }
  const wide = widened(words);
  const { quote, cite } = quoted(wide, wide);
  const by = answer === null ? "Only the bot answered" : `${teammateName(words.message)} answered`;
  return { text: `${by}: ${quote}; ${state}.`, cites: [cite] };
}

/** The strongest signal that stands in a customer's message, with its sentence; the first of equal ones. */
function strongest(snapshot: Snapshot, signals: readonly FoundSignal[]) {
  let best: { sentence: Extract; signal: Span; points: number } | null = null;
  for (const found of signals) {
    const points = Math.abs(found.points);
    if (best !== null && points <= best.points) continue;
    const { turn, start, end } = found;
    if (turn === undefined || start === undefined || end === undefined) continue;
    const message = snapshot.messages[turn];
    if (message?.role !== "customer" || start >= end || end > message.text.length) continue;
    const around = sentencesOf(message.text).find((span) => span.start <= start && start < span.end);
    const span = quotable(message.text, {
      start: around?.start ?? start,
      end: Math.max(around?.end ?? end, end),
    });
    const kept = span.start <= start && end <= span.end ? span : quotable(message.text, { start, end });
    if (kept.end === kept.start) continue;
    best = { sentence: extract(message, turn, kept, 0), signal: { start, end }, points };
  }
  return best;
}

/** The extract with the sentences after it (then before it) in the same message while the quotation stays short. */
function widened(found: Extract): Extract {
  const around = extractsOf(found.message, found.turn);
  const secrets = secretsOf(found.message);
  let { start, end } = found;
  const joins = (from: number, to: number): boolean => {
    if (to - from > QUOTE_LIMIT) return false;
    const span = quotable(found.message.text, { start: from, end: to }, secrets);
    return span.start === from && span.end === to;
  };
  for (const next of around.filter((other) => other.place > found.place)) {
    if (!joins(start, next.end)) break;
    end = next.end;
  }
  for (const previous of around.filter((other) => other.place < found.place).reverse()) {
    if (!joins(previous.start, end)) break;
    start = previous.start;
  }
  return extract(found.message, found.turn, { start, end }, found.place);
}

/** What can be quoted of anybody with this role when no sentence carries matter ("ok thanks"). */
function anyWords(snapshot: Snapshot, role: "customer" | "teammate"): Extract | null {
  for (const [turn, message] of snapshot.messages.entries()) {
    if (message.role !== role || message.redacted) continue;
    for (const [place, span] of sentencesOf(message.text).entries()) {
      const kept = quotable(message.text, span);
      if (kept.end > kept.start) return extract(message, turn, kept, place);
    }
  }
  return null;
}

/** What a customer's silence rests on: the first message with any text, whoever wrote it; nothing where all are empty. */
function othersWords(snapshot: Snapshot): readonly Cite[] {
  const turn = snapshot.messages.findIndex((message) => !message.redacted && message.text !== "");
  const message = snapshot.messages[turn];
  return message === undefined ? [] : [citeOf({ turn, message }, { start: 0, end: message.text.length })];
}

function overlaps(a: Extract, b: Extract): boolean {
  return a.turn === b.turn && a.start < b.end && b.start < a.end;
}

interface Quotation {
  readonly quote: string;
  readonly cite: Cite;
}

function quoting(lead: string, { quote, cite }: Quotation): SummarySentence {
  return { text: `${lead} ${quote}${/[.!?…]”$/.test(quote) ? "" : "."}`, cites: [cite] };
}

/** The quotation marks with the words, cut to the limit around `keep`, and the cite of exactly the words quoted. */
function quoted(found: Extract, keep: Span): Quotation {
  const { start, end } = shortened(found, keep);
  const before = start > found.start ? "…" : "";
  const after = end < found.end ? "…" : "";
  return {
    quote: `“${before}${found.message.text.slice(start, end)}${after}”`,
    cite: citeOf(found, { start, end }),
  };
}

/** At most `QUOTE_LIMIT` units of the extract, whole words; `keep` stays inside where it fits. */
function shortened(found: Extract, keep: Span): Span {
  if (found.end - found.start <= QUOTE_LIMIT) return found;
  const lead = Math.max(0, Math.min(keep.start, keep.end - Math.round(QUOTE_LIMIT * 0.7)) - found.start);
  const space = found.text.indexOf(" ", lead);
  const word = space === -1 ? keep.start : Math.min(keep.start, found.start + space + 1);
  const start = lead === 0 ? found.start : word;
  const words = found.message.text.slice(start, found.end);
  const cut = cutBefore(words, QUOTE_LIMIT);
  return { start, end: start + words.slice(0, cut).trimEnd().length };
}

function citeOf(
  words: { readonly turn: number; readonly message: { readonly id: string } },
  span: Span,
): Cite {
  return { turn: words.turn, message: words.message.id, start: span.start, end: span.end };
}

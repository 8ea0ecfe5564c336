/**
 * Three sentences for the person who gets the alert: who came with what, the signal in the customer's own words, and
 * where it stands. Everything quoted is a slice of a message and is cited; nothing is invented.
 */
import type { FoundSignal } from "../qualify/scores.ts";
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import { essenceOf } from "./essence.ts";
import { cutBefore } from "./plain-text.ts";
import { findSecrets } from "./secrets.ts";
import { sentencesOf, type Span } from "./sentences.ts";
import { lastSpoken, standing, teammateName, whoWrote } from "./standing.ts";
import {
  answersOf,
  contentWords,
  extract,
  extractsOf,
  READ_LIMIT,
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

/** Longest quotation in UTF-16 units; a longer one is cut at a clause or a word with "…". */
export const QUOTE_LIMIT = 180;

/** Neighbouring sentences are quoted together up to this length. UTF-16 units. */
const JOIN_LIMIT = 140;

/** Weaker signals than these are never the key one. */
const MOST_SIGNALS = 20;

/** No quotation reaches further from its signal. UTF-16 units. */
const SIGNAL_MARGIN = 1_000;

/**
 * Returns three sentences: (1) who and what, (2) the key signal in the customer's own words where the first does not
 * show it, else the answer, (3) where it stands. Deterministic and offline. Quotations are exact slices of
 * `message.text`; a sentence cites what it rests on, and cites nothing only where the conversation has nothing to cite.
 */
export function summarize(snapshot: Snapshot, signals: readonly FoundSignal[]): Summary {
  const spoken = spokenSignals(snapshot, signals);
  const matter = matterOf(
    snapshot,
    spoken.map(({ sentence }) => sentence),
  );
  const opening = matter[0] ?? anyWords(snapshot, "customer");
  const what = opening === null ? null : quoted(widened(opening, spoken[0]));
  const answer = answerOf(snapshot);
  const told = signalSentence(spoken, what) ?? (answer === null ? null : answerSentence(answer));
  const toldAnswer = answer !== null && told?.cites[0]?.turn === answer.turn;
  return {
    sentences: [
      whoAndWhat(snapshot, what),
      told ?? furtherSentence(snapshot, matter, what),
      toldAnswer ? outcome(snapshot, answer, what) : answerAndStanding(snapshot, answer),
    ],
  };
}

function whoAndWhat(snapshot: Snapshot, what: Quotation | null): SummarySentence {
  const who = whoWrote(snapshot);
  if (what === null) return { text: `${who} has written no text so far.`, cites: othersWords(snapshot) };
  return quoting(`${who} ${verbFor(what.quote)}`, what);
}

/** The strongest signal; the next strong one as well as the first sentence shows that; null when there is none to tell. */
function signalSentence(spoken: readonly SpokenSignal[], what: Quotation | null): SummarySentence | null {
  const untold = spoken.find(
    ({ sentence, signal }, place) =>
      (what === null || what.cite.turn !== sentence.turn || !holds(what.cite, signal)) &&
      (place === 0 || saysSomething(sentence.text)),
  );
  if (untold === undefined) return null;
  const lead = untold === spoken[0] ? "The key signal in the customer's words:" : "The customer also writes:";
  return quoting(lead, quoted(untoldPart(untold, what), untold.signal));
}

/** The signal's sentence, without its beginning where that is what the first sentence shows. */
function untoldPart({ sentence, signal }: SpokenSignal, what: Quotation | null): Extract {
  if (what === null || !overlaps(sentence, what.cite) || what.cite.end > signal.start) return sentence;
  const rest = essenceOf(sentence.message.text, { start: what.cite.end, end: sentence.end }, false);
  return holds(rest, signal) ? extract(sentence.message, sentence.turn, rest, sentence.place) : sentence;
}

function furtherSentence(
  snapshot: Snapshot,
  matter: readonly Extract[],
  what: Quotation | null,
): SummarySentence {
  const next = what === null ? undefined : furtherWords(matter, what);
  if (next !== undefined) return quoting("The customer also writes:", quoted(next));
  const cites = what === null ? othersWords(snapshot) : [what.cite];
  return { text: "No further request or question of the customer was found.", cites };
}

/** What the first sentence leaves out: the sentence that asks most, else the rest of a long one that was cut. */
function furtherWords(matter: readonly Extract[], what: Quotation): Extract | undefined {
  const { source, cite } = what;
  const others = matter.filter((other) => !overlaps(other, cite) && saysSomething(other.text));
  const whole = quotable(source.message.text, { start: cite.end, end: source.end });
  const left = essenceOf(source.message.text, whole, false);
  const rest = extract(source.message, source.turn, left, source.place);
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

/** The words that best tell what was answered: a teammate's, a bot's only where no teammate wrote. */
function answerOf(snapshot: Snapshot): Extract | null {
  return (
    answersOf(snapshot, "teammate")[0] ??
    anyWords(snapshot, "teammate") ??
    answersOf(snapshot, "bot")[0] ??
    null
  );
}

function answerLead(answer: Extract): string {
  const verb = /[?？]$/.test(answer.text) ? "asked" : "answered";
  return answer.message.role === "bot"
    ? `Only the bot ${verb}:`
    : `${capital(teammateName(answer.message))} ${verb}:`;
}

function answerSentence(answer: Extract): SummarySentence {
  const words = quoted(widened(answer));
  return quoting(answerLead(answer), words);
}

function answerAndStanding(snapshot: Snapshot, answer: Extract | null): SummarySentence {
  const state = standing(snapshot);
  if (answer === null) {
    const answered = snapshot.messages.some((message) => message.role === "teammate");
    const text = answered ? `${capital(state)}.` : `No teammate has answered; ${state}.`;
    return { text, cites: lastWords(snapshot) };
  }
  const { quote, cite } = quoted(widened(answer));
  return { text: `${answerLead(answer)} ${quote}; ${state}.`, cites: [cite] };
}

/** Where it stands after the answer, with what the customer made of it. */
function outcome(snapshot: Snapshot, answer: Extract, what: Quotation | null): SummarySentence {
  const state = standing(snapshot);
  const stated = capital(state);
  const reply = replyTo(snapshot, answer, what);
  if (reply === undefined) return { text: `${stated}.`, cites: lastWords(snapshot) };
  if (lastSpoken(snapshot)?.turn === reply.turn) return quoting(`${stated}:`, quoted(reply));
  const { quote, cite } = quoted(reply);
  return { text: `The customer replied: ${quote}; ${state}.`, cites: [cite] };
}

/** The words of the customer's last message behind the answer that say most; none when it says nothing. */
function replyTo(snapshot: Snapshot, answer: Extract, what: Quotation | null): Extract | undefined {
  const turn = snapshot.messages.findLastIndex((message) => message.role === "customer");
  const message = snapshot.messages[turn];
  if (message === undefined || turn < answer.turn) return undefined;
  const said = extractsOf(message, turn).filter((found) => saysSomething(found.text));
  return byRequest(said.filter((found) => what === null || !overlaps(found, what.cite)));
}

interface SpokenSignal {
  readonly sentence: Extract;
  readonly signal: Span;
}

/** The signals that count and stand in a customer's message, with their sentences, the strongest first. */
function spokenSignals(snapshot: Snapshot, signals: readonly FoundSignal[]): readonly SpokenSignal[] {
  const read = new Map<number, ReturnType<typeof readingOf>>();
  return signals
    .filter(({ points }) => points !== 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .flatMap((found) => placeOf(snapshot, found))
    .slice(0, MOST_SIGNALS)
    .flatMap(({ turn, message, signal }) => {
      const reading = read.get(turn) ?? readingOf(message);
      read.set(turn, reading);
      const span = quotableAround(message.text, signal, reading);
      return span.end > span.start ? [{ sentence: extract(message, turn, span, 0), signal }] : [];
    });
}

/** Where the signal stands in a customer's message; nowhere for a tag, a usage event, or words of somebody else. */
function placeOf(snapshot: Snapshot, { turn, start, end }: FoundSignal) {
  if (turn === undefined || start === undefined || end === undefined) return [];
  const message = snapshot.messages[turn];
  if (message?.role !== "customer" || message.redacted || start >= end || end > message.text.length)
    return [];
  return [{ turn, message, signal: { start, end } }];
}

function readingOf(message: Message) {
  return { spans: sentencesOf(message.text), secrets: findSecrets(message.text) };
}

/** As much of the signal's sentence as may be quoted with the signal in it, else what may be quoted of the signal. */
function quotableAround(text: string, signal: Span, { spans, secrets }: ReturnType<typeof readingOf>): Span {
  const around = spans.find((span) => span.start <= signal.start && signal.start < span.end) ?? signal;
  const whole = {
    start: Math.max(around.start, signal.start - SIGNAL_MARGIN),
    end: Math.min(Math.max(around.end, signal.end), signal.end + SIGNAL_MARGIN),
  };
  const sentence = quotable(text, whole, secrets);
  const span = [essenceOf(text, sentence, false), sentence].find((one) => holds(one, signal));
  return span ?? quotable(text, signal, secrets);
}

/**
 * The extract with the sentences right after it (then before it) in the same message while the quotation stays short;
 * first of all with the sentence of the signal where both fit into one quotation.
 */
function widened(found: Extract, strongest?: SpokenSignal): Extract {
  const around = extractsOf(found.message, found.turn);
  const secrets = secretsOf(found.message);
  let { start, end } = found;
  const joins = (from: number, to: number, limit: number): boolean => {
    if (to - from > limit) return false;
    const span = quotable(found.message.text, { start: from, end: to }, secrets);
    return span.start === from && span.end === to;
  };
  if (strongest?.sentence.turn === found.turn) {
    const from = Math.min(start, strongest.sentence.start);
    const to = Math.max(end, strongest.sentence.end);
    if (joins(from, to, QUOTE_LIMIT)) [start, end] = [from, to];
  }
  for (const next of around.filter((other) => other.start >= end)) {
    if (!adjoins(found.message.text, end, next.start) || !joins(start, next.end, JOIN_LIMIT)) break;
    end = next.end;
  }
  for (const previous of around.filter((other) => other.end <= start).reverse()) {
    if (!adjoins(found.message.text, previous.end, start) || !joins(previous.start, end, JOIN_LIMIT)) break;
    start = previous.start;
  }
  return extract(found.message, found.turn, { start, end }, found.place);
}

/** Whether nothing was left out between two sentences. */
function adjoins(text: string, from: number, to: number): boolean {
  return text.slice(from, to).trim() === "";
}

/** What can be quoted of anybody with this role when no sentence carries matter ("ok thanks"). */
function anyWords(snapshot: Snapshot, role: "customer" | "teammate"): Extract | null {
  for (const [turn, message] of snapshot.messages.entries()) {
    if (message.role !== role || message.redacted) continue;
    const secrets = secretsOf(message);
    for (const [place, span] of sentencesOf(message.text.slice(0, READ_LIMIT)).entries()) {
      const kept = quotable(message.text, span, secrets);
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

/** The last message anybody outside can see, as a whole. */
function lastWords(snapshot: Snapshot): readonly Cite[] {
  const last = lastSpoken(snapshot);
  if (last === null) return [];
  return [citeOf(last, { start: 0, end: last.message.redacted ? 0 : last.message.text.length })];
}

function overlaps(a: Extract, b: Cite): boolean {
  return a.turn === b.turn && a.start < b.end && b.start < a.end;
}

function holds(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

interface Quotation {
  /** What the quotation was taken from. */
  readonly source: Extract;
  /** The words in quotation marks. */
  readonly quote: string;
  readonly cite: Cite;
}

function quoting(lead: string, { quote, cite }: Quotation): SummarySentence {
  return { text: `${lead} ${quote}${/[.!?…。！？]”$/.test(quote) ? "" : "."}`, cites: [cite] };
}

/** The quotation marks with the words, cut to the limit around `keep`, and the cite of exactly the words quoted. */
function quoted(source: Extract, keep?: Span): Quotation {
  const { start, end } = shortened(source, keep);
  const before = start > source.start ? "…" : "";
  const after = end < source.end ? "…" : "";
  return {
    source,
    quote: `“${before}${source.message.text.slice(start, end)}${after}”`,
    cite: citeOf(source, { start, end }),
  };
}

/** At most `QUOTE_LIMIT` units of the extract, whole clauses or words; `keep` stays inside where it fits. */
function shortened(found: Extract, keep: Span = { start: found.start, end: found.start }): Span {
  if (found.end - found.start <= QUOTE_LIMIT) return found;
  const lead = Math.max(0, Math.min(keep.start, keep.end - Math.round(QUOTE_LIMIT * 0.7)) - found.start);
  const space = found.text.indexOf(" ", lead);
  const word = space === -1 ? keep.start : Math.min(keep.start, found.start + space + 1);
  const start = lead === 0 ? found.start : word;
  const words = found.message.text.slice(start, found.end);
  if (words.length <= QUOTE_LIMIT) return { start, end: found.end };
  const cut = cutBefore(words, QUOTE_LIMIT);
  const clause = lastClauseEnd(words.slice(0, cut));
  const end = clause >= QUOTE_LIMIT * 0.6 && start + clause >= keep.end ? clause : cut;
  return { start, end: start + words.slice(0, end).trimEnd().length };
}

/** Where the last clause that is whole ends: before a comma, a semicolon, a colon or a dash. */
function lastClauseEnd(words: string): number {
  return Math.max(
    ...[", ", "; ", ": ", " - ", " – ", " — ", ". ", "? ", "! "].map((mark) => words.lastIndexOf(mark)),
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function citeOf(
  words: { readonly turn: number; readonly message: { readonly id: string } },
  span: Span,
): Cite {
  return { turn: words.turn, message: words.message.id, start: span.start, end: span.end };
}

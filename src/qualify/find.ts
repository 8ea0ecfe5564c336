/**
 * Finds the signals of a policy in a conversation: phrases in the customer's own words and sentences that mean the
 * signal, both with their exact place, tags, product usage and attributes.
 */
import type { Message, UsageEvent } from "../conversation/snapshot.ts";
import type { EpochMs } from "../kernel/time.ts";
import { decide } from "../policy/evaluate.ts";
import type { CompiledPolicy, CompiledSignal, PhraseEnd, PhraseNode } from "./compile.ts";
import { factsOf } from "./facts.ts";
import { isNegated } from "./negation.ts";
import { readMeaning } from "./meaning/read.ts";
import type { Reading } from "./meaning/read.ts";
import type { Likeness } from "./meaning/likeness.ts";
import { foreignIn } from "./own-words.ts";
import type { Evidence, FoundSignal } from "./scores.ts";
import { foldTag, gap, wordsOf } from "./words.ts";
import type { Word } from "./words.ts";

/** A found signal and what makes it different from another of the same signal: its phrase, tag or event. */
export interface Sighting {
  readonly found: FoundSignal;
  /** Equal for repeats. */
  readonly evidence: string;
}

/** What was found so far, and how many points each signal may still give. */
interface Tally {
  readonly sightings: Sighting[];
  readonly counted: Set<string>;
  readonly left: Map<CompiledSignal, number>;
}

/** How far the vendor's clock may run ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Everything found, in the order of the conversation, then tags, usage and attributes in the policy's order. Points
 * are those of the signal, 0 for a repeat and for what is over the signal's cap.
 */
export function findSignals(evidence: Evidence, compiled: CompiledPolicy, now: EpochMs): readonly Sighting[] {
  const tally: Tally = { sightings: [], counted: new Set(), left: new Map() };
  for (const [turn, message] of evidence.snapshot.messages.entries()) {
    if (message.role === "customer" && !message.redacted)
      findInText(message, turn, evidence, compiled, tally);
  }
  for (const [index, signal] of compiled.signals.entries())
    findBesideText(signal, index, evidence, now, tally);
  return tally.sightings;
}

type Place = Pick<FoundSignal, "kind" | "text" | "at"> &
  Partial<Pick<FoundSignal, "turn" | "message" | "start" | "end" | "because">>;

function note(tally: Tally, signal: CompiledSignal, index: number, evidence: string, place: Place): void {
  const key = `${index} ${evidence}`;
  const full = tally.counted.has(key) ? 0 : signal.rule.points;
  tally.counted.add(key);
  const left = tally.left.get(signal) ?? Math.abs(signal.rule.cap ?? Number.POSITIVE_INFINITY);
  const points = Math.sign(full) * Math.min(Math.abs(full), left);
  tally.left.set(signal, left - Math.abs(points));
  tally.sightings.push({
    evidence: key,
    found: { signal: signal.name, label: signal.label, points, ...place },
  });
}

/** Where a signal's phrases stand in a message, wanted or not: meaning has nothing to add there. */
interface Mentioned {
  /** The phrase counts, so the signal is there. */
  readonly wanted: Set<number>;
  readonly declined: { readonly signal: number; readonly start: number }[];
}

function findInText(
  message: Message,
  turn: number,
  evidence: Evidence,
  compiled: CompiledPolicy,
  tally: Tally,
): void {
  const words = wordsOf(message.text, foreignIn(message.text));
  const readings = readingsOf(words, turn, evidence, compiled);
  const likenesses = evidence.meaning?.likenesses.filter((likeness) => likeness.turn === turn) ?? [];
  const mentioned = findPhrases(message, turn, { words, readings, compiled, tally });
  if ((readings?.length ?? 0) + likenesses.length > 0)
    findMeaning(message, turn, { readings: readings ?? [], likenesses, mentioned, compiled, tally });
}

/** What the text model reads in a message, or read when it was asked; null when the policy does without. */
function readingsOf(
  words: readonly Word[],
  turn: number,
  { meaning }: Evidence,
  { model }: CompiledPolicy,
): readonly Reading[] | null {
  if (model === null) return null;
  if (meaning === undefined || meaning.model === null) return readMeaning(words, model);
  return meaning.readings.filter((reading) => reading.turn === turn);
}

/**
 * For each signal that no phrase of the message has shown, the surest sentence that means it, or else the one that is
 * closest to an example.
 */
function findMeaning(
  message: Message,
  turn: number,
  {
    readings,
    likenesses,
    mentioned,
    compiled,
    tally,
  }: {
    readonly readings: readonly Reading[];
    readonly likenesses: readonly Likeness[];
    readonly mentioned: Mentioned;
    readonly compiled: CompiledPolicy;
    readonly tally: Tally;
  },
): void {
  for (const [index, signal] of compiled.signals.entries()) {
    if (mentioned.wanted.has(index)) continue;
    const isDeclined = ({ start, end }: { readonly start: number; readonly end: number }): boolean =>
      mentioned.declined.some((place) => place.signal === index && place.start >= start && place.start < end);
    const [surest] = readings
      .filter((one) => signal.rule.meaning && one.counts && one.signal === signal.name && !isDeclined(one))
      .sort((a, b) => b.sure - a.sure);
    const [nearest] = likenesses
      .filter(
        (one) => one.signal === signal.name && signal.rule.examples.includes(one.example) && !isDeclined(one),
      )
      .sort((a, b) => b.like - a.like);
    const sense = surest ?? nearest;
    if (sense === undefined) continue;
    const { start, end } = sense;
    const because =
      "sure" in sense
        ? `the text model is ${Math.floor(sense.sure * 100)} % sure`
        : `as close as ${sense.like.toFixed(2)} to the example "${sense.example}"`;
    const text = message.text.slice(start, end);
    const place: Place = {
      kind: "meaning",
      text,
      at: message.at,
      turn,
      message: message.id,
      start,
      end,
      because,
    };
    note(tally, signal, index, "meaning", place);
  }
}

function findPhrases(
  message: Message,
  turn: number,
  {
    words,
    readings,
    compiled,
    tally,
  }: {
    readonly words: readonly Word[];
    readonly readings: readonly Reading[] | null;
    readonly compiled: CompiledPolicy;
    readonly tally: Tally;
  },
): Mentioned {
  const mentioned: Mentioned = { wanted: new Set(), declined: [] };
  const mentions = longest(mentionsIn(words, compiled.phrases));
  for (const { signal: index, phrase, from, to } of mentions) {
    const signal = compiled.signals[index];
    const start = Number(words[from]?.start);
    const end = Number(words[to - 1]?.end);
    if (signal === undefined || isNegated(words, from, to)) {
      mentioned.declined.push({ signal: index, start });
      continue;
    }
    if (signal.hints.has(phrase) && !isBelieved(readings, signal, start)) continue;
    mentioned.wanted.add(index);
    const text = message.text.slice(start, end);
    const place: Place = { kind: "phrase", text, at: message.at, turn, message: message.id, start, end };
    note(tally, signal, index, `phrase ${phrase}`, place);
  }
  return mentioned;
}

/** Whether the sentence around a hint may mean the signal; without a text model every hint is believed. */
function isBelieved(readings: readonly Reading[] | null, signal: CompiledSignal, at: number): boolean {
  if (readings === null || !signal.rule.meaning) return true;
  return readings.some(({ signal: name, start, end }) => name === signal.name && at >= start && at < end);
}

/** A phrase in a message; `from` and `to` count words. */
interface Mention {
  readonly signal: number;
  readonly phrase: number;
  readonly from: number;
  readonly to: number;
}

/** The phrases that are just these words, in whatever form. */
export function phrasesOf(text: string, { phrases }: CompiledPolicy): readonly PhraseEnd[] {
  const words = wordsOf(text, []);
  return mentionsIn(words, phrases).filter(({ from, to }) => from === 0 && to === words.length);
}

/** Walks the tree of phrases from every word; phrases reach over blanks, hyphens and line ends, not over commas. */
function mentionsIn(words: readonly Word[], phrases: PhraseNode): readonly Mention[] {
  const found: Mention[] = [];
  for (const [from, word] of words.entries()) {
    let node = phrases.next.get(word.key);
    for (let to = from + 1; node !== undefined; to += 1) {
      for (const { signal, phrase } of node.ends) found.push({ signal, phrase, from, to });
      const next = words[to];
      node = next === undefined || next.gap > gap.line ? undefined : node.next.get(next.key);
    }
  }
  return found;
}

/** Of mentions of one signal that overlap only the longest stays; in the order of the text. */
function longest(mentions: readonly Mention[]): readonly Mention[] {
  if (mentions.length < 2) return mentions;
  const byLength = [...mentions].sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  const taken = new Set<string>();
  const kept = byLength.filter(({ signal, from, to }) => {
    const places = Array.from({ length: to - from }, (_, step) => `${signal} ${from + step}`);
    if (places.some((place) => taken.has(place))) return false;
    for (const place of places) taken.add(place);
    return true;
  });
  return kept.sort((a, b) => a.from - b.from || a.signal - b.signal);
}

function findBesideText(
  signal: CompiledSignal,
  index: number,
  evidence: Evidence,
  now: EpochMs,
  tally: Tally,
): void {
  const { snapshot } = evidence;
  if (signal.tags.size > 0) {
    for (const tag of new Set([...snapshot.tags, ...(snapshot.contact?.tags ?? [])])) {
      const folded = foldTag(tag);
      if (signal.tags.has(folded))
        note(tally, signal, index, `tag ${folded}`, { kind: "tag", text: tag, at: null });
    }
  }
  if (signal.usage !== null)
    findUsage(signal.usage, snapshot.usage, now, (place) => note(tally, signal, index, "usage", place));
  const { attribute } = signal.rule;
  if (attribute !== undefined && decide(attribute, factsOf(evidence, null), now) === "yes") {
    note(tally, signal, index, "attribute", { kind: "attribute", text: signal.label, at: null });
  }
}

function findUsage(
  wanted: NonNullable<CompiledSignal["usage"]>,
  events: readonly UsageEvent[],
  now: EpochMs,
  found: (place: Place) => void,
): void {
  let count = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (const { event, at } of events) {
    if (at <= now - wanted.withinMs || at > now + CLOCK_SKEW_MS || foldTag(event) !== wanted.event) continue;
    count += 1;
    latest = Math.max(latest, at);
  }
  if (count < wanted.atLeast) return;
  found({ kind: "usage", text: `${wanted.name} ${count} times within ${wanted.within}`, at: latest });
}

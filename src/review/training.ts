/**
 * What reviewers say of messages, as rows that a text model learns from. A vote is about a conversation, so most of what
 * it says of messages follows from what was found in them; where nothing follows, nothing is made up. Pure.
 */
import type { Labelled } from "../qualify/meaning/learn.ts";
import { foundIn, wordsOfCustomer } from "./marking.ts";
import type { Evidenced } from "./results.ts";
import { type CastVote, hasQualified, type Reviewed, shouldQualify } from "./votes.ts";

/** Why a judged conversation teaches nothing, in words that follow "conversations". */
export const LEFT_OUT = {
  erased: "whose words are erased",
  disputed: "of which reviewers say the opposite",
  unsaid: "of which nobody could say",
  missed: "missed, with no message marked",
  excluded: "that an exclusion kept out, whatever they say",
  weak: "in which what was found was too little, and may still be right",
  wordless: "without words of a customer in which something was found",
} as const;
export type LeftOut = keyof typeof LEFT_OUT;

/** What a judged conversation teaches. */
export type Reading =
  | {
      readonly kind: "rows";
      readonly rows: readonly Labelled[];
      /** Messages left out, since reviewers say they mean different things. */
      readonly disputed: number;
    }
  | { readonly kind: "left-out"; readonly why: LeftOut };

export function readingOf(item: Evidenced): Reading {
  const { words, votes } = item;
  if (words === null) return { kind: "left-out", why: "erased" };
  const said = new Set(votes.map(({ qualified }) => qualified));
  if (said.has("yes") && said.has("no")) return { kind: "left-out", why: "disputed" };
  const sayings = wordsOfCustomer(words.messages).map(({ id, text }) => {
    const found = foundIn(id, words.scores.signals);
    return { text, meanings: differing(votes.flatMap((vote) => sayingOf(vote, item, id, found) ?? [])) };
  });
  const rows = sayings.flatMap(({ text, meanings: [signals, ...others] }): readonly Labelled[] =>
    signals === undefined || others.length > 0 ? [] : [{ text, signals }],
  );
  const disputed = sayings.filter(({ meanings }) => meanings.length > 1).length;
  if (rows.length > 0) return { kind: "rows", rows, disputed };
  return { kind: "left-out", why: disputed > 0 ? "disputed" : whyNothing(item, sayings.length) };
}

type Signals = readonly string[];

/** The sets of signals that differ, each once. */
function differing(sayings: readonly { readonly signals: Signals }[]): readonly Signals[] {
  const sets = sayings.map(({ signals }) => signals.toSorted());
  return [...new Map(sets.map((set) => [set.join(" "), set])).values()];
}

/**
 * What a vote says that a message means; null where it says nothing of it. What the reviewer marked goes first. Else
 * who finds a handoff right confirms what was found, and who finds it wrong says that its messages mean nothing. Who
 * finds it right that nobody was told says so of messages in which nothing was found: what was found may be there and
 * be too little. An exclusion judges people, not words.
 */
function sayingOf(
  { meanings, qualified }: CastVote,
  { kind }: Reviewed,
  message: string,
  found: Signals,
): { readonly signals: Signals } | null {
  const marked = meanings.find((one) => one.message === message);
  if (marked !== undefined) return marked;
  if (qualified === "cannot-say" || kind === "excluded") return null;
  const isRight = qualified === "yes";
  if (kind === "below-threshold") return isRight && found.length === 0 ? { signals: [] } : null;
  if (!isRight) return { signals: [] };
  return found.length === 0 ? null : { signals: found };
}

function whyNothing(item: Reviewed, messages: number): LeftOut {
  const isWanted = shouldQualify(item);
  if (isWanted === null) return "unsaid";
  if (isWanted && !hasQualified(item)) return "missed";
  if (item.kind === "excluded") return "excluded";
  return item.kind === "below-threshold" && messages > 0 ? "weak" : "wordless";
}

/** What an environment's reviewers teach, each conversation counted once. */
export interface Training {
  readonly rows: readonly Labelled[];
  /** Conversations that give rows. */
  readonly conversations: number;
  /** Those that give none, by the reason; reasons that none has are not there. */
  readonly leftOut: readonly { readonly why: LeftOut; readonly conversations: number }[];
  /** Messages left out of those that give rows, since reviewers say they mean different things. */
  readonly disputed: number;
}

export function trainingOf(readings: readonly Reading[]): Training {
  const taught = readings.flatMap((one) => (one.kind === "rows" ? [one] : []));
  const untaught = readings.flatMap((one) => (one.kind === "rows" ? [] : [one]));
  return {
    rows: taught.flatMap(({ rows }) => rows),
    conversations: taught.length,
    leftOut: [...Map.groupBy(untaught, ({ why }) => why)].map(([why, { length }]) => ({
      why,
      conversations: length,
    })),
    disputed: taught.reduce((sum, { disputed }) => sum + disputed, 0),
  };
}

/** How many rows mean each signal, the most first. */
export function rowsBySignal(
  rows: readonly Labelled[],
): readonly { readonly signal: string; readonly rows: number }[] {
  const counts = new Map<string, number>();
  for (const signal of rows.flatMap(({ signals }) => signals))
    counts.set(signal, (counts.get(signal) ?? 0) + 1);
  return [...counts]
    .map(([signal, count]) => ({ signal, rows: count }))
    .toSorted((a, b) => b.rows - a.rows || a.signal.localeCompare(b.signal));
}

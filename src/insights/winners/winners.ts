/**
 * Missed winners: people who bought although none of their conversations qualified; which phrases would have caught
 * them, and how many others hold the same phrase. Pure: whoever asks reads the conversations, twice, page by page.
 */
import type { EpochMs } from "../../kernel/time.ts";
import type { Policy } from "../../policy/schema.ts";
import { endOf, type PastConversation, textsOf } from "../closings/closing.ts";
import { type Share, shareOf } from "../share.ts";
import { finderOf, phrasesIn } from "./phrases.ts";

export interface MissedConversation {
  readonly conversation: string;
  readonly url: string | null;
  readonly at: EpochMs | null;
  /** The exclusion that kept it out; null: it scored too low. */
  readonly exclusion: string | null;
  /** The score that came closest to its threshold; null where there is none. */
  readonly score: { readonly name: string; readonly value: number; readonly threshold: number } | null;
}

export interface CatchingPhrase {
  readonly phrase: string;
  /** Missed winners who wrote it. */
  readonly caught: number;
  /** Others who wrote it, of all others: the noise that the phrase would cost. */
  readonly noise: Share;
  /** Of whoever wrote it, the share that bought; the list is in the order of its lower bound. */
  readonly bought: Share;
  /** So many points bring everybody it catches over a threshold; null where exclusions alone stood in their way. */
  readonly points: number | null;
  /** Winners it would not help by itself: an exclusion keeps them out. */
  readonly excluded: number;
  /** The signal that has this phrase already; null: none. */
  readonly signal: string | null;
}

export interface MissedWinners {
  readonly conversations: number;
  /** Of the people who won a deal after they wrote, those of whom no conversation qualified. */
  readonly missed: Share;
  /** Theirs, the latest first. */
  readonly examples: readonly MissedConversation[];
  readonly exclusions: readonly { readonly exclusion: string; readonly winners: number }[];
  readonly phrases: readonly CatchingPhrase[];
  /** Conversations that noise is counted in: not of winners, and not qualified or lost. */
  readonly others: number;
}

/** Reads the conversations of a window, or those alone whose person won a deal, a page at a time. */
export type Read = (people: "all" | "won") => AsyncIterable<readonly PastConversation[]>;

interface Winner {
  readonly texts: string[];
  readonly conversations: MissedConversation[];
  isQualified: boolean;
}

/** So many people are looked at for phrases. */
const MOST_WINNERS = 500;
const MOST_TEXTS = 50;
const MOST_CANDIDATES = 3_000;
const MOST_PHRASES = 20;
const MOST_EXAMPLES = 20;
/** Phrases of the same people with the same noise are one finding in other words. */
const MOST_ALIKE = 2;

/** `onRead` is told how many conversations of the second reading, which reads all, are done. */
export async function missedWinners(
  read: Read,
  policy: Policy,
  onRead: (done: number) => void,
): Promise<MissedWinners> {
  const { won, missed } = await winnersOf(read);
  const looked = missed.slice(0, MOST_WINNERS);
  const candidates = candidatesOf(looked);
  const find = finderOf(candidates);
  const noise = new Uint32Array(candidates.length);
  let [conversations, others] = [0, 0];
  for await (const page of read("all")) {
    for (const one of page) {
      conversations += 1;
      if (!isOther(one)) continue;
      others += 1;
      for (const place of find(textsOf(one))) noise[place] = Number(noise[place]) + 1;
    }
    onRead(conversations);
  }
  const wrote = looked.map((winner) => ({ winner, places: find(winner.texts) }));
  return {
    conversations,
    missed: shareOf(missed.length, won),
    examples: missed.flatMap((one) => one.conversations).slice(0, MOST_EXAMPLES),
    exclusions: exclusionsOf(missed),
    phrases: phrasesOf({ candidates, noise, others, wrote }, policy),
    others,
  };
}

/** Noise where nobody bought: what did not qualify, and what was handed off and lost. */
function isOther(past: PastConversation): boolean {
  const end = endOf(past);
  return end !== "won" && (!past.isQualified || end === "lost");
}

async function winnersOf(read: Read): Promise<{ readonly won: number; readonly missed: readonly Winner[] }> {
  const winners = new Map<string, Winner>();
  for await (const page of read("won"))
    for (const past of page) {
      if (past.person === null || endOf(past) !== "won") continue;
      const known = winners.get(past.person) ?? { texts: [], conversations: [], isQualified: false };
      winners.set(past.person, known);
      known.isQualified ||= past.isQualified;
      known.texts.push(...textsOf(past).slice(0, MOST_TEXTS - known.texts.length));
      known.conversations.push(missedOf(past));
    }
  const missed = [...winners.values()].filter(({ isQualified }) => !isQualified);
  return { won: winners.size, missed: missed.toSorted((a, b) => latest(b) - latest(a)) };
}

function latest({ conversations }: Winner): EpochMs {
  return Math.max(...conversations.map(({ at }) => at ?? 0));
}

function missedOf({ conversation, snapshot, exclusion, values }: PastConversation): MissedConversation {
  const [closest] = Object.entries(values)
    .map(([name, { value, threshold }]) => ({ name, value, threshold }))
    .toSorted((a, b) => a.threshold - a.value - (b.threshold - b.value));
  const at = snapshot.createdAt ?? snapshot.messages[0]?.at ?? null;
  return { conversation, url: snapshot.url, at, exclusion, score: closest ?? null };
}

/** Phrases of the winners, those of most of them first; among equals the longer say more. */
function candidatesOf(winners: readonly Winner[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { texts } of winners)
    for (const phrase of phrasesIn(texts)) counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  return [...counts]
    .toSorted(([a, m], [b, n]) => n - m || b.length - a.length || a.localeCompare(b))
    .slice(0, MOST_CANDIDATES)
    .map(([phrase]) => phrase);
}

function exclusionsOf(winners: readonly Winner[]): MissedWinners["exclusions"] {
  const counts = new Map<string, number>();
  for (const { conversations } of winners)
    for (const name of new Set(conversations.flatMap(({ exclusion }) => exclusion ?? [])))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([exclusion, n]) => ({ exclusion, winners: n }))
    .toSorted((a, b) => b.winners - a.winners || a.exclusion.localeCompare(b.exclusion));
}

interface Found {
  readonly candidates: readonly string[];
  readonly noise: Uint32Array;
  readonly others: number;
  /** Of each winner the candidates they wrote. */
  readonly wrote: readonly { readonly winner: Winner; readonly places: ReadonlySet<number> }[];
}

/** The best of the candidates, without those that say the same of the same people. */
function phrasesOf({ candidates, noise, others, wrote }: Found, policy: Policy): readonly CatchingPhrase[] {
  const signalOf = signalsOf(policy);
  const rated = candidates.map((phrase, place) => {
    const who = wrote.flatMap(({ winner, places }, i) => (places.has(place) ? [{ winner, i }] : []));
    const caught = who.length;
    const k = Number(noise[place]);
    const lacks = who.flatMap(({ winner }) => lackingOf(winner) ?? []);
    const rating: CatchingPhrase = {
      phrase,
      caught,
      noise: shareOf(k, others),
      bought: shareOf(caught, caught + k),
      points: lacks.length === 0 ? null : Math.ceil(Math.max(...lacks)),
      excluded: caught - lacks.length,
      signal: signalOf(phrase),
    };
    return { rating, alike: `${who.map(({ i }) => i).join(" ")} ${k}` };
  });
  const alike = new Map<string, number>();
  return rated
    .toSorted((a, b) => b.rating.bought.low - a.rating.bought.low)
    .filter((one) => {
      const times = (alike.get(one.alike) ?? 0) + 1;
      alike.set(one.alike, times);
      return times <= MOST_ALIKE;
    })
    .slice(0, MOST_PHRASES)
    .map(({ rating }) => rating);
}

/** The fewest points that bring one of their conversations over a threshold; null where exclusions kept all of them out. */
function lackingOf({ conversations }: Winner): number | null {
  const lacks = conversations.flatMap(({ exclusion, score }) =>
    exclusion !== null || score === null ? [] : [Math.max(0, score.threshold - score.value)],
  );
  return lacks.length === 0 ? null : Math.min(...lacks);
}

/** Which signal of the policy has a phrase already. */
function signalsOf(policy: Policy): (phrase: string) => string | null {
  const listed = Object.entries(policy.signals).flatMap(([name, { phrases, hints }]) =>
    [...phrases, ...hints].map((phrase) => ({ name, phrase })),
  );
  const find = finderOf(listed.map(({ phrase }) => phrase));
  return (phrase) => {
    const [first] = [...find([phrase])].map((place) => listed[place]?.name);
    return first ?? null;
  };
}

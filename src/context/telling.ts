/**
 * Which sentences tell most: of a customer the matter, of a teammate the answer. Counting words, nothing learned.
 */
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import { essenceOf } from "./essence.ts";
import { readableText } from "./plain-text.ts";
import { findSecrets } from "./secrets.ts";
import { isFiller, ownLength, sentencesOf, type Span } from "./sentences.ts";

/** A stretch of one message that may be quoted: no line break, no secret, no control character in it. */
export interface Extract extends Span {
  /** Position in `snapshot.messages`. */
  readonly turn: number;
  readonly message: Message;
  readonly text: string;
  /** Position among the sentences of its message. */
  readonly place: number;
}

const WANT =
  /\b(?:want|wants|wanted|need|needs|like to|looking (?:for|to)|interested|trying to|how (?:do|can|to|much|long)|can (?:i|we|you)|could (?:i|we|you)|would (?:you|it)|is (?:there|it possible)|do you|please|plan|pricing|price|quote|demo|trial|upgrade|buy|purchase|cancel|refund|switch|renew|contract|invoice|evaluat\w+)\b/giu;

const PROBLEM =
  /\b(?:not|no|never|can['’]?t|cannot|won['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|isn['’]?t|unable|error|errors|issue|issues|problem|problems|bug|fail\w*|broken|crash\w*|stuck|wrong|missing|lost|slow|delay\w*|down|stopp?ed|hacked|blocked|terrible|horrible|disappoint\w*|waiting|still|charged|expired)\b/giu;

const ANSWER =
  /\b(?:you can|you could|you['’]?ll|you will|please|try|check|visit|follow|send|share|contact|call|reach|click|go to|use|reset|restart|reinstall|update[ds]?|we['’]?ve|we have|we['’]?ll|we will|i['’]?ve|i have|i['’]?ll|i will|passed|forwarded|escalat\w+|working on|investigat\w+|look(?:ing)? into|fix(?:ed)?|resol\w+|refund\w*|credit\w*|book\w*|schedul\w+|includ\w+|support\w*|recommend|suggest|steps|article|link|dm|details|team)\b/giu;

const PLEASANTRY =
  /\b(?:sorry|apologi\w+|welcome|glad|happy to|thanks|thank you|love to|awesome|hope|have a|great to hear|let us know|anything else|(?:other|more|further|any) questions|feel free|here (?:to|for) (?:help|support|you)|(?:know|understand) how you feel)\b/giu;

const WISH =
  /\b(?:i|we)(?:['’]?d| would)? (?:really |also |just |still )?(?:want|need|like to|wish)\b|\b(?:i['’]?m|i am|we['’]?re|we are) (?:looking|interested|evaluating|planning)\b/iu;

/** Questions and requests that are written without their mark. */
const IN_QUESTION_ORDER =
  /^\W*(?:please|pls|how|what|where|why|which|who|is there|are there|do you|does|can|could)\b|\b(?:how|where|when|why|what) (?:do|can|could|should) (?:i|we|you)\b/iu;

const STOP_WORDS = new Set(
  (
    "the a an and or but if of to in on at for from with by as is are was were be been being am do does did have has had " +
    "i me my we our us you your he she it its they them their this that these those there here what which who when where " +
    "why how can could will would should may might must not no so just very too also then than all any some one get got " +
    "im ive its dont cant link number name user url"
  ).split(" "),
);

/** Returns the words that carry matter, in lower case. */
export function contentWords(text: string): readonly string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'’]*/gu) ?? []).filter(
    (word) => word.length > 2 && !STOP_WORDS.has(word),
  );
}

/** Longer messages are logs; what matters stands at the top. UTF-16 units. */
export const READ_LIMIT = 20_000;

/** Returns the sentences of one message that may be quoted, in order, fillers left out and the rest without framing. */
export function extractsOf(message: Message, turn: number): readonly Extract[] {
  if (message.redacted) return [];
  const { text } = message;
  const secrets = secretsOf(message);
  const read = text.slice(0, READ_LIMIT);
  return sentencesOf(read.slice(0, ownLength(read)))
    .map((span, place) => extract(message, turn, quotable(text, span, secrets), place))
    .filter((found) => found.text !== "" && !isFiller(found.text))
    .map((found) => extract(message, turn, essenceOf(text, found, message.role !== "customer"), found.place))
    .filter((found) => !isFiller(found.text));
}

/** Returns the secrets of the part of the message that sentences are taken from. */
export function secretsOf(message: Message): readonly Span[] {
  return findSecrets(message.text.slice(0, 2 * READ_LIMIT));
}

/** Returns that stretch of the message as an extract. */
export function extract(message: Message, turn: number, span: Span, place: number): Extract {
  const { start, end } = span;
  return { message, turn, start, end, place, text: message.text.slice(start, end) };
}

/**
 * Returns the longest stretch of the span that is free of secrets and of characters that must not be shown, without
 * white space around it. `secrets` are those of the whole text, for callers that ask often.
 */
export function quotable(text: string, span: Span, secrets: readonly Span[] = findSecrets(text)): Span {
  const blocked = secrets.filter((secret) => secret.end > span.start && secret.start < span.end);
  const words = text.slice(span.start, span.end);
  if (readableText(words) !== words || words.includes("\n")) {
    for (let i = 0; i < words.length; i += 1) {
      const pair = /^[\ud800-\udbff][\udc00-\udfff]/.test(words.slice(i, i + 2));
      if (pair) i += 1;
      else if (readableText(words.charAt(i)) !== words.charAt(i) || words.charAt(i) === "\n") {
        blocked.push({ start: span.start + i, end: span.start + i + 1 });
      }
    }
  }
  let best: Span = { start: span.start, end: span.start };
  let from = span.start;
  for (const stop of [...blocked.sort((a, b) => a.start - b.start), { start: span.end, end: span.end }]) {
    if (stop.start - from > best.end - best.start) best = { start: from, end: stop.start };
    from = Math.max(from, stop.end);
  }
  const found = text.slice(best.start, best.end);
  const lead = found.length - found.trimStart().length;
  return { start: best.start + lead, end: best.start + lead + found.trim().length };
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Sentences too short say little, too long say it badly: 0 to 1. */
function lengthWorth(words: number): number {
  if (words < 3) return 0;
  return words < 6 ? 0.5 : 1;
}

/** How strongly the sentence asks, wants or complains, from 0 to 3. */
export function requestWorth(text: string): number {
  const question = text.trimEnd().endsWith("?") ? 1 : 0;
  return question + Math.min(1, 0.6 * count(text, WANT)) + Math.min(1, 0.6 * count(text, PROBLEM));
}

/** Returns how the words read, as what stands before the quotation: a question or a wish, a problem, or anything else. */
export function verbFor(words: string): "is asking:" | "is reporting that" | "writes:" {
  if (/[?？]/.test(words) || WISH.test(words) || IN_QUESTION_ORDER.test(words)) return "is asking:";
  if (count(words, PROBLEM) > 0) return "is reporting that";
  return count(words, WANT) > 0 ? "is asking:" : "writes:";
}

/** Share of the sentence's words that the rest of the conversation takes up again, 0 to 1. */
function centrality(words: readonly string[], repeated: ReadonlySet<string>): number {
  const shared = words.filter((word) => repeated.has(word)).length;
  return words.length === 0 ? 0 : shared / Math.max(4, words.length);
}

/** The content words that more than one message uses. */
function repeatedWords(snapshot: Snapshot): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const message of snapshot.messages) {
    if (message.role === "note") continue;
    for (const word of new Set(contentWords(message.text.slice(0, READ_LIMIT))))
      (seen.has(word) ? repeated : seen).add(word);
  }
  return repeated;
}

function ranked(extracts: readonly Extract[], worth: (extract: Extract) => number): readonly Extract[] {
  return extracts
    .map((extract) => ({ extract, worth: worth(extract) }))
    .sort((a, b) => b.worth - a.worth || a.extract.turn - b.extract.turn || a.extract.place - b.extract.place)
    .map(({ extract }) => extract);
}

/** Returns the customer's sentences, the one that best tells what they came with first; `signalling` ones tell more. */
export function matterOf(snapshot: Snapshot, signalling: readonly Extract[]): readonly Extract[] {
  const repeated = repeatedWords(snapshot);
  const extracts = extractsBy(snapshot, (message) => message.role === "customer");
  const turns = [...new Set(extracts.map((extract) => extract.turn))];
  return ranked(extracts, (extract) => {
    const words = contentWords(extract.text);
    const early = 3 / (1 + turns.indexOf(extract.turn)) + 0.8 / (1 + extract.place);
    const signals = signalling.some(
      (one) => one.turn === extract.turn && one.start < extract.end && extract.start < one.end,
    );
    const asks = requestWorth(extract.text) + 2 * Number(signals);
    return early + asks + centrality(words, repeated) + lengthWorth(words.length);
  });
}

/** Returns the sentences of teammates (or of bots), the one that best tells what was answered or promised first. */
export function answersOf(snapshot: Snapshot, role: "teammate" | "bot"): readonly Extract[] {
  const repeated = repeatedWords(snapshot);
  const extracts = extractsBy(snapshot, (message) => message.role === role);
  const turns = [...new Set(extracts.map((extract) => extract.turn))].reverse();
  return ranked(extracts, (extract) => {
    const words = contentWords(extract.text);
    const late = 2 / (1 + turns.indexOf(extract.turn));
    const answer = Math.min(2, 0.7 * count(extract.text, ANSWER));
    const polite = Math.min(2, 0.8 * count(extract.text, PLEASANTRY));
    const asks = extract.text.trimEnd().endsWith("?") ? 0.7 : 0;
    return late + answer - polite - asks + centrality(words, repeated) + lengthWorth(words.length);
  });
}

function extractsBy(snapshot: Snapshot, wanted: (message: Message) => boolean): readonly Extract[] {
  return snapshot.messages.flatMap((message, turn) => (wanted(message) ? extractsOf(message, turn) : []));
}

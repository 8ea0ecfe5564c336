/**
 * What of a sentence is worth quoting: without the salutation before it, and the thanks, links and initials behind it.
 * Only whole stretches at the two ends are left out, so what remains is one slice of the message, word for word.
 */
import type { Span } from "./sentences.ts";

/** No salutation is longer; the patterns see no more of a text than this at each end. UTF-16 units. */
const EDGE_UNITS = 120;

/** Each takes one thing off at most; more than this stand before no sentence. */
const MOST_TRIMS = 6;

const NAME = "(?:,? ?\\[?\\p{Lu}[\\p{L}.'’]{1,20}\\]?){0,3}";

const LEADS: readonly RegExp[] = [
  /^[\s,.;:!–—-]+/u,
  /^(?:[.]?@[\w[\]]+|[#*•]+)[,:]?\s+/u,
  // The name of a support account that lost its "@": AcmeSupport, AskAcme, acme_support.
  /^(?:\p{Lu}[\p{L}\d]*\p{Ll}(?:Support|Cares?|Help|Service)|Ask\p{Lu}[\p{L}\d]+|\p{Ll}{2,}_?(?:support|cares))[,:]?\s+(?=\S)/u,
  new RegExp(
    `^(?:[Hh]i+|[Hh]ello|[Hh]ey+|[Hh]iya|[Dd]ear|[Gg]reetings|[Gg]ood (?:morning|afternoon|evening|day)|[Hh]allo|[Gg]uten (?:Tag|Morgen)|[Bb]onjour|[Hh]ola|[Cc]iao|[Oo]lá)\\b(?:(?: (?:there|team|all|guys|everyone|folks|again))?${NAME}\\s*[,!.:–—-]+\\s*| (?:there|team|all|guys|everyone|folks|again)\\s+(?=\\S))`,
    "u",
  ),
  /^(?:ok|okay|yes|yeah|yep|sure|got it|right|great|awesome|sorry|apologies|thanks|thank you|thx)(?: so much| a lot| for [^,.!?]{2,40})?(?:,? \[\p{Lu}{2,10}\])?[,!.:–—-]+\s*(?!but\b)/iu,
  /^(?:also|so|well|anyway|actually|btw|by the way|please note that|just to confirm),\s+/iu,
];

const TAILS: readonly RegExp[] = [
  /\s+(?:https?:\/\/\S+|<LINK>|\[URL\]|#\w+)$/u,
  /[\s,;:–—-]+$/u,
  /(?<=[\p{L}\p{N}.!?,)] ?)[\s,–—-]+(?:many )?(?:thanks|thank you|thx|ty|cheers)(?: in advance| so much| a lot| again)?[.! ]*$/iu,
  /\s*[\p{Extended_Pictographic}\uFE0F]+$/u,
];

/** Initials under which a teammate of a shared account signs: "^TS", "1/2 ^TS", or "TS" behind a full stop or a link. */
const INITIALS =
  /(?:^|(?<=[.!?…>\])])\s+|\s+(?=\d?(?:\/\d)? ?[\^~]))(?:\d(?:\/\d)? ?)?(?:\^\p{Lu}\p{L}{0,20}|[\^/~*-]?\s?\p{Lu}{2,3})[\s.]*$/u;

/** Returns the span without what frames the sentence; an empty one where it is nothing but framing. */
export function essenceOf(text: string, span: Span, signed: boolean): Span {
  const tails = signed ? [INITIALS, ...TAILS] : TAILS;
  let { start, end } = span;
  for (let i = 0; i < MOST_TRIMS; i += 1) {
    const lead = widest(LEADS, text.slice(start, Math.min(end, start + EDGE_UNITS)));
    start += lead;
    const tail = widest(tails, text.slice(Math.max(start, end - EDGE_UNITS), end));
    end -= tail;
    if (lead + tail === 0) break;
  }
  return { start, end };
}

function widest(patterns: readonly RegExp[], words: string): number {
  return Math.max(...patterns.map((pattern) => pattern.exec(words)?.[0].length ?? 0));
}

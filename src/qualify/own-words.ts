/**
 * Which stretches of a message the customer did not write as prose: quoted replies, forwarded mail, signatures, code,
 * addresses. A phrase in them is no signal. Linear in the text; every pattern is anchored on a short line.
 */
import type { Foreign } from "./words.ts";

interface Line {
  readonly start: number;
  readonly end: number;
  /** Trimmed, lower case, at most `LONGEST_MARKER` characters; longer lines are no marker of anything. */
  readonly plain: string;
}

const LONGEST_MARKER = 300;
const NOTHING: readonly Foreign[] = [];

/** The stretches of `text` that are not the customer's own words, in order and without overlap. */
export function foreignIn(text: string): readonly Foreign[] {
  const hasLines = text.includes("\n");
  const hasCode = text.includes("`");
  const hasAddress = text.includes("/") || text.includes("@") || text.includes("www.") || text.includes("\\");
  const isQuote = text.trimStart().startsWith(">");
  if (!hasLines && !hasCode && !hasAddress && !isQuote) return NOTHING;
  return merged([
    hasCode ? codeIn(text) : NOTHING,
    hasLines || isQuote ? blocksIn(text) : NOTHING,
    hasAddress ? addressesIn(text) : NOTHING,
  ]);
}

function merged(kinds: readonly (readonly Foreign[])[]): readonly Foreign[] {
  const ordered = kinds.flat().sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Foreign[] = [];
  let reach = 0;
  for (const span of ordered) {
    if (span.end <= reach) continue;
    kept.push(span.start >= reach ? span : { ...span, start: reach });
    reach = span.end;
  }
  return kept;
}

const FENCE = 3;

/** Fenced code (three marks or more, to the end when it is never closed) and inline code within one line. */
function codeIn(text: string): readonly Foreign[] {
  const runs = [...text.matchAll(/`+/g)].map((match) => ({
    start: match.index,
    width: Math.min(match[0].length, FENCE),
    end: match.index + match[0].length,
  }));
  const found: Foreign[] = [];
  let lineEnd = -1;
  let done = 0;
  for (const [at, open] of runs.entries()) {
    if (at < done) continue;
    const isFence = open.width === FENCE;
    if (open.end > lineEnd) lineEnd = endOfLine(text, open.end);
    const close = closingOf(runs, at, open.width, isFence ? text.length : lineEnd);
    if (close !== null) {
      found.push({ start: open.start, end: close.end, inline: !isFence });
      done = close.next;
    } else if (isFence) {
      return [...found, { start: open.start, end: text.length, inline: false }];
    }
  }
  return found;
}

interface Run {
  readonly start: number;
  readonly end: number;
  /** Number of backticks, at most three. */
  readonly width: number;
}

/** The next run after `at` of that width which starts before `limit`. */
function closingOf(
  runs: readonly Run[],
  at: number,
  width: number,
  limit: number,
): { readonly end: number; readonly next: number } | null {
  for (let next = at + 1; ; next += 1) {
    const run = runs[next];
    if (run === undefined || run.start >= limit) return null;
    if (run.width === width) return { end: run.end, next: next + 1 };
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Anything between blanks that is an address of a page, a mailbox, an account or a file. */
function addressesIn(text: string): readonly Foreign[] {
  const found: Foreign[] = [];
  const marker = /[/@\\]|www\./g;
  const blank = /\s/g;
  let reach = 0;
  for (let hit = marker.exec(text); hit !== null; hit = marker.exec(text)) {
    let start = hit.index;
    while (start > reach && !isBlank(text, start - 1)) start -= 1;
    blank.lastIndex = hit.index;
    reach = blank.exec(text)?.index ?? text.length;
    if (isAddress(text.slice(start, reach))) found.push({ start, end: reach, inline: true });
    marker.lastIndex = reach;
  }
  return found;
}

function isBlank(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}

function isAddress(chunk: string): boolean {
  if (chunk.includes("://") || chunk.includes("www.")) return true;
  const at = chunk.indexOf("@");
  if (at >= 0 && at < chunk.length - 1) return true;
  const slash = chunk.indexOf("/");
  if (slash >= 0) {
    const dot = chunk.indexOf(".");
    return (slash === 0 && chunk.indexOf("/", 1) > 0) || (dot > 0 && dot < slash - 1);
  }
  return /^[a-z]:\\/i.test(chunk);
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start <= text.length) {
    const end = endOfLine(text, start);
    const raw = end - start > LONGEST_MARKER ? "" : text.slice(start, end);
    lines.push({ start, end, plain: raw.trim().toLowerCase() });
    start = end + 1;
  }
  return lines;
}

/** Quoted lines, everything after the head of an earlier mail, and the signature before it. */
function blocksIn(text: string): readonly Foreign[] {
  const lines = linesOf(text);
  const found: Foreign[] = [];
  let last = lines.length;
  let done = 0;
  for (const [at, line] of lines.entries()) {
    if (at < done) continue;
    const head = quoteHead(line, lines[at + 1]);
    const isAbove = head !== null && isQuotedBelow(text, lines.slice(at + head.lines, at + head.lines + 3));
    if ((head !== null && !isAbove) || isEarlierMail(line, lines.slice(at + 1, at + 5))) {
      last = at;
      break;
    }
    if (head !== null) done = at + head.lines;
    if (head !== null || isQuoted(text, line) || isSentFrom(line) || isStackFrame(text, line)) {
      found.push({ start: line.start, end: head?.end ?? line.end, inline: false });
    }
  }
  const rest = lines[Math.min(signatureStart(text, lines, last), last)];
  return rest === undefined ? found : [...found, { start: rest.start, end: text.length, inline: false }];
}

/** Looks at the first character only: a quoted line may be as long as it likes. */
function isQuoted(text: string, line: Line): boolean {
  let at = line.start;
  while (at < line.end && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at += 1;
  return text.charCodeAt(at) === 62 && at < line.end;
}

const WROTE = [" wrote:", " schrieb", " a écrit", " escribió", " escreveu", " ha scritto", " schreef"];

/** The head "On Monday, Ann wrote:", on one line or wrapped onto the next; null when this line starts none. */
function quoteHead(
  line: Line,
  next: Line | undefined,
): { readonly lines: number; readonly end: number } | null {
  if (!/^(on|am|le|el|em|il|op) /.test(line.plain)) return null;
  if (isWrote(line.plain)) return { lines: 1, end: line.end };
  if (next === undefined || line.plain.endsWith(":") || !isWrote(`${line.plain} ${next.plain}`)) return null;
  return { lines: 2, end: next.end };
}

function isWrote(line: string): boolean {
  return line.endsWith(":") && WROTE.some((word) => line.includes(word)) && !/ (i|we) wrote:$/.test(line);
}

function isQuotedBelow(text: string, below: readonly Line[]): boolean {
  const next = below.find((line) => text.slice(line.start, line.end).trim() !== "");
  return next !== undefined && isQuoted(text, next);
}

const EARLIER_MAIL =
  /^-{2,} ?(original message|original appointment|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht) ?-{2,}$/;

const FROM = /^\*?(from|von|de|da|van) ?:/;
const HEADER = /^\*?(sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto) ?:/;

/** A separator of mail programs, or the block of headers From, Sent, To, Subject. */
function isEarlierMail({ plain }: Line, below: readonly Line[]): boolean {
  if (EARLIER_MAIL.test(plain) || plain === "begin forwarded message:") return true;
  return FROM.test(plain) && below.some((next) => HEADER.test(next.plain));
}

function isSentFrom(line: Line): boolean {
  return /^(sent from (my|mail|yahoo|outlook|samsung|proton)|get outlook for|von meinem .{1,30} gesendet|envoyé de mon|enviado desde mi)/.test(
    line.plain,
  );
}

/** "    at handler (server.js:10:5)". */
function isStackFrame(text: string, line: Line): boolean {
  return (
    line.plain.startsWith("at ") &&
    line.plain.endsWith(")") &&
    line.plain.includes(":") &&
    /^\s/.test(text.slice(line.start, line.start + 1))
  );
}

const CLOSING =
  /^((best|kind|warm|many|with best|with kind|warmest|kindest)? ?(regards|wishes|thanks)|thanks (and|&) regards|best|cheers|sincerely|yours( (sincerely|truly|faithfully))?|thank you( (so|very) much)?|thx|br|rgds|mit freundlichen grüßen|mit freundlichen grüssen|viele grüße|freundliche grüße|beste grüße|cordialement|bien à vous|saludos|un saludo)( in advance)?(,? and (best|kind) regards)?[,.!]*$/;
const MOST_SIGNATURE_LINES = 7;
const LONGEST_SIGNATURE_LINE = 80;

/**
 * The line where the signature starts: "-- ", or a closing ("Best regards,") that only a name and short lines follow
 * up to the end of the customer's part. The number of lines when there is none.
 */
function signatureStart(text: string, lines: readonly Line[], last: number): number {
  const delimiter = lines.findIndex((line, at) => at < last && line.plain === "--");
  if (delimiter >= 0) return delimiter;
  const below: string[] = [];
  for (const [back, line] of lines.slice(0, last).reverse().entries()) {
    if (below.length > MOST_SIGNATURE_LINES) break;
    const raw = text.slice(line.start, Math.min(line.end, line.start + LONGEST_MARKER)).trim();
    if (raw === "" || isQuoted(text, line)) continue;
    if (isClosing(raw, below)) return last - 1 - back;
    below.unshift(raw);
  }
  return lines.length;
}

const NAME = /^(\p{Lu}[\p{L}\p{M}.'’-]*)( (\p{Lu}[\p{L}\p{M}.'’-]*|de|van|von|der|da|del|bin|al)){0,4},?$/u;

/** "Best regards," above a name, or "Best regards, Ann Smith", with nothing but short lines below. */
function isClosing(raw: string, below: readonly string[]): boolean {
  const comma = raw.indexOf(",");
  const [name, ...rest] = CLOSING.test(raw.toLowerCase()) ? below : [raw.slice(comma + 1).trim(), ...below];
  const isOne =
    CLOSING.test(raw.toLowerCase()) || (comma > 0 && CLOSING.test(raw.slice(0, comma).toLowerCase()));
  return isOne && name !== undefined && NAME.test(name) && rest.every(isDetail);
}

/** A title, a company, a number: short, and nothing that is said to anybody. */
function isDetail(raw: string): boolean {
  const isSaid = /[?!]$|\b(i|we|you|please|can|could|want|need|how|why)\b/i.test(raw);
  return raw.length <= LONGEST_SIGNATURE_LINE && !isSaid;
}

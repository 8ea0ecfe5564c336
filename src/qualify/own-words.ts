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

/** Fenced code (three marks or more, to the end when it is never closed) and inline code within one line. */
function codeIn(text: string): readonly Foreign[] {
  const runs = [...text.matchAll(/`+/g)].map((match) => ({
    start: match.index,
    width: Math.min(match[0].length, 3),
    end: match.index + match[0].length,
  }));
  const found: Foreign[] = [];
  for (let at = 0; at < runs.length; at += 1) {
    const open = runs[at];
    if (open === undefined) break;
    const lineEnd = open.width < 3 ? endOfLine(text, open.end) : text.length;
    let closing = at + 1;
    while (
      closing < runs.length &&
      runs[closing]?.width !== open.width &&
      (runs[closing]?.start ?? lineEnd) < lineEnd
    )
      closing += 1;
    const close = runs[closing];
    if (close !== undefined && close.start < lineEnd) {
      found.push({ start: open.start, end: close.end, inline: open.width < 3 });
      at = closing;
    } else if (open.width === 3) {
      found.push({ start: open.start, end: text.length, inline: false });
      break;
    }
  }
  return found;
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
  for (let at = 0; at < last; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    if (isQuoted(text, line)) {
      found.push({ start: line.start, end: line.end, inline: false });
      continue;
    }
    const head = quoteHead(lines, at);
    if (head > 0 && isQuotedBelow(text, lines, at + head)) {
      found.push({ start: line.start, end: lines[at + head - 1]?.end ?? line.end, inline: false });
      at += head - 1;
    } else if (head > 0 || isEarlierMail(lines, at)) {
      last = at;
    } else if (isSentFrom(line) || isStackFrame(text, line)) {
      found.push({ start: line.start, end: line.end, inline: false });
    }
  }
  const signature = signatureStart(text, lines, last);
  const rest = Math.min(signature, last);
  const from = lines[rest];
  if (from !== undefined) found.push({ start: from.start, end: text.length, inline: false });
  return found;
}

/** Looks at the first character only: a quoted line may be as long as it likes. */
function isQuoted(text: string, line: Line): boolean {
  let at = line.start;
  while (at < line.end && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at += 1;
  return text.charCodeAt(at) === 62 && at < line.end;
}

const WROTE = [" wrote:", " schrieb", " a écrit", " escribió", " escreveu", " ha scritto", " schreef"];

/** How many lines the head "On Monday, Ann wrote:" takes at this place: 0 (none), 1, or 2 where it is wrapped. */
function quoteHead(lines: readonly Line[], at: number): number {
  const first = lines[at]?.plain ?? "";
  if (!/^(on|am|le|el|em|il|op) /.test(first)) return 0;
  if (isWrote(first)) return 1;
  return !first.endsWith(":") && isWrote(`${first} ${lines[at + 1]?.plain ?? ""}`) ? 2 : 0;
}

function isWrote(line: string): boolean {
  return line.endsWith(":") && WROTE.some((word) => line.includes(word)) && !/ (i|we) wrote:$/.test(line);
}

function isQuotedBelow(text: string, lines: readonly Line[], from: number): boolean {
  const next = lines
    .slice(from, from + 3)
    .find((line) => line.end > line.start && text.slice(line.start, line.end).trim() !== "");
  return next !== undefined && isQuoted(text, next);
}

const EARLIER_MAIL =
  /^-{2,} ?(original message|original appointment|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht) ?-{2,}$/;

/** A separator of mail programs, or the block of headers From, Sent, To, Subject. */
function isEarlierMail(lines: readonly Line[], at: number): boolean {
  const line = lines[at]?.plain ?? "";
  if (EARLIER_MAIL.test(line) || line === "begin forwarded message:") return true;
  if (!/^\*?(from|von|de|da|van) ?:/.test(line)) return false;
  return lines
    .slice(at + 1, at + 5)
    .some((next) =>
      /^\*?(sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto) ?:/.test(
        next.plain,
      ),
    );
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
  /^((best|kind|warm|many|with best|with kind|warmest|kindest)? ?(regards|wishes|thanks)|best|cheers|sincerely|yours( (sincerely|truly|faithfully))?|thank you( (so|very) much)?|thx|br|rgds|mit freundlichen grüßen|mit freundlichen grüssen|viele grüße|freundliche grüße|beste grüße|cordialement|bien à vous|saludos|un saludo)( in advance)?(,? and (best|kind) regards)?[,.!]*$/;
const MOST_SIGNATURE_LINES = 7;
const LONGEST_SIGNATURE_LINE = 80;

/**
 * The line where the signature starts: "-- ", or a closing ("Best regards,") that only a name and short lines follow
 * up to the end of the customer's part. The number of lines when there is none.
 */
function signatureStart(text: string, lines: readonly Line[], last: number): number {
  const delimiter = lines.findIndex((line, at) => at < last && line.plain === "--");
  if (delimiter >= 0) return delimiter;
  const below: Line[] = [];
  for (let at = last - 1; at >= 0 && below.length <= MOST_SIGNATURE_LINES; at -= 1) {
    const line = lines[at];
    if (line === undefined || line.start === line.end || isQuoted(text, line)) continue;
    if (CLOSING.test(line.plain) && isSignature(text, below)) return at;
    if (line.plain !== "" || line.end - line.start > LONGEST_MARKER) below.unshift(line);
  }
  return lines.length;
}

function isSignature(text: string, below: readonly Line[]): boolean {
  const [name, ...rest] = below;
  if (name === undefined) return false;
  const isName =
    /^(\p{Lu}[\p{L}\p{M}.'’-]*)( (\p{Lu}[\p{L}\p{M}.'’-]*|de|van|von|der|da|del|bin|al)){0,4},?$/u;
  if (!isName.test(text.slice(name.start, name.end).trim())) return false;
  return rest.every(
    (line) =>
      line.end - line.start <= LONGEST_SIGNATURE_LINE &&
      !/[?!]$|\b(i|we|you|please|can|could|want|need|how|why)\b/.test(line.plain),
  );
}

/**
 * The conversation as other systems keep it: minimal HTML for Salesforce's rich text, and plain text where there is no
 * other room. Customers' words are always text: escaped, cleaned, secrets masked.
 */
import { assertNever } from "../kernel/assert-never.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Message, Role, Snapshot } from "../conversation/snapshot.ts";
import { cutBefore, escapedWidth, escapeHtml, isolated, readableText } from "./plain-text.ts";
import { maskSecrets } from "./secrets.ts";

/**
 * Characters of one part, markup and entities included. Salesforce's rich text field holds 131,072 of them
 * (developer.salesforce.com, "Html" field type); the rest is left for what an org adds.
 */
export const TRANSCRIPT_PART_LIMIT = 120_000;

/** Characters of Task.Description, plain text (Salesforce object reference, Task). */
const TASK_DESCRIPTION_LIMIT = 32_000;

/** Kept free in each part for its heading and notices. */
const HEADING_ROOM = 2_000;
/** Kept free beside a piece of a long message for who wrote it and the paragraph's tags. */
const BYLINE_ROOM = 1_000;
/** Longest name shown; the vendor's own limits are lower, an attacker's are not. */
const NAME_LIMIT = 80;
const ATTACHMENTS_SHOWN = 20;
const DEFAULT_LAST_MESSAGES = 20;

export interface TranscriptOptions {
  /** As a policy writes it: "full", "last-20" (or "last-N" with `limit`), "summary-only". */
  readonly depth: string;
  /** Whether teammates' internal notes are shown. */
  readonly internalNotes: boolean;
  /** Messages shown for "last-N"; 20 when absent. */
  readonly limit?: number | undefined;
}

export interface Transcript {
  /** Each at most `TRANSCRIPT_PART_LIMIT` characters of HTML (p, br, b, i, a only); none for "summary-only". */
  readonly parts: readonly string[];
  /** Messages shown. */
  readonly messages: number;
  /** Messages of the snapshot not shown: notes, and those before the last N. */
  readonly omitted: number;
}

/** Returns the conversation as escaped minimal HTML, in as many parts as it needs. Never throws. */
export function transcript(snapshot: Snapshot, options: TranscriptOptions): Transcript {
  const shown = shownMessages(snapshot, options);
  const omitted = snapshot.messages.length - shown.length;
  if (options.depth === "summary-only") return { parts: [], messages: 0, omitted };
  const room = TRANSCRIPT_PART_LIMIT - HEADING_ROOM;
  const bodies = packed(
    shown.flatMap((message) => messageBlocks(message, room)),
    room,
  );
  const parts = bodies.map((body, i) => heading(snapshot, omitted, i + 1, bodies.length) + body);
  return { parts, messages: shown.length, omitted };
}

/**
 * Returns the conversation as plain text of at most `limit` characters (default: Task.Description's 32,000). When it
 * does not fit, the newest messages are kept and the first line says what was left out.
 */
export function plainTranscript(
  snapshot: Snapshot,
  options: TranscriptOptions,
  limit: number = TASK_DESCRIPTION_LIMIT,
): string {
  const lines = shownMessages(snapshot, options).map(plainMessage);
  const notices = snapshot.truncated ? [TRUNCATED_NOTICE] : [];
  const whole = [...notices, ...lines].join("\n\n");
  if (whole.length <= limit) return whole;
  const note = "[Earlier text left out; the whole conversation is in Intercom.]\n\n";
  if (limit <= note.length) return whole.slice(0, cutBefore(whole, limit));
  const from = whole.length - (limit - note.length);
  return note + whole.slice(startAfter(whole, from));
}

const TRUNCATED_NOTICE =
  "Intercom gives at most the 500 newest parts of a conversation: earlier messages are missing here.";

/** The first place at or after `from` where a reader can begin: after white space, else between graphemes. */
function startAfter(text: string, from: number): number {
  const space = /\s/.exec(text.slice(from, from + 200));
  if (space !== null) return from + space.index + 1;
  const low = text.charCodeAt(from);
  return low >= 0xdc00 && low <= 0xdfff ? from + 1 : from;
}

function shownMessages(snapshot: Snapshot, options: TranscriptOptions): readonly Message[] {
  if (options.depth === "summary-only") return [];
  const allowed = snapshot.messages.filter((message) => options.internalNotes || message.role !== "note");
  if (!options.depth.startsWith("last-")) return allowed;
  const named = Number(options.depth.slice("last-".length));
  const count = Number.isInteger(named) ? named : (options.limit ?? DEFAULT_LAST_MESSAGES);
  return count <= 0 ? [] : allowed.slice(-count);
}

function heading(snapshot: Snapshot, omitted: number, part: number, parts: number): string {
  const lines: string[] = [];
  if (parts > 1) lines.push(`<b>Part ${part} of ${parts}</b>`);
  if (part === 1) {
    const link = safeLink(snapshot.url);
    if (link !== null) lines.push(`<a href="${link}">Open in Intercom</a>`);
    if (snapshot.truncated) lines.push(`<i>${TRUNCATED_NOTICE}</i>`);
    if (omitted > 0)
      lines.push(`<i>${omitted === 1 ? "1 message is" : `${omitted} messages are`} not shown.</i>`);
    if (snapshot.messages.length === omitted) lines.push("<i>No messages.</i>");
  }
  return lines.length === 0 ? "" : `<p>${lines.join("<br>")}</p>`;
}

/** The address as an attribute value, when it is plain http(s) and short enough to be a link of Intercom. */
function safeLink(url: string | null): string | null {
  if (url === null || url.length > 500 || !/^https?:\/\/[^\s"'<>]+$/i.test(url)) return null;
  return escapeHtml(url);
}

/** Joins blocks into bodies of at most `room` characters, in order; one empty body when there is no block. */
function packed(blocks: readonly string[], room: number): readonly string[] {
  const bodies: string[] = [];
  let body = "";
  for (const block of blocks) {
    if (body.length + block.length > room) {
      bodies.push(body);
      body = "";
    }
    body += block;
  }
  return [...bodies, body];
}

/** One message as paragraphs, several when it is longer than a part. */
function messageBlocks(message: Message, room: number): readonly string[] {
  const pieces = escapedPieces(messageText(message), room - BYLINE_ROOM - attachmentsHtml(message).length);
  return pieces.map((piece, i) => {
    const continued = i === 0 ? "" : " <i>(continued)</i>";
    const files = i === pieces.length - 1 ? attachmentsHtml(message) : "";
    const italic = message.redacted ? `<i>${piece}</i>` : piece;
    return `<p>${byline(message)}${continued}<br>${italic}${files}</p>`;
  });
}

function byline(message: Message): string {
  const name = displayName(message);
  const time = message.at === null ? "" : ` <i>${utc(message.at)}</i>`;
  return `<b>${escapeHtml(isolated(name))}</b>${name === roleName(message.role) ? "" : ` (${roleName(message.role)})`}${time}`;
}

function plainMessage(message: Message): string {
  const name = displayName(message);
  const role = name === roleName(message.role) ? "" : ` (${roleName(message.role)})`;
  const time = message.at === null ? "" : `, ${utc(message.at)}`;
  const files = attachmentNames(message).map((file) => `\n[Attachment: ${file}]`);
  return `${isolated(name)}${role}${time}\n${messageText(message)}${files.join("")}`;
}

function displayName(message: Message): string {
  const name = shortName(message.author ?? "");
  return name === "" ? roleName(message.role) : name;
}

function shortName(name: string): string {
  const clean = maskSecrets(readableText(name)).replace(/\s+/g, " ").trim();
  return clean.length <= NAME_LIMIT ? clean : `${clean.slice(0, cutBefore(clean, NAME_LIMIT)).trim()}…`;
}

function messageText(message: Message): string {
  if (message.redacted) return "[This message was deleted in Intercom.]";
  return maskSecrets(readableText(message.text)).trim();
}

function attachmentNames(message: Message): readonly string[] {
  if (message.redacted) return [];
  const names = message.attachments.slice(0, ATTACHMENTS_SHOWN).map(shortName);
  const more = message.attachments.length - names.length;
  return more > 0 ? [...names, `${more} more`] : names;
}

function attachmentsHtml(message: Message): string {
  return attachmentNames(message)
    .map((name) => `<br><i>Attachment: ${escapeHtml(isolated(name))}</i>`)
    .join("");
}

function roleName(role: Role): string {
  switch (role) {
    case "customer":
      return "Customer";
    case "teammate":
      return "Teammate";
    case "bot":
      return "Bot";
    case "note":
      return "Internal note";
    case "unknown":
      return "Unknown author";
    default:
      return assertNever(role);
  }
}

/** "2026-01-10 06:29 UTC"; an instant no calendar holds gives an empty text. */
function utc(at: EpochMs): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Cuts the text into pieces whose HTML is at most `room` characters, and returns their HTML. */
function escapedPieces(text: string, room: number): readonly string[] {
  const pieces: string[] = [];
  let rest = text;
  for (;;) {
    const fits = unitsThatFit(rest, room);
    if (fits === rest.length) return [...pieces, asHtml(rest)];
    const cut = cutBefore(rest, fits);
    pieces.push(asHtml(rest.slice(0, cut)));
    rest = rest.slice(cut);
  }
}

function unitsThatFit(text: string, room: number): number {
  let width = 0;
  for (let i = 0; i < text.length; i += 1) {
    width += escapedWidth(text.charAt(i));
    if (width > room) return i;
  }
  return text.length;
}

function asHtml(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}

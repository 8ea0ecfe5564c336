/**
 * A notification's bytes as a row. PostgreSQL's jsonb takes every JSON but U+0000, halves of a surrogate pair, numbers
 * out of range and endless nesting: those are cleaned, and what cannot be cleaned is kept as text and parked.
 */
import { createHash } from "node:crypto";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { type Notification, parseNotification } from "./notification.ts";

/** One row of `events` to be. */
export interface NewEvent {
  readonly workspace: string;
  readonly notificationId: string;
  readonly topic: string;
  readonly conversation: string | null;
  readonly contact: string | null;
  readonly partKey: string | null;
  readonly createdAt: EpochMs;
  /** JSON text for jsonb; null when parked. */
  readonly body: string | null;
  /** The body as it came, kept only where `body` is not the whole truth; U+0000 is shown as U+2400. */
  readonly raw: string | null;
  /** Why no run takes it; null for all others. */
  readonly parkedReason: string | null;
}

export type Arrived =
  | { readonly kind: "event"; readonly row: NewEvent; readonly notification: Notification | null }
  | { readonly kind: "ping"; readonly workspace: string };

/** Deeper JSON is nobody's conversation. PostgreSQL and recursive readers give up somewhere beyond. */
const MAX_DEPTH = 200;
/** A clock may be wrong, a notification of the future may not outrun all others in order. */
const FUTURE_MS: Ms = 86_400_000;
/** Longer ids and topics are nobody's, and would not fit an index. */
const ID_LIMIT = 500;

/**
 * Reads the raw body of a verified notification. `workspace` is the connection's, used where the body names none.
 * Never throws: what is no JSON, or is not understood, becomes a parked row with the reason.
 */
export function readArrival(raw: Uint8Array, workspace: string | null, now: EpochMs): Arrived {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("utf8");
  const fallback = {
    workspace: workspace ?? "",
    now,
    hash: () => `sha256:${createHash("sha256").update(raw).digest("hex")}`,
  };
  const parsed = parseJson(text);
  if (parsed === undefined) return parked(text, fallback, "the body is no JSON");
  if (opens(text) > MAX_DEPTH && isDeeperThan(parsed, MAX_DEPTH))
    return parked(text, fallback, `JSON nested deeper than ${MAX_DEPTH} levels`);
  const needsCleaning = /\\u(?:0000|d[89a-f])/i.test(text) || text.includes("\u0000");
  const value = needsCleaning ? cleaned(parsed) : parsed;
  const notification = parseNotification(value);
  if (notification.kind === "ping") {
    return { kind: "ping", workspace: notification.workspace || fallback.workspace };
  }
  const parkedReason = reasonToPark(notification);
  const row: NewEvent = {
    workspace: limited(notification.workspace) || fallback.workspace,
    notificationId: limited(notification.notificationId) || fallback.hash(),
    topic: limited(notification.topic) ?? "",
    conversation: limited(notification.conversation),
    contact: limited(notification.contact),
    partKey: limited(notification.partKey),
    createdAt: sensibleTime(notification.createdAt, now),
    body: needsCleaning ? JSON.stringify(value) : text,
    raw: needsCleaning ? visible(text) : null,
    parkedReason,
  };
  return { kind: "event", row, notification };
}

/** The same row with its body as text only, for a body that the database refused. */
export function parkedRow(row: NewEvent, reason: string): NewEvent {
  return { ...row, raw: row.raw ?? row.body, body: null, partKey: null, parkedReason: reason };
}

function parked(
  text: string,
  fallback: { readonly workspace: string; readonly now: EpochMs; readonly hash: () => string },
  reason: string,
): Arrived {
  const row: NewEvent = {
    workspace: fallback.workspace,
    notificationId: fallback.hash(),
    topic: "",
    conversation: null,
    contact: null,
    partKey: null,
    createdAt: fallback.now,
    body: null,
    raw: visible(text),
    parkedReason: reason,
  };
  return { kind: "event", row, notification: null };
}

function reasonToPark(notification: Notification): string | null {
  if (notification.kind === "unknown")
    return `nothing Baton knows: topic "${limited(notification.topic) ?? ""}"`;
  const nobody = notification.conversation === null && notification.contact === null;
  return nobody ? "names no conversation and no person" : null;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How many brackets open in the text: JSON is never nested deeper, and to count them is far quicker than to walk it. */
function opens(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x5b || character === 0x7b) count += 1;
  }
  return count;
}

/** Walks with a list of its own, so that the nesting cannot exhaust the stack. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((node) => (typeof node === "object" && node !== null ? Object.values(node) : []));
  }
  return false;
}

/** The value with every text, keys too, free of U+0000 and of half surrogate pairs. Depth is limited before. */
function cleaned(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [visible(key), cleaned(inner)]));
}

function visible(text: string): string {
  return text.replaceAll("\u0000", "\u2400").toWellFormed();
}

function limited(text: string): string;
function limited(text: string | null): string | null;
function limited(text: string | null): string | null {
  return text === null ? null : text.slice(0, ID_LIMIT).toWellFormed();
}

function sensibleTime(at: EpochMs, now: EpochMs): EpochMs {
  return at > 0 && at <= now + FUTURE_MS ? at : now;
}

/**
 * Instants and spans as plain numbers with their unit in the name of the type, so that they survive JSON unchanged.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** A span in milliseconds. */
export type Ms = number;

/** Reads the time. Only `main.ts` makes a real one; pure code takes an instant as an argument. */
export type Clock = () => EpochMs;

const UNIT_MS: Readonly<Record<string, Ms>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  /** A year of a policy is 365 days: "2y" is a rule of thumb, not a birthday. */
  y: 365 * 86_400_000,
};

/**
 * Reads a span as policies and options write it: a whole or decimal number and one of ms, s, m, h, d, w, y ("14d").
 * Returns milliseconds, or null when the text is no span.
 */
export function parseDuration(text: string): Ms | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w|y)$/.exec(text.trim());
  const unit = UNIT_MS[match?.[2] ?? ""];
  return match?.[1] === undefined || unit === undefined ? null : Number(match[1]) * unit;
}

/** The same for a span that the policy's schema has accepted: a text that is none is a bug, and throws. */
export function durationMs(text: string): Ms {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`"${text}" passed the schema but is no duration`);
  return ms;
}

/**
 * Reads an instant as the outside writes it: unix seconds (Intercom), milliseconds, or an ISO 8601 text.
 * Returns null for anything else. Numbers under 1e11 are seconds: in milliseconds they would lie before March 1973.
 */
export function parseInstant(value: unknown): EpochMs | null {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) {
    return Math.round(value < 1e11 ? value * 1_000 : value);
  }
  if (typeof value !== "string" || value.trim() === "") return null;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return parseInstant(Number(value));
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? null : parsed;
}

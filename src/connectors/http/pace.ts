/** How long a vendor asks to wait, read from its answer's headers. */
import type { EpochMs, Ms } from "../../kernel/time.ts";

/** Longest wait that is obeyed in one piece; after it Baton asks again. */
const LONGEST_WAIT_MS: Ms = 15 * 60_000;
/** A wait beyond a day is a mistake of the vendor or of a proxy (RFC 9110 sets no bound), so it is not obeyed at all. */
const ABSURD_MS: Ms = 24 * 3_600_000;

function sane(waitMs: number): Ms | null {
  if (!Number.isFinite(waitMs) || waitMs < 0 || waitMs > ABSURD_MS) return null;
  return Math.min(waitMs, LONGEST_WAIT_MS);
}

/** Retry-After as seconds or as an HTTP date (RFC 9110, section 10.2.3). Null when absent, malformed or absurd. */
function retryAfterMs(value: string | undefined, now: EpochMs): Ms | null {
  if (value === undefined) return null;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return sane(Number(text) * 1_000);
  if (!/[A-Za-z]/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : sane(Math.max(0, at - now));
}

/** X-RateLimit-Reset in unix seconds (developers.intercom.com, rate limiting). Null when absent, past or absurd. */
function resetMs(value: string | undefined, now: EpochMs): Ms | null {
  const at = Number(value ?? Number.NaN) * 1_000;
  return at <= now ? null : sane(at - now);
}

/**
 * Milliseconds that the destination asks everybody to wait after this answer, or null. A 429 or 420 always asks for
 * some: one second when it does not say how many. A good answer asks only when it says that the window is spent.
 */
export function waitAsked(
  status: number,
  headers: Readonly<Record<string, string>>,
  now: EpochMs,
): Ms | null {
  const after = retryAfterMs(headers["retry-after"], now);
  const reset = resetMs(headers["x-ratelimit-reset"], now);
  if (status === 429 || status === 420) return after ?? reset ?? 1_000;
  if (status === 503) return after;
  return headers["x-ratelimit-remaining"] === "0" ? reset : null;
}

/** Slack's signature of what people press (docs.slack.dev/authentication/verifying-requests-from-slack). */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { EpochMs, Ms } from "../../kernel/time.ts";

/** What came with a request, as headers name it. */
export interface Signed {
  /** X-Slack-Signature: "v0=" and 64 hex digits. */
  readonly signature: string | undefined;
  /** X-Slack-Request-Timestamp: Unix seconds. */
  readonly timestamp: string | undefined;
}

const HEADER = /^v0=([0-9a-f]{64})$/;
/** Older ones, and those from the future, may be recordings. */
const WINDOW_MS: Ms = 300_000;

/**
 * True when these bytes were signed with `secret` less than five minutes from `now`. Bytes are compared in constant time,
 * whatever the time stamp says.
 */
export function isSigned(
  raw: Uint8Array,
  { signature = "", timestamp = "" }: Signed,
  secret: string,
  now: EpochMs,
): boolean {
  const hex = HEADER.exec(signature)?.[1];
  if (hex === undefined || secret === "" || !/^\d{1,12}$/.test(timestamp)) return false;
  const expected = digestOf(raw, timestamp, secret);
  const isSame = timingSafeEqual(expected, Buffer.from(hex, "hex"));
  return isSame && Math.abs(now - Number(timestamp) * 1_000) < WINDOW_MS;
}

/** HMAC-SHA256 over "v0:timestamp:body". */
function digestOf(raw: Uint8Array, timestamp: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(`v0:${timestamp}:`).update(raw).digest();
}

/** Intercom's signature of a notification. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** "sha1=" and 40 lower-case hex digits (developers.intercom.com, webhook models). */
const HEADER = /^sha1=([0-9a-f]{40})$/;

/**
 * Returns true when `header` (X-Hub-Signature) is the HMAC-SHA1 of exactly these bytes under one of the secrets: two
 * while a client secret is being replaced. Every secret is tried whatever the answer, and bytes are compared in
 * constant time. A missing header, another algorithm, another length or no secret is false.
 */
export function signatureIsValid(
  raw: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): boolean {
  const hex = HEADER.exec(header ?? "")?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, "hex");
  let valid = false;
  for (const secret of secrets) {
    const expected = createHmac("sha1", secret).update(raw).digest();
    const same = secret !== "" && expected.length === given.length && timingSafeEqual(expected, given);
    valid = valid || same;
  }
  return valid;
}

/** Returns the header value for these bytes, as Intercom would send it. */
export function signatureOf(raw: Uint8Array, secret: string): string {
  return `sha1=${createHmac("sha1", secret).update(raw).digest("hex")}`;
}

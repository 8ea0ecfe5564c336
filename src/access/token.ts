/**
 * API tokens: "baton_<id>_<secret>". The id finds the row, the SHA-256 of the secret is compared in constant time.
 * A slow hash would add nothing: the secret is 32 random bytes, not a word that somebody chose.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { EpochMs } from "../kernel/time.ts";

const FORM = /^baton_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface Minted {
  readonly id: string;
  /** Told once, to whoever asked for it. */
  readonly token: string;
  readonly sha256: string;
}

export function mintToken(): Minted {
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  return { id, token: `baton_${id}_${secret}`, sha256: hashOf(secret) };
}

/** The two parts of a token, or null when the text is none. */
export function readToken(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

export interface TokenState {
  readonly sha256: string;
  readonly expiresAt: EpochMs;
  readonly revokedAt: EpochMs | null;
}

/** Whether the secret is the row's and the row still counts. What is wrong with it is told only to who has the secret. */
export function judgeToken(
  row: TokenState | null,
  secret: string,
  now: EpochMs,
): "valid" | "unknown" | "revoked" | "expired" {
  const given = Buffer.from(hashOf(secret), "hex");
  const kept = Buffer.from(row?.sha256 ?? hashOf(""), "hex");
  if (!timingSafeEqual(given, kept) || row === null) return "unknown";
  if (row.revokedAt !== null) return "revoked";
  return row.expiresAt <= now ? "expired" : "valid";
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

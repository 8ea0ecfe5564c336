/**
 * The chain of the audit log: each row's hash covers its own content and the hash of the row before, so that a change
 * of the past shows from there on.
 */
import { createHash } from "node:crypto";
import type { EpochMs } from "../kernel/time.ts";

export interface AuditRow {
  /** From 1, without a gap. */
  readonly seq: number;
  readonly at: EpochMs;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly environment: string | null;
  /** JSON, as it was hashed. */
  readonly facts: string;
  readonly previous: string;
  readonly hash: string;
}

/** What the first row names as the one before it. */
export const BEGINNING = "0".repeat(64);

/** SHA-256 over the row as a JSON array, in hex. */
export function hashOfRow(row: Omit<AuditRow, "hash">): string {
  const { seq, at, actor, action, subject, environment, facts, previous } = row;
  return createHash("sha256")
    .update(JSON.stringify([seq, at, actor, action, subject, environment, facts, previous]))
    .digest("hex");
}

export type ChainLink = Pick<AuditRow, "seq" | "hash">;

/** The first row that does not follow from the one before it, with what is wrong; null when all do. */
export function firstBreak(
  before: ChainLink,
  rows: readonly AuditRow[],
): { readonly seq: number; readonly why: string } | null {
  let last = before;
  for (const row of rows) {
    if (row.seq !== last.seq + 1) return { seq: last.seq + 1, why: "is missing" };
    if (row.previous !== last.hash) return { seq: row.seq, why: "does not name the row before it" };
    if (row.hash !== hashOfRow(row)) return { seq: row.seq, why: "was changed" };
    last = row;
  }
  return null;
}

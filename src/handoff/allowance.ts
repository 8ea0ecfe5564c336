/** The org's allowance of calls in any 24 hours: from when on what can wait gives way to handoffs. Pure. */
import type { EpochMs, Ms } from "../kernel/time.ts";

/** What the org said of its day: calls of everybody in it, Baton or not. */
export interface OrgCalls {
  readonly used: number;
  readonly most: number;
  /** When it said so. */
  readonly at: EpochMs;
}

/** Spent so far, the rest is for handoffs. */
const TIGHT_PERCENT = 80;
/** Older words say nothing: one reading is let through then, and its answer tells anew. */
const BELIEVED_FOR_MS: Ms = 15 * 60_000;

/** Until when reading that can wait gives way to handoffs; null: it need not. */
export function givesWayUntil(calls: OrgCalls | null, now: EpochMs): EpochMs | null {
  if (calls === null || calls.used * 100 < calls.most * TIGHT_PERCENT) return null;
  const until = calls.at + BELIEVED_FOR_MS;
  return until > now ? until : null;
}

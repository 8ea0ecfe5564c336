/** Intercom's list of conversations, which the sweep reads; the connector implements it. */
import type { EpochMs } from "../kernel/time.ts";

/** A conversation as Intercom lists it. */
export interface Listed {
  readonly conversation: string;
  /** Whole seconds. */
  readonly updatedAt: EpochMs;
}

export interface ConversationList {
  /** A page of the conversations that changed at `since` or later, in no certain order; `next` marks the next page. */
  readonly changedSince: (
    since: EpochMs,
    after: string | null,
  ) => Promise<{ readonly listed: readonly Listed[]; readonly next: string | null }>;
}

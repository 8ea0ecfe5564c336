/**
 * A deal as the feedback loop sees it: an Opportunity of Salesforce, every stage it went through, and its people. The
 * port is implemented by the Salesforce connector; change events and polling both end in these types.
 */
import type { EpochMs } from "../kernel/time.ts";

/** One stage that an Opportunity took on: a row of OpportunityHistory whose stage differs from the row before it. */
export interface StageChange {
  /** Id of the history row; the same change always has the same. */
  readonly id: string;
  readonly stage: string;
  readonly isClosed: boolean;
  readonly isWon: boolean;
  readonly amount: number | null;
  readonly at: EpochMs;
  /** Name of the user who did it; null when Salesforce does not say. */
  readonly by: string | null;
}

export interface Deal {
  readonly id: string;
  readonly name: string | null;
  /** From the oldest to the newest. */
  readonly changes: readonly StageChange[];
  /** E-mail addresses of all contacts of the Opportunity, each once, in lower case. */
  readonly emails: readonly string[];
}

/** What changed in Salesforce. */
export interface DealFeed {
  /**
   * Deals that changed after `since`, whole, and up to when nothing can be missing: changes that commit late may still
   * come for the time after that. Deals that changed shortly before may come again.
   */
  changedDeals(since: EpochMs): Promise<{ readonly coveredUntil: EpochMs; readonly deals: readonly Deal[] }>;
  /** These deals, whole; those that are gone are left out. */
  dealsById(ids: readonly string[]): Promise<readonly Deal[]>;
}

/** What is known of one live handoff, as far as it went, and what follows from that. Pure. */
import type { EpochMs, Ms } from "../../kernel/time.ts";

/** An Opportunity that a handoff made or worked on, or that its person got afterwards. */
export interface Deal {
  readonly id: string;
  readonly state: "won" | "lost" | "open";
  /** In the org's currency; null where Salesforce has none. */
  readonly amount: number | null;
  readonly endedAt: EpochMs | null;
}

export interface Measured {
  readonly recipe: string;
  /** Who has it now: an address, or the id of a queue; null where erased. */
  readonly owner: string | null;
  /** The highest of its scores over its threshold: 1 is just enough; null where erased. */
  readonly strength: number | null;
  /** When the message came that qualified. */
  readonly signalledAt: EpochMs;
  /** When the first person was told; null: nobody yet. */
  readonly alertedAt: EpochMs | null;
  /** First human touch that a timer saw. */
  readonly contactedAt: EpochMs | null;
  /** Whether the SLA was kept; null: it has none, or its time is not over. */
  readonly sla: "kept" | "broken" | null;
  /** Whether an Opportunity was made or worked on. */
  readonly isOpportunity: boolean;
  readonly deals: readonly Deal[];
  /** By the plan or a tag when it was decided; null where erased. */
  readonly wasOnTrial: boolean | null;
  /** Whether somebody else gave the record to another owner, or claimed it; null: it was given to nobody, or not watched. */
  readonly isCorrected: boolean | null;
}

/** Won before all else; lost when every deal was; null: none has ended so. */
export function outcomeOf({ deals }: Pick<Measured, "deals">): "won" | "lost" | null {
  if (deals.some(({ state }) => state === "won")) return "won";
  return deals.length > 0 && deals.every(({ state }) => state === "lost") ? "lost" : null;
}

/** Those whose time is over: whoever may still do something within it says nothing of how often it is done. */
export function ripe(all: readonly Measured[], withinMs: Ms, now: EpochMs): readonly Measured[] {
  return all.filter(({ signalledAt }) => now - signalledAt > withinMs);
}

export function isContacted({ contactedAt, signalledAt }: Measured, withinMs: Ms): boolean {
  return contactedAt !== null && contactedAt - signalledAt <= withinMs;
}

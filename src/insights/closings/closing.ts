/** What became of the deals of somebody who wrote. Pure. */
import type { Snapshot } from "../../conversation/snapshot.ts";
import type { Decision } from "../../decide/decision.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { Scores } from "../../qualify/scores.ts";
import type { FrozenInputs } from "../replay.ts";

/** How the last deal of a person ended, or the one that a handoff was about. */
export interface Closing {
  readonly isWon: boolean;
  readonly at: EpochMs;
}

/** A conversation as its last decision of a window left it, with what became of the person's deals. */
export interface PastConversation {
  readonly conversation: string;
  /** Address in lower case. */
  readonly person: string | null;
  readonly kind: Decision["kind"];
  readonly exclusion: string | null;
  /** Whether it was handed off or is held, at any time. */
  readonly isQualified: boolean;
  readonly snapshot: Pick<Snapshot, "messages" | "url" | "createdAt">;
  readonly values: Scores["values"];
  readonly closing: Closing | null;
}

/** A conversation whose deal has ended, with the inputs of the decision that counts. */
export interface ClosedConversation {
  readonly conversation: string;
  readonly isWon: boolean;
  readonly inputs: FrozenInputs;
}

/** What became of it; null while no deal ended after it began. */
export function endOf({ closing, snapshot }: PastConversation): "won" | "lost" | null {
  const began = snapshot.createdAt ?? snapshot.messages[0]?.at ?? null;
  if (closing === null || (began !== null && closing.at < began)) return null;
  return closing.isWon ? "won" : "lost";
}

/** What the customer wrote before the deal ended. */
export function textsOf({ closing, snapshot }: PastConversation): readonly string[] {
  return snapshot.messages
    .filter(({ role, redacted }) => role === "customer" && !redacted)
    .filter(({ at }) => at === null || closing === null || at <= closing.at)
    .map(({ text }) => text);
}

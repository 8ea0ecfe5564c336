/**
 * What qualifying returns: signals with their place in the customer's words, and every score with every contribution.
 */
import type { EpochMs } from "../kernel/time.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { CrmView } from "./crm.ts";
import type { Meaning } from "./meaning/understand.ts";

/** Everything a score may look at. `crm` is null until Salesforce was read. */
export interface Evidence {
  readonly snapshot: Snapshot;
  readonly crm: CrmView | null;
  /** What was read in the sentences when the decision was made; absent where the text model reads while scoring. */
  readonly meaning?: Meaning | undefined;
}

/** One piece of evidence. `start` and `end` are UTF-16 offsets into the message's `text`. */
export interface FoundSignal {
  readonly signal: string;
  readonly label: string;
  readonly kind: "phrase" | "tag" | "usage" | "attribute" | "meaning";
  /** The words as the customer wrote them, of `meaning` the whole sentence; the tag; the event with its count. */
  readonly text: string;
  /** Points before caps, recency and multipliers; 0 when a cap or an earlier equal phrase took them. */
  readonly points: number;
  /** Position of the message in the snapshot, and its id; absent when the evidence is no message. */
  readonly turn?: number | undefined;
  readonly message?: string | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Of `meaning`: who says so and how sure, or which example is how close; half a sentence. */
  readonly because?: string | undefined;
  readonly at: EpochMs | null;
}

export interface Contribution {
  /** Name of the score it adds to. */
  readonly score: string;
  readonly kind: "signal" | "bonus" | "engagement" | "recency" | "multiply" | "combine" | "cap";
  readonly label: string;
  /** Signed; the contributions of a score add up to its value. */
  readonly points: number;
  /** One sentence a sales rep understands. */
  readonly reason: string;
  /** Positions in `Scores.signals` this rests on. */
  readonly signals: readonly number[];
}

export interface ScoreValue {
  /** Rounded to two decimals, never below 0. */
  readonly value: number;
  readonly threshold: number;
}

export interface Scores {
  readonly signals: readonly FoundSignal[];
  readonly values: Readonly<Record<string, ScoreValue>>;
  readonly contributions: readonly Contribution[];
}

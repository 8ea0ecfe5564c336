/**
 * Change events: a stream that says at once which deals changed. It only hurries the reading; what it misses or cannot
 * say, polling finds. The port, and what follows from the end of a stream. Pure.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";

export type DealNews =
  | { readonly kind: "changed"; readonly deals: readonly string[] }
  /** Something about these deals was lost on the way. */
  | { readonly kind: "gap"; readonly deals: readonly string[]; readonly why: string }
  /** Nobody can say which deals: all are to be asked for. */
  | { readonly kind: "overflow"; readonly why: string };

export interface Told {
  readonly news: readonly DealNews[];
  /** Where a later stream goes on. */
  readonly replay: Uint8Array;
}

/** Why a stream ended. */
export type StreamEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "dropped"; readonly why: string }
  /** The place to go on from is not known any more. */
  | { readonly kind: "expired"; readonly why: string }
  /** The token ended; the next stream signs in anew. */
  | { readonly kind: "signed-out"; readonly why: string }
  /** Only a person can change it. */
  | { readonly kind: "refused"; readonly why: string };

export interface DealStream {
  /** Listens, from after `from` or from now on (null), until `signal` or the stream's end. Never throws. */
  listen(from: Uint8Array | null, ear: StreamEar, signal: AbortSignal): Promise<StreamEnd>;
}

export interface StreamEar {
  /** The stream stands. */
  readonly opened: () => void;
  /** Something came; nothing new, when `news` is empty. */
  readonly told: (told: Told) => void;
}

/** What an operator sees of an environment's stream. */
export type StreamState = "on" | "reconnecting" | "off";

/** The whole of it. */
export interface ShownStream {
  readonly state: StreamState;
  readonly since: EpochMs | null;
  readonly why: string | null;
  /** The last time when events did not say all. */
  readonly gap: { readonly at: EpochMs; readonly why: string } | null;
}

export interface NextTry {
  readonly state: Exclude<StreamState, "on">;
  readonly why: string;
  readonly waitMs: Ms;
  /** The stored place is worth nothing: the next stream begins with what is new, and polling covers the rest. */
  readonly forgets: boolean;
}

const FIRST_WAIT_MS: Ms = 1_000;
const LONGEST_WAIT_MS: Ms = 300_000;
/** What a person must change is asked again after this long. */
const ASK_AGAIN_MS: Ms = 3_600_000;
/** So many failures in a row are an outage that is shown as one. */
const OUTAGE_AFTER = 5;
/** Salesforce keeps events this long (Pub/Sub API: event message durability). */
const KEPT_MS: Ms = 72 * 3_600_000;

/**
 * When to listen again. `failures` counts ends without anything heard, this one included; `random` is 0..1 and keeps
 * workers from coming back together. Null: not again.
 */
export function afterEnd(end: StreamEnd, failures: number, random: number): NextTry | null {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS) * (0.5 + random / 2);
  switch (end.kind) {
    case "stopped":
      return null;
    case "refused":
      return { state: "off", why: end.why, waitMs: ASK_AGAIN_MS, forgets: false };
    case "signed-out":
      // A fresh token is tried at once; when that one is refused too, a person must look.
      return failures > 1
        ? { state: "off", why: end.why, waitMs: ASK_AGAIN_MS, forgets: false }
        : { state: "reconnecting", why: end.why, waitMs: 0, forgets: false };
    case "expired":
      return { state: "reconnecting", why: end.why, waitMs: failures > 1 ? wait : 0, forgets: true };
    case "dropped":
      return {
        state: failures > OUTAGE_AFTER ? "off" : "reconnecting",
        why: end.why,
        waitMs: wait,
        forgets: false,
      };
  }
}

/** Where to go on, and what to tell the operator when that is not where the last stream ended. */
export function startOf(
  stored: { readonly replay: Uint8Array | null; readonly replayAt: EpochMs | null },
  now: EpochMs,
): { readonly from: Uint8Array | null; readonly lost: string | null } {
  const { replay, replayAt } = stored;
  if (replay === null || replayAt === null) return { from: null, lost: null };
  if (now - replayAt < KEPT_MS) return { from: replay, lost: null };
  return {
    from: null,
    lost: "nothing was heard for more than the 72 hours that Salesforce keeps events: polling read what changed, and events start anew",
  };
}

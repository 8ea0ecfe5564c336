/**
 * Past conversations out of the connected Intercom: its own list, page by page, and each conversation read whole. Reads
 * only; a refusal that time cures is waited out. Pure: the connector, the clock and the waiting arrive as arguments.
 */
import type { Snapshot } from "../../conversation/snapshot.ts";
import { RetryableFailure } from "../../kernel/failure.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { AuditItem } from "./count.ts";

/** Intercom, as far as an audit reads it; the connector implements it. */
export interface PastTalks {
  /** A page of the conversations that began at `since` or later; `next` marks the next page; `total` of all pages, where Intercom says so. */
  readonly createdSince: (
    since: EpochMs,
    after: string | null,
  ) => Promise<{
    readonly conversations: readonly string[];
    readonly next: string | null;
    readonly total: number | null;
  }>;
  /** The whole conversation; null when it is gone. */
  read(conversation: string): Promise<Snapshot | null>;
}

export interface LiveWatch {
  readonly signal: AbortSignal;
  readonly sleep: (ms: Ms) => Promise<void>;
  /** After each page of the list, with how many conversations there are in all. */
  readonly onTotal: (total: number | null) => void;
}

/** So many are read at once: a tenth of a second's worth of what Intercom allows an app, so that handoffs keep their room. */
const AT_ONCE = 8;
/** A failure that time may cure is tried again so often before the audit ends with it. */
const TRIES = 6;
const FIRST_WAIT_MS: Ms = 1_000;

/** Ends early, between two conversations, when `signal` says so. */
export async function* liveItems(
  talks: PastTalks,
  since: EpochMs,
  watch: LiveWatch,
): AsyncIterable<AuditItem> {
  let after: string | null = null;
  do {
    const from: string | null = after;
    const page: Awaited<ReturnType<PastTalks["createdSince"]>> = await patient(watch, () =>
      talks.createdSince(since, from),
    );
    watch.onTotal(page.total);
    for (let at = 0; at < page.conversations.length; at += AT_ONCE) {
      if (watch.signal.aborted) return;
      const ids = page.conversations.slice(at, at + AT_ONCE);
      const read = await Promise.all(ids.map((id) => patient(watch, () => talks.read(id))));
      for (const [i, snapshot] of read.entries()) yield itemOf(String(ids[i]), snapshot);
    }
    after = page.next;
  } while (after !== null);
}

function itemOf(id: string, snapshot: Snapshot | null): AuditItem {
  if (snapshot !== null) return { kind: "conversation", id, evidence: { snapshot, crm: null } };
  return { kind: "bad", line: 0, message: `conversation ${id} is gone from Intercom` };
}

/** Tries again what time may cure. */
export async function patient<T>(
  { signal, sleep }: Pick<LiveWatch, "signal" | "sleep">,
  work: () => Promise<T>,
): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RetryableFailure) || turn >= TRIES || signal.aborted) throw error;
      await sleep(error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (turn - 1));
    }
  }
}

/** Conversations counted one by one into a tally, wherever they come from. Pure: whoever asks reads them. */
import type { Snapshot } from "../../conversation/snapshot.ts";
import type { EpochMs, Ms } from "../../kernel/time.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import type { Evidence } from "../../qualify/scores.ts";
import { findingOf, type PersonInCrm, type Qualified, withRecord } from "./finding.ts";
import { counting, type Tally } from "./tally.ts";

/** One thing read from a file or a connection. */
export type AuditItem =
  | { readonly kind: "conversation"; readonly id: string; readonly evidence: Evidence }
  /** `line` counts from 1 where the source has lines. */
  | { readonly kind: "bad"; readonly line: number; readonly message: string };

/** A qualified person, as Salesforce is asked about them. */
export interface PersonAsked {
  /** In lower case. */
  readonly email: string;
  /** Only what was done after it counts. */
  readonly since: EpochMs;
}

/**
 * What Salesforce knows of them, by address; whoever is missing has no record. At most 200 at once. Null: it was not
 * asked, since the org's calls of the day are for others.
 */
export type AskCrm = (people: readonly PersonAsked[]) => Promise<ReadonlyMap<string, PersonInCrm> | null>;

export interface CountQuestion {
  readonly compiled: CompiledPolicy;
  /** An answer within this time is in time. */
  readonly withinMs: Ms;
  readonly now: EpochMs;
  /** Null: Salesforce is not asked. */
  readonly askCrm: AskCrm | null;
}

export interface CountWatch {
  /** After each item, with how many there were. */
  readonly onItem: (n: number) => Promise<void> | void;
  readonly onBad: (line: number, message: string) => void;
}

/** Most people that Salesforce is asked about in one call. */
const BATCH = 200;

interface Waiting {
  readonly qualified: Qualified;
  readonly email: string;
  readonly times: Times;
}

/** Everything counted; of two with the same id the first. */
export async function countAll(
  items: AsyncIterable<AuditItem>,
  { compiled, withinMs, now, askCrm }: CountQuestion,
  { onItem, onBad }: CountWatch,
): Promise<Tally> {
  const count = counting(withinMs);
  const seen = new Set<string>();
  let waiting: Waiting[] = [];
  const ask = async (askNow: AskCrm): Promise<void> => {
    const known = await askNow(
      waiting.map(({ email, qualified }) => ({ email, since: qualified.at ?? now })),
    );
    for (const { qualified, email, times } of waiting)
      count.add(known === null ? qualified : withRecord(qualified, known.get(email) ?? null), times);
    waiting = [];
  };
  let n = 0;
  for await (const item of items) {
    n += 1;
    if (item.kind === "bad") {
      count.skip("unreadable");
      onBad(item.line, item.message);
    } else if (seen.has(item.id)) count.skip("seen before");
    else {
      seen.add(item.id);
      const { snapshot } = item.evidence;
      const finding = findingOf(item.evidence, compiled, now);
      const times = timesOf(snapshot);
      const email = snapshot.contact?.email?.toLowerCase() ?? null;
      if (askCrm === null || finding.kind !== "qualified" || email === null) count.add(finding, times);
      else if (waiting.push({ qualified: finding, email, times }) === BATCH) await ask(askCrm);
    }
    await onItem(n);
  }
  if (askCrm !== null && waiting.length > 0) await ask(askCrm);
  return count.result();
}

interface Times {
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

function timesOf({ messages }: Snapshot): Times {
  let from: EpochMs | null = null;
  let to: EpochMs | null = null;
  for (const { at } of messages) {
    if (at === null) continue;
    from = from === null ? at : Math.min(from, at);
    to = to === null ? at : Math.max(to, at);
  }
  return { from, to };
}

/** Carries out an audit that somebody started: counts, says how far it is, and stores what came of it. */
import { PermanentFailure, RetryableFailure, UserError } from "../../kernel/failure.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import type { CompiledPolicy } from "../../qualify/compile.ts";
import type { Db } from "../../store/database.ts";
import type { Audit, AuditFault } from "./asked.ts";
import { type AskCrm, type AuditItem, countAll } from "./count.ts";
import { type AuditEnd, endAudit, noteProgress } from "./queries.ts";
import { namesIn, reportOf } from "./report.ts";

export interface AuditWork {
  readonly db: Db;
  readonly clock: Clock;
  readonly audit: Pick<Audit, "id" | "source" | "question">;
  /** Aborted when the process stops: what was counted is thrown away, and the audit is not over. */
  readonly signal: AbortSignal;
}

/** What is read, and how it is judged. */
export interface AuditSource {
  readonly compiled: CompiledPolicy;
  /** "the live policy of production". */
  readonly policy: string;
  /** `onTotal` is told how many conversations there are, where that is known before. */
  readonly items: (watch: {
    readonly signal: AbortSignal;
    readonly onTotal: (total: number | null) => void;
  }) => AsyncIterable<AuditItem>;
  readonly askCrm: AskCrm | null;
  readonly close: () => void;
}

const TELL_EVERY_MS: Ms = 500;
/** Faults that are kept one by one; the rest is counted. */
const KEPT = 20;

/** Returns how it ended; "interrupted" where the process stops, and the row stays as it is. */
export async function carryAudit(
  work: AuditWork,
  open: () => Promise<AuditSource>,
): Promise<AuditEnd["state"] | "interrupted"> {
  const { db, clock, audit, signal } = work;
  const end = await ended(work, open);
  if (end === null || signal.aborted) return "interrupted";
  await endAudit(db, audit.id, end, clock());
  return end.state;
}

async function ended(work: AuditWork, open: () => Promise<AuditSource>): Promise<AuditEnd | null> {
  try {
    const source = await open();
    try {
      return await counted(work, source);
    } finally {
      source.close();
    }
  } catch (error) {
    const isPlain =
      error instanceof UserError || error instanceof PermanentFailure || error instanceof RetryableFailure;
    if (isPlain) return { state: "failed", why: error.message };
    await endAudit(work.db, work.audit.id, { state: "failed", why: UNEXPECTED }, work.clock());
    throw error;
  }
}

const UNEXPECTED = "Something failed that Baton did not expect; its log says what.";

/** Null where it was interrupted. */
async function counted(
  { db, clock, audit, signal }: AuditWork,
  { compiled, policy, items, askCrm }: AuditSource,
): Promise<AuditEnd | null> {
  const stop = new AbortController();
  const now = clock();
  let total: number | null = null;
  let toldAt: EpochMs = 0;
  let count = 0;
  const first: AuditFault[] = [];
  const tell = async (done: number): Promise<void> => {
    if (clock() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock();
    if (!(await noteProgress(db, audit.id, { done, total }, toldAt))) stop.abort();
  };
  await tell(0);
  const read = items({
    signal: AbortSignal.any([signal, stop.signal]),
    onTotal: (all) => {
      total = all;
    },
  });
  const { withinMs } = audit.question;
  const tally = await countAll(
    read,
    { compiled, withinMs, now, askCrm },
    {
      onItem: tell,
      onBad: (line, message) => {
        count += 1;
        if (first.length < KEPT) first.push({ line, message });
      },
    },
  );
  if (signal.aborted) return null;
  if (stop.signal.aborted) return { state: "stopped" };
  if (tally.in === tally.buckets.unreadable)
    throw new UserError(
      `${audit.source} holds no conversation${first[0] === undefined ? "" : `: ${first[0].message}`}; give an Intercom export in JSON or CSV.`,
    );
  await noteProgress(db, audit.id, { done: tally.in, total: tally.in }, clock());
  const assumptions = { ...audit.question, asksSalesforce: askCrm !== null };
  const subject = { source: audit.source, policy, ...namesIn(compiled.policy), now };
  return { state: "done", report: reportOf(tally, assumptions, subject), faults: { count, first } };
}

/**
 * Erasure: a person's words, and who they are, leave every table; ids and keys that keep things from happening twice
 * stay. What Intercom deletes is erased by itself, what somebody asks for at once.
 */
import { emptyState } from "../conversation/fold.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { type Db, inTransaction, type Log } from "../store/database.ts";
import {
  askDeleted,
  askErasure,
  type Belongings,
  belongingsOf,
  contactsByAddress,
  dueErasures,
  endPass,
  mentionsOf,
  scrub,
  type Subject,
  writtenFor,
} from "./queries.ts";
import { type Remains, remainsOf } from "./remains.ts";

/** A run that was under way at the first pass may write once more; none lives for ten minutes. */
const NEXT_PASS_MS: readonly Ms[] = [60_000, 600_000];

export interface Found {
  readonly belongings: readonly Belongings[];
  /** What other systems were given, and keep until they are asked themselves. */
  readonly remains: readonly Remains[];
}

export interface Erased extends Found {
  /** Rows that held something, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Tables in which the address still stands: somebody else wrote it, say. Empty as a rule. */
  readonly mentions: readonly { readonly table: string; readonly rows: number }[];
}

/** What an erasure of this address would reach; nothing is changed. */
export async function findPerson(db: Db, email: string): Promise<Found> {
  const subjects = await contactsByAddress(db, email);
  return found(db, subjects);
}

async function found(db: Db, subjects: readonly Subject[]): Promise<Found> {
  const belongings: Belongings[] = [];
  const remains: Remains[] = [];
  for (const subject of subjects) {
    const belonging = await belongingsOf(db, subject);
    belongings.push(belonging);
    remains.push(...remainsOf(belonging, await writtenFor(db, belonging)));
  }
  return { belongings, remains };
}

/** Erases everybody with this address at once, and looks afterwards whether it still stands anywhere. */
export async function erasePerson(db: Db, email: string, askedBy: string, now: EpochMs): Promise<Erased> {
  const subjects = await contactsByAddress(db, email);
  const before = await found(db, subjects);
  await askErasure(db, subjects, askedBy, now);
  const rows: Record<string, number> = {};
  for (const subject of subjects)
    for (const [table, n] of Object.entries(await pass(db, { ...subject, passes: 0 }, now)))
      rows[table] = (rows[table] ?? 0) + n;
  return { ...before, rows, mentions: await mentionsOf(db, email) };
}

/** Does what is due, and what Intercom deleted since the last look; returns how many subjects that were. */
export async function eraseDue(db: Db, log: Log, now: EpochMs): Promise<number> {
  await askDeleted(db, now);
  const due = await dueErasures(db, now);
  for (const one of due) await pass(db, one, now);
  const fresh = due.filter(({ passes }) => passes === 0).length;
  if (fresh > 0) log("info", `erased what ${fresh} people or conversations had said`);
  return due.length;
}

async function pass(
  db: Db,
  subject: Subject & { readonly passes: number },
  now: EpochMs,
): Promise<Readonly<Record<string, number>>> {
  return inTransaction(db, async (tx) => {
    const belongings = await belongingsOf(tx, subject);
    const { workspace } = belongings;
    const rows = await scrub(tx, belongings, (id) => goneState(workspace, id));
    const wait = NEXT_PASS_MS[subject.passes];
    await endPass(tx, subject, subject.passes + 1, wait === undefined ? null : now + wait);
    return rows;
  });
}

/** A conversation that was deleted: later news of it change nothing. */
function goneState(workspace: string, conversation: string): unknown {
  const empty = emptyState(workspace, conversation);
  return { ...empty, snapshot: { ...empty.snapshot, deleted: true } };
}

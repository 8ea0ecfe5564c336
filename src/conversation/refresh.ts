/**
 * The shell of the conversation room: takes the events that nobody has taken, folds them, reads the rest through
 * Intercom's API where payloads are not enough, and stores the new state in one transaction with the mark on the events.
 * A repeat after a crash finds the same events again and ends in the same state.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import { type EpochMs, parseInstant } from "../kernel/time.ts";
import { type ContactChange, type Notification, parseNotification } from "../intake/notification.ts";
import { type Db, inTransaction, sqlState, type Tx } from "../store/database.ts";
import {
  absorb,
  type ConversationState,
  emptyState,
  evolve,
  needsReading,
  type Trigger,
  triggersBetween,
} from "./fold.ts";
import {
  addAlias,
  addUsage,
  conversationsOf,
  currentContact,
  dropTaken,
  loadConversation,
  lockPerson,
  markTaken,
  parkEvent,
  storeConversation,
  untakenOfContact,
  untakenOfConversation,
  type UntakenEvent,
  usageOf,
} from "./queries.ts";
import type { Snapshot } from "./snapshot.ts";

/** Usage older than this is in no policy's window. */
const USAGE_WINDOW_MS = 90 * 86_400_000;
/** A person's older conversations are not woken by what happens to the person. */
const WOKEN_CONVERSATIONS = 5;

export interface Hearing {
  readonly db: Db;
  readonly workspace: string;
  readonly conversation: string;
  /** Read through the API even if the payloads look complete: something about the person changed. */
  readonly reread: boolean;
  readonly now: EpochMs;
  /** The whole conversation through the API; null when it is gone. */
  readonly read: (conversation: string) => Promise<Snapshot | null>;
  /** Called in the transaction that stores the new state, with what is new in it. */
  readonly stored: (tx: Tx, triggers: readonly Trigger[]) => Promise<void>;
}

/**
 * Folds what is new into the stored conversation and returns its version; null when it is unknown and nothing is new.
 * An event that cannot be folded is parked, the others are folded in their order. Throws what `read` throws; nothing is
 * lost then.
 */
export async function hear(hearing: Hearing): Promise<number | null> {
  const { db, workspace, conversation } = hearing;
  const events = await untakenOfConversation(db, workspace, conversation);
  const heard = await sparing(db, events, (some) => fold(hearing, some));
  return heard ?? (await loadConversation(db, workspace, conversation))?.version ?? null;
}

async function fold(hearing: Hearing, events: readonly UntakenEvent[]): Promise<number | null> {
  const { db, workspace, conversation } = hearing;
  const stored = await loadConversation(db, workspace, conversation);
  if (events.length === 0 && !hearing.reread) return stored?.version ?? null;

  const before = stored?.state ?? emptyState(workspace, conversation);
  const told = attempted(() => notificationsOf(events).reduce(evolve, before));
  const read = await completed(told, hearing);
  const version = (stored?.version ?? 0) + 1;

  const won = await kept(db, async (tx) => {
    const after = await withUsage(tx, read, hearing.now);
    const first = await storeConversation(tx, version, after);
    if (!first) return false;
    const take = after.snapshot.deleted ? dropTaken : markTaken;
    await take(
      tx,
      events.map((event) => event.seq),
    );
    await hearing.stored(tx, triggersBetween(before, after));
    return true;
  });
  if (!won) {
    // A worker so slow that it was taken for dead lives on beside the one that took its run over: the next try reads
    // what the other has stored.
    const message = `conversation ${conversation} was folded by another run meanwhile`;
    throw new RetryableFailure({ target: "database", code: "folded_meanwhile", message }, "not-executed");
  }
  return version;
}

/** What an event asks for cannot be done, however often it is tried: no fault of anything outside. */
class Poison extends Error {
  override readonly name = "Poison";
}

function attempted<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Poison(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** One transaction. PostgreSQL's classes of errors for values that it cannot hold (22) or must not (23) are Poison. */
async function kept<T>(db: Db, body: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(db, body);
  } catch (cause) {
    if (!/^2[23]/.test(sqlState(cause) ?? "") || !(cause instanceof Error)) throw cause;
    throw new Poison(cause.message, { cause });
  }
}

const LONGEST_REASON = 200;

/** Takes the events together or, when one of them is poison, each by itself, and parks the one; null when none is left. */
async function sparing<T>(
  db: Db,
  events: readonly UntakenEvent[],
  take: (events: readonly UntakenEvent[]) => Promise<T>,
): Promise<T | null> {
  const [only, ...others] = events;
  try {
    return await take(events);
  } catch (error) {
    if (!(error instanceof Poison) || only === undefined) throw error;
    if (others.length === 0) {
      await parkEvent(db, only.seq, `could not be folded: ${error.message.slice(0, LONGEST_REASON)}`);
      return null;
    }
  }
  let last: T | null = null;
  for (const event of events) last = (await sparing(db, [event], take)) ?? last;
  return last;
}

async function completed(state: ConversationState, hearing: Hearing): Promise<ConversationState> {
  if (state.snapshot.deleted || !(hearing.reread || needsReading(state))) return state;
  const read = await hearing.read(hearing.conversation);
  if (read === null)
    return {
      ...state,
      snapshot: { ...state.snapshot, deleted: true, messages: [], contact: null, company: null },
    };
  return absorb(state, read, hearing.now);
}

/** The person is held meanwhile: either this sees their news, or their news finds the conversation that this stores. */
async function withUsage(tx: Tx, state: ConversationState, now: EpochMs): Promise<ConversationState> {
  if (state.contactId === null) return state;
  const { workspace } = state.snapshot;
  const contactId = await currentContact(tx, workspace, state.contactId);
  await lockPerson(tx, workspace, contactId);
  const usage = await usageOf(tx, workspace, contactId, now - USAGE_WINDOW_MS);
  return { ...state, contactId, snapshot: { ...state.snapshot, usage } };
}

function notificationsOf(events: readonly UntakenEvent[]): readonly Notification[] {
  return events.map((event) => parseNotification(event.body));
}

export interface PersonalHearing {
  readonly db: Db;
  readonly workspace: string;
  readonly contact: string;
  /** Called in the transaction that takes the news in, with the conversations to wake, and why. */
  readonly wake: (tx: Tx, conversations: readonly string[], triggers: readonly Trigger[]) => Promise<void>;
  /** Called in the same transaction with what the person's own notifications told, where there were any. */
  readonly changed: (tx: Tx, contact: string, changes: readonly ContactChange[]) => Promise<void>;
}

/** A person's news that belongs to no conversation: merges, tags, product usage. Returns how many conversations it woke. */
export async function hearPerson(hearing: PersonalHearing): Promise<number> {
  const { db, workspace, contact } = hearing;
  const events = await untakenOfContact(db, workspace, contact);
  return (await sparing(db, events, (some) => takePersonal(hearing, some))) ?? 0;
}

async function takePersonal(hearing: PersonalHearing, events: readonly UntakenEvent[]): Promise<number> {
  const { db, workspace, contact, wake } = hearing;
  if (events.length === 0) return 0;
  const notifications = attempted(() => notificationsOf(events));
  return kept(db, async (tx) => {
    const current = await currentContact(tx, workspace, contact);
    await lockPerson(tx, workspace, current);
    for (const [i, notification] of notifications.entries()) {
      if (notification.kind === "contact" && notification.mergedFrom !== null) {
        await addAlias(tx, workspace, notification.mergedFrom, contact, notification.createdAt);
      }
      if (notification.kind === "usage") {
        const at = parseInstant(notification.at) ?? notification.createdAt;
        await addUsage(tx, {
          workspace,
          contact: current,
          event: notification.event,
          at,
          id: events[i]?.seq ?? "",
        });
      }
    }
    await markTaken(
      tx,
      events.map((event) => event.seq),
    );
    const changes = notifications.flatMap((one) => (one.kind === "contact" ? [one.change] : []));
    if (changes.length > 0) await hearing.changed(tx, current, changes);
    if (!notifications.some(wakes)) return 0;
    const conversations = await conversationsOf(tx, workspace, current, WOKEN_CONVERSATIONS);
    const used = notifications.some((notification) => notification.kind === "usage");
    await wake(tx, conversations, used ? ["usage"] : []);
    return conversations.length;
  });
}

/** Intercom tells every change of a person; only those that can change a decision wake conversations. */
function wakes(notification: Notification): boolean {
  switch (notification.kind) {
    case "usage":
    case "contact-tag":
      return true;
    case "contact":
      return notification.change !== "created" && notification.change !== "updated";
    default:
      return false;
  }
}

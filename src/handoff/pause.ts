/**
 * Pausing a destination of an environment: what goes there waits, and goes out in order when it is resumed. A person
 * pauses and resumes; refused credentials and a spent day's calls pause by themselves, so that one issue stands for
 * what would be thousands.
 */
import { record } from "../access/audit-log.ts";
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { EpochMs } from "../kernel/time.ts";
import { type Db, inTransaction } from "../store/database.ts";
import {
  deletePause,
  type Destination,
  DESTINATIONS,
  insertPause,
  isPaused,
  listPauses,
  noteRefusal,
  type Pause,
} from "./pause-queries.ts";

/** Refused so often in a row by one run, a destination is paused. */
const REFUSALS = 3;

/** Refused credentials fail no effect: they are tried again, until the destination is paused. */
export function waitForSignIn({ facts }: PermanentFailure): RetryableFailure {
  return new RetryableFailure(facts, "not-executed");
}

/** The failure to wait with where every other call would be refused, too; null for every other error. */
export function refusalOf(error: unknown): RetryableFailure | null {
  if (error instanceof PermanentFailure) return error.facts.isSignIn === true ? waitForSignIn(error) : null;
  return error instanceof RetryableFailure && error.facts.isSpent === true ? error : null;
}

/**
 * Pauses the destination whose credentials were refused again and again, or whose calls of the day are spent; false for
 * every other failure.
 */
export async function pausedFor(
  db: Db,
  environment: string,
  error: RetryableFailure,
  attempt: number,
  now: EpochMs,
): Promise<boolean> {
  const { isSignIn, isSpent, target, code, message } = error.facts;
  const destination = DESTINATIONS.find((one) => one === target);
  const isShut = isSpent === true || (isSignIn === true && attempt >= REFUSALS);
  if (destination === undefined || !isShut) return false;
  await inTransaction(db, async (tx) => {
    await noteRefusal(tx, { environment, destination, code, message });
    const pause = {
      environment,
      destination,
      reason: message,
      pausedBy: "Baton",
      isAutomatic: true,
      since: now,
    };
    await insertPause(tx, pause);
  });
  return true;
}

/** Pauses a destination until somebody resumes it; returns the pause. A second call changes the reason. */
export function pause(
  db: Db,
  asked: { readonly environment: string; readonly destination: Destination; readonly reason: string },
  actor: string,
  now: EpochMs,
): Promise<Pause> {
  const { environment, destination, reason } = asked;
  return inTransaction(db, async (tx) => {
    await insertPause(tx, { ...asked, pausedBy: actor, isAutomatic: false, since: now });
    const found = (await listPauses(tx, environment)).find((one) => one.destination === destination);
    if (found === undefined) throw new Error("a pause was stored and is not there");
    await record(tx, { actor, action: "pause.begin", subject: destination, environment, facts: { reason } });
    return found;
  });
}

/** Ends a pause and returns it as it was; null when there was none. What waits goes out, the oldest first. */
export function resume(
  db: Db,
  { environment, destination }: { readonly environment: string; readonly destination: Destination },
  actor: string,
): Promise<Pause | null> {
  return inTransaction(db, async (tx) => {
    const found = (await listPauses(tx, environment)).find((one) => one.destination === destination) ?? null;
    await deletePause(tx, environment, destination);
    if (found !== null) {
      const { reason, waiting } = found;
      const facts = { reason, waiting };
      await record(tx, { actor, action: "pause.end", subject: destination, environment, facts });
    }
    return found;
  });
}

/**
 * The answer of `ask`, a question to a destination; "paused" when it is paused, or is so now because it refused the
 * credentials again and again or has no calls left. Throws what `ask` throws otherwise.
 */
export async function unlessPaused<T extends object>(
  db: Db,
  place: { readonly environment: string; readonly destination: Destination },
  now: EpochMs,
  attempt: number,
  ask: () => Promise<T>,
): Promise<T | "paused"> {
  const { environment, destination } = place;
  if (await isPaused(db, environment, destination)) return "paused";
  try {
    return await ask();
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === null) throw error;
    if (await pausedFor(db, environment, refused, attempt, now)) return "paused";
    throw refused;
  }
}

/** What the house does by itself: what no run has taken, or decided, is found and given a run; what is held is let go. */
import type { Engine, RunKind, Schedule } from "./engine/engine.ts";
import { type Db, inTransaction, type Log } from "./store/database.ts";
import { isUndecided, type Released, releaseOldest, undecided } from "./decide/queries.ts";
import type { Place } from "./desk.ts";
import { resume } from "./handoff/pause.ts";
import { listPauses, MOST_STARTED_A_SECOND, takeReady, type WaitingKind } from "./handoff/pause-queries.ts";
import { keepNight, nightOf, uncounted } from "./insights/census/night-queries.ts";
import { takeCensus } from "./insights/census/queries.ts";
import { addsUp, faultOf } from "./insights/census/taken.ts";
import { untaken } from "./intake/queries.ts";
import type { Clock, EpochMs, Ms } from "./kernel/time.ts";
import { type News, newsOf, start } from "./news.ts";

const SWEEP_EVERY_MS = 10_000;
/** An event this old should have a run: the run that took its batch is over, or was never started. */
const UNTAKEN_AFTER_MS = 15_000;

/** A decision that waits this long has lost its run: Salesforce refused the sign-in, say. It is tried again as often. */
const UNDECIDED_AFTER_MS = 300_000;

const DRAIN_EVERY_MS = 5_000;
/** One turn of draining ends after this: a worker that stops waits for it. */
const DRAIN_FOR_MS = 5_000;
/** A conversation that is not decided by then keeps the others waiting no longer. */
const DECIDED_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

export interface UpkeepParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: () => Engine;
  readonly conversationKind: RunKind<News>;
  readonly log: Log;
}

export function upkeep(parts: UpkeepParts): readonly Schedule[] {
  const { db, engine, conversationKind, log } = parts;
  return [
    {
      name: "sweep undecided conversations",
      everyMs: UNDECIDED_AFTER_MS,
      body: (now) => decideAgain(parts, now, UNDECIDED_AFTER_MS),
    },
    { name: "drain held conversations", everyMs: DRAIN_EVERY_MS, body: () => drain(parts) },
    {
      name: "sweep untaken events",
      everyMs: SWEEP_EVERY_MS,
      body: async (now) => {
        const events = await untaken(db, UNTAKEN_AFTER_MS);
        for (const event of events) {
          const id = `sweep:${event.seq}:${Math.floor(now / 60_000)}`;
          await start(engine(), conversationKind, { ...newsOf(event), id });
        }
        if (events.length > 0) log("info", `found ${events.length} events without a run and started theirs`);
      },
    },
  ];
}

/** Starts a run for each conversation that has waited for a decision for `olderThanMs`. */
export async function decideAgain(
  { db, engine, conversationKind, log }: Omit<UpkeepParts, "clock">,
  now: EpochMs,
  olderThanMs: Ms,
): Promise<void> {
  const waiting = await undecided(db, olderThanMs);
  for (const { workspace, conversation, isDecided } of waiting) {
    const id = `undecided:${conversation}:${now}`;
    await start(engine(), conversationKind, {
      workspace,
      conversation,
      contact: null,
      triggers: [],
      reread: isDecided,
      id,
      turn: 1,
    });
  }
  if (waiting.length > 0)
    log("warn", `${waiting.length} conversations waited for a decision; their runs are started again`);
}

const START_WAITING_EVERY_MS = 1_000;

export type WaitingKinds = Readonly<Record<WaitingKind, RunKind<never>>>;

/** Starts what has waited for destinations that are resumed, or was asked for again by a person, the oldest first. */
export function startWaiting(db: Db, engine: () => Engine, kinds: WaitingKinds): Schedule {
  return {
    name: "start what waited",
    everyMs: START_WAITING_EVERY_MS,
    body: () =>
      inTransaction(db, async (tx) => {
        for (const { kind, runId: id, partition, input } of await takeReady(tx, MOST_STARTED_A_SECOND))
          await engine().start(kinds[kind], input as never, {
            id,
            tx,
            ...(partition !== null && { partition }),
          });
      }),
  };
}

const KNOCK_EVERY_MS = 60_000;
/** What cannot be asked (a mail server) is tried again after this long: the first message asks. */
const TRY_AFTER_MS = 900_000;

export interface KnockParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly place: (environment: string) => Promise<Pick<Place, "knock">>;
}

/** Every minute: `knockAgain`. */
export function knocking(parts: KnockParts): Schedule {
  return { name: "knock again", everyMs: KNOCK_EVERY_MS, body: () => knockAgain(parts) };
}

/** Resumes destinations that refused Baton's credentials and accept them now. What a person paused stays paused. */
export async function knockAgain({ db, clock, log, place }: KnockParts): Promise<void> {
  for (const { environment, destination, since, isAutomatic } of await listPauses(db, null)) {
    if (!isAutomatic) continue;
    try {
      const { knock } = await place(environment);
      if (!(await knock(destination)) && clock() - since < TRY_AFTER_MS) continue;
    } catch (error) {
      log("debug", `${destination} of ${environment} does not let Baton in yet`, { error: String(error) });
      continue;
    }
    await resume(db, { environment, destination }, "Baton");
    log("info", `${destination} of ${environment} lets Baton in again; what waited goes out`);
  }
}

const COUNT_EVERY_MS = 600_000;

export type CensusParts = Pick<UpkeepParts, "db" | "clock" | "log">;

/** Each night, by the day in UTC: `countNight`. */
export function nightlyCensus(parts: CensusParts): Schedule {
  return { name: "census", everyMs: COUNT_EVERY_MS, body: () => countNight(parts) };
}

/** Takes and keeps the census of every environment that has none of this night. */
export async function countNight({ db, clock, log }: CensusParts): Promise<void> {
  for (const environment of await uncounted(db, nightOf(clock()))) {
    const taken = await takeCensus(db, environment);
    const isNews = await keepNight(db, environment, taken, clock());
    if (isNews && !addsUp(taken))
      log("error", `the census of ${environment} does not add up: ${faultOf(taken)}`);
  }
}

/**
 * Lets go of held conversations whose time has come, one after the other, the one that was held longest first: each is
 * read again and decided before the next, so that the oldest finds the place that there is. The release and the start
 * of its run are one transaction: a process that dies has done both or neither.
 */
export async function drain({ db, clock, engine, conversationKind, log }: UpkeepParts): Promise<void> {
  const end = clock() + DRAIN_FOR_MS;
  let drained = 0;
  while (clock() < end) {
    const released = await inTransaction(db, async (tx) => {
      const oldest = await releaseOldest(tx, clock());
      if (oldest === null) return null;
      const { workspace, conversation, decision } = oldest;
      const id = `held:${decision}`;
      const news = { workspace, conversation, contact: null, triggers: [], reread: true, id, turn: 1 };
      await start(engine(), conversationKind, news, { tx });
      return oldest;
    });
    if (released === null) break;
    drained += 1;
    if (!(await decidedSoon(db, clock, released))) {
      log(
        "warn",
        `conversation ${released.conversation} was held and is not decided yet; the next goes first`,
      );
      break;
    }
  }
  if (drained > 0) log("info", `${drained} held conversations were let go`);
}

async function decidedSoon(db: Db, clock: Clock, released: Released): Promise<boolean> {
  const deadline = clock() + DECIDED_WITHIN_MS;
  while (await isUndecided(db, released)) {
    if (clock() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

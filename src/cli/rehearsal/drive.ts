/** The run of a rehearsal: conversations come in, workers die, and at the end everything must have come to rest. */
import type { Emulators } from "../../../emulators/all.ts";
import type { Clock, EpochMs, Ms } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { type Replayable, replay, type Replayed } from "../emulated.ts";
import type { Crew } from "./processes.ts";
import { hanging, type Progress, progress } from "./queries.ts";

export interface Drive {
  readonly emulators: Emulators;
  readonly db: Db;
  readonly crew: Pick<Crew, "kill" | "kills">;
  readonly conversations: readonly Replayable[];
  /** Conversations a second; null: as fast as the service keeps up. */
  readonly rate: number | null;
  readonly kills: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly clock: Clock;
  /** True when somebody wants it to end now. */
  readonly isStopped: () => boolean;
  readonly onProgress: (shown: Shown) => void;
  /** Called at every look, while the work goes on. */
  readonly meanwhile?: () => Promise<void>;
  /** Waits for timers that are due later, too. */
  readonly waitsForTimers?: boolean;
  /** Whether the service has read what nobody tells it of since that time; true where nothing is to be waited for. */
  readonly caughtUp?: (since: EpochMs) => Promise<boolean>;
  /** No number moved for this long: something hangs. Default 90 s. */
  readonly patienceMs?: Ms;
}

export interface Shown {
  readonly replayed: number;
  readonly progress: Progress;
  readonly kills: number;
}

export interface Driven {
  /** What each conversation became in Intercom; null where the run was stopped before it. */
  readonly replayed: readonly (Replayed | null)[];
  /** What did not come to rest; empty when all work is done. */
  readonly hanging: readonly string[];
}

const LOOK_EVERY_MS: Ms = 250;
/** Conversations that are not decided yet, and handoffs under way, before the next ones wait. */
const MOST_IN_FLIGHT = 48;
const PATIENCE_MS: Ms = 90_000;
/** Longest pause between two messages of a conversation. */
const LONGEST_PAUSE_MS: Ms = 250;
const APPEARED_MS: Ms = 300;

/** Replays every conversation and waits until all work has come to rest. Rejects with what a replay throws. */
export async function drive(options: Drive): Promise<Driven> {
  const state: State = {
    replayed: options.conversations.map(() => null),
    started: 0,
    underway: new Set(),
    error: null,
    now: await progress(options.db),
    quietSince: null,
    startedAt: options.clock(),
  };
  const watch = watcher(options);
  while (!options.isStopped()) {
    if (state.error !== null) throw state.error;
    startMore(options, state);
    killOne(options, state);
    const isSent = state.started === options.conversations.length && state.underway.size === 0;
    const isDelivered = await within(LOOK_EVERY_MS, options.emulators.intercom.flush());
    await options.meanwhile?.();
    state.now = await progress(options.db);
    options.onProgress({ replayed: state.started, progress: state.now, kills: options.crew.kills() });
    const isQuiet = isSent && isDelivered && isAtRest(state.now, options);
    state.quietSince = isQuiet ? (state.quietSince ?? options.clock()) : null;
    const isOver =
      state.quietSince !== null && (await (options.caughtUp?.(state.quietSince) ?? Promise.resolve(true)));
    if (isOver && options.crew.kills() >= options.kills && (await isStillAtRest(options))) break;
    if (watch(state)) return { replayed: state.replayed, hanging: await stalled(options) };
    if (isDelivered) await sleep(LOOK_EVERY_MS);
  }
  return { replayed: state.replayed, hanging: [] };
}

interface State {
  readonly replayed: (Replayed | null)[];
  started: number;
  readonly underway: Set<Promise<void>>;
  error: unknown;
  now: Progress;
  /** Since when nothing has been left to do. */
  quietSince: EpochMs | null;
  readonly startedAt: EpochMs;
}

function startMore(options: Drive, state: State): void {
  const { conversations } = options;
  let room = roomFor(options, state);
  while (room > 0 && state.started < conversations.length) {
    const place = state.started;
    const conversation = conversations[place];
    if (conversation === undefined) return;
    state.started += 1;
    room -= 1;
    const running = play(options, state, conversation, place);
    const tracked = running.finally(() => state.underway.delete(tracked));
    state.underway.add(tracked);
  }
}

async function play(options: Drive, state: State, conversation: Replayable, place: number): Promise<void> {
  const pauseMs = (): Ms => options.random() * LONGEST_PAUSE_MS;
  try {
    state.replayed[place] = await replay(options.emulators, conversation, {
      appearedMs: APPEARED_MS,
      pauseMs,
    });
  } catch (error) {
    state.error ??= error;
  }
}

/** How many conversations may begin now. */
function roomFor({ rate, clock, kills, crew, conversations }: Drive, state: State): number {
  if (rate !== null) return Math.floor(((clock() - state.startedAt) / 1_000) * rate) + 1 - state.started;
  const inFlight = state.started - state.now.standings + state.now.handoffsRunning;
  // The kills are spread over the whole run: conversations wait for those that are due.
  const due = kills === 0 ? Infinity : Math.ceil(((crew.kills() + 1) / kills) * conversations.length);
  return Math.min(MOST_IN_FLIGHT - inFlight, due - state.started);
}

function killOne({ kills, crew, conversations }: Drive, { started }: State): void {
  const due = Math.floor((started / Math.max(1, conversations.length)) * kills);
  if (crew.kills() < due) crew.kill();
}

function isAtRest(now: Progress, { waitsForTimers = false }: Pick<Drive, "waitsForTimers">): boolean {
  if (waitsForTimers && now.timersWaiting > 0) return false;
  const { untaken, pending, runsOpen, handoffsRunning, effectsOpen, timersDue } = now;
  return untaken + pending + runsOpen + handoffsRunning + effectsOpen + timersDue === 0;
}

/** Writes that a fault holds back may cause webhooks of their own. */
async function isStillAtRest(options: Drive): Promise<boolean> {
  const { emulators, db } = options;
  await emulators.settled();
  await emulators.intercom.flush();
  await sleep(LOOK_EVERY_MS);
  return isAtRest(await progress(db), options);
}

/** Returns a function that is true once nothing has moved for too long. */
function watcher({
  clock,
  crew,
  emulators,
  waitsForTimers = false,
  patienceMs = PATIENCE_MS,
}: Drive): (state: State) => boolean {
  let last = "";
  let since = clock();
  return ({ now, started }) => {
    const ledgers = [emulators.salesforce, emulators.intercom, emulators.slack, emulators.smtp];
    const moved = [now, started, crew.kills(), ledgers.map(({ ledger }) => ledger.entries().length)];
    const seen = JSON.stringify(moved);
    // A timer that is due later moves nothing until then.
    if (seen !== last || (waitsForTimers && now.timersWaiting > 0)) {
      last = seen;
      since = clock();
    }
    return clock() - since > patienceMs;
  };
}

async function stalled({ db, emulators }: Drive): Promise<readonly string[]> {
  const lines = await hanging(db);
  const delivered = await within(LOOK_EVERY_MS, emulators.intercom.flush());
  const webhooks = delivered ? [] : ["webhooks of the Intercom emulator are still on their way"];
  return lines.length + webhooks.length === 0
    ? ["nothing moved any more, and not every worker could be killed as often as asked"]
    : [...webhooks, ...lines];
}

/** True when `work` is done within `ms`. */
async function within(ms: Ms, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

function sleep(ms: Ms): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Brings to every alert of a handoff what became of its lead. One run at a time for a handoff, and each writes what is
 * stored by then: the newest state is the last that is written, and a repeat changes nothing.
 */
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { Attempt, RetryPolicy, RunKind, Schedule } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import { inTransaction } from "../store/database.ts";
import { waitForSignIn } from "../handoff/pause.ts";
import { isPaused } from "../handoff/pause-queries.ts";
import { withNote } from "../handoff/alert.ts";
import { asSent } from "../handoff/carry.ts";
import type { EffectResult } from "../handoff/outcome.ts";
import { loadHandoff, type StoredHandoff } from "../handoff/queries.ts";
import { finishShowing, happenedTo, leaveStale, stillShowing, takeStale } from "./queries.ts";
import type { ResponseDesk } from "./run.ts";
import { standingOf } from "./standing.ts";

// A type, not an interface: only types are assignable to the engine's JSON.
export type BoardInput = { readonly handoff: string; readonly news: number; readonly turn: number };

const PATIENCE: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };
const SWEEP_EVERY_MS = 1_000;
/** Two sweeps at once take different handoffs, so a dead worker need not be waited for. */
const SWEEP_LEASE_MS = 2_000;
const MOST_AT_ONCE = 200;

function boardRunId({ handoff, news, turn }: BoardInput): string {
  return `board:${handoff}:${news}${turn === 1 ? "" : `~${turn}`}`;
}

export function boardRun(desk: ResponseDesk): RunKind<BoardInput> {
  const kind: RunKind<BoardInput> = {
    name: "board",
    queue: "timer",
    body: async (steps, input) => {
      const renewed = new Set<string>();
      const renew = async ({ number }: Attempt): Promise<number | "paused"> => {
        // A write that was not answered may land late, and must not be the last one.
        if (number > 1 || input.turn > 1) await settled(desk, input.handoff);
        return show(desk, input.handoff, renewed);
      };
      const shown = await stepOrLater(steps, "renew alerts", renew, PATIENCE);
      if (shown.kind === "later") {
        const next = { ...input, turn: input.turn + 1 };
        const start = { id: boardRunId(next), delayMs: waitBefore(input.turn) };
        await steps.step("later", async () => {
          await stillShowing(desk.db, input.handoff, input.news, desk.clock());
          await desk.engine().start(kind, next, start);
          return shown.reason;
        });
        return;
      }
      if (shown.value === "paused") {
        await steps.step("leave alerts", () =>
          leaveStale(desk.db, input.handoff, input.news).then(() => "stale"),
        );
        return;
      }
      await steps.step("alerts renewed", () =>
        finishShowing(desk.db, input.handoff, input.news).then(() => "shown"),
      );
    },
  };
  return kind;
}

/** Starts a run for the alerts of each handoff to which something happened. */
export function boardSweep(desk: ResponseDesk, kind: RunKind<BoardInput>): Schedule {
  return {
    name: "renew alerts",
    everyMs: SWEEP_EVERY_MS,
    leaseMs: SWEEP_LEASE_MS,
    body: async () => {
      let taken: number;
      do {
        taken = await inTransaction(desk.db, async (tx) => {
          const stale = await takeStale(tx, desk.clock(), MOST_AT_ONCE);
          const runs = stale.map((one) => ({ ...one, turn: 1 }));
          await desk.engine().startMany(
            kind,
            runs.map((input) => ({ input, id: boardRunId(input) })),
            tx,
          );
          return stale.length;
        });
      } while (taken === MOST_AT_ONCE);
    },
  };
}

async function settled(desk: ResponseDesk, id: string): Promise<void> {
  const { world } = await desk.place((await opened(desk, id)).environment);
  await world.sleep(world.settleMs);
}

async function opened({ db }: ResponseDesk, id: string): Promise<StoredHandoff> {
  const handoff = await loadHandoff(db, id);
  if (handoff === null) throw new Error(`the alerts of ${id} have a run but no handoff`);
  return handoff;
}

/**
 * Returns how many alerts were written anew; a failure that time may cure lets the others go on first, and those that
 * are `renewed` need no second write. One that Slack does not let be changed is logged and left as it is.
 */
async function show(desk: ResponseDesk, id: string, renewed: Set<string>): Promise<number | "paused"> {
  const handoff = await opened(desk, id);
  const { board, world } = await desk.place(handoff.environment);
  if (board === null) return 0;
  if (await isPaused(desk.db, handoff.environment, "slack")) return "paused";
  const standing = standingOf(await happenedTo(desk.db, id));
  let hindered: RetryableFailure | null = null;
  for (const { key, request, state, result, target, followUp } of handoff.effects) {
    if (request.kind !== "notify" || target !== "slack" || state !== "done" || renewed.has(key)) continue;
    // finishEffect stored it as EffectResult.
    const { id: message, notes = [] } = (result ?? {}) as EffectResult;
    const sent = asSent(handoff, followUp, request, world.crm);
    if (message === undefined || sent === null) continue;
    try {
      await board.show(message, notes.reduce(withNote, sent.alert), standing);
      renewed.add(key);
    } catch (error) {
      if (error instanceof PermanentFailure && error.facts.isSignIn === true) throw waitForSignIn(error);
      if (error instanceof RetryableFailure) hindered = error;
      else if (!(error instanceof PermanentFailure)) throw error;
      else desk.log("warn", "an alert could not be renewed", { handoff: id, message: error.facts.message });
    }
  }
  if (hindered !== null) throw hindered;
  return renewed.size;
}

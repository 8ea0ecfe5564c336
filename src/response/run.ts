/**
 * The run of one press: who it was, whether they may, and what is done. What a press does and the note that it was done
 * are one transaction, so a repeat of the run does nothing twice.
 */
import { assertNever } from "../kernel/assert-never.ts";
import { PermanentFailure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { Engine, RetryPolicy, RunKind } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import { type Db, inTransaction, type Log, type Tx } from "../store/database.ts";
import { policyLoader, type PolicyOfVersion } from "../versions/loader.ts";
import type { World } from "../handoff/carry.ts";
import type { FollowUpInput } from "../followup/run.ts";
import { claimIt, type Doing, rejectIt, remindLater } from "./acts.ts";
import type { Board } from "./ports.ts";
import { type Answer, type Press, refusalOf } from "./press.ts";
import { answerPress, caseOfAlert, insertPress, loadPress, type StoredPress } from "./queries.ts";
import { concernedBy } from "./concerned.ts";

export interface ResponseDesk {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: () => Engine;
  readonly log: Log;
  /** Carries out what a claim or a rejection planned. */
  readonly followUpKind: RunKind<FollowUpInput>;
  readonly place: (environment: string) => Promise<{
    /** The connection over which its alerts go to Slack. */
    readonly connection: string | null;
    readonly world: World;
    /** Null where alerts offer nothing to press. */
    readonly board: Board | null;
  }>;
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type PressInput = {
  readonly press: string;
  /** 1 for the first start; each later start of the same press counts on. */
  readonly turn: number;
};

const PATIENCE: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };

function pressRunId({ press, turn }: PressInput): string {
  return turn === 1 ? `press:${press}` : `press:${press}~${turn}`;
}

export function pressRun(desk: ResponseDesk): RunKind<PressInput> {
  const policies = policyLoader(desk.db);
  const kind: RunKind<PressInput> = {
    name: "press",
    queue: "handoff",
    body: async (steps, input) => {
      for (const [name, body] of [
        ["press", () => work(desk, policies, input.press)],
        ["answer press", () => tell(desk, input.press)],
      ] as const) {
        const stepped = await stepOrLater(steps, name, body, PATIENCE);
        if (stepped.kind === "done") continue;
        const next = { ...input, turn: input.turn + 1 };
        const start = { id: pressRunId(next), delayMs: waitBefore(input.turn) };
        await steps.step("later", () =>
          desk
            .engine()
            .start(kind, next, start)
            .then(() => stepped.reason),
        );
        return;
      }
    },
  };
  return kind;
}

/**
 * Stores what was pressed and starts its run; true when it was not known. `db` is the connection that answers the
 * sender: both are on disk when this resolves.
 */
export async function takePress(
  desk: Pick<ResponseDesk, "clock" | "engine">,
  db: Db,
  kind: RunKind<PressInput>,
  { connection, press }: { readonly connection: string; readonly press: Press },
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const isNew = await insertPress(tx, connection, press, desk.clock());
    if (isNew && press.wish.kind !== "ignored") {
      const input = { press: press.id, turn: 1 };
      await desk.engine().start(kind, input, { id: pressRunId(input), tx });
    }
    return isNew;
  });
}

async function opened(desk: ResponseDesk, id: string): Promise<StoredPress> {
  const press = await loadPress(desk.db, id);
  if (press === null) throw new Error(`press ${id} has a run but no row`);
  return press;
}

/** Returns what kind of press it was. */
async function work(desk: ResponseDesk, policies: PolicyOfVersion, id: string): Promise<string> {
  const press = await opened(desk, id);
  if (press.isAnswered) return "answered before";
  const { kind } = press.wish;
  try {
    await carryOut(desk, policies, press);
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    const { message } = error.facts;
    desk.log("warn", "a press could not be worked", { press: id, kind, message });
    await answerPress(desk.db, id, { text: `That could not be done. ${message}`, at: null }, desk.clock());
  }
  return kind;
}

const UNKNOWN: Answer = { text: "Baton does not know this lead any more.", at: null };

async function carryOut(desk: ResponseDesk, policies: PolicyOfVersion, press: StoredPress): Promise<void> {
  const { db, clock } = desk;
  const { wish } = press;
  if (wish.kind === "ignored") return;
  const answer = (text: Answer | null) => answerPress(db, press.id, text, clock());
  const found = await caseOfAlert(db, wish.key);
  const place = found === null ? null : await desk.place(found.environment);
  // Whoever signs for one Slack has no say about leads that are told in another.
  if (found === null || place?.board == null || place.connection !== press.connection) {
    await answer(UNKNOWN);
    return;
  }
  const presser = await place.board.who(press.user);
  const { policy } = await policies(found.policyVersion);
  const concerned = await concernedBy(db, found, policy);
  const refusal = refusalOf(presser, concerned);
  if (refusal !== null) {
    await answer({ text: refusal, at: null });
    return;
  }
  const doing: Doing = { ...desk, world: place.world, case: found, policy, presser };
  const done = (tx: Tx, text: Answer | null): Promise<boolean> => answerPress(tx, press.id, text, clock());
  switch (wish.kind) {
    case "claim":
      return claimIt(doing, done);
    case "remind":
      return remindLater(doing, wish.when, done);
    case "reject":
      return rejectIt(doing, wish, done);
    case "ask-reason": {
      if (press.spot !== null) await place.board.askReason(wish.trigger, { key: wish.key, spot: press.spot });
      await answer(null);
      return;
    }
    default:
      return assertNever(wish);
  }
}

/** Says the answer to whoever pressed; one that cannot be said is logged. */
async function tell(desk: ResponseDesk, id: string): Promise<string> {
  const { answer, wish, spot, user } = await opened(desk, id);
  if (answer === null || spot === null || wish.kind === "ignored") return "nothing to say";
  const found = await caseOfAlert(desk.db, wish.key);
  const board = found === null ? null : (await desk.place(found.environment)).board;
  if (board === null) return "nobody to say it";
  try {
    await board.whisper(spot, user, answer);
    return "said";
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    desk.log("warn", "whoever pressed could not be answered", { press: id, message: error.facts.message });
    return "refused";
  }
}

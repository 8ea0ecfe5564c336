/**
 * The durable run of a handoff: Salesforce, then Intercom, then the people, then the end. What is left to
 * do is read from the effects, so a repeat after a crash, or a later start, goes on where the last one stopped.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import type { Attempt, Engine, RetryPolicy, RunKind } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import type { Db } from "../store/database.ts";
import { setStanding } from "../decide/queries.ts";
import { noteNewAlerts } from "./board-queries.ts";
import { carryAll, type World } from "./carry.ts";
import { type EndedHandoff, finishHandoff, loadHandoff, type StoredHandoff } from "./queries.ts";

export interface HandoffDesk {
  readonly db: Db;
  readonly engine: () => Engine;
  /** The ports of the handoff's environment. */
  readonly world: (environment: string) => Promise<World>;
  /** Told when a handoff ended, for metrics. */
  readonly onEnd: (ended: EndedHandoff) => void;
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type HandoffInput = {
  readonly handoff: string;
  /** 1 for the first start; each later start of the same handoff counts on. */
  readonly turn: number;
  /** Whose systems its effects touch: stages without any are left out. */
  readonly targets: readonly string[];
};

const HANDOFF_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };

/** The targets in the order in which a handoff reaches them. */
const STAGES: readonly { readonly name: string; readonly targets: readonly string[] }[] = [
  { name: "salesforce", targets: ["salesforce"] },
  { name: "intercom", targets: ["intercom"] },
  { name: "tell", targets: ["slack", "email"] },
];

/** The engine's id of a handoff's `turn`-th start. */
export function handoffRunId({ handoff, turn }: Pick<HandoffInput, "handoff" | "turn">): string {
  return turn === 1 ? handoff : `${handoff}~${turn}`;
}

export function handoffRun(desk: HandoffDesk): RunKind<HandoffInput> {
  const kind: RunKind<HandoffInput> = {
    name: "handoff",
    queue: "handoff",
    body: async (steps, input) => {
      // What is left to do: read at the first stage and kept up to date; a try that failed reads again.
      let handoff: StoredHandoff | null = null;
      for (const { name, targets } of STAGES) {
        if (!input.targets.some((target) => targets.includes(target))) continue;
        const carry = async (attempt: Attempt): Promise<number> => {
          const known = attempt.number === 1 ? handoff : null;
          handoff = await carryStage(desk, known ?? (await openHandoff(desk, input.handoff)), targets);
          return handoff.effects.length;
        };
        const carried = await stepOrLater(steps, name, carry, HANDOFF_RETRY);
        if (carried.kind === "later") {
          const next = { ...input, turn: input.turn + 1 };
          const start = { id: handoffRunId(next), delayMs: waitBefore(input.turn) };
          await steps.step("later", async () => {
            await desk.engine().start(kind, next, start);
            return carried.reason;
          });
          return;
        }
      }
      await steps.step("finish", () => finish(desk, input.handoff));
    },
  };
  return kind;
}

async function openHandoff(desk: HandoffDesk, id: string): Promise<StoredHandoff> {
  const handoff = await loadHandoff(desk.db, id);
  if (handoff === null) throw new Error(`handoff ${id} has a run but no row`);
  return handoff;
}

/** The handoff with this stage's effects at their end. */
async function carryStage(
  desk: HandoffDesk,
  handoff: StoredHandoff,
  targets: readonly string[],
): Promise<StoredHandoff> {
  if (handoff.blocked) {
    throw new RetryableFailure(
      {
        target: "database",
        code: "earlier_handoff",
        message: `an earlier handoff of conversation ${handoff.conversation} is still under way`,
      },
      "not-executed",
    );
  }
  const world = await desk.world(handoff.environment);
  return carryAll(
    desk.db,
    world,
    handoff,
    (effect) => effect.followUp === null && targets.includes(effect.target),
  );
}

async function finish(desk: HandoffDesk, id: string): Promise<string> {
  const ended = await finishHandoff(desk.db, id);
  await noteNewAlerts(desk.db, id);
  if (ended.status === "failed") await setStanding(desk.db, ended, "failed");
  desk.onEnd(ended);
  return ended.status;
}

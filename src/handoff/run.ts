/**
 * The durable run of a handoff: Salesforce, then Intercom, then the people, then the end. Each step loads what is left
 * to do, so a repeat after a crash, or a later start of the same handoff, goes on where the last one stopped.
 */
import { RetryableFailure } from "../kernel/failure.ts";
import type { Engine, RetryPolicy, RunKind } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import type { Db } from "../store/database.ts";
import { setStanding } from "../decide/queries.ts";
import { carryOut, type World } from "./carry.ts";
import { finishHandoff, loadHandoff, type StoredEffect, type StoredHandoff } from "./queries.ts";

export interface HandoffDesk {
  readonly db: Db;
  readonly engine: () => Engine;
  /** The ports of the handoff's environment. */
  readonly world: (environment: string) => Promise<World>;
  /** Told when a handoff ended, for metrics. */
  readonly onEnd: (handoff: StoredHandoff, status: "done" | "failed" | "maybe") => void;
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type HandoffInput = {
  readonly handoff: string;
  /** 1 for the first start; each later start of the same handoff counts on. */
  readonly turn: number;
};

const HANDOFF_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };

/** The targets in the order in which a handoff reaches them. */
const STAGES: readonly { readonly name: string; readonly targets: readonly string[] }[] = [
  { name: "salesforce", targets: ["salesforce"] },
  { name: "intercom", targets: ["intercom"] },
  { name: "tell", targets: ["slack", "email"] },
];

/** The engine's id of a handoff's `turn`-th start. */
export function handoffRunId({ handoff, turn }: HandoffInput): string {
  return turn === 1 ? handoff : `${handoff}~${turn}`;
}

export function handoffRun(desk: HandoffDesk): RunKind<HandoffInput> {
  const kind: RunKind<HandoffInput> = {
    name: "handoff",
    queue: "handoff",
    body: async (steps, input) => {
      for (const stage of STAGES) {
        const carried = await stepOrLater(
          steps,
          stage.name,
          () => carryStage(desk, input.handoff, stage.targets),
          HANDOFF_RETRY,
        );
        if (carried.kind === "later") {
          const next = { handoff: input.handoff, turn: input.turn + 1 };
          await steps.step("later", async () => {
            await desk
              .engine()
              .start(kind, next, { id: handoffRunId(next), delayMs: waitBefore(input.turn) });
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

async function carryStage(desk: HandoffDesk, id: string, targets: readonly string[]): Promise<number> {
  const handoff = await loadHandoff(desk.db, id);
  if (handoff === null) throw new Error(`handoff ${id} has a run but no row`);
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
  const open = handoff.effects.filter((effect) => targets.includes(effect.target) && isOpen(effect));
  return carryAll(desk.db, world, handoff, open);
}

/** One effect after the other; a failure that time may cure lets the others go on first. */
async function carryAll(
  db: Db,
  world: World,
  handoff: StoredHandoff,
  effects: readonly StoredEffect[],
): Promise<number> {
  let hindered: RetryableFailure | null = null;
  for (const effect of effects) {
    try {
      await carryOut(db, world, handoff, effect);
    } catch (error) {
      if (!(error instanceof RetryableFailure)) throw error;
      hindered = error;
    }
  }
  if (hindered !== null) throw hindered;
  return effects.length;
}

function isOpen(effect: StoredEffect): boolean {
  return effect.state === "planned" || effect.state === "sending";
}

async function finish(desk: HandoffDesk, id: string): Promise<string> {
  const status = await finishHandoff(desk.db, id);
  const handoff = await loadHandoff(desk.db, id);
  if (handoff === null) return status;
  if (status === "failed") await setStanding(desk.db, handoff, "failed", null);
  desk.onEnd(handoff, status);
  return status;
}

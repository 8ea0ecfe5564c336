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
import { type Carried, carryAll, type World } from "./carry.ts";
import { letWait } from "./pause-queries.ts";
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
  /** Counts the times that a person had failed effects tried again. */
  readonly again?: number;
};

const HANDOFF_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };

/** The targets in the order in which a handoff reaches them, and what must not wait if a stage is to begin. */
const STAGES: readonly {
  readonly name: string;
  readonly targets: readonly string[];
  readonly after: readonly string[];
}[] = [
  { name: "salesforce", targets: ["salesforce"], after: [] },
  { name: "intercom", targets: ["intercom"], after: [] },
  // What people are told links to the record and goes to whoever owns it in the end.
  { name: "tell", targets: ["slack", "email"], after: ["salesforce"] },
];

/** The engine's id of a handoff's `turn`-th start, since it was last tried again. */
export function handoffRunId({ handoff, turn, again }: Omit<HandoffInput, "targets">): string {
  const id = again === undefined ? handoff : `${handoff}~again${again}`;
  return turn === 1 ? id : `${id}~${turn}`;
}

export function handoffRun(desk: HandoffDesk): RunKind<HandoffInput> {
  const kind: RunKind<HandoffInput> = {
    name: "handoff",
    queue: "handoff",
    body: async (steps, input) => {
      const next = { ...input, turn: input.turn + 1 };
      // What is left to do: read at the first stage and kept up to date; a try that failed reads again.
      let handoff: StoredHandoff | null = null;
      const waitsFor = new Set<string>();
      for (const { name, targets, after } of STAGES) {
        if (!input.targets.some((target) => targets.includes(target))) continue;
        if (after.some((target) => waitsFor.has(target))) continue;
        const carry = async (attempt: Attempt): Promise<string[]> => {
          const known = attempt.number === 1 ? handoff : null;
          const opened = known ?? (await openHandoff(desk, input.handoff));
          const carried = await carryStage(desk, opened, targets, attempt.number);
          handoff = carried.handoff;
          return [...carried.waitsFor];
        };
        const carried = await stepOrLater(steps, name, carry, HANDOFF_RETRY);
        if (carried.kind === "later") {
          const start = { id: handoffRunId(next), delayMs: waitBefore(input.turn) };
          await steps.step("later", async () => {
            await desk.engine().start(kind, next, start);
            return carried.reason;
          });
          return;
        }
        for (const target of carried.value) waitsFor.add(target);
      }
      if (waitsFor.size > 0) await steps.step("wait", () => letHandoffWait(desk, next, [...waitsFor]));
      else await steps.step("finish", () => finish(desk, input.handoff));
    },
  };
  return kind;
}

/** The next start waits until its destinations are resumed. */
async function letHandoffWait(
  { db }: HandoffDesk,
  input: HandoffInput,
  destinations: readonly string[],
): Promise<string> {
  const handoff = await loadHandoff(db, input.handoff);
  const environment = handoff?.environment ?? "";
  const run = {
    runId: handoffRunId(input),
    subject: input.handoff,
    environment,
    destinations,
    partition: null,
  };
  await letWait(db, { ...run, kind: "handoff", input });
  return `waits for ${destinations.join(", ")}`;
}

async function openHandoff(desk: HandoffDesk, id: string): Promise<StoredHandoff> {
  const handoff = await loadHandoff(desk.db, id);
  if (handoff === null) throw new Error(`handoff ${id} has a run but no row`);
  return handoff;
}

/** The handoff with this stage's effects at their end, but for those that wait. */
async function carryStage(
  desk: HandoffDesk,
  handoff: StoredHandoff,
  targets: readonly string[],
  attempt: number,
): Promise<Pick<Carried, "handoff"> & { readonly waitsFor: readonly string[] }> {
  // Behind a handoff that waits, it waits for the same: a record's writes keep their order.
  if (handoff.blockedFor.length > 0) return { handoff, waitsFor: handoff.blockedFor };
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
    attempt,
  );
}

async function finish(desk: HandoffDesk, id: string): Promise<string> {
  const ended = await finishHandoff(desk.db, id);
  await noteNewAlerts(desk.db, id);
  if (ended.status === "failed") await setStanding(desk.db, ended, "failed");
  else if (ended.isRerun) await setStanding(desk.db, ended, "handed-off");
  desk.onEnd(ended);
  return ended.status;
}

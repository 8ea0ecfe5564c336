/**
 * Takes waiting runs from the queues and carries them out. DBOS claims and runs them; only the question "when to look"
 * is Baton's own: DBOS looks every so often, Baton looks when PostgreSQL says that something was committed (NOTIFY),
 * and once a second in case a word was lost. That gives milliseconds of latency and almost no idle load, where polling
 * every 50 ms costs a tenth of a core for ever.
 */
import { randomInt, randomUUID } from "node:crypto";
import { InvokedHandle } from "@dbos-inc/dbos-sdk/internal/workflow";
import { runWithAbortableDbRetries } from "@dbos-inc/dbos-sdk/internal/context";
import type { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import { isPartitionedQueue, type WorkflowQueue } from "@dbos-inc/dbos-sdk/internal/wfqueue";
import type { Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { EngineOptions } from "./engine.ts";
import { giveBackRuns, VERSION } from "./queries.ts";

/** The rest between two looks at one queue: under load one look takes many runs. */
const GAP_MS: Ms = 20;
/** After a slow look (thousands of waiting partitions) the rest is longer, so that looking stays a third of the work. */
const LONGEST_GAP_MS: Ms = 500;
/** Looks without a word from PostgreSQL. */
const IDLE_MS: Ms = 1_000;
/** The same while the listening connection is down, and on queues whose limits another worker may free. */
const BLIND_MS: Ms = 200;
const GIVE_BACK_MS: Ms = 30_000;

export interface Dispatcher {
  readonly wake: (queue: string) => void;
  readonly wakeAll: () => void;
  readonly setBlind: (blind: boolean) => void;
  /** Runs of this process that are not over, parked ones included. */
  readonly running: () => number;
  /** No look begins after this; resolves when the last one is over. */
  readonly stop: () => Promise<void>;
}

interface Lane {
  readonly queue: WorkflowQueue;
  readonly limited: boolean;
  /** More may be waiting than there was room for: look again when a run ends. */
  lookAtEnd: boolean;
  lookedAt: Ms;
  gapMs: Ms;
  looking: Promise<void> | undefined;
  again: boolean;
  timer: NodeJS.Timeout | undefined;
  timerAt: Ms;
}

interface Context {
  readonly executor: DBOSExecutor;
  readonly db: Db;
  readonly log: EngineOptions["log"];
}

/** Begins to take runs from these queues. */
export function startDispatcher(context: Context, queues: readonly WorkflowQueue[]): Dispatcher {
  const stopped = new AbortController();
  let blind = true;
  const lanes = new Map(queues.map((queue) => [queue.name, laneOf(queue)]));

  function lookIn(lane: Lane, ms: Ms): void {
    const at = performance.now() + ms;
    if (stopped.signal.aborted || (lane.timer !== undefined && lane.timerAt <= at)) return;
    clearTimeout(lane.timer);
    lane.timerAt = at;
    lane.timer = setTimeout(() => {
      lane.timer = undefined;
      lane.looking = runWithAbortableDbRetries(stopped.signal, () => look(lane));
    }, ms);
  }

  async function look(lane: Lane): Promise<void> {
    lane.again = false;
    lane.lookedAt = performance.now();
    const next = await take(context, lane, () => {
      if (lane.lookAtEnd || isPartitionedQueue(lane.queue)) wake(lane);
    }).catch((error: unknown) => afterError(context, lane, error));
    lane.looking = undefined;
    lane.gapMs = Math.min(Math.max(GAP_MS, 2 * (performance.now() - lane.lookedAt)), LONGEST_GAP_MS);
    lane.lookedAt = performance.now();
    const rest = blind || lane.limited ? BLIND_MS : IDLE_MS;
    lookIn(lane, lane.again ? lane.gapMs : (next ?? rest));
  }

  function wake(lane: Lane): void {
    if (lane.looking !== undefined) lane.again = true;
    else lookIn(lane, Math.max(0, lane.gapMs - (performance.now() - lane.lookedAt)));
  }

  const wakeAll = (): void => lanes.forEach(wake);
  wakeAll();
  return {
    wakeAll,
    wake: (name) => {
      const lane = lanes.get(name);
      if (lane !== undefined) wake(lane);
    },
    setBlind: (value) => {
      blind = value;
      wakeAll();
    },
    running: () =>
      queues.reduce(
        (sum, q) => sum + context.executor.systemDatabase.countRunningWorkflowsForQueue(q.name),
        0,
      ),
    stop: async () => {
      stopped.abort();
      for (const lane of lanes.values()) clearTimeout(lane.timer);
      await Promise.allSettled([...lanes.values()].map((lane) => lane.looking ?? Promise.resolve()));
    },
  };
}

function laneOf(queue: WorkflowQueue): Lane {
  return {
    queue,
    limited: queue.concurrency !== undefined || queue.rateLimit !== undefined,
    lookAtEnd: false,
    lookedAt: -GAP_MS,
    gapMs: GAP_MS,
    looking: undefined,
    again: false,
    timer: undefined,
    timerAt: 0,
  };
}

/** Claims what there is room for and sets it going. */
async function take(context: Context, lane: Lane, onEnd: () => void): Promise<undefined> {
  const database = context.executor.systemDatabase;
  const running = database.countRunningWorkflowsForQueue(lane.queue.name);
  const room = (lane.queue.workerConcurrency ?? Infinity) - running;
  lane.lookAtEnd = room <= 0;
  if (room <= 0) return undefined;
  const claim = randomUUID();
  const me = context.executor.executorID;
  const ids = isPartitionedQueue(lane.queue)
    ? await database.findAndMarkStartablePartitionedWorkflows(lane.queue, me, VERSION, room, claim)
    : await database.findAndMarkStartableWorkflows(lane.queue, me, VERSION, undefined, running, 0, claim);
  lane.lookAtEnd = ids.length >= room;
  if (ids.length > 0) await setGoing(context, ids, claim, onEnd);
  return undefined;
}

async function setGoing(
  context: Context,
  ids: readonly string[],
  claim: string,
  onEnd: () => void,
): Promise<void> {
  const rows = await context.executor.systemDatabase.getWorkflowStatuses([...ids]).catch(() => undefined);
  const strays: string[] = [];
  for (const id of ids) {
    try {
      const row = rows?.get(id);
      if (row === undefined) throw new Error(`run ${id} could not be read after it was claimed`);
      const handle = await context.executor.executeDequeuedWorkflow(row, claim);
      if (handle instanceof InvokedHandle) void handle.getResult().then(onEnd, onEnd);
    } catch (error) {
      context.log("error", `run ${id} could not be carried out here; it is tried again in 30 s`, {
        error: String(error),
      });
      strays.push(id);
    }
  }
  // A claimed run nobody carries out would wait for ever: an older worker meets a kind it does not know, for one.
  if (strays.length > 0) await giveBackRuns(context.db, strays, claim, GIVE_BACK_MS);
}

/** Another worker claiming the same rows is ordinary on limited queues; anything else is worth a line. */
function afterError(context: Context, lane: Lane, error: unknown): Ms {
  const code = (error as { code?: unknown }).code;
  if (code === "40001" || code === "55P03") return randomInt(GAP_MS, 5 * GAP_MS);
  context.log("warn", `queue ${lane.queue.name} could not be read; trying again`, { error: String(error) });
  return IDLE_MS;
}

/**
 * Intercom's own list beside what its webhooks brought: every few minutes each workspace is swept for what was missed,
 * and a workspace that is silent against its habit is told of.
 */
import type { Environment } from "./decide/queries.ts";
import type { Place } from "./desk.ts";
import type { Engine, RunKind, Schedule } from "./engine/engine.ts";
import { endSilence, habitOf, noteSilence } from "./intake/queries.ts";
import { silenceOf } from "./intake/silence.ts";
import { sweep } from "./intake/sweep.ts";
import type { Clock, EpochMs, Ms } from "./kernel/time.ts";
import { type News, start } from "./news.ts";
import { type Db, inTransaction, type Log } from "./store/database.ts";

export interface ReconcileParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly engine: () => Engine;
  readonly conversationKind: RunKind<News>;
  readonly environments: () => Promise<readonly Environment[]>;
  readonly place: (environment: string) => Promise<Pick<Place, "list">>;
  readonly sweepMs: Ms;
}

export function reconcileSchedule(parts: ReconcileParts): Schedule {
  return {
    name: "sweep Intercom",
    everyMs: parts.sweepMs,
    body: async () => {
      await sweepAll(parts);
    },
  };
}

/** Sweeps each workspace that feeds an environment; one that fails stands in no other's way. Returns what was found. */
export async function sweepAll(parts: ReconcileParts): Promise<number> {
  const { clock, log } = parts;
  const ready = (await parts.environments()).filter(({ policyVersion }) => policyVersion !== null);
  const workspaces = new Map(ready.map(({ workspace, name }) => [workspace, name]));
  let found = 0;
  for (const [workspace, environment] of workspaces) {
    try {
      found += await sweepOne(parts, workspace, environment);
      await listen(parts, workspace, clock());
    } catch (error) {
      log(
        "warn",
        `Intercom workspace ${workspace} could not be swept; the next sweep begins at the same place`,
        {
          error: String(error),
        },
      );
    }
  }
  return found;
}

async function sweepOne(parts: ReconcileParts, workspace: string, environment: string): Promise<number> {
  const { db, clock, log, sweepMs, engine, conversationKind } = parts;
  const { list } = await parts.place(environment);
  if (list === null) return 0;
  const missed = await sweep(
    {
      db,
      workspace,
      list,
      everyMs: sweepMs,
      found: (tx, { conversation, updatedAt }) => {
        const id = `swept:${conversation}:${updatedAt}`;
        const news = { workspace, conversation, contact: null, triggers: [], reread: true, id, turn: 1 };
        return start(engine(), conversationKind, news, { tx });
      },
    },
    clock(),
  );
  if (missed > 0)
    log(
      "warn",
      `${missed} conversations of Intercom workspace ${workspace} came by no webhook and were found`,
    );
  return missed;
}

/** Tells once when a workspace falls silent, and once when it speaks again. */
async function listen({ db, log }: ReconcileParts, workspace: string, now: EpochMs): Promise<void> {
  const habit = await habitOf(db, workspace, now);
  if (habit === null) return;
  const usual = silenceOf(habit, now);
  if (usual === null) {
    if (await inTransaction(db, (tx) => endSilence(tx, workspace)))
      log("info", `webhooks of Intercom workspace ${workspace} arrive again`);
    return;
  }
  const message = `No webhook of Intercom workspace ${workspace} since ${new Date(habit.lastAt).toISOString()}, where ${usual} are usual: look whether the app's webhooks are on and point here. The sweep finds conversations meanwhile, some minutes late.`;
  if (await inTransaction(db, (tx) => noteSilence(tx, workspace, habit.lastAt, message)))
    log("error", message);
}

/** What the house does by itself: what no run has taken, or decided, is found and given a run. */
import type { Engine, RunKind, Schedule } from "./engine/engine.ts";
import type { Db, Log } from "./store/database.ts";
import { type Environment, undecided } from "./decide/queries.ts";
import type { Place } from "./desk.ts";
import { carryAgain, pollDeals, type PollParts } from "./feedback/poll.ts";
import { untaken } from "./intake/queries.ts";
import type { Clock, EpochMs, Ms } from "./kernel/time.ts";
import { type News, newsOf, start } from "./news.ts";

const SWEEP_EVERY_MS = 10_000;
/** An event this old should have a run: the run that took its batch is over, or was never started. */
const UNTAKEN_AFTER_MS = 15_000;

/** A decision that waits this long has lost its run: Salesforce refused the sign-in, say. It is tried again as often. */
const UNDECIDED_AFTER_MS = 300_000;

export interface UpkeepParts {
  readonly db: Db;
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
  { db, engine, conversationKind, log }: UpkeepParts,
  now: EpochMs,
  olderThanMs: Ms,
): Promise<void> {
  const waiting = await undecided(db, olderThanMs);
  for (const { workspace, conversation } of waiting) {
    const id = `undecided:${conversation}:${now}`;
    await start(engine(), conversationKind, {
      workspace,
      conversation,
      contact: null,
      triggers: [],
      reread: false,
      id,
      turn: 1,
    });
  }
  if (waiting.length > 0)
    log("warn", `${waiting.length} conversations waited for a decision; their runs are started again`);
}

const POLL_DEALS_EVERY_MS = 30_000;
/** A deal's effects this old should be done or waiting for a later start of their run. */
const CARRY_DEALS_AFTER_MS = 900_000;

export interface FeedbackParts extends PollParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly environments: () => Promise<readonly Environment[]>;
  readonly place: (environment: string) => Promise<Pick<Place, "feed" | "policy" | "policyVersion">>;
}

/** Deals that changed in Salesforce are brought to Intercom; one environment that fails stands in no other's way. */
export function feedbackSchedules(parts: FeedbackParts): readonly Schedule[] {
  return [
    { name: "poll deals", everyMs: POLL_DEALS_EVERY_MS, body: () => pollAllDeals(parts) },
    {
      name: "sweep deals",
      everyMs: CARRY_DEALS_AFTER_MS,
      body: async () => {
        const left = await carryAgain(parts, parts.clock(), CARRY_DEALS_AFTER_MS);
        if (left > 0)
          parts.log(
            "warn",
            `${left} deals still had something to tell Intercom; their runs are started again`,
          );
      },
    },
  ];
}

/** Every environment with a Salesforce connection and rules for stages. */
export async function pollAllDeals(parts: FeedbackParts): Promise<void> {
  const ready = (await parts.environments()).filter(
    ({ policyVersion, salesforceConnection }) => policyVersion !== null && salesforceConnection !== null,
  );
  for (const { name } of ready) {
    try {
      const { feed, policy: compiled, policyVersion } = await parts.place(name);
      const { policy } = compiled;
      if (feed === null || policy.feedback.stages.length === 0) continue;
      const place = { environment: name, policy, policyVersion, feed };
      const taken = await pollDeals(parts, place, parts.clock());
      if (taken > 0) parts.log("info", `${taken} deals of ${name} took on a new stage`);
    } catch (error) {
      parts.log("warn", `the deals of ${name} could not be read; the next poll goes on from the same place`, {
        error: String(error),
      });
    }
  }
}

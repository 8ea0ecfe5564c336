/**
 * Deals that changed in Salesforce are brought to Intercom: polling, which misses nothing, and reads of single deals that
 * change events ask for. One environment that fails stands in no other's way.
 */
import type { Schedule } from "./engine/engine.ts";
import type { Log } from "./store/database.ts";
import type { Environment } from "./decide/queries.ts";
import type { Place } from "./desk.ts";
import { carryAgain, type FeedbackPlace, pollDeals, type PollParts, readDeals } from "./feedback/poll.ts";
import type { DealStream } from "./feedback/stream.ts";
import { givesWayUntil, type OrgCalls } from "./handoff/allowance.ts";
import { pausedFor, refusalOf } from "./handoff/pause.ts";
import { isPaused } from "./handoff/pause-queries.ts";
import type { Clock } from "./kernel/time.ts";

const POLL_EVERY_MS = 30_000;
/** A poll is not repeated at once. */
const ONCE = 1;
/** A deal's effects this old should be done or waiting for a later start of their run. */
const CARRY_AFTER_MS = 900_000;

export interface FeedbackParts extends PollParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly environments: () => Promise<readonly Environment[]>;
  readonly place: (
    environment: string,
  ) => Promise<Pick<Place, "feed" | "stream" | "world" | "policy" | "policyVersion">>;
}

export interface DealSource extends FeedbackPlace {
  readonly stream: DealStream | null;
  readonly usage: OrgCalls | null;
}

export function feedbackSchedules(parts: FeedbackParts): readonly Schedule[] {
  return [
    { name: "poll deals", everyMs: POLL_EVERY_MS, body: () => pollAllDeals(parts) },
    {
      name: "sweep deals",
      everyMs: CARRY_AFTER_MS,
      body: async () => {
        const left = await carryAgain(parts, parts.clock(), CARRY_AFTER_MS);
        if (left > 0)
          parts.log(
            "warn",
            `${left} deals still had something to tell Intercom; their runs are started again`,
          );
      },
    },
  ];
}

/** Reads what changed in every environment's Salesforce. */
export async function pollAllDeals(parts: FeedbackParts): Promise<void> {
  for (const { name } of await parts.environments()) {
    try {
      await pollDealsOf(parts, name);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== null && (await pausedFor(parts.db, name, refused, ONCE, parts.clock()))) continue;
      parts.log("warn", `the deals of ${name} could not be read; the next poll goes on from the same place`, {
        error: String(error),
      });
    }
  }
}

/** Reads what changed in one environment's Salesforce. Throws what the org throws. */
export async function pollDealsOf(parts: FeedbackParts, environment: string): Promise<void> {
  await reading(parts, environment, (source) => pollDeals(parts, source, parts.clock()));
}

/** Reads these deals of one environment. Throws what the org throws. */
export async function readDealsOf(
  parts: FeedbackParts,
  environment: string,
  deals: readonly string[],
): Promise<void> {
  await reading(parts, environment, (source) => readDeals(parts, source, deals, parts.clock()));
}

async function reading(
  parts: FeedbackParts,
  environment: string,
  read: (source: FeedbackPlace) => Promise<number>,
): Promise<void> {
  const source = await dealSource(parts, environment);
  if (source === null || (await isPaused(parts.db, environment, "salesforce"))) return;
  // What is not read now is read by the poll that is let through next.
  if (givesWayUntil(source.usage, parts.clock()) !== null) return;
  const taken = await read(source);
  if (taken > 0) parts.log("info", `${taken} deals of ${environment} took on a new stage`);
}

/** Null for an environment without Salesforce, or without rules for stages and caps that a closed deal frees. */
export async function dealSource(parts: FeedbackParts, environment: string): Promise<DealSource | null> {
  const known = (await parts.environments()).find(({ name }) => name === environment);
  if (known === undefined || known.policyVersion === null || known.salesforceConnection === null) return null;
  const { feed, stream, world, policy: compiled, policyVersion } = await parts.place(environment);
  const { policy } = compiled;
  const hasCaps = Object.values(policy.routing.pools).some(({ members }) =>
    members.some(({ cap }) => cap?.open !== undefined),
  );
  if (feed === null || (policy.feedback.stages.length === 0 && !hasCaps)) return null;
  return { environment, policy, policyVersion, feed, stream, usage: world.crm?.usage() ?? null };
}

/** Sync joined to the house: what a person's news starts, and the looks at both systems that repeat. */
import type { PersonalHearing } from "./conversation/refresh.ts";
import type { RunKind, Schedule } from "./engine/engine.ts";
import { type Environment } from "./decide/queries.ts";
import type { Place } from "./desk.ts";
import { RetryableFailure } from "./kernel/failure.ts";
import { pausedFor, refusalOf } from "./handoff/pause.ts";
import type { Ms } from "./kernel/time.ts";
import type { News } from "./news.ts";
import type { Log } from "./store/database.ts";
import { isSynced, objectsToPoll } from "./sync/fields.ts";
import type { SyncPlace } from "./sync/place.ts";
import { hearCompanies, pollSalesforce, sweepIntercom } from "./sync/poll.ts";
import { isSyncPaused, startSync, syncAgain, type SyncDesk, type SyncInput } from "./sync/run.ts";

export interface SyncParts {
  readonly desk: SyncDesk;
  readonly kind: RunKind<SyncInput>;
  readonly environments: () => Promise<readonly Environment[]>;
  readonly log: Log;
}

/** Two calls for each object that tells Intercom something: about 1,400 a day. */
const POLL_EVERY_MS: Ms = 120_000;
const SWEEP_EVERY_MS: Ms = 600_000;
/** A look is not repeated at once. */
const ONCE = 1;
/** A change this old should be written or waiting for a later start of its run. */
const AGAIN_AFTER_MS: Ms = 900_000;

/** The place of an environment that is connected on both sides; null otherwise. */
export function syncPlaceOf(place: Place): SyncPlace | null {
  const { environment, policy, policyVersion, records: crm, contacts: people } = place;
  if (crm === null || people === null) return null;
  const { name, mode, workspace } = environment;
  return { environment: name, mode, workspace, policy: policy.policy, policyVersion, crm, people };
}

/** Starts a run in each environment that the person's workspace feeds; a new person has changed nothing yet. */
export function personSync({ desk, kind, environments }: SyncParts, news: News): PersonalHearing["changed"] {
  return async (tx, contact, changes) => {
    if (changes.every((change) => change === "created")) return;
    for (const { name, workspace, policyVersion, salesforceConnection } of await environments()) {
      if (workspace !== news.workspace || policyVersion === null || salesforceConnection === null) continue;
      const input = {
        environment: name,
        kind: "person",
        id: contact,
        news: news.id,
        looks: false,
        turn: 1,
      } as const;
      await startSync(desk.engine(), kind, input, { tx });
    }
  };
}

export function syncSchedules(parts: SyncParts): readonly Schedule[] {
  const { desk, kind, log } = parts;
  return [
    { name: "poll records", everyMs: POLL_EVERY_MS, body: () => pollAll(parts) },
    { name: "sweep people", everyMs: SWEEP_EVERY_MS, body: () => sweepAll(parts) },
    {
      name: "sweep sync",
      everyMs: AGAIN_AFTER_MS,
      body: async () => {
        const left = await syncAgain(desk, kind, desk.clock(), AGAIN_AFTER_MS);
        if (left > 0) log("warn", `${left} people had changes left to sync; their runs are started again`);
      },
    },
  ];
}

export async function syncAll(parts: SyncParts): Promise<void> {
  await pollAll(parts);
  await sweepAll(parts);
}

function pollAll(parts: SyncParts): Promise<void> {
  const { desk, kind, log } = parts;
  return eachPlace(parts, "what changed in Salesforce, or which companies did,", async (place) => {
    await hearCompanies(desk, kind, place, desk.clock());
    if (objectsToPoll(place.policy).length === 0) return;
    const started = await pollSalesforce(desk, kind, place);
    if (started > 0) log("info", `${started} records of ${place.environment} changed in Salesforce`);
  });
}

function sweepAll(parts: SyncParts): Promise<void> {
  const { desk, kind } = parts;
  return eachPlace(parts, "who changed in Intercom", async (place) => {
    if (isSynced(place.policy, "person")) await sweepIntercom(desk, kind, place, desk.clock());
  });
}

/** One environment that fails stands in no other's way; a paused one is left alone, and its next look brings all. */
async function eachPlace(
  { desk, environments, log }: SyncParts,
  what: string,
  look: (place: SyncPlace) => Promise<void>,
): Promise<void> {
  for (const { name, policyVersion, salesforceConnection } of await environments()) {
    if (policyVersion === null || salesforceConnection === null) continue;
    if (await isSyncPaused(desk.db, name)) continue;
    try {
      const place = await desk.place(name);
      if (place !== null) await look(place);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== null && (await pausedFor(desk.db, name, refused, ONCE, desk.clock()))) continue;
      const reason = error instanceof RetryableFailure ? error.message : String(error);
      log("warn", `${what} could not be read for ${name}; the next look goes on from the same place`, {
        reason,
      });
    }
  }
}

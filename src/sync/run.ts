/**
 * The durable run that keeps one person or company in sync. One at a time for each; whatever is new on either side, or
 * was stored and not written, is carried, so that one run more or less changes nothing.
 */
import { currentContact } from "../conversation/queries.ts";
import type { Clock, EpochMs, Ms } from "../kernel/time.ts";
import type { Engine, RetryPolicy, RunKind } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import { unlessPaused } from "../handoff/pause.ts";
import { type Destination, isPaused, letWait } from "../handoff/pause-queries.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { carry } from "./carry.ts";
import { isSynced, type Kind } from "./fields.ts";
import type { SyncPlace } from "./place.ts";
import { forgetPair, leftOpen } from "./queries.ts";
import type { Subject } from "./settle.ts";

export interface SyncDesk {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: () => Engine;
  /** Null when the environment is not connected on both sides. */
  readonly place: (environment: string) => Promise<SyncPlace | null>;
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type SyncInput = {
  readonly environment: string;
  readonly kind: Kind;
  /** Id of the contact or company in Intercom. */
  readonly id: string;
  /** What started it: the same news of the same person is the same run. */
  readonly news: string;
  /** Salesforce is asked even when nothing is new in Intercom. */
  readonly looks: boolean;
  /** 1 for the first start; each later start of the same news counts on. */
  readonly turn: number;
};

const RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };

/** Starts the run of some news, in a transaction where told. */
export async function startSync(
  engine: Engine,
  kind: RunKind<SyncInput>,
  input: SyncInput,
  how: { readonly delayMs?: Ms; readonly tx?: Tx } = {},
): Promise<void> {
  await engine.start(kind, input, { ...idsOf(input), ...how });
}

function idsOf({ environment, kind, id, news, turn }: SyncInput): {
  readonly id: string;
  readonly partition: string;
} {
  const run = `sync:${environment}:${kind}:${id}:${news}${turn === 1 ? "" : `~${turn}`}`;
  return { id: run, partition: `${environment}:sync ${kind} ${id}` };
}

/** Sync reads and writes both sides, so it waits for both. */
export const SIDES: readonly Destination[] = ["intercom", "salesforce"];

/** Whether one of the two sides of the environment is paused: sync neither reads nor writes then. */
export async function isSyncPaused(db: Db, environment: string): Promise<boolean> {
  return (await isPaused(db, environment, "intercom")) || isPaused(db, environment, "salesforce");
}

/** Puts a start in the line: it waits until both sides are resumed. */
export async function letSyncWait(db: Db | Tx, input: SyncInput): Promise<string> {
  const { id: runId, partition } = idsOf(input);
  const { environment, kind, id } = input;
  const subject = `${kind} ${id}`;
  await letWait(db, {
    runId,
    partition,
    kind: "sync",
    subject,
    environment,
    destinations: SIDES,
    input,
  });
  return "waits for a pause to end";
}

export function syncRun(desk: SyncDesk): RunKind<SyncInput> {
  const kind: RunKind<SyncInput> = {
    name: "sync",
    queue: "conversation",
    body: async (steps, input) => {
      const next = { ...input, turn: input.turn + 1 };
      const carried = await stepOrLater(steps, "sync", ({ number }) => syncOne(desk, input, number), RETRY);
      if (carried.kind === "done") {
        if (carried.value === "paused") await steps.step("wait", () => letSyncWait(desk.db, next));
        return;
      }
      await steps.step("later", async () => {
        await startSync(desk.engine(), kind, next, { delayMs: waitBefore(input.turn) });
        return carried.reason;
      });
    },
  };
  return kind;
}

/** Returns how many changes were looked at; "paused" where a side is. Throws RetryableFailure where it must stop. */
async function syncOne(
  desk: SyncDesk,
  { environment, kind, id, looks }: SyncInput,
  attempt: number,
): Promise<number | "paused"> {
  const { db } = desk;
  const place = await desk.place(environment);
  if (place === null || !isSynced(place.policy, kind)) return 0;
  if (await isSyncPaused(db, environment)) return "paused";
  const current = kind === "person" ? await currentContact(db, place.workspace, id) : id;
  const subject = await readSubject(place, kind, current);
  if (subject === null) {
    await inTransaction(db, (tx) => forgetPair(tx, { environment, kind, id: current }));
    return 0;
  }
  const salesforce = { environment, destination: "salesforce" } as const;
  const carried = await unlessPaused(db, salesforce, desk.clock(), attempt, async () => {
    const tally = await carry(desk, place, [subject], { aligning: false, looks });
    if (tally.later !== null) throw tally.later;
    return tally;
  });
  if (carried === "paused") return carried;
  const { changes } = carried;
  return Object.values(changes).reduce((sum, n) => sum + n, 0);
}

async function readSubject({ people, policy }: SyncPlace, kind: Kind, id: string): Promise<Subject | null> {
  if (kind === "company") {
    const reading = await people.readCompany(id);
    return reading === null ? null : { kind, id, ...reading };
  }
  const reading = await people.readPerson(id, { companies: readsCompanies(policy) });
  return reading === null ? null : { kind, ...reading };
}

/** Whether a person's fields rest on their company's. */
export function readsCompanies({ mapping }: SyncPlace["policy"]): boolean {
  return [...mapping.lead, ...mapping.contact].some(({ from }) => from.startsWith("company."));
}

/**
 * Starts the runs of those whose stored changes are still not written: their run was lost. Those of a paused
 * environment wait in the line already. Returns how many it started.
 */
export async function syncAgain(
  desk: SyncDesk,
  kind: RunKind<SyncInput>,
  now: EpochMs,
  olderThanMs: Ms,
): Promise<number> {
  const left = await leftOpen(desk.db, now - olderThanMs);
  let started = 0;
  for (const { row, ...whom } of left) {
    if (await isSyncPaused(desk.db, whom.environment)) continue;
    started += 1;
    const news = `sweep ${row} ${Math.floor(now / olderThanMs)}`;
    await startSync(desk.engine(), kind, { ...whom, news, looks: true, turn: 1 });
  }
  return started;
}

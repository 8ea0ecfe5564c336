/**
 * Reads what changed in Salesforce since the cursor and stores what it asks of Intercom, with the runs that carry it
 * out, in one transaction. Reading again changes nothing: a change is stored once by the id of its history row, so the
 * window may overlap as much as it likes.
 */
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Engine, RunKind } from "../engine/engine.ts";
import type { Policy } from "../policy/schema.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import type { Deal, DealFeed, StageChange } from "./deal.ts";
import { planFeedback } from "./plan.ts";
import { closeLeadsOf, cursorOf, dealsLeftOpen, insertChange, knownChanges, moveCursor } from "./queries.ts";
import { type FeedbackInput, feedbackStart } from "./run.ts";

export interface FeedbackPlace {
  readonly environment: string;
  readonly policy: Policy;
  readonly policyVersion: number;
  readonly feed: DealFeed;
}

export interface PollParts {
  readonly db: Db;
  readonly engine: () => Engine;
  readonly kind: () => RunKind<FeedbackInput>;
}

/** Takes in what is new; returns how many changes that was. Throws what the feed throws; nothing is lost then. */
export async function pollDeals(parts: PollParts, place: FeedbackPlace, now: EpochMs): Promise<number> {
  const { db } = parts;
  const { beganAt, coveredUntil: since } = await cursorOf(db, place.environment, now);
  const { coveredUntil, deals } = await place.feed.changedDeals(since);
  return takeIn(parts, place, { deals, beganAt, now }, (tx) =>
    moveCursor(tx, place.environment, coveredUntil),
  );
}

/** Takes in what is new of these deals alone; the cursor stays, so polling reads them again. */
export async function readDeals(
  parts: PollParts,
  place: FeedbackPlace,
  ids: readonly string[],
  now: EpochMs,
): Promise<number> {
  const { beganAt } = await cursorOf(parts.db, place.environment, now);
  const deals = await place.feed.dealsById(ids);
  return takeIn(parts, place, { deals, beganAt, now }, async () => {});
}

interface Read {
  readonly deals: readonly Deal[];
  readonly beganAt: EpochMs;
  readonly now: EpochMs;
}

/** The one way in for what was read, however Baton came to read it: each change once. `also` joins the transaction. */
async function takeIn(
  { db, engine, kind }: PollParts,
  place: FeedbackPlace,
  { deals, beganAt, now }: Read,
  also: (tx: Tx) => Promise<void>,
): Promise<number> {
  const known = await knownChanges(
    db,
    place.environment,
    deals.map(({ id }) => id),
  );
  const fresh = deals.flatMap((deal) => {
    const changes = deal.changes.filter(
      ({ id, at }) => at >= wholeSecond(beganAt) && !known.has(`${deal.id} ${id}`),
    );
    return changes.length === 0 ? [] : [{ deal, changes }];
  });
  return inTransaction(db, async (tx) => {
    let taken = 0;
    for (const { deal, changes } of fresh) {
      const stored = { environment: place.environment, policyVersion: place.policyVersion, now };
      for (const planned of planFeedback(deal, changes, place.policy, now)) {
        if (!(await insertChange(tx, stored, deal, planned))) continue;
        taken += 1;
        const { isClosed, isWon } = planned.change;
        const at = { environment: place.environment, deal: deal.id };
        if (isClosed) await closeLeadsOf(tx, at, isWon ? "won" : "lost", now);
      }
      const input = { environment: place.environment, deal: deal.id, news: newest(changes), turn: 1 };
      await engine().start(kind(), input, { ...feedbackStart(input), tx });
    }
    await also(tx);
    return taken;
  });
}

/** Salesforce keeps times in whole seconds: what happened in the second in which feedback began is new. */
function wholeSecond(at: EpochMs): EpochMs {
  return Math.floor(at / 1_000) * 1_000;
}

function newest(changes: readonly StageChange[]): string {
  return changes.at(-1)?.id ?? "";
}

/** Starts the runs of deals that still ask for something although their news is old: their run was lost. */
export async function carryAgain(parts: PollParts, now: EpochMs, olderThanMs: Ms): Promise<number> {
  const left = await dealsLeftOpen(parts.db, now - olderThanMs);
  for (const { environment, deal } of left) {
    const input = { environment, deal, news: `sweep ${Math.floor(now / olderThanMs)}`, turn: 1 };
    await parts.engine().start(parts.kind(), input, feedbackStart(input));
  }
  return left.length;
}

/** A round of review: begun by drawing a sample, judged conversation by conversation, and told as results. */
import { record } from "../access/audit-log.ts";
import { UserError } from "../kernel/failure.ts";
import type { EpochMs } from "../kernel/time.ts";
import { type Db, inTransaction } from "../store/database.ts";
import { verdictOf } from "../insights/validation/estimate.ts";
import { shareOf, type Share } from "../insights/share.ts";
import { labelRow } from "./label-row.ts";
import {
  afterwards,
  candidates,
  countRounds,
  evidencedItems,
  evidenceOf,
  findItem,
  hasActed,
  insertRound,
  type Item,
  listRounds,
  nextItem,
  type Progress,
  progressOf,
  reviewedItems,
  type Round,
  saveGuess,
  saveSkip,
  saveVote,
  type Saying,
  type Stretch,
  undoLast,
} from "./queries.ts";
import { type Results, resultsOf, weighted } from "./results.ts";
import { drawSample } from "./sample.ts";
import { isDisputed } from "./agreement.ts";
import { faultIn, type Marking } from "./marking.ts";
import { type Reading, readingOf, type Training, trainingOf } from "./training.ts";
import { type Ballot, type Guess, hasQualified, type Reviewed, shouldQualify } from "./votes.ts";

export interface NewRound extends Stretch {
  /** How many conversations are drawn, where there are as many. */
  readonly size: number;
  /** Null: the number of the environment's rounds, so that each draws others. */
  readonly seed: number | null;
  readonly isBlind: boolean;
}

/** Draws the sample and keeps it. Throws a UserError where nothing was decided in that time. */
export async function beginRound(db: Db, asked: NewRound, actor: string, now: EpochMs): Promise<Round> {
  const { environment, since, until, size, isBlind } = asked;
  const found = await candidates(db, asked);
  if (found.length === 0)
    throw new UserError(
      `${environment} decided about no conversation between ${new Date(since).toISOString()} and ${new Date(until).toISOString()}: take a longer time`,
    );
  const seed = asked.seed ?? (await countRounds(db, environment)) + 1;
  const sample = drawSample(found, size, seed);
  const round = { environment, since, until, seed, isBlind, madeBy: actor, madeAt: now };
  const id = await inTransaction(db, async (tx) => {
    const made = await insertRound(tx, round, sample);
    const facts = { conversations: sample.items.length, of: found.length, seed, blind: isBlind };
    await record(tx, { actor, action: "review.begin", subject: String(made), environment, facts });
    return made;
  });
  return { ...round, id, strata: sample.strata };
}

/** Where a reviewer stands in a round. */
export interface Queue {
  /** Null: they have judged everything. */
  readonly item: Item | null;
  readonly progress: Progress;
  /** Labels of qualified conversations that are needed until the precision is known within 10 points. */
  readonly more: number;
  readonly canUndo: boolean;
}

export async function queueOf(db: Db, round: Round, reviewer: string): Promise<Queue> {
  const [item, progress, items, canUndo] = await Promise.all([
    nextItem(db, round.id, reviewer),
    progressOf(db, round.id, reviewer),
    reviewedItems(db, round.id),
    hasActed(db, round.id, reviewer),
  ]);
  const labels = weighted(items, round.strata, shouldQualify).map(({ item: one, ...label }) => ({
    ...label,
    id: one.conversation,
    qualified: hasQualified(one),
  }));
  return { item, progress, more: verdictOf(labels).moreForPrecision, canUndo };
}

/**
 * Keeps the votes. Throws a UserError where they do not fit what was decided, where what is marked is not there, or, in
 * a blind round, no guess was made.
 */
export async function vote(
  db: Db,
  { isBlind }: Round,
  saying: Saying,
  ballot: Ballot,
  markingOf: (decision: number) => Promise<Marking>,
): Promise<void> {
  const item = await itemAt(db, saying);
  if (isBlind && item.guess === null)
    throw new UserError("this round is blind: say first what you would do, then judge what was decided");
  const isAsked = item.kind === "handoff";
  if ((ballot.routed !== null) !== isAsked || (ballot.complete !== null) !== isAsked)
    throw new UserError(
      isAsked
        ? "this conversation was handed off: say, too, whether it was routed rightly and its context complete"
        : "nobody got this conversation: only whether that was right can be said",
    );
  const { meanings } = ballot;
  const fault = meanings.length === 0 ? null : faultIn(meanings, await markingOf(item.decision));
  if (fault !== null) throw new UserError(fault);
  await saveVote(db, saying, ballot);
}

export async function guess(db: Db, saying: Saying, what: Guess): Promise<void> {
  await itemAt(db, saying);
  await saveGuess(db, saying, what);
}

/** Sets the conversation aside: it comes again when nothing else is left. */
export async function skip(db: Db, saying: Saying): Promise<void> {
  await itemAt(db, saying);
  await saveSkip(db, saying);
}

/** Takes the last vote back. Throws a UserError where there is none. */
export async function undo(db: Db, round: Round, reviewer: string): Promise<void> {
  if (!(await undoLast(db, round.id, reviewer))) throw new UserError("there is nothing to take back");
}

async function itemAt(db: Db, { round, position, reviewer }: Saying): Promise<Item> {
  const item = await findItem(db, round, position, reviewer);
  if (item === null)
    throw new UserError(`the round has no conversation ${position}, or its words are erased`);
  return item;
}

export interface RoundResults extends Results {
  readonly round: Round;
  /** What people did with the live handoffs of that time. */
  readonly afterwards: { readonly moved: Share; readonly rejected: Share };
  /** Conversations on which reviewers say the opposite, as far as the asker may see them; and how many more there are. */
  readonly disputed: readonly Reviewed[];
  readonly hidden: number;
}

/**
 * What the labels say. `seenBy`: a reviewer sees the votes of others where they have voted themselves; null sees all.
 */
export async function roundResults(
  db: Db,
  round: Round,
  score: string | null,
  seenBy: string | null,
): Promise<RoundResults> {
  const [items, { handoffs, moved, rejected }] = await Promise.all([
    evidencedItems(db, round.id),
    afterwards(db, round),
  ]);
  const disputed = items.filter(isDisputed);
  const seen = disputed.filter(
    ({ votes }) => seenBy === null || votes.some(({ reviewer }) => reviewer === seenBy),
  );
  return {
    round,
    ...resultsOf(items, round.strata, score),
    afterwards: { moved: shareOf(moved, handoffs), rejected: shareOf(rejected, handoffs) },
    disputed: seen,
    hidden: disputed.length - seen.length,
  };
}

/** The labelled conversations of a round, one by one, as lines of a file. What is erased is left out. */
export async function* labelLines(db: Db, round: Round): AsyncIterable<string> {
  for (const label of weighted(await reviewedItems(db, round.id), round.strata, shouldQualify)) {
    const evidence = await evidenceOf(db, round.id, label.item.position);
    if (evidence !== null) yield `${JSON.stringify(labelRow(label, evidence))}\n`;
  }
}

/** What the environment's reviewers say of messages, of all rounds; a conversation counts as it was judged last. */
export async function trainingIn(db: Db, environment: string): Promise<Training> {
  const readings = new Map<string, Reading>();
  for (const { id } of await listRounds(db, environment, ""))
    for (const item of await evidencedItems(db, id))
      if (!readings.has(item.conversation)) readings.set(item.conversation, readingOf(item));
  return trainingOf([...readings.values()]);
}

/** The same as lines of a file, as `baton policy train --labels` reads them. */
export async function* trainingLines(db: Db, environment: string): AsyncIterable<string> {
  for (const row of (await trainingIn(db, environment)).rows) yield `${JSON.stringify(row)}\n`;
}

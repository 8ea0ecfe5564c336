/**
 * What a person does about an issue: have it tried again, say what became of it, let it be. Each is one transaction and
 * safe to do twice: what is under way already is left alone. Runs are put in the line that `start what waited` serves,
 * so a thousand of them come as a stream.
 */
import { record } from "../access/audit-log.ts";
import { UserError } from "../kernel/failure.ts";
import { setStanding } from "../decide/queries.ts";
import { feedbackStart } from "../feedback/run.ts";
import { finishFollowUp } from "../followup/queries.ts";
import { followUpRunId } from "../followup/run.ts";
import { letWait } from "../handoff/pause-queries.ts";
import { finishHandoff } from "../handoff/queries.ts";
import { handoffRunId } from "../handoff/run.ts";
import type { EpochMs } from "../kernel/time.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import type { Kind } from "../sync/fields.ts";
import { letSyncWait } from "../sync/run.ts";
import { type Issue, type IssueChange, UNKNOWN_OUTCOME } from "./issue.ts";
import {
  type DealPlace,
  endEffect,
  type FailedEffect,
  findIssue,
  hurry,
  lockEffect,
  lockOpen,
  lockOpenOf,
  lockTimer,
  type OpenFailure,
  reopenDeal,
  reopenEffect,
  reopenHandoff,
  reopenSync,
  reopenTimer,
  settleFailure,
  skipDeal,
  skipTimer,
  type SyncField,
  unparkEvent,
} from "./queries.ts";

export interface Asked {
  readonly issue: string;
  /** The key of one effect, or the whole subject as `baton issues show` prints it; null: everything open of the issue. */
  readonly effect: string | null;
}

/** Null: done; otherwise why it was left alone. */
type Left = string | null;

/** What is done, by whom, and with what reason. */
type Deed = Pick<IssueChange, "action" | "by" | "reason">;
type Act = (tx: Tx, open: OpenFailure) => Promise<Left>;
type Chosen = (tx: Tx) => Promise<readonly OpenFailure[]>;

/** Tries again what failed; what may have arrived is never repeated this way. Null: there is no such issue. */
export async function retryIssue(db: Db, asked: Asked, actor: string): Promise<IssueChange | null> {
  const found = await findIssue(db, asked.issue);
  if (found?.code === UNKNOWN_OUTCOME)
    throw new UserError(
      `issue ${found.id}: what may have arrived is not sent again blindly: say whether it did with \`baton issues answer ${found.id} --effect KEY --arrived\`, or \`--again\``,
    );
  return changeOne(db, found, asked, retryBy(actor), retried);
}

/** Lets what failed be, with the reason. Null: there is no such issue. */
export async function skipIssue(
  db: Db,
  asked: Asked & { readonly reason: string },
  actor: string,
  now: EpochMs,
): Promise<IssueChange | null> {
  const deed = skipBy(actor, asked.reason);
  return changeOne(db, await findIssue(db, asked.issue), asked, deed, skipping(deed, now));
}

/** Says of one effect that may have arrived that it did, or has it sent once more. Null: there is no such issue. */
export async function answerIssue(
  db: Db,
  asked: { readonly issue: string; readonly effect: string; readonly arrived: boolean },
  actor: string,
  now: EpochMs,
): Promise<IssueChange | null> {
  const found = await findIssue(db, asked.issue);
  if (found !== null && found.code !== UNKNOWN_OUTCOME)
    throw new UserError(
      `issue ${found.id}: it is known that this failed (${found.code}): retry or skip it instead of answering`,
    );
  const reason = asked.arrived ? "it arrived" : "send again";
  return changeOne(db, found, asked, { action: "answer", by: actor, reason }, async (tx, { subject }) => {
    const effect = await lockEffect(tx, after(subject));
    if (effect === null) return "it is gone";
    if (!asked.arrived) return carryAgain(tx, effect, "maybe");
    const ended = await endEffect(tx, effect.key, { state: "done", note: { confirmedBy: actor } });
    if (ended) await close(tx, effect, now);
    return ended ? null : "it was answered before";
  });
}

// --- Many at once -------------------------------------------------------------------------------------------------

export interface Many {
  /** What would be done is done and taken back: the answer is the plan. */
  readonly dryRun: boolean;
  readonly by: string;
}

/** Tries again what failed of effects and timers of these handoffs, in one transaction; one change for each issue. */
export function retryHandoffs(
  db: Db,
  asked: Many & { readonly environment: string; readonly handoffs: readonly string[] },
): Promise<readonly IssueChange[]> {
  const { environment, handoffs, by, dryRun } = asked;
  return changeAll(db, (tx) => lockOpenOf(tx, environment, handoffs), retryBy(by), retried, dryRun);
}

/** Tries again everything that is open of these issues, in one transaction; one change for each that has something open. */
export function retryIssues(
  db: Db,
  { issues, by, dryRun }: Many & { readonly issues: readonly string[] },
): Promise<readonly IssueChange[]> {
  return changeAll(db, (tx) => lockOpen(tx, issues, null), retryBy(by), retried, dryRun);
}

/** Lets everything that is open of these issues be, with the reason, in one transaction. */
export function skipIssues(
  db: Db,
  asked: Many & { readonly issues: readonly string[]; readonly reason: string },
  now: EpochMs,
): Promise<readonly IssueChange[]> {
  const deed = skipBy(asked.by, asked.reason);
  const chosen: Chosen = (tx) => lockOpen(tx, asked.issues, null);
  return changeAll(db, chosen, deed, skipping(deed, now), asked.dryRun);
}

const retryBy = (by: string): Deed => ({ action: "retry", by, reason: null });
const skipBy = (by: string, reason: string): Deed => ({ action: "skip", by, reason });

async function changeOne(
  db: Db,
  issue: Issue | null,
  { effect }: Pick<Asked, "effect">,
  deed: Deed,
  act: Act,
): Promise<IssueChange | null> {
  if (issue === null) return null;
  const subject = effect === null ? null : effect.includes(":") ? effect : `effect:${effect}`;
  const [change] = await changeAll(db, (tx) => lockOpen(tx, [issue.id], subject), deed, act, false);
  return change ?? { ...deed, environment: issue.environment, issue: issue.id, changed: [], left: [] };
}

/** Carries the changes of a plan out of the transaction that is taken back. */
class Planned extends Error {
  readonly changes: readonly IssueChange[];

  constructor(changes: readonly IssueChange[]) {
    super("a plan is not an error: its transaction is taken back");
    this.changes = changes;
  }
}

/** Acts on everything chosen, and writes what was changed of each issue into the audit log. */
async function changeAll(
  db: Db,
  chosen: Chosen,
  deed: Deed,
  act: Act,
  dryRun: boolean,
): Promise<readonly IssueChange[]> {
  const changed = inTransaction(db, async (tx) => {
    const changes = await actedOn(tx, await chosen(tx), deed, act);
    if (dryRun) throw new Planned(changes);
    for (const one of changes) if (one.changed.length > 0) await recordChange(tx, one);
    return changes;
  });
  return changed.catch((error: unknown) => {
    if (error instanceof Planned) return error.changes;
    throw error;
  });
}

async function actedOn(
  tx: Tx,
  open: readonly OpenFailure[],
  deed: Deed,
  act: Act,
): Promise<readonly IssueChange[]> {
  const changes = new Map<string, { changed: string[]; left: { subject: string; why: string }[] } & Place>();
  for (const failure of open) {
    const { environment, issue, subject } = failure;
    const change = changes.get(issue) ?? { environment, issue, changed: [], left: [] };
    changes.set(issue, change);
    const why = await act(tx, failure);
    if (why === null) change.changed.push(subject);
    else change.left.push({ subject, why });
  }
  return [...changes.values()].map((change) => ({ ...deed, ...change }));
}

type Place = Pick<IssueChange, "environment" | "issue">;

function recordChange(
  tx: Tx,
  { action, by, environment, issue, reason, changed }: IssueChange,
): Promise<void> {
  const facts = { things: changed.length, ...(reason !== null && { reason }) };
  return record(tx, { actor: by, action: `issue.${action}`, subject: issue, environment, facts });
}

/** "effect:abc" -> "abc". */
function after(subject: string): string {
  return subject.slice(subject.indexOf(":") + 1);
}

function kindOf(subject: string): string {
  return subject.slice(0, subject.indexOf(":"));
}

// --- Retry --------------------------------------------------------------------------------------------------------

async function retried(tx: Tx, open: OpenFailure): Promise<Left> {
  const { environment: within, code, subject } = open;
  const rest = after(subject);
  if (code === UNKNOWN_OUTCOME) return "it may have arrived: say at its issue whether it did";
  switch (kindOf(subject)) {
    case "effect": {
      const effect = await lockEffect(tx, rest);
      return effect === null ? "it is gone" : carryAgain(tx, effect, "failed");
    }
    case "follow-up": {
      const timer = await lockTimer(tx, rest);
      if (timer?.state !== "failed") return "it is under way already";
      const again = await reopenTimer(tx, rest, "armed");
      await timerInLine(tx, { ...timer, again });
      return null;
    }
    case "deal": {
      const place = dealOf(within, rest);
      const again = await reopenDeal(tx, place);
      if (again === null) return "it is under way already";
      const { environment, deal } = place;
      const input = { environment, deal, news: `again ${place.change} ${place.ordinal} ${again}`, turn: 1 };
      const { id: runId, partition } = feedbackStart(input);
      const run = { runId, partition, subject: deal, environment, destinations: ["intercom"] };
      await letWait(tx, { ...run, kind: "feedback", input });
      return null;
    }
    case "sync": {
      const { kind, ...field } = syncFieldOf(rest);
      const news = await reopenSync(tx, { kind, ...field });
      if (news === null) return "it is under way already";
      const { environment, id } = field;
      await letSyncWait(tx, { environment, kind, id, news, looks: true, turn: 1 });
      return null;
    }
    case "event":
      return (await unparkEvent(tx, rest)) ? null : "its text was never readable: skip it";
    case "connection":
      return `the destination is paused: \`baton resume ${rest} --environment ${within}\` ends that`;
    default:
      return "there is nothing to try again: skip it once it is settled";
  }
}

/** Opens an effect that ended, and puts the run that carries it out in the line. */
async function carryAgain(tx: Tx, effect: FailedEffect, from: "failed" | "maybe"): Promise<Left> {
  const { key, handoff, followUp, environment, isWaiting } = effect;
  const isRunning = followUp === null ? effect.handoffStatus === "running" : effect.followUpState === "fired";
  if (isRunning && !isWaiting) return "its handoff is under way: try again when it has ended";
  if (!(await reopenEffect(tx, key, from))) return "it is under way already";
  if (isRunning) {
    await hurry(tx, followUp ?? handoff);
    return null;
  }
  if (followUp !== null) {
    const again = await reopenTimer(tx, followUp, "fired");
    await timerInLine(tx, { id: followUp, environment, destination: effect.target, again });
    return null;
  }
  const { again, targets } = await reopenHandoff(tx, handoff);
  const input = { handoff, turn: 1, targets, again };
  const run = { runId: handoffRunId(input), subject: handoff, environment, destinations: [effect.target] };
  await letWait(tx, { ...run, kind: "handoff", partition: null, input });
  return null;
}

async function timerInLine(
  tx: Tx,
  timer: {
    readonly id: string;
    readonly environment: string;
    readonly destination: string;
    readonly again: number;
  },
): Promise<void> {
  const { id: followUp, environment, again } = timer;
  const input = { followUp, turn: 1, again };
  const run = {
    runId: followUpRunId(input),
    subject: followUp,
    environment,
    destinations: [timer.destination],
  };
  await letWait(tx, { ...run, kind: "follow-up", partition: null, input });
}

/** The place of "<environment> <kind> <id> <field>"; none of them holds a blank. */
function syncFieldOf(rest: string): SyncField & { readonly kind: Kind } {
  const [environment = "", kind, id = "", field = ""] = rest.split(" ");
  return { environment, kind: kind === "company" ? "company" : "person", id, field };
}

/** The place of "<deal> <change> <ordinal>"; the ids of Salesforce hold no blank. */
function dealOf(environment: string, rest: string): DealPlace {
  const [deal = "", change = "", ordinal = ""] = rest.split(" ");
  return { environment, deal, change, ordinal: Number(ordinal) };
}

// --- Skip ---------------------------------------------------------------------------------------------------------

/** The act that skips what is open. */
function skipping({ by, reason }: Deed, now: EpochMs): Act {
  const note = { message: `skipped by ${by}: ${reason}`, skippedBy: by };
  return (tx, open) => skippedOne(tx, open, note, now);
}

async function skippedOne(
  tx: Tx,
  { environment, subject }: OpenFailure,
  note: { readonly message: string },
  now: EpochMs,
): Promise<Left> {
  const rest = after(subject);
  switch (kindOf(subject)) {
    case "effect": {
      const effect = await lockEffect(tx, rest);
      if (effect === null || !(await endEffect(tx, rest, { state: "skipped", note })))
        return "it is under way already";
      await close(tx, effect, now);
      return null;
    }
    case "follow-up":
      return (await skipTimer(tx, rest, note.message)) ? null : "it is under way already";
    case "deal":
      return (await skipDeal(tx, dealOf(environment, rest), note)) ? null : "it is under way already";
    default:
      await settleFailure(tx, subject, "skipped");
      return null;
  }
}

/** Ends the handoff or timer anew, now that one of its effects has another end. One that is under way ends by itself. */
async function close(tx: Tx, effect: FailedEffect, now: EpochMs): Promise<void> {
  const { followUp, followUpState, handoff, handoffStatus } = effect;
  if (followUp !== null) {
    if (followUpState !== "failed" && followUpState !== "maybe") return;
    await reopenTimer(tx, followUp, "fired");
    await finishFollowUp(tx, followUp, now);
    return;
  }
  if (handoffStatus === "running") return;
  const ended = await finishHandoff(tx, handoff);
  if (ended.status !== "failed") await setStanding(tx, ended, "handed-off");
}

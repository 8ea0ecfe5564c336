/**
 * What a person does about an issue: have it tried again, say what became of it, let it be. Each is one transaction and
 * safe to do twice: what is under way already is left alone. Runs are put in the line that `start what waited` serves,
 * so a thousand of them come as a stream.
 */
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
  lockTimer,
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

/** Tries again what failed; what may have arrived is never repeated this way. Null: there is no such issue. */
export async function retryIssue(db: Db, asked: Asked, actor: string): Promise<IssueChange | null> {
  const found = await findIssue(db, asked.issue);
  if (found?.code === UNKNOWN_OUTCOME)
    throw new UserError(
      `issue ${found.id}: what may have arrived is not sent again blindly: say whether it did with \`baton issues answer ${found.id} --effect KEY --arrived\`, or \`--again\``,
    );
  return change(db, found, asked, { action: "retry", by: actor, reason: null }, (tx, issue, subject) =>
    retried(tx, issue, subject),
  );
}

/** Lets what failed be, with the reason. Null: there is no such issue. */
export async function skipIssue(
  db: Db,
  asked: Asked & { readonly reason: string },
  actor: string,
  now: EpochMs,
): Promise<IssueChange | null> {
  const found = await findIssue(db, asked.issue);
  const note = { message: `skipped by ${actor}: ${asked.reason}`, skippedBy: actor };
  const made = { action: "skip", by: actor, reason: asked.reason } as const;
  return change(db, found, asked, made, (tx, issue, subject) => skippedOne(tx, issue, subject, note, now));
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
  return change(db, found, asked, { action: "answer", by: actor, reason }, async (tx, _, subject) => {
    const effect = await lockEffect(tx, after(subject));
    if (effect === null) return "it is gone";
    if (!asked.arrived) return carryAgain(tx, effect, "maybe");
    const ended = await endEffect(tx, effect.key, { state: "done", note: { confirmedBy: actor } });
    if (ended) await close(tx, effect, now);
    return ended ? null : "it was answered before";
  });
}

async function change(
  db: Db,
  issue: Issue | null,
  { effect }: Pick<Asked, "effect">,
  made: Pick<IssueChange, "action" | "by" | "reason">,
  act: (tx: Tx, issue: Issue, subject: string) => Promise<Left>,
): Promise<IssueChange | null> {
  if (issue === null) return null;
  const subject = effect === null ? null : effect.includes(":") ? effect : `effect:${effect}`;
  return inTransaction(db, async (tx) => {
    const changed: string[] = [];
    const left: { subject: string; why: string }[] = [];
    for (const one of await lockOpen(tx, issue, subject)) {
      const why = await act(tx, issue, one);
      if (why === null) changed.push(one);
      else left.push({ subject: one, why });
    }
    return { ...made, environment: issue.environment, issue: issue.id, changed, left };
  });
}

/** "effect:abc" -> "abc". */
function after(subject: string): string {
  return subject.slice(subject.indexOf(":") + 1);
}

function kindOf(subject: string): string {
  return subject.slice(0, subject.indexOf(":"));
}

// --- Retry --------------------------------------------------------------------------------------------------------

async function retried(tx: Tx, issue: Issue, subject: string): Promise<Left> {
  const rest = after(subject);
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
      const place = dealOf(issue, rest);
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
      return `the destination is paused: \`baton resume ${rest} --environment ${issue.environment}\` ends that`;
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
function dealOf({ environment }: Issue, rest: string): DealPlace {
  const [deal = "", change = "", ordinal = ""] = rest.split(" ");
  return { environment, deal, change, ordinal: Number(ordinal) };
}

// --- Skip ---------------------------------------------------------------------------------------------------------

async function skippedOne(
  tx: Tx,
  issue: Issue,
  subject: string,
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
      return (await skipDeal(tx, dealOf(issue, rest), note)) ? null : "it is under way already";
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

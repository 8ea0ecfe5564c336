/**
 * The run of one timer: look who has been in touch, decide, and carry out what is due. A timer leaves the armed state
 * in the transaction that plans its effects, so it fires once however often its run is repeated.
 */
import { PermanentFailure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { Policy } from "../policy/schema.ts";
import type { Attempt, Engine, RetryPolicy, RunKind, Schedule } from "../engine/engine.ts";
import { stepOrLater, waitBefore } from "../engine/patience.ts";
import { type Db, inTransaction, type Log, type Tx } from "../store/database.ts";
import { recipeOf } from "../decide/judge.ts";
import { type NextMember, nextOfPool } from "../decide/ledger.ts";
import { closeAssignment, moveAssignment } from "../decide/pools/queries.ts";
import type { Directory } from "../decide/candidate.ts";
import { policyLoader, type PolicyOfVersion } from "../versions/loader.ts";
import { hindranceTo } from "../handoff/answer.ts";
import { carryAll, type World, writtenIn } from "../handoff/carry.ts";
import { noteNewAlerts, noteNews } from "../handoff/board-queries.ts";
import { plainFacts } from "../handoff/outcome.ts";
import { pausedFor, refusalOf } from "../handoff/pause.ts";
import { letWait } from "../handoff/pause-queries.ts";
import { addEffects, loadHandoff, type StoredEffect, type StoredHandoff } from "../handoff/queries.ts";
import type { CrmTouches, TouchQuestion } from "../handoff/ports.ts";
import { effectsOf, type Firing, poolToAsk, reassigns, replyOf } from "./actions.ts";
import { type Contact, contactFor, contactsIn, contactText, partiesOf, type Unless } from "./contact.ts";
import { slaArmings, type TimerKind } from "./plan.ts";
import {
  armFollowUps,
  finishFollowUp,
  leaveArmed,
  loadFollowUp,
  ownAnswers,
  type StoredFollowUp,
  takeDue,
} from "./queries.ts";

export interface FollowUpDesk {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: () => Engine;
  readonly log: Log;
  /** The ports of an environment. */
  readonly world: (environment: string) => Promise<World>;
}

// A type, not an interface: only types are assignable to the engine's JSON.
export type FollowUpInput = {
  readonly followUp: string;
  /** 1 for the first start; each later start of the same timer counts on. */
  readonly turn: number;
  /** Counts the times that a person had it tried again. */
  readonly again?: number;
};

const PATIENCE: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 5_000 };
const SWEEP_EVERY_MS = 1_000;
/** Two sweeps at once take different timers, so a dead worker need not be waited for. */
const SWEEP_LEASE_MS = 2_000;
const MOST_AT_ONCE = 200;

export function followUpRunId({ followUp, turn, again }: FollowUpInput): string {
  const id = again === undefined ? followUp : `${followUp}~again${again}`;
  return turn === 1 ? id : `${id}~${turn}`;
}

export function followUpRun(desk: FollowUpDesk): RunKind<FollowUpInput> {
  const policies = policyLoader(desk.db);
  const kind: RunKind<FollowUpInput> = {
    name: "follow-up",
    queue: "timer",
    body: async (steps, input) => {
      const later = async (reason: string): Promise<void> => {
        const next = { ...input, turn: input.turn + 1 };
        const start = { id: followUpRunId(next), delayMs: waitBefore(input.turn) };
        await steps.step("later", () =>
          desk
            .engine()
            .start(kind, next, start)
            .then(() => reason),
        );
      };
      const wait = (destinations: readonly string[]) =>
        steps.step("wait", () => letTimerWait(desk, { ...input, turn: input.turn + 1 }, destinations));
      const look = (attempt: Attempt) => decideTimer(desk, policies, input.followUp, attempt.number);
      const looked = await stepOrLater(steps, "look", look, PATIENCE);
      if (looked.kind === "later") return later(looked.reason);
      const { state, waitsFor } = looked.value;
      if (waitsFor.length > 0) return void (await wait(waitsFor));
      if (state !== "fired") return;
      const carryIt = (attempt: Attempt) => carry(desk, input.followUp, attempt.number);
      const carried = await stepOrLater(steps, "carry", carryIt, PATIENCE);
      if (carried.kind === "later") return later(carried.reason);
      if (carried.value.length > 0) return void (await wait(carried.value));
      await steps.step("finish", () => finish(desk, input.followUp));
    },
  };
  return kind;
}

async function finish({ db, clock }: FollowUpDesk, id: string): Promise<string> {
  const ended = await finishFollowUp(db, id, clock());
  if (ended === null) return "ended before";
  await noteNewAlerts(db, ended.handoff);
  return ended.state;
}

/** The next start waits until its destinations are resumed. */
async function letTimerWait(
  { db }: FollowUpDesk,
  input: FollowUpInput,
  destinations: readonly string[],
): Promise<string> {
  const timer = await loadFollowUp(db, input.followUp);
  const environment = timer?.environment ?? "";
  const run = { runId: followUpRunId(input), subject: input.followUp, environment, destinations };
  await letWait(db, { ...run, kind: "follow-up", partition: null, input });
  return `waits for ${destinations.join(", ")}`;
}

/** Starts the run of every timer that is due, each once: by the clock of the house, whatever the engine's. */
export function followUpSweep(desk: FollowUpDesk, kind: RunKind<FollowUpInput>): Schedule {
  return {
    name: "start follow-ups",
    everyMs: SWEEP_EVERY_MS,
    leaseMs: SWEEP_LEASE_MS,
    body: async () => {
      let taken: number;
      do {
        taken = await inTransaction(desk.db, async (tx) => {
          const due = await takeDue(tx, desk.clock(), MOST_AT_ONCE);
          const runs = due.map((followUp) => ({ input: { followUp, turn: 1 }, id: followUp }));
          await desk.engine().startMany(kind, runs, tx);
          return due.length;
        });
      } while (taken === MOST_AT_ONCE);
    },
  };
}

type Looked = { readonly state: string; readonly waitsFor: readonly string[] };

/**
 * Returns the state in which the timer is then, and the paused destinations for which it stays armed. Throws
 * RetryableFailure while a system that must be asked is away.
 */
async function decideTimer(
  desk: FollowUpDesk,
  policies: PolicyOfVersion,
  id: string,
  attempt: number,
): Promise<Looked> {
  const { db } = desk;
  const timer = await loadFollowUp(db, id);
  if (timer === null) throw new Error(`follow-up ${id} has a run but no row`);
  const { kind } = timer;
  if (timer.state !== "armed" || kind === "claim" || kind === "reject")
    return { state: timer.state, waitsFor: [] };
  const handoff = await loadHandoff(db, timer.handoff);
  if (handoff === null) throw new Error(`follow-up ${id} has no handoff`);
  // Who was in touch is read from Salesforce; an acknowledgement asks only Intercom.
  if (timer.kind !== "acknowledge" && handoff.paused.includes("salesforce"))
    return { state: timer.state, waitsFor: ["salesforce"] };
  const { policy } = await policies(timer.policyVersion);
  try {
    const [verdict, asked] = await verdictOn(desk, { ...timer, kind }, handoff, policy);
    const directory = asked === null ? null : await directoryFor(desk, timer, asked);
    return await inTransaction(db, async (tx) => {
      // Pools are locked before anything else, as decisions do it.
      const firing =
        asked === null || directory === null
          ? asked
          : { ...asked, next: await nextFor(tx, timer, asked, directory) };
      const now = desk.clock();
      const left = await leaveArmed(tx, id, { ...verdict, now });
      if (left && verdict.contact !== null)
        await closeAssignment(tx, { handoff: timer.handoff, reason: contactText(verdict.contact), now });
      if (left && firing !== null) {
        await addEffects(tx, timer.handoff, id, effectsOf(firing));
        await passOn(tx, timer, firing);
      }
      if (left && (verdict.contact !== null || timer.kind === "breach")) await noteNews(tx, timer.handoff);
      return { state: verdict.state, waitsFor: [] };
    });
  } catch (error) {
    const refused = refusalOf(error);
    if (refused !== null) {
      if (await pausedFor(db, timer.environment, refused, attempt, desk.clock()))
        return { state: timer.state, waitsFor: [refused.facts.target] };
      throw refused;
    }
    if (!(error instanceof PermanentFailure)) throw error;
    const { message } = error.facts;
    const end = { reason: message, error: plainFacts(error.facts), seen: [], now: desk.clock() };
    await leaveArmed(db, id, { state: "failed", ...end });
    desk.log("error", "a follow-up could not find out whether somebody was in touch", { id, message });
    return { state: "failed", waitsFor: [] };
  }
}

/** Everybody of the org as it is now, when somebody else is to get it; null when nobody is. */
async function directoryFor(
  desk: FollowUpDesk,
  { environment, inputs }: StoredFollowUp,
  firing: Firing,
): Promise<Directory | null> {
  if (!reassigns(firing)) return null;
  const { crm } = await desk.world(environment);
  return crm === null ? inputs.directory : crm.directory();
}

function nextFor(
  tx: Tx,
  { environment }: StoredFollowUp,
  firing: Firing,
  directory: Directory,
): Promise<NextMember> {
  const { policy, now, owner, had, decision } = firing;
  const asked = poolToAsk(firing);
  if ("reason" in asked) return Promise.resolve({ kind: "nobody", ...asked });
  const ids = [decision.owner.owner.id, owner.id, ...had];
  return nextOfPool(tx, { environment, policy, directory, now, pool: asked.pool, had: ids });
}

/** The turn of the pool goes to the next, and the clock of the SLA starts anew for them. */
async function passOn(tx: Tx, timer: StoredFollowUp, { next, policy, now }: Firing): Promise<void> {
  if (next.kind === "nobody") return;
  const { owner } = next;
  const reason = `no contact within ${policy.routing.sla?.firstContact ?? ""}`;
  await moveAssignment(tx, { handoff: timer.handoff, to: owner, reason, now });
  const armings = slaArmings({ policy, owner, now }, { arming: timer.arming + 1, since: now });
  await armFollowUps(tx, timer, armings, { owner });
}

interface Verdict {
  readonly state: "fired" | "cancelled" | "skipped";
  readonly reason: string | null;
  readonly seen: readonly Contact[];
  /** Somebody was in touch: the lead is no open work any more. */
  readonly contact: Contact | null;
}

const UNTOUCHED = { seen: [], contact: null } as const;

async function verdictOn(
  desk: FollowUpDesk,
  timer: StoredFollowUp & { readonly kind: TimerKind },
  handoff: StoredHandoff,
  policy: Policy,
): Promise<readonly [Verdict, Firing | null]> {
  const { inputs, decision } = timer;
  const world = await desk.world(timer.environment);
  const { inbox, crm } = world;
  const now = desk.clock();
  const snapshot = inbox === null ? inputs.evidence.snapshot : await inbox.read(timer.conversation);
  if (snapshot === null)
    return [{ state: "cancelled", reason: "the conversation is gone from Intercom", ...UNTOUCHED }, null];
  if (snapshot.state === "closed")
    return [{ state: "cancelled", reason: "the conversation was closed", ...UNTOUCHED }, null];

  const written = writtenIn(handoff);
  const owner = timer.owner ?? written?.owner ?? decision.owner.owner;
  const teammates = inbox === null ? [] : await inbox.teammates();
  const firing: Firing = {
    ...timer,
    policy,
    owner,
    recordOwner: null,
    next: { kind: "nobody", reason: "nobody else was asked for" },
    ids: written?.ids ?? null,
    mode: handoff.mode,
    teammates,
    actingTeammate: inbox === null ? "" : await inbox.actingTeammate(),
    conversationUrl: inbox?.conversationUrl(timer.conversation) ?? "",
    now,
  };
  if (timer.kind === "acknowledge") {
    const hindrance = hindranceTo(replyOf(firing), snapshot, now);
    if (hindrance !== null && "facts" in hindrance)
      return [{ state: "skipped", reason: hindrance.facts.message, ...UNTOUCHED }, null];
    return [{ state: "fired", reason: null, ...UNTOUCHED }, firing];
  }

  const question = touchQuestion(timer, written?.ids ?? {}, now);
  const touches: CrmTouches = crm === null ? { touches: [], owner: null } : await crm.touches(question);
  const seen = contactsIn({
    parties: partiesOf(owner, decision.told, inputs.evidence.crm),
    teammates,
    snapshot,
    touches,
    // Whoever claims a lead may still want to be reminded of it.
    claims: timer.kind === "snooze" ? [] : timer.claims,
    since: timer.since,
    ownAnswers: await ownAnswers(desk.db, timer),
  });
  const contact = contactFor(unlessOf(timer, policy), seen);
  const anybody = contactFor("contacted", seen);
  if (contact !== null)
    return [{ state: "cancelled", reason: contactText(contact), seen, contact: anybody }, null];
  return [
    { state: "fired", reason: null, seen, contact: anybody },
    { ...firing, recordOwner: touches.owner },
  ];
}

/** Only a follow-up of the recipe may wait for one of them; every other timer waits for anybody whom the handoff concerns. */
function unlessOf({ kind, decision }: StoredFollowUp, policy: Policy): Unless {
  return kind === "follow-up"
    ? (recipeOf(policy, decision.recipe).followUp?.unless ?? "contacted")
    : "contacted";
}

/** The record of the handoff and its person. */
function touchQuestion(
  { decision, since }: StoredFollowUp,
  ids: Readonly<Record<string, string>>,
  now: number,
): TouchQuestion {
  const { record } = decision;
  const nothing = { leadId: null, contactId: null, accountId: null, opportunityId: null, since, now };
  switch (record.kind) {
    case "create-lead":
      return { ...nothing, leadId: ids["record"] ?? null };
    case "update-lead":
      // Another than planned where that one had been deleted.
      return { ...nothing, leadId: ids["record"] ?? record.leadId };
    case "create-contact":
      return { ...nothing, contactId: ids["record"] ?? null };
    case "create-opportunity":
      return {
        ...nothing,
        opportunityId: ids["record"] ?? null,
        contactId: record.contactId ?? ids["contact"] ?? null,
      };
    case "task": {
      const { on, contactId } = record;
      if (on === null) return { ...nothing, contactId };
      switch (on.object) {
        case "Lead":
          return { ...nothing, leadId: on.id };
        case "Contact":
          return { ...nothing, contactId: on.id };
        case "Account":
          return { ...nothing, accountId: on.id, contactId };
        case "Opportunity":
          return { ...nothing, opportunityId: on.id, contactId };
      }
    }
  }
}

/** Carries out the effects of this timer that are still open; returns the paused destinations for which some wait. */
async function carry(desk: FollowUpDesk, id: string, attempt: number): Promise<readonly string[]> {
  const timer = await loadFollowUp(desk.db, id);
  const handoff = timer === null ? null : await loadHandoff(desk.db, timer.handoff);
  if (handoff === null) throw new Error(`follow-up ${id} has a run but no row`);
  const world = await desk.world(handoff.environment);
  const isMine = (effect: StoredEffect): boolean => effect.followUp === id;
  return (await carryAll(desk.db, world, handoff, isMine, attempt)).waitsFor;
}

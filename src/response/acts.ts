/** What a claim, a rejection and the wish to be reminded do: each one transaction, once. */
import type { Clock } from "../kernel/time.ts";
import type { Engine, RunKind } from "../engine/engine.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import type { Policy } from "../policy/schema.ts";
import type { OwnerRef } from "../decide/decision.ts";
import { closeAssignment, creditBack, lockPools, moveAssignment } from "../decide/pools/queries.ts";
import { ownerName } from "../handoff/alert.ts";
import { type World, writtenIn } from "../handoff/carry.ts";
import type { PlannedEffect } from "../handoff/effects.ts";
import { plannerFor } from "../handoff/plan.ts";
import { addEffects } from "../handoff/queries.ts";
import { noteNews } from "../handoff/board-queries.ts";
import { hoursOf } from "../followup/clock.ts";
import { CLAIMED, type Contact, contactText, partiesOf } from "../followup/contact.ts";
import { handOver, type Matter, taskWrite, tellOwner } from "../followup/matter.ts";
import { followUpId } from "../followup/plan.ts";
import { armFollowUps, endTimers, type PressedBy } from "../followup/queries.ts";
import type { FollowUpInput } from "../followup/run.ts";
import { handoffOf, ownerOf } from "./concerned.ts";
import { type Answer, dueAt, type Presser, REJECT_REASONS, type RemindWhen, type Wish } from "./press.ts";
import { type Case, happenedTo, insertPressed, lockCase } from "./queries.ts";
import { firstContact, type Happened } from "./standing.ts";

/** Somebody who may does something about a handoff. */
export interface Doing {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: () => Engine;
  readonly followUpKind: RunKind<FollowUpInput>;
  readonly world: World;
  readonly case: Case;
  readonly policy: Policy;
  readonly presser: Presser;
}

/** Notes in the transaction what was done; false when it had been. */
type Done = (tx: Tx, answer: Answer | null) => Promise<boolean>;

/** The first to claim has it: the lead goes to them, and the clock of the SLA stops. */
export async function claimIt(doing: Doing, done: Done): Promise<void> {
  const { db, clock, world, presser } = doing;
  const about = doing.case;
  const { directory } = about.inputs;
  const { users } = world.crm === null ? directory : await world.crm.directory();
  const user = users.find(({ active, email }) => active && presser.emails.includes(email.toLowerCase()));
  const claimer: OwnerRef | null =
    user === undefined ? null : { kind: "user", id: user.id, email: user.email, name: user.name };
  await inTransaction(db, async (tx) => {
    const matter = await begin(tx, doing, "claim");
    const hindrance = hindranceToClaim(await happenedTo(tx, about.handoff), presser);
    if (hindrance !== null) return done(tx, hindrance);
    const now = clock();
    const isTaken = claimer !== null && claimer.id !== matter.owner.id;
    const contact = claimBy(doing, matter.owner, isTaken, now);
    const effects = isTaken ? claimEffects(matter, claimer) : [];
    await leave(tx, doing, {
      kind: "claim",
      owner: claimer,
      reason: null,
      seen: [contact],
      effects,
    });
    const { handoff } = about;
    const reason = contactText(contact);
    await endTimers(tx, { handoff, kinds: ["remind", "breach", "snooze"], reason, seen: [contact], now });
    if (claimer !== null) {
      const why = `${presser.name} claimed it in Slack`;
      await moveAssignment(tx, { handoff, to: claimer, reason: why, now });
    }
    await closeAssignment(tx, { handoff, reason, now });
    return done(tx, claimer === null ? STAYS(matter.owner) : null);
  });
}

/** Why it cannot be claimed any more; null when it can. */
function hindranceToClaim({ claim, rejection }: Happened, presser: Presser): Answer | null {
  if (rejection !== null)
    return { text: `It is no lead, says ${rejection.who} (${rejection.reason}), since`, at: rejection.at };
  if (claim === null) return null;
  const isTheirs = claim.email !== null && claim.email === pressedBy(presser).email;
  return { text: `${isTheirs ? "You have" : `${claim.who} has`} it since`, at: claim.at };
}

const STAYS = (owner: OwnerRef): Answer => ({
  text: `It is yours. Salesforce has no active user with your address, so the record stays with ${ownerName(owner)} there.`,
  at: null,
});

function claimBy({ presser, case: about }: Doing, owner: OwnerRef, isTaken: boolean, at: number): Contact {
  const { decision, inputs } = about;
  const are = partiesOf(owner, decision.told, inputs.evidence.crm).filter(
    ({ email }) => email !== null && presser.emails.includes(email.toLowerCase()),
  );
  const roles = [...(isTaken ? (["owner"] as const) : []), ...are.map(({ as }) => as)];
  return { as: [...new Set(roles)], who: presser.name, what: CLAIMED, at };
}

/** The record and a Task for the new owner; whoever had it is told. */
function claimEffects(matter: Matter, claimer: OwnerRef): readonly PlannedEffect[] {
  const plan = plannerFor(matter.id);
  const subject = `Claimed from ${ownerName(matter.owner)}`;
  return [
    handOver("claim", { owner: claimer, subject }, matter, plan),
    tellOwner("claim-before", `Claimed by ${ownerName(claimer)}`, matter, plan),
  ];
}

/** No lead after all: its timers end, its turn goes back, and the record says why. */
export async function rejectIt(
  doing: Doing,
  { reason, note }: Extract<Wish, { kind: "reject" }>,
  done: Done,
): Promise<void> {
  const { db, clock, presser } = doing;
  const { handoff } = doing.case;
  const why = note === null ? REJECT_REASONS[reason] : `${REJECT_REASONS[reason]} (${note})`;
  await inTransaction(db, async (tx) => {
    const matter = await begin(tx, doing, "reject");
    const { rejection } = await happenedTo(tx, handoff);
    if (rejection !== null)
      return done(tx, { text: `${rejection.who} has said so (${rejection.reason})`, at: rejection.at });
    const now = clock();
    const effects = [noteOf(matter, REJECT_REASONS[reason], `${presser.name} said in Slack: ${why}`)];
    await leave(tx, doing, { kind: "reject", owner: null, reason: why, seen: [], effects });
    const text = `rejected by ${presser.name}: ${why}`;
    await endTimers(tx, { handoff, kinds: null, reason: text, seen: [], now });
    await creditBack(tx, { handoff, reason: text, now });
    return done(tx, null);
  });
}

/** A completed Task where the handoff's own hangs. */
function noteOf(matter: Matter, reason: string, said: string): PlannedEffect {
  const { owner, conversationUrl } = matter;
  const task = { subject: `Not a lead: ${reason}`, description: [said, "", conversationUrl].join("\n") };
  return plannerFor(matter.id)("reject", "salesforce", (key) =>
    taskWrite({ ...task, key, owner, isNote: true }, [], matter),
  );
}

/** A timer of its own, for whoever asked; never after contact, a rejection or the conversation's end. */
export async function remindLater(doing: Doing, when: RemindWhen, done: Done): Promise<void> {
  const { db, clock, presser, policy } = doing;
  const about = doing.case;
  await inTransaction(db, async (tx) => {
    const owner = ownerOf(await lockCase(tx, about.handoff), about, await handoffOf(tx, about));
    const { rejection, contacts, snoozes } = await happenedTo(tx, about.handoff);
    const contact = firstContact(contacts);
    if (rejection !== null)
      return done(tx, { text: `It is no lead, says ${rejection.who}, since`, at: rejection.at });
    if (contact !== null)
      return done(tx, { text: `No reminder is needed: ${contact.who} ${contact.what}`, at: contact.at });
    const now = clock();
    const due = dueAt(when, now, presser, hoursOf(owner, policy).zone);
    const arming = {
      kind: "snooze",
      arming: snoozes + 1,
      since: about.since,
      dueAt: due,
      notAfter: null,
    } as const;
    await armFollowUps(tx, about, [arming], { pressedBy: pressedBy(presser) });
    return done(tx, { text: "You will be reminded", at: due });
  });
}

interface Left {
  readonly kind: "claim" | "reject";
  readonly owner: OwnerRef | null;
  readonly reason: string | null;
  readonly seen: readonly Contact[];
  readonly effects: readonly PlannedEffect[];
}

/** What stays of a press, with its effects and the start of their run. */
async function leave(tx: Tx, doing: Doing, { effects, ...left }: Left): Promise<void> {
  const { clock, engine, followUpKind, presser } = doing;
  const { handoff } = doing.case;
  const hasEffects = effects.length > 0;
  const row = { ...left, pressedBy: pressedBy(presser), hasEffects, now: clock() };
  const id = await insertPressed(tx, doing.case, row);
  if (id === null) throw new Error(`a ${left.kind} of ${handoff} was there although nobody had told of it`);
  if (hasEffects) {
    await addEffects(tx, handoff, id, effects);
    await engine().start(followUpKind, { followUp: id, turn: 1 }, { id, tx });
  }
  await noteNews(tx, handoff);
}

/** Their address in Slack; where that is hidden, the one by which others know them leads there too. */
function pressedBy({ name, email, emails }: Presser): PressedBy {
  return { name, email: email ?? emails[0] ?? null };
}

/** Nobody else acts on the lead, and nothing gives it away, until the commit; what is done rests on this. */
async function begin(
  tx: Tx,
  { clock, world, policy, case: about }: Doing,
  kind: "claim" | "reject",
): Promise<Matter> {
  const since = await lockCase(tx, about.handoff);
  // Pools are locked before timers and assignments, as the timers do it.
  const pool = about.decision.owner.pool?.pool;
  if (pool !== undefined) await lockPools(tx, about.environment, [pool]);
  const handoff = await handoffOf(tx, about);
  return {
    id: followUpId(about.handoff, { kind, arming: 1 }),
    decision: about.decision,
    inputs: about.inputs,
    policy,
    owner: ownerOf(since, about, handoff),
    ids: writtenIn(handoff)?.ids ?? null,
    mode: handoff.mode,
    conversationUrl: world.inbox?.conversationUrl(about.conversation) ?? "",
    now: clock(),
  };
}

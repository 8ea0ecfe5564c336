/**
 * Which timers a handoff starts, and when they are due. Pure; stored in the transaction of the decision, so that no
 * handoff is without them.
 */
import { durationMs, type EpochMs } from "../kernel/time.ts";
import type { Policy, Recipe } from "../policy/schema.ts";
import type { OwnerRef } from "../decide/decision.ts";
import { afterWorking, hoursOf } from "./clock.ts";

/** "snooze": a reminder that somebody asked for. */
export type TimerKind = "acknowledge" | "follow-up" | "remind" | "breach" | "snooze";
/** What a press leaves beside the timers. */
export type PressKind = "claim" | "reject";

/** One timer, armed. It fires at most once. */
export interface Arming {
  readonly kind: TimerKind;
  /** From 1; each re-assignment arms the next. */
  readonly arming: number;
  /** Contact counts from here on. */
  readonly since: EpochMs;
  readonly dueAt: EpochMs;
  /** After this it is not worth sending any more; null: it always is. */
  readonly notAfter: EpochMs | null;
}

/** The lasting id of an arming: the id of its run too, so that neither happens twice. */
export function followUpId(
  handoff: string,
  { kind, arming }: { readonly kind: TimerKind | PressKind; readonly arming: number },
): string {
  return `followup:${handoff}:${kind}:${arming}`;
}

export interface HandedOff {
  readonly recipe: Recipe;
  readonly policy: Policy;
  readonly owner: OwnerRef;
  readonly now: EpochMs;
  /** When the customer wrote what qualified; null when no words did. */
  readonly signalledAt: EpochMs | null;
}

/** Everything that a new handoff waits for. */
export function armingsOf(given: HandedOff): readonly Arming[] {
  const { recipe, now } = given;
  const since = Math.min(given.signalledAt ?? now, now);
  const armings: Arming[] = [];
  if (recipe.acknowledge !== undefined) {
    const notAfter = since + durationMs(recipe.acknowledge.within);
    armings.push({ kind: "acknowledge", arming: 1, since, dueAt: now, notAfter });
  }
  if (recipe.followUp !== undefined) {
    const dueAt = now + durationMs(recipe.followUp.after);
    armings.push({ kind: "follow-up", arming: 1, since, dueAt, notAfter: null });
  }
  return [...armings, ...slaArmings(given, { arming: 1, since })];
}

/** Reminder and breach for whoever owns it now, by the clock of their working hours. */
export function slaArmings(
  { policy, owner, now }: Pick<HandedOff, "policy" | "owner" | "now">,
  { arming, since }: Pick<Arming, "arming" | "since">,
): readonly Arming[] {
  const { sla } = policy.routing;
  if (sla === undefined) return [];
  const due = (span: string): EpochMs =>
    sla.clock === "always"
      ? now + durationMs(span)
      : afterWorking(hoursOf(owner, policy), now, durationMs(span));
  const breach: Arming = { kind: "breach", arming, since, dueAt: due(sla.firstContact), notAfter: null };
  if (sla.remindAt === undefined) return [breach];
  return [{ kind: "remind", arming, since, dueAt: due(sla.remindAt), notAfter: null }, breach];
}

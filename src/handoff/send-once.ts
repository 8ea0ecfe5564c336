/**
 * Sending to a target that keeps no key of ours (Slack, SMTP, answers in Intercom): what may have been sent is looked
 * for, at once and after the settle time, and what cannot be known ends as "maybe" rather than being sent blindly again.
 */
import { PermanentFailure, RetryableFailure } from "../kernel/failure.ts";
import type { Ms } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import { done, type Outcome, plainFacts } from "./outcome.ts";
import type { Delivery, Sent } from "./ports.ts";
import { markEffect, type StoredEffect, takeEffect } from "./queries.ts";

export interface Sending {
  /** Throws RetryableFailure with outcome "unknown" when nobody knows whether it went out. */
  readonly send: () => Promise<Partial<Sent>>;
  readonly find: () => Promise<Delivery | { readonly kind: "cannot-tell" }>;
  /** Who gets it, as people read it. */
  readonly to: string;
}

/** How long an unanswered write may still land. */
export interface Patience {
  readonly settleMs: Ms;
  readonly sleep: (ms: Ms) => Promise<void>;
}

export async function sendOnce(
  db: Db,
  patience: Patience,
  effect: StoredEffect,
  sending: Sending,
): Promise<Outcome> {
  // A worker that was taken for dead goes on with what it read before another took over.
  if (effect.state === "sending" || !(await takeEffect(db, effect.key))) return lookTwice(sending, patience);
  try {
    const { note, ...sent } = await sending.send();
    return done(note === undefined ? sent : { ...sent, notes: [note] });
  } catch (error) {
    // Whoever is not let in has sent nothing.
    const isSignIn = error instanceof PermanentFailure && error.facts.isSignIn === true;
    if (isSignIn || (error instanceof RetryableFailure && (await certainlyNotSent(sending, error))))
      await markEffect(db, effect.key, "planned", plainFacts(error.facts));
    throw error;
  }
}

/** An answer, even a bad one, means that the target is through with it: what it does not show then, it did not do. */
async function certainlyNotSent(sending: Sending, error: RetryableFailure): Promise<boolean> {
  if (error.outcome === "not-executed") return true;
  if (error.facts.status === undefined) return false;
  const found = await sending.find().catch(() => null);
  return found?.kind === "absent";
}

/** Looks now and once more after the settle time, because a write can land late. Never leads to a blind repeat. */
async function lookTwice(sending: Sending, { settleMs, sleep }: Patience): Promise<Outcome> {
  const first = await sending.find();
  if (first.kind === "delivered") return done({ id: first.id, already: true });
  const second = first.kind === "absent" ? await sleep(settleMs).then(() => sending.find()) : first;
  if (second.kind === "delivered") return done({ id: second.id, already: true });
  const message = `${sending.to} may or may not have got this: the answer was lost and the message is not to be seen. Ask them, then say so at its issue: it is not sent again blindly.`;
  return { state: "maybe", facts: { message } };
}

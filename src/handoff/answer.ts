/**
 * Answers the customer as a teammate: once, never after a person has answered, and never too late. Intercom keeps no
 * key for answers, so the conversation is read before anything is sent.
 */
import type { Clock, Ms } from "../kernel/time.ts";
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import type { Db } from "../store/database.ts";
import type { EffectRequest } from "./effects.ts";
import { done, type Outcome, skipped } from "./outcome.ts";
import type { Inbox } from "./ports.ts";
import type { StoredEffect } from "./queries.ts";
import { sendOnce } from "./send-once.ts";

type ReplyRequest = Extract<EffectRequest, { kind: "reply" }>;

interface AnswerWorld {
  readonly clock: Clock;
  readonly settleMs: Ms;
  readonly sleep: (ms: Ms) => Promise<void>;
}

export async function answerOnce(
  db: Db,
  world: AnswerWorld,
  inbox: Inbox,
  effect: StoredEffect,
  request: ReplyRequest,
): Promise<Outcome> {
  if (effect.state === "planned") {
    const snapshot = await inbox.read(request.conversation);
    if (snapshot === null) return skipped("the conversation is gone from Intercom");
    const hindrance = hindranceTo(request, snapshot, world.clock());
    if (hindrance !== null) return hindrance;
  }
  return sendOnce(db, world, effect, {
    to: "The customer",
    send: async () => {
      await inbox.reply(request.conversation, request.admin, request.text);
      return {};
    },
    find: async () => {
      const snapshot = await inbox.read(request.conversation);
      if (snapshot === null) return { kind: "cannot-tell" };
      const ours = snapshot.messages.find((message) => isOurs(message, request));
      return ours === undefined ? { kind: "absent" } : { kind: "delivered", id: ours.id };
    },
  });
}

/** Why this answer is not sent; null when nothing stands in its way. */
export function hindranceTo(request: ReplyRequest, snapshot: Snapshot, now: number): Outcome | null {
  const ours = snapshot.messages.find((message) => isOurs(message, request));
  if (ours !== undefined) return done({ id: ours.id, already: true });
  if (now > request.notAfter) return skipped("it was too late for it: the time the policy allows was over");
  if (snapshot.state === "closed") return skipped("the conversation was closed before it");
  const human = snapshot.messages.find(
    (message) => message.role === "teammate" && (message.at ?? 0) >= wholeSecond(request.since),
  );
  return human === undefined ? null : skipped(`${human.author ?? "a teammate"} had answered before it`);
}

/** Whether this is the answer that was sent: same teammate, same words. */
function isOurs(
  message: Message,
  { admin, text, since }: Pick<ReplyRequest, "admin" | "text" | "since">,
): boolean {
  return (
    message.role === "teammate" &&
    message.authorId === admin &&
    (message.at ?? 0) >= wholeSecond(since) &&
    plain(message.text) === plain(text)
  );
}

/** Intercom's times are whole seconds. */
function wholeSecond(at: number): number {
  return Math.floor(at / 1_000) * 1_000;
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The queue of notifications and the attempts under way. */
import type { EmulatorTime } from "../core/clock.ts";
import type { Faults } from "../core/faults.ts";
import { envelopeOf, type Notification, signatureOf } from "./notification.ts";
import type { Sender } from "./post.ts";
import { createSubscription, retryAfterMs, type Subscription, throttleLimitMs } from "./subscription.ts";

/** One attempt, or one notification that was given up without an attempt. */
export interface Delivery {
  readonly topic: string;
  /** Null for a ping. */
  readonly notificationId: string | null;
  /** `withheld` = dropped by the fault plan; `discarded` = the subscription was off or throttled too long. */
  readonly status: "delivered" | "refused" | "unanswered" | "withheld" | "discarded";
  /** 0 when no answer came. */
  readonly httpStatus: number;
  /** 1 or 2; 0 when nothing was sent. */
  readonly attempt: number;
  /** From sending to the answer, in real milliseconds. */
  readonly ms: number;
}

export interface OutboxOptions {
  readonly appId: string;
  readonly time: EmulatorTime;
  readonly faults: Faults;
  readonly sender: Sender;
  /** Attempts under way at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly deliveries: Delivery[];
  /** Where to send, and the secret that signs; url undefined = nowhere. */
  readonly target: { url: string | undefined; clientSecret: string };
}

export interface Outbox {
  readonly options: OutboxOptions;
  subscription: Subscription;
  queue: Notification[];
  /** Waiting to be mixed up with others. */
  held: Notification[];
  underway: number;
  unfinished: number;
  isClosed: boolean;
  waiters: (() => void)[];
}

/** How many notifications are mixed up with each other when the plan says shuffle, and how long they wait for it. */
const shuffleWindow = 8;
const shuffleWaitMs = 20;

export function createOutbox(options: OutboxOptions): Outbox {
  const outbox: Outbox = {
    options,
    subscription: createSubscription(options.time, () => pump(outbox)),
    queue: [],
    held: [],
    underway: 0,
    unfinished: 0,
    isClosed: false,
    waiters: [],
  };
  return outbox;
}

/** A subscription that was disabled or paused is live again. */
export function reviveSubscription(outbox: Outbox): void {
  outbox.subscription = createSubscription(outbox.options.time, () => pump(outbox));
  pump(outbox);
}

/** Queues a notification; `withheld` = the fault plan loses it. */
export function addToOutbox(outbox: Outbox, notification: Notification, isWithheld: boolean): void {
  outbox.unfinished += 1;
  if (isWithheld) return giveUp(outbox, notification, "withheld");
  if (outbox.options.faults.current().webhooks?.shuffle !== true || notification.id === null) {
    outbox.queue.push(notification);
    return pump(outbox);
  }
  outbox.held.push(notification);
  if (outbox.held.length >= shuffleWindow) return releaseHeld(outbox);
  if (outbox.held.length === 1) setTimeout(() => releaseHeld(outbox), shuffleWaitMs).unref();
}

/** Resolves when nothing is queued, under way or waiting for its retry. */
export function flushOutbox(outbox: Outbox): Promise<void> {
  if (outbox.unfinished === 0) return Promise.resolve();
  return new Promise((resolve) => {
    outbox.waiters.push(resolve);
  });
}

/** Forgets everything; answers that still come are ignored. */
export function closeOutbox(outbox: Outbox): void {
  outbox.isClosed = true;
  outbox.queue = [];
  outbox.held = [];
  for (const wake of outbox.waiters.splice(0)) wake();
}

function releaseHeld(outbox: Outbox): void {
  const mixed = outbox.held.map((notification) => ({ notification, place: outbox.options.faults.random() }));
  outbox.held = [];
  mixed.sort((left, right) => left.place - right.place);
  outbox.queue.push(...mixed.map(({ notification }) => notification));
  pump(outbox);
}

function pump(outbox: Outbox): void {
  const { target, concurrency } = outbox.options;
  while (!outbox.isClosed && outbox.underway < concurrency && outbox.subscription.mode() !== "waiting") {
    const notification = outbox.queue.shift();
    if (notification === undefined) return;
    const waitedMs = outbox.subscription.throttledMs() - notification.throttledBeforeMs;
    if (target.url === undefined || outbox.subscription.mode() === "off" || waitedMs >= throttleLimitMs) {
      giveUp(outbox, notification, "discarded");
    } else {
      void attempt(outbox, notification, target.url);
    }
  }
}

async function attempt(outbox: Outbox, notification: Notification, url: string): Promise<void> {
  const { appId, time, sender, target, timeoutMs, deliveries } = outbox.options;
  outbox.underway += 1;
  notification.attempts += 1;
  notification.firstSentAt ??= Math.floor(time.now() / 1000);
  const attemptNumber = notification.attempts;
  const body = envelopeOf(appId, notification);
  const { httpStatus, ms } = await sender.post(url, body, signatureOf(body, target.clientSecret), timeoutMs);
  if (outbox.isClosed) return;
  outbox.underway -= 1;
  const status = deliveryStatus(httpStatus);
  const { topic, id } = notification;
  deliveries.push({ topic, notificationId: id, status, httpStatus, attempt: attemptNumber, ms });
  if (status === "delivered") {
    outbox.subscription.delivered();
    finish(outbox);
  } else afterFailure(outbox, notification, httpStatus);
  pump(outbox);
}

function deliveryStatus(httpStatus: number): "delivered" | "refused" | "unanswered" {
  if (httpStatus === 0) return "unanswered";
  return httpStatus >= 200 && httpStatus < 300 ? "delivered" : "refused";
}

function afterFailure(outbox: Outbox, notification: Notification, httpStatus: number): void {
  switch (outbox.subscription.failed(httpStatus, notification.attempts)) {
    case "give-up":
      return finish(outbox);
    case "wait":
      notification.attempts -= 1;
      outbox.queue.unshift(notification);
      return;
    case "retry":
      void retryLater(outbox, notification);
  }
}

async function retryLater(outbox: Outbox, notification: Notification): Promise<void> {
  await outbox.options.time.sleep(retryAfterMs);
  if (outbox.isClosed) return;
  outbox.queue.push(notification);
  pump(outbox);
}

function giveUp(outbox: Outbox, { topic, id }: Notification, status: "withheld" | "discarded"): void {
  outbox.options.deliveries.push({ topic, notificationId: id, status, httpStatus: 0, attempt: 0, ms: 0 });
  finish(outbox);
}

function finish(outbox: Outbox): void {
  outbox.unfinished -= 1;
  if (outbox.unfinished > 0) return;
  for (const wake of outbox.waiters.splice(0)) wake();
}

/** The webhook sender: turns what happens in the workspace into signed notifications. */
import { type Notification, notificationId } from "./notification.ts";
import {
  addToOutbox,
  closeOutbox,
  createOutbox,
  type Delivery,
  flushOutbox,
  type OutboxOptions,
  reviveSubscription,
} from "./outbox.ts";
import { postSigned } from "./post.ts";

export interface WebhookOptions extends Pick<
  OutboxOptions,
  "appId" | "time" | "faults" | "concurrency" | "timeoutMs"
> {
  readonly clientSecret: string;
  readonly url: string | undefined;
  /** Only these topics are sent; undefined = all. Ping is always sent. */
  readonly topics: ReadonlySet<string> | undefined;
}

export interface WebhookSender {
  /** `item` is made only when somebody is subscribed. */
  readonly emit: (topic: string, item: () => Record<string, unknown>) => void;
  readonly ping: () => void;
  readonly setUrl: (url: string | undefined, secret?: string) => void;
  /** Resolves when every notification has been delivered or given up, retries included. */
  readonly flush: () => Promise<void>;
  readonly deliveries: readonly Delivery[];
  readonly isDisabled: () => boolean;
  /** Forgets the queue, the deliveries and the state of the subscription. */
  readonly reset: () => void;
  readonly stop: () => void;
}

/** A sender with an empty queue. Nothing is queued while no address is set. */
export function createWebhookSender(options: WebhookOptions): WebhookSender {
  const { appId, time, faults } = options;
  const sender = postSigned(options.concurrency);
  const deliveries: Delivery[] = [];
  const target = { url: options.url, clientSecret: options.clientSecret };
  const startedAtMs = time.now();
  let count = 0;
  let outbox = createOutbox({ ...options, sender, deliveries, target });

  function notification(topic: string, id: string | null, item: Record<string, unknown>): Notification {
    const createdAt = Math.floor(time.now() / 1000);
    const throttledBeforeMs = outbox.subscription.throttledMs();
    return { id, topic, item, createdAt, firstSentAt: undefined, attempts: 0, throttledBeforeMs };
  }

  return {
    emit(topic, makeItem) {
      const isSubscribed = options.topics === undefined || options.topics.has(topic);
      if (target.url === undefined || !isSubscribed || outbox.subscription.isDisabled()) return;
      count += 1;
      const id = notificationId(appId, startedAtMs, count);
      const item = makeItem();
      const plan = faults.current().webhooks;
      const isWithheld = plan !== undefined && faults.random() < plan.drop;
      const isDoubled = plan !== undefined && !isWithheld && faults.random() < plan.duplicate;
      addToOutbox(outbox, notification(topic, id, item), isWithheld);
      if (isDoubled) addToOutbox(outbox, notification(topic, id, item), false);
    },
    ping() {
      if (target.url === undefined) return;
      const item = { type: "ping", message: "something something interzen" };
      addToOutbox(outbox, notification("ping", null, item), false);
    },
    setUrl(url, secret) {
      target.url = url;
      target.clientSecret = secret ?? target.clientSecret;
      reviveSubscription(outbox);
    },
    flush: () => flushOutbox(outbox),
    deliveries,
    isDisabled: () => outbox.subscription.isDisabled(),
    reset() {
      closeOutbox(outbox);
      deliveries.splice(0);
      outbox = createOutbox({ ...options, sender, deliveries, target });
    },
    stop() {
      closeOutbox(outbox);
      sender.close();
    },
  };
}

/** The envelope around a webhook's item, its id and its signature. */
import { createHmac } from "node:crypto";

export interface Notification {
  /** Null for a ping. */
  readonly id: string | null;
  readonly topic: string;
  readonly item: Record<string, unknown>;
  /** Unix seconds. */
  readonly createdAt: number;
  firstSentAt: number | undefined;
  /** Attempts begun so far. */
  attempts: number;
  /** How long the workspace had been throttled when this one was queued. */
  readonly throttledBeforeMs: number;
}

/** The JSON of one attempt, as captured in January 2026: `delivered_at` is 0, and a ping has neither id nor status. */
export function envelopeOf(appId: string, notification: Notification): string {
  const isPing = notification.id === null;
  return JSON.stringify({
    type: "notification_event",
    app_id: appId,
    data: { type: "notification_event_data", item: notification.item },
    links: {},
    id: notification.id,
    topic: notification.topic,
    delivery_status: isPing ? null : "pending",
    delivery_attempts: notification.attempts,
    delivered_at: 0,
    first_sent_at: notification.firstSentAt,
    created_at: notification.createdAt,
    self: null,
  });
}

/** `X-Hub-Signature`: HMAC-SHA1 of the raw body with the client secret (webhook-models). */
export function signatureOf(body: string, clientSecret: string): string {
  return `sha1=${createHmac("sha1", clientSecret).update(body).digest("hex")}`;
}

/** `notif_` and a UUID of the sender's start and a count: the same clock gives the same ids, a later start new ones. */
export function notificationId(appId: string, startedAtMs: number, count: number): string {
  const hex = createHmac("sha256", appId).update(`${startedAtMs} ${count}`).digest("hex");
  const version = `4${hex.slice(13, 16)}`;
  const variant = `8${hex.slice(17, 20)}`;
  return `notif_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

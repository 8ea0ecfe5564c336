/**
 * How Intercom treats an endpoint that answers badly (developers.intercom.com, webhook-models and
 * webhook-notifications): one retry after a minute; 410 ends the subscription; 429 makes the whole workspace
 * wait, a minute at first, doubling up to two hours; more than a thousand errors in a row pause it for a
 * quarter of an hour, in which notifications are dropped.
 */
import type { EmulatorTime } from "../core/clock.ts";

const minuteMs = 60_000;

/** The one retry comes after a minute. */
export const retryAfterMs = minuteMs;

/** What has been throttled for longer is dropped. */
export const throttleLimitMs = 120 * minuteMs;

const errorsBeforePause = 1000;
const pauseMs = 15 * minuteMs;

export interface Subscription {
  /** `live` = send; `waiting` = throttled, send later; `off` = disabled or paused, drop. */
  readonly mode: () => "live" | "waiting" | "off";
  readonly isDisabled: () => boolean;
  readonly delivered: () => void;
  /** What becomes of a notification whose attempt (1 or 2) failed; status 0 = no answer. */
  readonly failed: (httpStatus: number, attempt: number) => "retry" | "wait" | "give-up";
  /** How long the workspace has been throttled in all, in the vendor's milliseconds. */
  readonly throttledMs: () => number;
}

/** A live subscription. `wake` is called when a throttle ends. */
export function createSubscription(time: EmulatorTime, wake: () => void): Subscription {
  let isDisabled = false;
  let isThrottled = false;
  let isPaused = false;
  let errorsInARow = 0;
  let nextThrottleMs = minuteMs;
  let throttledMs = 0;

  async function throttle(): Promise<void> {
    isThrottled = true;
    const waitMs = nextThrottleMs;
    nextThrottleMs = Math.min(throttleLimitMs, waitMs * 2);
    await time.sleep(waitMs);
    throttledMs += waitMs;
    isThrottled = false;
    wake();
  }

  async function pause(): Promise<void> {
    isPaused = true;
    await time.sleep(pauseMs);
    isPaused = false;
    errorsInARow = 0;
  }

  return {
    mode() {
      if (isDisabled || isPaused) return "off";
      return isThrottled ? "waiting" : "live";
    },
    isDisabled: () => isDisabled,
    delivered() {
      errorsInARow = 0;
      nextThrottleMs = minuteMs;
    },
    failed(httpStatus, attempt) {
      errorsInARow += 1;
      if (errorsInARow > errorsBeforePause && !isPaused) void pause();
      if (httpStatus === 410) {
        isDisabled = true;
        return "give-up";
      }
      if (httpStatus === 429) {
        if (!isThrottled) void throttle();
        return "wait";
      }
      return attempt >= 2 ? "give-up" : "retry";
    },
    throttledMs: () => throttledMs,
  };
}

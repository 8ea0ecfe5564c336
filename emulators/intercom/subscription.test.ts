import { expect, test } from "vitest";
import { emulatorTime } from "../core/clock.ts";
import { createSubscription } from "./subscription.ts";

/** A clock whose waits end when the test says so. */
function heldTime() {
  const waits: { ms: number; end: () => void }[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      waits.push({ ms, end: resolve });
    });
  return { time: { ...emulatorTime(), sleep }, waits };
}

test("more than a thousand errors in a row pause the subscription for a quarter of an hour", async () => {
  const { time, waits } = heldTime();
  const subscription = createSubscription(time, () => undefined);
  for (let count = 0; count < 1000; count++) subscription.failed(500, 1);
  expect(subscription.mode()).toBe("live");
  subscription.failed(500, 1);
  expect(subscription.mode()).toBe("off");
  expect(waits.map(({ ms }) => ms)).toEqual([15 * 60_000]);
  waits[0]?.end();
  await Promise.resolve();
  expect(subscription.mode()).toBe("live");
});

test("a success between the errors starts the count again", () => {
  const { time, waits } = heldTime();
  const subscription = createSubscription(time, () => undefined);
  for (let count = 0; count < 1500; count++) {
    subscription.failed(500, 1);
    if (count === 700) subscription.delivered();
  }
  expect(waits).toEqual([]);
});

test("each 429 after a throttle doubles the wait, up to two hours; a success brings it back to a minute", async () => {
  const { time, waits } = heldTime();
  let wakings = 0;
  const subscription = createSubscription(time, () => {
    wakings += 1;
  });
  for (let round = 0; round < 9; round++) {
    expect(subscription.failed(429, 1)).toBe("wait");
    expect(subscription.failed(429, 1)).toBe("wait");
    expect(subscription.mode()).toBe("waiting");
    waits.at(-1)?.end();
    await Promise.resolve();
  }
  expect(waits.map(({ ms }) => ms / 60_000)).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120]);
  expect(wakings).toBe(9);
  subscription.delivered();
  subscription.failed(429, 1);
  expect(waits.at(-1)?.ms).toBe(60_000);
});

test.for([
  [503, 1, "retry"],
  [0, 1, "retry"],
  [503, 2, "give-up"],
  [410, 1, "give-up"],
] as const)("status %d on attempt %d means %s", ([status, attempt, verdict]) => {
  const { time } = heldTime();
  expect(createSubscription(time, () => undefined).failed(status, attempt)).toBe(verdict);
});

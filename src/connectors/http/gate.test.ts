import { expect, test } from "vitest";
import { createGate, GateShut, type GateOptions } from "./gate.ts";

function gateWithClock(options: Partial<GateOptions> = {}) {
  const time = { now: 1_000_000, slept: [] as number[] };
  const gate = createGate({
    clock: () => time.now,
    sleep: async (ms) => {
      time.slept.push(ms);
      time.now += ms;
    },
    concurrency: 2,
    patienceMs: 10_000,
    ...options,
  });
  return { gate, time };
}

test("no more calls than allowed are under way, and the queue keeps its order", async () => {
  const { gate } = gateWithClock();
  const order: string[] = [];
  await gate.enter();
  await gate.enter();
  const third = gate.enter().then(() => order.push("third"));
  const fourth = gate.enter().then(() => order.push("fourth"));
  await Promise.resolve();
  expect(order).toEqual([]);
  gate.leave();
  await third;
  expect(order).toEqual(["third"]);
  gate.leave();
  await fourth;
  expect(order).toEqual(["third", "fourth"]);
});

test("a newcomer cannot slip past somebody who was just called in", async () => {
  const { gate } = gateWithClock({ concurrency: 1 });
  let under = 0;
  let most = 0;
  const call = async (): Promise<void> => {
    await gate.enter();
    under += 1;
    most = Math.max(most, under);
    await Promise.resolve();
    under -= 1;
    gate.leave();
  };
  await Promise.all([call().then(call), call(), call().then(call), call()]);
  expect(most).toBe(1);
});

test("a shut door is waited for, and calls go on after it opens", async () => {
  const { gate, time } = gateWithClock();
  gate.shutFor(3_000);
  gate.shutFor(1_000);
  await gate.enter();
  expect(time.slept).toEqual([3_000]);
});

test("a door that stays shut too long refuses at once with the time left, and frees the place", async () => {
  const { gate, time } = gateWithClock({ concurrency: 1 });
  gate.shutFor(60_000);
  await expect(gate.enter()).rejects.toBeInstanceOf(GateShut);
  expect(time.slept).toEqual([]);
  time.now += 60_000;
  await gate.enter();
});

test.for([
  [10, 25, 1_500],
  [0.5, 3, 4_000],
  [1, 2, 1_000],
] as const)("%s a second: %s calls take %s ms", async ([ratePerSecond, calls, ms]) => {
  const { gate, time } = gateWithClock({ ratePerSecond, concurrency: 100 });
  const start = time.now;
  for (let i = 0; i < calls; i += 1) await gate.enter();
  expect(time.now - start).toBe(ms);
});

import { expect, test } from "vitest";
import { type Arrival, createStarter } from "./starter.ts";

const of = (conversation: string, seq: string): Arrival => ({
  workspace: "w",
  conversation,
  contact: null,
  seq,
});

test("what comes during a start is started together, each conversation once with its newest event", async () => {
  const batches: (readonly Arrival[])[] = [];
  const gate = Promise.withResolvers<void>();
  const starter = createStarter(
    async (arrivals) => {
      batches.push(arrivals);
      await gate.promise;
    },
    () => {},
  );
  starter.add([of("a", "1")]);
  starter.add([of("a", "10"), of("b", "3")]);
  starter.add([of("a", "9")]);
  gate.resolve();
  await starter.idle();
  expect(batches).toEqual([[of("a", "1")], [of("a", "10"), of("b", "3")]]);
});

test("a failure is logged, and the next start goes on", async () => {
  const logged: string[] = [];
  let tries = 0;
  const starter = createStarter(
    () => {
      tries += 1;
      return Promise.reject(tries === 1 ? new Error("away") : "odd");
    },
    (_level, message, facts) => logged.push(`${message}: ${String(facts?.["error"])}`),
  );
  starter.add([of("a", "1")]);
  starter.add([of("b", "2")]);
  await starter.idle();
  expect(logged).toEqual([
    "stored, but the runs could not be started; the sweeper will start them: away",
    "stored, but the runs could not be started; the sweeper will start them: odd",
  ]);
});

test("an engine that stands still fills no memory", async () => {
  const gate = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const starter = createStarter(
    async (arrivals) => {
      sizes.push(arrivals.length);
      await gate.promise;
    },
    () => {},
  );
  starter.add([of("first", "1")]);
  starter.add(Array.from({ length: 10_500 }, (_, i) => of(String(i), "1")));
  gate.resolve();
  await starter.idle();
  expect(sizes).toEqual([1, 10_000]);
});

import { describe, expect, test } from "vitest";
import { snapshot } from "../../../tests/support/cases.ts";
import { RetryableFailure } from "../../kernel/failure.ts";
import { liveItems, type PastTalks, patient } from "./live.ts";

/** Twenty conversations on two pages; the third is gone. */
const talks: PastTalks = {
  createdSince: async (_, after) => {
    const from = after === null ? 0 : 10;
    const conversations = Array.from({ length: 10 }, (__, i) => String(from + i));
    return { conversations, next: after === null ? "second" : null, total: 20 };
  },
  read: async (conversation) => (conversation === "2" ? null : snapshot({ conversation })),
};
const failure = (retryAfterMs?: number): RetryableFailure =>
  new RetryableFailure(
    { target: "intercom", code: "rate_limit_exceeded", message: "Intercom asks to wait." },
    "not-executed",
    retryAfterMs,
  );

describe("the past of a connection", () => {
  test("is read page by page, each conversation whole, those that are gone named", async () => {
    const totals: (number | null)[] = [];
    const watch = {
      signal: new AbortController().signal,
      sleep: async () => {},
      onTotal: (n: number | null) => totals.push(n),
    };
    const items = await Array.fromAsync(liveItems(talks, 0, watch));
    expect(items).toHaveLength(20);
    expect(items[2]).toEqual({ kind: "bad", line: 0, message: "conversation 2 is gone from Intercom" });
    expect(items[3]).toMatchObject({ kind: "conversation", id: "3", evidence: { crm: null } });
    expect(totals).toEqual([20, 20]);
  });

  test("ends early when somebody stops it", async () => {
    const stop = new AbortController();
    const watch = { signal: stop.signal, sleep: async () => {}, onTotal: () => {} };
    let n = 0;
    for await (const _ of liveItems(talks, 0, watch)) {
      n += 1;
      stop.abort();
    }
    expect(n).toBe(8);
  });
});

describe("patience", () => {
  const run = async (failures: readonly Error[], isStopped = false) => {
    const slept: number[] = [];
    const left = [...failures];
    const signal = isStopped ? AbortSignal.abort() : new AbortController().signal;
    const work = async (): Promise<string> => {
      const next = left.shift();
      if (next !== undefined) throw next;
      return "read";
    };
    const sleep = async (ms: number): Promise<void> => void slept.push(ms);
    return { answer: await patient({ signal, sleep }, work).catch(String), slept };
  };

  test("waits as long as it is asked to, else twice as long each time", async () => {
    expect(await run([failure(30_000), failure(), failure()])).toEqual({
      answer: "read",
      slept: [30_000, 2_000, 4_000],
    });
  });

  test("ends after six tries, at what time does not cure, and once it was stopped", async () => {
    expect((await run(Array.from({ length: 6 }, () => failure()))).slept).toHaveLength(5);
    expect((await run([new Error("odd")])).answer).toContain("odd");
    expect((await run([failure()], true)).slept).toEqual([]);
  });
});

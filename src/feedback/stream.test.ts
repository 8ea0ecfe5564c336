import { describe, expect, test } from "vitest";
import { NOON } from "../../tests/support/cases.ts";
import { afterEnd, startOf } from "./stream.ts";

const HOUR = 3_600_000;

describe("after a stream's end", () => {
  test("one that was stopped is not opened again", () => {
    expect(afterEnd({ kind: "stopped" }, 1, 0)).toBeNull();
  });

  test("one that broke comes back soon, later each time, and never together with others", () => {
    const waits = [1, 2, 3, 20].map(
      (failures) => afterEnd({ kind: "dropped", why: "cut" }, failures, 1)?.waitMs,
    );
    expect(waits).toEqual([1_000, 2_000, 4_000, 300_000]);
    expect(afterEnd({ kind: "dropped", why: "cut" }, 3, 0)?.waitMs).toBe(2_000);
  });

  test("one that breaks again and again is shown as off, and still tried", () => {
    expect(afterEnd({ kind: "dropped", why: "cut" }, 5, 1)?.state).toBe("reconnecting");
    expect(afterEnd({ kind: "dropped", why: "cut" }, 6, 1)).toMatchObject({ state: "off", why: "cut" });
  });

  test("a token that ended is replaced at once; a fresh one that is refused waits for a person", () => {
    expect(afterEnd({ kind: "signed-out", why: "over" }, 1, 1)).toMatchObject({
      state: "reconnecting",
      waitMs: 0,
    });
    expect(afterEnd({ kind: "signed-out", why: "over" }, 2, 1)).toMatchObject({ state: "off", waitMs: HOUR });
  });

  test("a place that is not known any more is forgotten", () => {
    expect(afterEnd({ kind: "expired", why: "old" }, 1, 1)).toMatchObject({ waitMs: 0, forgets: true });
    expect(afterEnd({ kind: "expired", why: "old" }, 2, 1)).toMatchObject({ waitMs: 2_000, forgets: true });
  });

  test("a refusal is off with its reason and asked about again after an hour", () => {
    expect(afterEnd({ kind: "refused", why: "no permission" }, 1, 1)).toEqual({
      state: "off",
      why: "no permission",
      waitMs: HOUR,
      forgets: false,
    });
  });
});

describe("where a stream begins", () => {
  const replay = Uint8Array.of(1);
  test.for([
    ["never heard", { replay: null, replayAt: null }, null],
    ["heard, without a time", { replay, replayAt: null }, null],
    ["heard within 72 hours", { replay, replayAt: NOON - 71 * HOUR }, replay],
  ] as const)("%s", ([, stored, from]) => {
    expect(startOf(stored, NOON)).toEqual({ from, lost: null });
  });

  test("after more than 72 hours it begins anew and says so", () => {
    const { from, lost } = startOf({ replay, replayAt: NOON - 72 * HOUR }, NOON);
    expect(from).toBeNull();
    expect(lost).toContain("72 hours");
  });
});

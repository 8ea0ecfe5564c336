import { describe, expect, test } from "vitest";
import { findIn, remembered } from "./places.ts";

const FRESH_MS = 2_000;

/** A table that is read through a memory; `asked` counts the reads. */
function table(...rows: string[]) {
  const state = { now: 0, asked: 0, rows };
  const read = remembered(
    () => state.now,
    FRESH_MS,
    async () => {
      state.asked += 1;
      return [...state.rows];
    },
  );
  return { state, read, find: (name: string) => findIn(read, (one) => one === name) };
}

describe("what is remembered", () => {
  test("is asked for once while it is fresh, also by several at once", async () => {
    const { state, read } = table("production");
    await Promise.all([read(), read()]);
    state.now = FRESH_MS - 1;
    expect([await read(), state.asked]).toEqual([["production"], 1]);
    state.now = FRESH_MS;
    await read();
    expect(state.asked).toBe(2);
  });

  test("does not hide what was added a moment ago", async () => {
    const { state, find } = table();
    expect(await find("production")).toBeUndefined();
    state.rows.push("production");
    expect([await find("production"), await find("production"), state.asked]).toEqual([
      "production",
      "production",
      2,
    ]);
  });

  test("is asked for once by all who miss the same at once", async () => {
    const { state, find } = table("production");
    await find("production");
    await Promise.all([find("staging"), find("staging"), find("staging")]);
    expect(state.asked).toBe(2);
  });

  test("is no answer that failed", async () => {
    let fails = true;
    const read = remembered(
      () => 0,
      FRESH_MS,
      async () => {
        if (fails) throw new Error("the database is away");
        return "here";
      },
    );
    await expect(read()).rejects.toThrow("the database is away");
    fails = false;
    expect(await read()).toBe("here");
  });
});

import { describe, expect, test } from "vitest";
import { createNames, type NamedThing } from "./names.ts";

function workspaceWith(...things: NamedThing[]) {
  const clock = { now: 0 };
  const listed = { times: 0 };
  const names = createNames(
    async () => {
      listed.times += 1;
      return things;
    },
    () => clock.now,
  );
  return { names, things, clock, listed };
}

describe("names", () => {
  test("are listed once and found without heed to case", async () => {
    const { names, listed } = workspaceWith({ id: "1", name: "Trial" });
    expect(await Promise.all([names.idOf("trial"), names.idOf("TRIAL"), names.nameOf("1")])).toEqual([
      "1",
      "1",
      "Trial",
    ]);
    expect(listed.times).toBe(1);
  });

  test("that came a moment after the listing are found at once", async () => {
    const { names, things } = workspaceWith({ id: "1", name: "Trial" });
    expect(await names.nameOf("2")).toBeNull();
    expect(await names.idOf("Trial")).toBe("1");
    things.push({ id: "3", name: "VIP" });
    expect(await names.nameOf("3")).toBe("VIP");
  });

  test("that nobody has cost a call only every ten seconds each", async () => {
    const { names, listed, clock, things } = workspaceWith();
    expect([await names.idOf("gone"), await names.idOf("gone"), listed.times]).toEqual([null, null, 1]);
    things.push({ id: "4", name: "gone" });
    expect([await names.idOf("gone"), listed.times]).toEqual([null, 1]);
    clock.now = 10_000;
    expect([await names.idOf("gone"), listed.times]).toEqual(["4", 2]);
  });

  test("that are forgotten are listed again", async () => {
    const { names, listed } = workspaceWith({ id: "1", name: "Trial" });
    await names.idOf("Trial");
    names.forget();
    await names.idOf("Trial");
    expect(listed.times).toBe(2);
  });

  test("are remembered as missing up to a thousand", async () => {
    const { names, listed } = workspaceWith();
    for (let i = 0; i < 1_001; i += 1) await names.idOf(`nobody ${i}`);
    expect(listed.times).toBe(1_001);
    await names.idOf("nobody 0");
    expect(listed.times).toBe(1_002);
  });
});

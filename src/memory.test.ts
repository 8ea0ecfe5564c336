import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { growthOf } from "./memory.ts";

const MB = 2 ** 20;

describe("the nursery", () => {
  test("grows while it is smaller than 16 MB", () => {
    expect(growthOf(MB)).toBe(2);
    expect(growthOf(16 * MB - 1)).toBe(2);
    expect(growthOf(16 * MB)).toBe(1);
  });

  test("stays small in a process where much lives for a while, which V8 alone would let grow", async () => {
    const alone = await nurseryAfterLoad("");
    const kept = await nurseryAfterLoad(
      `(await import(${JSON.stringify(new URL("./memory.ts", import.meta.url).href)})).keepNursery();`,
    );
    expect(alone).toBeGreaterThan(32 * MB);
    expect(kept).toBeLessThanOrEqual(32 * MB);
  });
});

/** The nursery's size, in bytes, of a process of its own after some load. */
async function nurseryAfterLoad(begin: string): Promise<number> {
  const program = `
    import { getHeapSpaceStatistics } from "node:v8";
    ${begin}
    const kept = [];
    for (let turn = 0; turn < 200; turn += 1) {
      kept[turn % 20] = Array.from({ length: 20_000 }, (_, i) => ({ turn, i }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size);`;
  // What V8 takes for the most depends on the machine's memory.
  const flags = ["--max-semi-space-size=64", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return Number(stdout);
}

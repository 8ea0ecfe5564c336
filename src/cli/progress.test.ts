import { describe, expect, test } from "vitest";
import { progressOf, progressText } from "./progress.ts";

describe("progress", () => {
  test("says share, count, rate and what is left", () => {
    expect(progressText(34_000, 100_000, 2_000, "decisions")).toBe(
      "[======              ] 34 %, 34,000 of 100,000 decisions, 17,000/s, 4 s left",
    );
    expect(progressText(0, 0, 0, "decisions")).toContain("100 %, 0 of 0 decisions, 0/s");
  });

  test("draws over its own line, at most five times a second, and always the end", () => {
    const lines: string[] = [];
    let now = 0;
    const tell = progressOf(
      { clock: () => now, interactive: true, err: (text) => lines.push(text) },
      3,
      "rows",
    );
    tell(1);
    tell(2);
    now = 250;
    tell(2);
    tell(3);
    expect(lines.map((line) => line.startsWith("\u001B[1A\u001B[2K"))).toEqual([false, true, true]);
    expect(lines.at(-1)).toContain("100 %");
  });

  test("is silent where nobody watches", () => {
    const lines: string[] = [];
    progressOf({ clock: () => 0, interactive: false, err: (text) => lines.push(text) }, 3, "rows")(3);
    expect(lines).toEqual([]);
  });
});

import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { routingCommand } from "./routing.ts";
import type { Terminal } from "./terminal.ts";

const POLICY = `
format: baton/policy@1
name: test
signals: {}
scores: {}
routing:
  pools:
    day:
      members:
        - { user: ana@us.example, weight: 3, hours: "Mon-Fri 09:00-17:00" }
        - { user: ben@us.example, hours: "Mon-Fri 09:00-17:00" }
      whenAllAway: hold
  routes:
    inbound: [{ pool: day }, { queue: Rest }]
`;

async function simulated(...args: readonly string[]) {
  const out: string[] = [];
  const terminal: Terminal = {
    out: (text) => out.push(text),
    err: () => {},
    stdin: Readable.from([Buffer.from(POLICY)]),
    interactive: false,
    clock: () => Date.parse("2026-03-09T16:00Z"),
    env: {},
    exit: () => {},
  };
  const deps = { openStore: () => Promise.reject(new Error("a simulation needs no database")) };
  const call = ["simulate", "--policy", "-", ...args];
  await routingCommand(terminal, deps).parseAsync(call, { from: "user" });
  return out;
}

describe("baton routing simulate", () => {
  test("says who gets how many, and when nobody was there", async () => {
    expect(await simulated("--leads", "4", "--every", "1h")).toEqual([
      "4 leads on route inbound from 2026-03-09T16:00Z to 2026-03-10T09:00Z",
      "",
      "pool  member          weight  got  ideal  times out",
      "day   ana@us.example       3    3      3  off-hours 3",
      "day   ben@us.example       1    1      1  off-hours 3",
      "",
      "nobody was there",
      "from               until              leads",
      "2026-03-09T17:00Z  2026-03-10T09:00Z      3",
      "held 3, the longest 16 h 0 min; still held 0; without anybody 0",
    ]);
  });
  test("prints one object with --json", async () => {
    const [line] = await simulated("--leads", "2", "--from", "2026-03-09T10:00Z", "--json");
    expect(JSON.parse(line ?? "")).toMatchObject({
      route: "inbound",
      from: Date.parse("2026-03-09T10:00Z"),
      everyMs: 600_000,
      members: [{ got: 2 }, { got: 0 }],
      gaps: [],
    });
  });
  test.for([
    [["--route", "outbound"], 'the policy has no route "outbound"; --route takes one of: inbound.'],
    [["--leads", "0"], "--leads 0: write a whole number from 1 to 10000."],
    [["--every", "soon"], "--every soon: write a span such as 10m or 2d."],
    [["--from", "soon"], "--from soon: write a time such as 2026-03-09T08:00Z."],
  ] as const)("%j is a mistake of one line", async ([args, expected]) => {
    await expect(simulated(...args)).rejects.toThrow(expected);
  });
});

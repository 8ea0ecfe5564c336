/** A small rehearsal as a person starts it: real processes, faulty vendors, killed workers, a checked end. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

const ENTRY = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "baton-rehearse-test-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `baton rehearse` as the leader of a process group of its own; `during` sees every line of progress. */
function rehearse(
  args: readonly string[],
  during: (line: string, pid: number) => void = () => {},
): Promise<Ended & { readonly pid: number }> {
  const child = spawn(process.execPath, [ENTRY, "rehearse", ...args], {
    detached: true,
    env: { PATH: process.env["PATH"], DATABASE_URL: inject("adminUrl") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid ?? 0;
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    during(chunk.toString(), pid);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err, pid })));
}

function anyLeftOf(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

async function databasesLeft(): Promise<readonly string[]> {
  const admin = new Client({ connectionString: inject("adminUrl") });
  await admin.connect();
  const { rows } = await admin.query<{ datname: string }>(
    "select datname from pg_database where datname like 'baton_rehearsal%'",
  );
  await admin.end();
  return rows.map((row) => row.datname);
}

test("vendors that fail every fifth time and workers that die lose nothing and double nothing", async () => {
  const report = join(directory, "report.json");
  const lines = join(directory, "lines.jsonl");
  await writeFile(lines, '{"id":"a","text":"how do I log in?"}\nthis is no line\n');
  const faulty = ["--kills", "3", "--workers", "2", "--faults", "mixed:0.2", "--seed", "8"];
  const ended = await rehearse([
    "--demo",
    "90",
    "--conversations",
    lines,
    ...faulty,
    "--report",
    report,
    "--json",
  ]);
  expect(ended.err).toContain("lines.jsonl:2: is no JSON");
  expect(JSON.parse(await readFile(report, "utf8"))).toEqual(JSON.parse(ended.out));
  expect(JSON.parse(ended.out)).toMatchObject({
    conversations: 91,
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
    failed: 0,
    mismatches: 0,
    drained: true,
    kills: 3,
    badLines: 1,
    problems: [expect.stringContaining("lines.jsonl:2: is no JSON")],
    seed: 8,
    byRecipe: {
      "churn-risk": expect.any(Number),
      "enterprise-inbound": expect.any(Number),
      qualified: expect.any(Number),
      "trial-conversion": expect.any(Number),
    },
  });
  expect(ended.code).toBe(0);
  expect(anyLeftOf(ended.pid)).toBe(false);
  expect(await databasesLeft()).toEqual([]);
});

test("Ctrl-C ends it with one line, and leaves no process and no database", async () => {
  const args = ["--demo", "60", "--rate", "5", "--workers", "2", "--report", join(directory, "stopped.json")];
  let isAsked = false;
  const ended = await rehearse(args, (line, pid) => {
    if (isAsked || !line.includes("replayed")) return;
    isAsked = true;
    // A terminal tells the whole group.
    process.kill(-pid, "SIGINT");
  });
  expect(ended.err).toContain("baton: rehearse: stopped before its end; there is no report");
  expect(ended.code).toBe(1);
  expect(anyLeftOf(ended.pid)).toBe(false);
  expect(await databasesLeft()).toEqual([]);
});

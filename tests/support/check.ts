/**
 * `npm run check`: format, types, lint, rooms, dead code. No service is needed; two run at a time, the slow ones first.
 * Prints one line for each, what the failed ones said, and exits 1 when there is one.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What mends it, or how to look closer. */
  readonly hint: string;
}

interface Result {
  readonly check: Check;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const HOME = join(import.meta.dirname, "..", "..");
const BIN = join(HOME, "node_modules", ".bin");
const CACHE = join(HOME, "node_modules", ".cache");

const CHECKS: readonly Check[] = [
  { name: "lint", command: ["oxlint", "--deny-warnings"], hint: "npx oxlint" },
  {
    name: "types",
    command: ["tsc", "-p", ".", "--incremental", "--tsBuildInfoFile", join(CACHE, "baton.tsbuildinfo")],
    hint: "npx tsc -p .",
  },
  {
    name: "web types",
    command: ["tsc", "-p", "web", "--incremental", "--tsBuildInfoFile", join(CACHE, "web.tsbuildinfo")],
    hint: "npx tsc -p web",
  },
  {
    name: "format",
    command: ["prettier", "--check", "--cache", "--cache-location", join(CACHE, "baton.prettier"), "."],
    hint: "npm run format",
  },
  {
    name: "rooms",
    command: [
      "depcruise",
      "--config",
      ".dependency-cruiser.mjs",
      "src",
      "emulators",
      "demo",
      "bench",
      "web/src",
    ],
    hint: "the rules and their reasons stand in .dependency-cruiser.mjs",
  },
  { name: "dead code", command: ["knip", "--treat-config-hints-as-errors"], hint: "npx knip" },
];

function run(check: Check): Promise<Result> {
  const [program, ...args] = check.command;
  const started = performance.now();
  return new Promise((resolve) => {
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    const end = (passed: boolean): void =>
      resolve({ check, passed, seconds: (performance.now() - started) / 1_000, output });
    // Baton's own Node first: the tools' first lines ask for whatever `node` the path has.
    const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env["PATH"] ?? ""}` };
    const child = spawn(join(BIN, program), args, { cwd: HOME, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => {
      output += `${program} can't be run (${error.message}): run \`npm ci\`\n`;
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}

/** Runs all checks, at most `atOnce` at a time, and tells of each as it ends. */
async function runAll(atOnce: number, tell: (result: Result) => void): Promise<readonly Result[]> {
  const waiting = [...CHECKS];
  const results: Result[] = [];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await run(check);
      tell(result);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

const results = await runAll(Math.min(2, availableParallelism()), ({ check, passed, seconds }) =>
  console.log(`${passed ? "ok    " : "FAILED"} ${check.name.padEnd(10)} ${seconds.toFixed(1).padStart(5)} s`),
);
const failed = results.filter((result) => !result.passed);
for (const { check, output } of failed) console.log(`\n--- ${check.name} (${check.hint})\n${output.trim()}`);
process.exitCode = failed.length === 0 ? 0 : 1;

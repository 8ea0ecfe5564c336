/** What benches stand on: a PostgreSQL of their own, databases on it, and Baton as a process. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { type Database, openDatabase } from "../src/store/database.ts";
import { startEmbeddedPostgres } from "../src/store/embedded.ts";
import { migrate } from "../src/store/migrate.ts";
import { openVault, type Vault } from "../src/vault/vault.ts";
import type { Row } from "./row.ts";

export interface Ground {
  /** Shorter and rougher, to see that everything works. */
  readonly quick: boolean;
  /** The environment that child processes get. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: () => number;
  /** One line of progress. */
  readonly say: (line: string) => void;
  /** The vault that every Baton of this ground shares. */
  readonly vault: Vault;
  readonly secretKey: string;
  /** A new database with all migrations applied. */
  readonly newDatabase: () => Promise<BenchDatabase>;
  /** A new empty folder that PostgreSQL's account may pass through. */
  readonly newFolder: () => Promise<string>;
}

export type Bench = (ground: Ground) => Promise<readonly Row[]>;

export interface BenchDatabase extends Database {
  readonly url: string;
}

const MIGRATIONS = join(import.meta.dirname, "..", "migrations");
const MAIN = join(import.meta.dirname, "..", "bin", "baton.mjs");
const READY_MS = 60_000;
const STOP_MS = 20_000;

/** Starts PostgreSQL (fsync on, as shipped) in a folder of its own, runs `body`, and removes everything. */
export async function onGround<T>(
  options: Pick<Ground, "quick" | "env" | "clock" | "say">,
  body: (ground: Ground) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  await chmod(folder, 0o711);
  const fallback = join(folder, "fallback");
  const server = await startEmbeddedPostgres({ directory: folder, fallback, log: logOf(options.say) });
  const secretKey = randomBytes(32).toString("base64");
  const open: Database[] = [];
  try {
    return await body({
      ...options,
      secretKey,
      vault: openVault({ key: secretKey, source: "the bench" }),
      newDatabase: async () => {
        const database = await newDatabase(server.url, options.say);
        open.push(database);
        return database;
      },
      newFolder: async () => {
        const made = await mkdtemp(join(folder, "baton-"));
        await chmod(made, 0o711);
        return made;
      },
    });
  } finally {
    await Promise.all(open.map((database) => database.close()));
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function logOf(say: (line: string) => void) {
  return (level: string, message: string): void => {
    if (level === "error" || level === "warn") say(message);
  };
}

async function newDatabase(serverUrl: string, say: (line: string) => void): Promise<BenchDatabase> {
  const name = `bench_${randomBytes(5).toString("hex")}`;
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate({ url: url.href, folder: MIGRATIONS, log: logOf(say) });
  return openDatabase({ url: url.href, poolSize: 6, log: logOf(say) });
}

export interface Baton {
  readonly pid: number;
  /** Where it listens; empty for a worker. */
  readonly url: string;
  /** Milliseconds from the start of the process to its first ready answer, or to the worker's word. */
  readonly startedInMs: number;
  /** Asks it to stop and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

export interface BatonOptions {
  readonly command: readonly ["start" | "worker", ...string[]];
  /** Absent: the embedded one in `folder`. */
  readonly databaseUrl?: string;
  readonly folder: string;
}

/** Starts Baton as a process and waits until it is ready. Throws with its last words when it ends before. */
export async function startBaton(ground: Ground, options: BatonOptions): Promise<Baton> {
  const began = performance.now();
  // For profiles: BENCH_NODE="--cpu-prof --cpu-prof-dir=/tmp/profiles".
  const nodeOptions = ground.env["BENCH_NODE"]?.split(" ") ?? [];
  const child = spawn(process.execPath, [...nodeOptions, MAIN, ...options.command], {
    cwd: options.folder,
    env: {
      ...ground.env,
      BATON_DATA_DIR: options.folder,
      BATON_SECRET_KEY: ground.secretKey,
      BATON_PORT: "0",
      BATON_LOG: ground.env["BATON_LOG"] ?? "warn",
      ...(options.databaseUrl !== undefined && { DATABASE_URL: options.databaseUrl }),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = (): Promise<void> => ended(child);
  try {
    const word = await saying(
      child,
      options.command[0] === "worker" ? /Baton works/ : /listens on (http\S+?)\. /,
    );
    const url = word[1] ?? "";
    if (url !== "") await untilReady(url);
    return { pid: child.pid ?? 0, url, startedInMs: performance.now() - began, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves with the match when the process says it; rejects with what it said when it ends or stays silent. */
function saying(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => reject(new Error(`Baton ${why}; it said:\n${said.slice(-2_000)}`));
    const late = setTimeout(() => fail("did not start in time"), READY_MS);
    child.once("error", reject);
    child.once("exit", (code) => fail(`ended with ${code}`));
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      if (said.length < 100_000) said += chunk;
      const match = pattern.exec(said);
      if (match === null) return;
      clearTimeout(late);
      resolve(match);
    });
  });
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    if (performance.now() > deadline) throw new Error(`${url} listens but is not ready`);
    await pause(10);
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Resident memory of a process and its peak, in MB; null where the system does not tell (no /proc). */
export async function memoryOf(pid: number): Promise<{ readonly now: number; readonly peak: number } | null> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => null);
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text ?? "")?.[1]);
  // A process that has just ended still has a status, without memory.
  return text?.includes("VmHWM") !== true
    ? null
    : { now: kilobytes("VmRSS") / 1_024, peak: kilobytes("VmHWM") / 1_024 };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

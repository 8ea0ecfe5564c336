/** One PostgreSQL process on one data directory: making the directory, finding, starting and stopping the server. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chown,
  link,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { UserError } from "../kernel/failure.ts";
import { sqlState, type Log } from "./database.ts";
import { CHILD_ENV, run, type Account } from "./embedded-account.ts";
import { explainExit, type Binaries } from "./embedded-binaries.ts";
import { isRunning, readLockFile } from "./embedded-lockfile.ts";

/** Everything that belongs to one embedded server. */
export interface Place {
  /** Holds the data, the password and the log; real path. */
  readonly home: string;
  readonly account: Account | null;
  readonly binaries: Binaries;
  readonly password: string;
  readonly log: Log;
}

export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly adopted: boolean;
}

/** Small memory and a quick start; everything that makes a commit durable stays at PostgreSQL's own default: on. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "120",
  shared_buffers: "64MB",
  effective_cache_size: "512MB",
  work_mem: "4MB",
  maintenance_work_mem: "64MB",
  huge_pages: "off",
  jit: "off",
  io_method: "sync",
  wal_compression: "on",
  max_wal_size: "1GB",
  min_wal_size: "80MB",
  max_parallel_workers_per_gather: "0",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Statements that fail are answered to Baton, which logs them without their values; this log is for the server.
  log_min_messages: "log",
  log_line_prefix: "%m [%p] ",
};

const LOG_BYTES_BEFORE_ROTATION = 5_000_000;
const START_POLL_MS = 25;
/** Crash recovery replays at most about max_wal_size. */
const START_TRIES = 12_000;
const STOP_POLL_MS = 20;
const STOP_TRIES = 3_000;

export const dataOf = (home: string): string => join(home, "data");
export const logOf = (home: string): string => join(home, "server.log");

/** The address of a database on the server, password included: never print it. */
export function urlOf(password: string, port: number, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

/** The password kept in a file that only its owner can read; made on the first start. */
export async function passwordOf(home: string, account: Account | null): Promise<string> {
  const file = join(home, "password");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null && kept.trim() !== "") return kept.trim();
  if (await isInitialised(home)) {
    throw new UserError(
      `${file} is missing, and with it the password of the database beside it: restore the file from a backup`,
    );
  }
  const fresh = join(home, `password.${randomBytes(4).toString("hex")}`);
  await writeFile(fresh, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  if (account !== null) await chown(fresh, account.uid, account.gid);
  await link(fresh, file).catch(() => {}); // another Baton may have been quicker: then its password counts
  await rm(fresh, { force: true });
  return (await readFile(file, "utf8")).trim();
}

async function isInitialised(home: string): Promise<boolean> {
  return stat(join(dataOf(home), "PG_VERSION")).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the data directory unless it is there. It appears under its name in one piece, so a start that was killed
 * half-way leaves nothing that a later one could take for a database.
 */
export async function initialise(place: Place): Promise<void> {
  if (await isInitialised(place.home)) return;
  place.log("info", `creating the embedded database in ${place.home} (a few seconds, first start only)`);
  const partial = join(place.home, `data.${randomBytes(4).toString("hex")}`);
  const made = await run(
    place.binaries.initdb,
    [
      `--pgdata=${partial}`,
      "--username=postgres",
      `--pwfile=${join(place.home, "password")}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ],
    place.account,
  );
  if (made.code !== 0) {
    await rm(partial, { recursive: true, force: true });
    if (await isInitialised(place.home)) return; // another Baton was quicker
    const cause = (made.stderr || made.stdout).trim().split("\n").slice(-3).join("; ");
    throw new UserError(
      explainExit(place.binaries.initdb, made.code, made.stderr) ??
        `the embedded database could not be created in ${place.home}: ${cause}`,
    );
  }
  await rename(partial, dataOf(place.home)).catch(() => rm(partial, { recursive: true, force: true }));
}

/** Removes what starts that were killed half-way have left. Only for the owner of the directory. */
export async function removePartials(home: string): Promise<void> {
  const partials = (await readdir(home)).filter((name) => /^(data|password)\.[0-9a-f]{8}$/.test(name));
  for (const name of partials) await rm(join(home, name), { recursive: true, force: true });
}

export type Answer =
  | { readonly kind: "serving"; readonly server: Server }
  | { readonly kind: "starting" }
  | { readonly kind: "nobody" };

/** Asks whether a server already serves this directory, for one that outlived a killed Baton. */
export async function findServer(home: string, password: string, database = "postgres"): Promise<Answer> {
  const lock = await readLockFile(dataOf(home));
  if (lock === null || lock.port === 0) return { kind: "nobody" };
  const client = new Client({
    connectionString: urlOf(password, lock.port, database),
    connectionTimeoutMillis: 2_000,
    application_name: "baton",
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    const served = await realpath(rows[0]?.data_directory ?? "").catch(() => null);
    // The port may be a stranger's by now.
    if (served !== (await realpath(dataOf(home)))) return { kind: "nobody" };
    return { kind: "serving", server: { pid: lock.pid, port: lock.port, adopted: true } };
  } catch (error) {
    return { kind: sqlState(error) === "57P03" ? "starting" : "nobody" };
  } finally {
    await client.end().catch(() => {});
  }
}

export type Started =
  | { readonly kind: "serving"; readonly server: Server }
  | { readonly kind: "port-taken" }
  /** postmaster.pid, or the shared memory of a killed server, is in the way. */
  | { readonly kind: "locked" }
  | { readonly kind: "failed"; readonly exit: number | string | null; readonly lines: readonly string[] };

/**
 * Starts PostgreSQL in a session of its own, so that Ctrl-C in the terminal reaches Baton alone, which drains first,
 * and with its log in a file, so that it outlives a Baton that is killed.
 */
export async function startServer(place: Place, port: number): Promise<Started> {
  const file = logOf(place.home);
  const logStart = await rotateLog(file);
  const handle = await open(file, "a", 0o600);
  if (place.account !== null) await handle.chown(place.account.uid, place.account.gid);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(place.binaries.postgres, ["-D", dataOf(place.home), "-p", String(port), ...settings], {
    ...(place.account === null ? {} : { uid: place.account.uid, gid: place.account.gid }),
    cwd: "/",
    env: CHILD_ENV,
    detached: true,
    stdio: ["ignore", handle.fd, handle.fd],
  });
  const end: { exit?: number | string | null } = {};
  child.on("exit", (code, signal) => (end.exit = code ?? signal));
  child.on("error", (error) => (end.exit = "code" in error ? String(error.code) : error.message));
  child.unref();
  await handle.close();
  for (let attempt = 0; attempt < START_TRIES && end.exit === undefined; attempt += 1) {
    await sleep(START_POLL_MS);
    const answer = end.exit === undefined ? await findServer(place.home, place.password) : null;
    if (answer?.kind === "serving" && answer.server.pid === child.pid) {
      return { kind: "serving", server: { ...answer.server, adopted: false } };
    }
    if (attempt === 200) place.log("info", "PostgreSQL is still starting: it repairs itself after a crash");
  }
  if (end.exit === undefined) child.kill("SIGINT");
  return whyNot(end.exit ?? null, await logSince(file, logStart));
}

function whyNot(exit: number | string | null, lines: readonly string[]): Started {
  const text = lines.join("\n");
  if (/lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(text))
    return { kind: "locked" };
  if (/could not bind .*: Address already in use|could not create any TCP\/IP sockets/.test(text)) {
    return { kind: "port-taken" };
  }
  return { kind: "failed", exit, lines };
}

async function rotateLog(file: string): Promise<number> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size < LOG_BYTES_BEFORE_ROTATION) return size;
  await rename(file, `${file}.1`);
  return 0;
}

async function logSince(file: string, start: number): Promise<readonly string[]> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const lines = bytes.subarray(start).toString("utf8").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

/** The most telling lines of PostgreSQL's log: what is worse than a notice, else the last ones. Without time and pid. */
export function tellingLines(lines: readonly string[]): string {
  const bad = lines.filter((line) => /\b(FATAL|PANIC|ERROR|DETAIL|HINT|could not)\b/.test(line));
  const chosen = (bad.length > 0 ? bad : lines).slice(-3);
  return chosen.map((line) => line.replace(/^[\d-]+ [\d:.]+ \S+ \[\d+\] /, "")).join("; ");
}

/** PostgreSQL's fast shutdown: open transactions roll back, a checkpoint is written, no process stays. */
export async function stopServer(pid: number, place: Place): Promise<void> {
  if (process.platform === "win32") {
    await run(place.binaries.pgCtl, ["stop", "-D", dataOf(place.home), "-m", "fast"], place.account);
    return;
  }
  if (!(await isRunning(pid))) return;
  process.kill(pid, "SIGINT");
  for (let attempt = 0; attempt < STOP_TRIES; attempt += 1) {
    if (!(await isRunning(pid))) return;
    await sleep(STOP_POLL_MS);
  }
  throw new UserError(`PostgreSQL (process ${pid}) did not stop within a minute: see ${logOf(place.home)}`);
}

/** A port on 127.0.0.1 that is free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

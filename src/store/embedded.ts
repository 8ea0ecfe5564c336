/**
 * The supervisor of the PostgreSQL that npm brings: Baton's database when DATABASE_URL is not set. One Baton owns a
 * data directory and its server; other processes on the machine (workers, commands) join.
 */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { assertNever } from "../kernel/assert-never.ts";
import { UserError } from "../kernel/failure.ts";
import type { Log } from "./database.ts";
import { checkDurability } from "./durability.ts";
import { preparePlace, reachBinaries } from "./embedded-account.ts";
import { explainExit, findNative } from "./embedded-binaries.ts";
import { holderOf, isRunning, readLockFile, takeOverLock } from "./embedded-lockfile.ts";
import {
  dataOf,
  findServer,
  freePort,
  initialise,
  logOf,
  passwordOf,
  removePartials,
  startServer,
  stopServer,
  tellingLines,
  urlOf,
  type Place,
  type Server,
} from "./embedded-server.ts";

export interface EmbeddedOptions {
  /** Baton's data directory (BATON_DATA_DIR); the server's files lie in its folder `postgres`. */
  readonly directory: string;
  readonly log: Log;
  /** BATON_ALLOW_UNSAFE_DATABASE: run although fsync or the like was switched off by hand. Default false. */
  readonly allowUnsafe?: boolean;
  /** The port to ask for; when it is taken another is chosen and said. Default: any free one. */
  readonly port?: number;
  /** Folder with bin, lib and share of PostgreSQL. Default: the one npm installed. */
  readonly native?: string;
  /** Where files go that PostgreSQL's account can't reach. Default /var/lib/baton. */
  readonly fallback?: string;
}

export interface EmbeddedPostgres {
  /** The address of database `baton`, password included: never print it. */
  readonly url: string;
  /** True when the server was already running, left over from a Baton that was killed. */
  readonly adopted: boolean;
  readonly pid: number;
  /** Stops the server and waits until no process of it is left. */
  stop(): Promise<void>;
}

/** "baton!" as a number: the session advisory lock whose holder owns the server. */
const OWNER_KEY = 0x6261746f6e21;
const DATABASE = "baton";
/** Ten seconds: a killed server's process number can look alive until its parent has reaped it. */
const START_TRIES = 40;
const START_PAUSE_MS = 250;
const REPAIR_TRIES = 1_200;

/**
 * Starts, or adopts, the server of a directory and makes this process its owner.
 * Throws a UserError, without having touched a server of somebody else, when another Baton owns the directory, when
 * the server can't start (with the telling lines of its log), or when it would not keep what it acknowledges.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const paths = { directory, fallback: options.fallback ?? "/var/lib/baton", log: options.log };
  const { home, account } = await preparePlace(paths);
  const binaries = await reachBinaries(options.native ?? findNative(), account, paths);
  const password = await passwordOf(home, account);
  const place: Place = { home, account, binaries, password, log: options.log };
  await initialise(place);
  const server = await serve(place, { port: options.port ?? (await freePort()), fixed: false });
  const owner = await becomeOwner(place, server, directory);
  try {
    await checkDurability(urlOf(password, server.port, "postgres"), {
      allowUnsafe: options.allowUnsafe ?? false,
      log: options.log,
      name: `the embedded PostgreSQL in ${home}`,
    });
    await createDatabase(owner);
    await removePartials(home);
  } catch (error) {
    await owner.end().catch(() => {});
    await stopServer(server.pid, place);
    throw error;
  }
  return supervise(place, server, owner, directory);
}

/**
 * The address of the embedded database if a server serves this directory right now, else null. For processes that
 * share it without owning it: they never start or stop the server.
 */
export async function joinEmbeddedPostgres(directory: string): Promise<string | null> {
  const home = resolve(directory, "postgres");
  if ((await readLockFile(dataOf(home))) === null) return null;
  const password = await passwordOf(home, null);
  const answer = await findServer(home, password, DATABASE);
  return answer.kind === "serving" ? urlOf(password, answer.server.port, DATABASE) : null;
}

interface Wanted {
  readonly port: number;
  /** True when clients already know the port, so no other will do. */
  readonly fixed: boolean;
}

async function serve(place: Place, wanted: Wanted): Promise<Server> {
  let port = wanted.port;
  for (let attempt = 0; attempt < START_TRIES; attempt += 1) {
    const running = await findStarted(place);
    if (running !== null) {
      place.log("info", "adopted the PostgreSQL that was already running", { pid: running.pid });
      return running;
    }
    const started = await startServer(place, port);
    switch (started.kind) {
      case "serving":
        return started.server;
      case "port-taken":
        if (wanted.fixed)
          throw new UserError(`PostgreSQL can't have its port ${port} back: another program took it`);
        place.log("info", `port ${port} is taken; PostgreSQL takes another one`);
        port = await freePort();
        break;
      case "locked":
        await freeLock(place);
        await sleep(START_PAUSE_MS);
        break;
      case "failed":
        throw new UserError(
          explainExit(place.binaries.postgres, started.exit, started.lines.join("\n")) ??
            `PostgreSQL did not start in ${place.home}: ${tellingLines(started.lines)} (more in ${logOf(place.home)})`,
        );
      default:
        assertNever(started);
    }
  }
  const lock = await readLockFile(dataOf(place.home));
  throw new UserError(
    `PostgreSQL did not start in ${place.home}: process ${lock?.pid ?? "?"} holds ${dataOf(place.home)}/postmaster.pid and does not answer; if no PostgreSQL of this directory runs, delete that file and try again`,
  );
}

/** The server that already serves the directory; one that is still repairing itself is waited for. */
async function findStarted(place: Place): Promise<Server | null> {
  for (let attempt = 0; attempt < REPAIR_TRIES; attempt += 1) {
    const answer = await findServer(place.home, place.password);
    if (answer.kind === "serving") return answer.server;
    if (answer.kind === "nobody") return null;
    await sleep(START_PAUSE_MS);
  }
  throw new UserError(
    `PostgreSQL in ${place.home} has been starting for five minutes: see ${logOf(place.home)}`,
  );
}

async function freeLock(place: Place): Promise<void> {
  const data = dataOf(place.home);
  const lock = await readLockFile(data);
  if (lock === null || lock.pid === process.pid) return;
  const holder = await holderOf(lock, data);
  if (holder.kind !== "foreign") return;
  if (await takeOverLock(data, lock, place.account)) {
    place.log(
      "info",
      `the lock of a PostgreSQL that was killed named process ${lock.pid}, which is ${holder.program}`,
    );
  }
}

/** Holding the lock on one open connection IS the ownership: it ends with this process, however it ends. */
async function becomeOwner(place: Place, server: Server, directory: string): Promise<Client> {
  const client = new Client({
    connectionString: urlOf(place.password, server.port, "postgres"),
    connectionTimeoutMillis: 10_000,
    application_name: `baton owner ${process.pid}`,
    keepAlive: true,
  });
  client.on("error", () => {});
  await client.connect();
  for (let attempt = 0; attempt < START_TRIES; attempt += 1) {
    const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [
      OWNER_KEY,
    ]);
    if (rows[0]?.held === true) return client;
    // The session of a Baton that was just killed lasts a moment longer than its process.
    const pid = await ownerPid(client);
    if (pid !== null && (await isRunning(pid))) {
      await client.end();
      throw new UserError(
        `another Baton (process ${pid}) already runs on ${directory}: stop it first, give this one another BATON_DATA_DIR, or run \`baton worker\` to help it`,
      );
    }
    await sleep(START_PAUSE_MS);
  }
  await client.end();
  throw new UserError(
    `another Baton already runs on ${directory}: stop it first, or set another BATON_DATA_DIR`,
  );
}

async function ownerPid(client: Client): Promise<number | null> {
  const { rows } = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and (l.classid::bigint << 32 | l.objid::bigint) = $1`,
    [OWNER_KEY],
  );
  const pid = Number(/^baton owner (\d+)$/.exec(rows[0]?.application_name ?? "")?.[1]);
  return Number.isInteger(pid) ? pid : null;
}

async function createDatabase(owner: Client): Promise<void> {
  const { rows } = await owner.query("select 1 from pg_database where datname = $1", [DATABASE]);
  if (rows.length === 0) await owner.query(`create database ${DATABASE}`);
}

/** Watches the owner's connection: when the server ends unasked, it is started again on the same port. */
function supervise(place: Place, first: Server, firstOwner: Client, directory: string): EmbeddedPostgres {
  const now: { server: Server; owner: Client; reviving: Promise<void>; stopping?: Promise<void> } = {
    server: first,
    owner: firstOwner,
    reviving: Promise.resolve(),
  };
  const watch = () => {
    now.owner.once("end", () => {
      if (now.stopping === undefined) now.reviving = revive();
    });
  };
  const revive = async () => {
    place.log("error", `PostgreSQL ended unexpectedly; starting it again (see ${logOf(place.home)})`);
    for (let pauseMs = START_PAUSE_MS; now.stopping === undefined; pauseMs = Math.min(pauseMs * 2, 30_000)) {
      await sleep(pauseMs);
      try {
        now.server = await serve(place, { port: first.port, fixed: true });
        now.owner = await becomeOwner(place, now.server, directory);
        watch();
        place.log("info", "PostgreSQL is back", { pid: now.server.pid });
        return;
      } catch (error) {
        place.log("error", error instanceof Error ? error.message : String(error));
      }
    }
  };
  const stop = async () => {
    await now.reviving;
    await now.owner.end().catch(() => {});
    await stopServer(now.server.pid, place);
  };
  watch();
  return {
    url: urlOf(place.password, first.port, DATABASE),
    adopted: first.adopted,
    pid: first.pid,
    stop: () => (now.stopping ??= stop()),
  };
}

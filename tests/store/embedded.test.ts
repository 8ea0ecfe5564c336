import { spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  joinEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from "../../src/store/embedded.ts";
import { isRunning } from "../../src/store/embedded-lockfile.ts";
import { startBaton, type Baton } from "./baton.ts";

let root: string;
let running: EmbeddedPostgres[] = [];
let batons: Baton[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baton-embedded-"));
  await chmod(root, 0o711);
});
afterEach(async () => {
  for (const server of running) await server.stop();
  for (const baton of batons) await baton.stop();
  [running, batons] = [[], []];
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Options = Partial<Parameters<typeof startEmbeddedPostgres>[0]>;

async function start(name: string, logged: string[] = [], options: Options = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    directory: join(root, name),
    fallback: join(root, "fallback"),
    log: (_level, message) => logged.push(message),
    ...options,
  });
  running.push(server);
  return server;
}

async function baton(name: string): Promise<Baton> {
  const started = await startBaton({ directory: join(root, name), fallback: join(root, "fallback") });
  batons.push(started);
  return started;
}

async function ask<T extends object>(url: string, statement: string): Promise<T | undefined> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<T>(statement);
  await client.end();
  return rows[0];
}

const path = (...parts: string[]) => join(root, ...parts);
const urlOf = (started: Baton["started"]) => (started.kind === "ready" ? started.url : started.message);
const pidOf = (started: Baton["started"]) => (started.kind === "ready" ? started.pid : 0);

describe("the embedded PostgreSQL", () => {
  test("starts in an empty directory, says that it takes a moment, and leaves no process", async () => {
    const logged: string[] = [];
    const server = await start("a room of its öwn", logged);
    expect(logged[0]).toContain("creating the embedded database in");
    expect(server.adopted).toBe(false);
    expect(
      await ask(server.url, "select current_database() as name, current_setting('timezone') as zone"),
    ).toEqual({
      name: "baton",
      zone: "UTC",
    });
    expect(
      await ask(
        server.url,
        `select current_setting('server_encoding') as encoding, lower('ÄÉ') as lower,
                current_setting('listen_addresses') as address, current_setting('unix_socket_directories') as socket`,
      ),
    ).toEqual({ encoding: "UTF8", lower: "äé", address: "127.0.0.1", socket: "" });
    expect((await stat(path("a room of its öwn", "postgres", "password"))).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(await isRunning(server.pid)).toBe(false);
    await server.stop();
  });

  test("starts again with what it held, without a word about creating it", async () => {
    const first = await start("again");
    await ask(first.url, "create table kept as select 42 as value");
    await first.stop();
    const logged: string[] = [];
    const second = await start("again", logged);
    expect(await ask(second.url, "select value from kept")).toEqual({ value: 42 });
    expect(logged).toEqual([]);
  });

  test("removes what a start that was killed half-way has left", async () => {
    await start("half-way").then((server) => server.stop());
    await mkdir(path("half-way", "postgres", "data.0123abcd"));
    await start("half-way");
    await expect(stat(path("half-way", "postgres", "data.0123abcd"))).rejects.toThrow("ENOENT");
  });

  test("that outlived a killed Baton is adopted with its data, and stopped in the end", async () => {
    const killed = await baton("orphan");
    await ask(urlOf(killed.started), "create table kept as select 42 as value");
    await killed.kill();
    const logged: string[] = [];
    const server = await start("orphan", logged);
    expect(server).toMatchObject({ adopted: true, pid: pidOf(killed.started), url: urlOf(killed.started) });
    expect(logged).toEqual(["adopted the PostgreSQL that was already running"]);
    expect(await ask(server.url, "select value from kept")).toEqual({ value: 42 });
    await server.stop();
    expect(await isRunning(server.pid)).toBe(false);
  });

  test("that was killed together with Baton recovers what was committed", async () => {
    const killed = await baton("both");
    await ask(urlOf(killed.started), "create table kept as select 42 as value");
    await killed.kill();
    process.kill(pidOf(killed.started), "SIGKILL");
    const server = await start("both");
    expect(server.adopted).toBe(false);
    expect(await ask(server.url, "select value from kept")).toEqual({ value: 42 });
  });

  test("that was killed alone is started again on the same port", async () => {
    const logged: string[] = [];
    const server = await start("alone", logged);
    process.kill(server.pid, "SIGKILL");
    await expect.poll(() => logged.at(-1), { timeout: 30_000 }).toBe("PostgreSQL is back");
    expect(logged.join("\n")).toContain("PostgreSQL ended unexpectedly; starting it again");
    expect(await ask(server.url, "select 1 as one")).toEqual({ one: 1 });
    await server.stop();
    expect(await joinEmbeddedPostgres(path("alone"))).toBeNull();
  });

  test("does not mistake a stranger for the server whose process number it now has", async () => {
    const first = await start("stranger");
    const lock = path("stranger", "postgres", "data", "postmaster.pid");
    const text = await readFile(lock, "utf8");
    const { uid, gid, mode } = await stat(lock);
    await first.stop();
    const stranger = spawn("sleep", ["600"], process.getuid?.() === 0 ? { uid, gid } : {});
    try {
      await writeFile(lock, text.replace(/^\d+/, String(stranger.pid)), { mode });
      await chown(lock, uid, gid);
      const logged: string[] = [];
      const server = await start("stranger", logged);
      expect(server.adopted).toBe(false);
      expect(logged).toEqual([
        `the lock of a PostgreSQL that was killed named process ${stranger.pid}, which is sleep`,
      ]);
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill();
    }
  });

  test("takes another port when the wanted one is taken, and says so", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const logged: string[] = [];
    const server = await start("port", logged, { port });
    expect(logged).toContain(`port ${port} is taken; PostgreSQL takes another one`);
    expect(new URL(server.url).port).not.toBe(String(port));
    taken.close();
  });

  test("does not feel the Ctrl-C that reaches Baton, which drains first", async () => {
    const draining = await baton("ctrl-c");
    const interrupted = draining.interrupted();
    process.kill(-draining.pid, "SIGINT"); // the whole process group, as a terminal does
    await interrupted;
    expect(await ask(urlOf(draining.started), "select 1 as one")).toEqual({ one: 1 });
  });

  test("starts a new log when the old one has grown", async () => {
    const first = await start("log");
    await first.stop();
    const log = path("log", "postgres", "server.log");
    await writeFile(log, "x".repeat(5_000_001));
    await start("log");
    expect((await stat(`${log}.1`)).size).toBe(5_000_001);
    expect((await stat(log)).size).toBeLessThan(5_000);
  });
});

describe("a second Baton on the same directory", () => {
  test("says who is there and stops without touching the first one's server", async () => {
    const first = await baton("two");
    await expect(start("two")).rejects.toThrow(
      `another Baton (process ${first.pid}) already runs on ${path("two")}`,
    );
    expect(await ask(urlOf(first.started), "select 1 as one")).toEqual({ one: 1 });
  });

  test("that starts in the same moment leaves one owner", async () => {
    const both = await Promise.all([baton("race"), baton("race")]);
    expect(both.map((one) => one.started.kind).sort()).toEqual(["failed", "ready"]);
    const loser = both.find((one) => one.started.kind === "failed");
    expect(urlOf(loser?.started ?? { kind: "failed", name: "", message: "" })).toContain("already runs on");
  });

  test("may join as a worker, when there is something to join", async () => {
    expect(await joinEmbeddedPostgres(path("nowhere"))).toBeNull();
    const server = await start("join");
    expect(await joinEmbeddedPostgres(path("join"))).toBe(server.url);
    await server.stop();
    expect(await joinEmbeddedPostgres(path("join"))).toBeNull();
  });
});

describe("a server that must not be used", () => {
  test("because it does not sync is refused and stopped, unless that is allowed", async () => {
    const first = await start("unsafe");
    await ask(first.url, "alter system set fsync = off");
    await first.stop();
    await expect(start("unsafe")).rejects.toThrow(/embedded PostgreSQL in .*unsafe.* runs with fsync=off/);
    expect(await joinEmbeddedPostgres(path("unsafe"))).toBeNull();
    const logged: string[] = [];
    await start("unsafe", logged, { allowUnsafe: true });
    expect(logged.join()).toContain("going on because BATON_ALLOW_UNSAFE_DATABASE is set");
  });

  test("because its files are broken is named with the lines of its own log", async () => {
    const first = await start("broken");
    await first.stop();
    await writeFile(path("broken", "postgres", "data", "global", "pg_control"), "");
    const refused = await start("broken").then(() => "started", String);
    expect(refused).toMatch(/^UserError: PostgreSQL did not start in .*broken/);
    expect(refused).toContain("pg_control");
    expect(refused).toContain("server.log");
    expect(refused).not.toContain("\n");
  });

  test("because its password is lost is named", async () => {
    const first = await start("password");
    await first.stop();
    await rm(path("password", "postgres", "password"));
    await expect(start("password")).rejects.toThrow("password is missing");
  });

  test("because a file stands where the directory should be is named", async () => {
    await writeFile(path("a file"), "");
    await expect(start("a file")).rejects.toThrow("can't be made (EEXIST): set BATON_DATA_DIR");
  });
});

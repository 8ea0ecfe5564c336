import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { holderOf, isRunning, readLockFile, takeOverLock } from "./embedded-lockfile.ts";

let data: string;
let file: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "baton-lock-"));
  file = join(data, "postmaster.pid");
});
afterEach(() => rm(data, { recursive: true }));

const lockOf = (pid: number) => `${pid}\n/data\n1700000000\n54321\n\n127.0.0.1\n  1234 5\nready   \n`;
const ended = () => spawnSync(process.execPath, ["--version"]).pid;

describe("PostgreSQL's lock file", () => {
  test("tells process and port", async () => {
    expect(await readLockFile(data)).toBeNull();
    await writeFile(file, lockOf(42));
    expect(await readLockFile(data)).toEqual({ text: lockOf(42), pid: 42, port: 54_321 });
    await writeFile(file, "42\n");
    expect(await readLockFile(data)).toMatchObject({ pid: 42, port: 0 });
  });

  test("of a process that is no PostgreSQL, or has ended, is a stranger's", async () => {
    const mine = { text: "", pid: process.pid, port: 0 };
    expect(await holderOf(mine, data)).toMatchObject({ kind: "foreign" });
    expect(await holderOf({ ...mine, pid: ended() }, data)).toEqual({
      kind: "foreign",
      program: "a process that has ended",
    });
  });

  test("is taken over by putting our number in its first line, all others kept", async () => {
    await writeFile(file, lockOf(42));
    expect(await takeOverLock(data, { text: lockOf(42), pid: 42, port: 54_321 }, null)).toBe(true);
    expect(await readFile(file, "utf8")).toBe(lockOf(process.pid));
    expect(await readdir(data)).toEqual(["postmaster.pid"]);
  });

  test("that changed meanwhile is left to the server that wrote it", async () => {
    await writeFile(file, lockOf(43));
    expect(await takeOverLock(data, { text: lockOf(42), pid: 42, port: 54_321 }, null)).toBe(false);
    expect(await readFile(file, "utf8")).toBe(lockOf(43));
    expect(await readdir(data)).toEqual(["postmaster.pid"]);
  });

  test("that is gone meanwhile is left alone", async () => {
    expect(await takeOverLock(data, { text: lockOf(42), pid: 42, port: 54_321 }, null)).toBe(false);
    expect(await readdir(data)).toEqual([]);
  });
});

test.for([[0], [-1], [Number.NaN]])("process number %d never runs", async ([pid = 0]) => {
  expect(await isRunning(pid)).toBe(false);
});

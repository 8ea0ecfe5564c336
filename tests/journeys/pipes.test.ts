/** Commands at the end of a pipe and on folders that are none, as a shell meets them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const BATON = join(import.meta.dirname, "..", "..", "bin", "baton.mjs");
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baton-pipes-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function baton(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [BATON, ...args], {
    env: { PATH: process.env["PATH"], BATON_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const heard = { err: "" };
  child.stderr.on("data", (chunk: Buffer) => (heard.err += chunk.toString("utf8")));
  return { child, heard, ended: once(child, "close") };
}

test("a reader that has read enough ends the command without a word", async () => {
  const file = join(root, "many.jsonl");
  await writeFile(file, '{"id":1,"text":"SSO and pricing"}\n'.repeat(20_000));
  const { child, heard, ended } = baton(["score", file]);
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await ended).toEqual([141, null]);
  expect(heard.err).toBe("");
});

test("a data directory that is a file is named in one line", async () => {
  const file = join(root, "file");
  await writeFile(file, "");
  const { heard, ended } = baton(["start"], { BATON_DATA_DIR: file });
  expect(await ended).toEqual([1, null]);
  expect(heard.err).toBe(
    `baton: the data directory ${file} can't be made or written (EEXIST): name a folder of this user's in BATON_DATA_DIR\n`,
  );
});

import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKeyFile, readKeyFile } from "./key-file.ts";
import { openVault } from "./vault.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-key-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a key file", () => {
  test("is made with a usable key for its owner alone, and nothing beside it", async () => {
    const path = join(folder, "data", "secret.key");
    const text = await createKeyFile(path);
    expect(openVault({ key: text }).keyIds).toHaveLength(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, "data"))).toEqual(["secret.key"]);
  });

  test("that is there stays as it is", async () => {
    const path = join(folder, "secret.key");
    const first = await createKeyFile(path);
    expect(await createKeyFile(path)).toBe(first);
  });

  test("made by several at once is one key for all", async () => {
    const path = join(folder, "secret.key");
    const texts = await Promise.all([1, 2, 3, 4].map(() => createKeyFile(path)));
    expect(new Set(texts).size).toBe(1);
  });

  test("that is missing or empty is named", async () => {
    await expect(readKeyFile(join(folder, "none"))).rejects.toThrow(
      `the key file ${join(folder, "none")} can't be read (ENOENT): correct BATON_SECRET_KEY_FILE`,
    );
    await writeFile(join(folder, "empty"), "\n");
    await expect(readKeyFile(join(folder, "empty"))).rejects.toThrow("is empty: restore it from a backup");
  });
});

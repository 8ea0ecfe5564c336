/**
 * Who runs PostgreSQL and where its files lie. PostgreSQL refuses to run as root, so a Baton started by root (a
 * container, as a rule) runs it as another account, which must be able to reach the binaries and the data.
 */
import { execFile, type ExecFileException } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
} from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../kernel/failure.ts";
import type { Log } from "./database.ts";
import { explainExit, type Binaries, prepareBinaries } from "./embedded-binaries.ts";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Exit {
  /** The exit code, or a system error code such as "ENOENT" when the program could not start at all. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a PostgreSQL program sees of the surroundings: nothing of ours, so that no PG* variable bends it. */
export const CHILD_ENV = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" } as const;

/** Runs a program to its end, as `account` when there is one, and returns how it ended. */
export function run(file: string, args: readonly string[], account: Account | null): Promise<Exit> {
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { ...identity, cwd: "/", env: CHILD_ENV },
      (error: ExecFileException | null, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
      },
    );
  });
}

/** Accounts that machines and images commonly have, the most fitting first. */
const CANDIDATES = ["postgres", "baton", "node", "nobody"];

/**
 * The account for PostgreSQL, or null when this process is not root and PostgreSQL simply runs as the same user.
 * A data directory that has an owner keeps it. As the last resort an account `baton` is made.
 */
async function accountFor(dataOwner: number | null, candidates = CANDIDATES): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  if (dataOwner !== null && dataOwner !== 0) {
    const gid = Number((await id("-g", String(dataOwner))) ?? dataOwner);
    return { name: (await id("-un", String(dataOwner))) ?? String(dataOwner), uid: dataOwner, gid };
  }
  for (const name of candidates) {
    const account = await lookUp(name);
    if (account !== null && account.uid !== 0) return account;
  }
  await run(
    "useradd",
    ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "baton"],
    null,
  );
  const made = await lookUp("baton");
  if (made !== null) return made;
  throw new UserError(
    "PostgreSQL does not run as root and there is no other account to run it as: start Baton as an ordinary user, or set DATABASE_URL",
  );
}

async function lookUp(name: string): Promise<Account | null> {
  const [uid, gid] = [await id("-u", name), await id("-g", name)];
  return uid === null || gid === null ? null : { name, uid: Number(uid), gid: Number(gid) };
}

async function id(flag: "-u" | "-g" | "-un", who: string): Promise<string | null> {
  const answer = await run("id", [flag, who], null);
  return answer.code === 0 ? answer.stdout.trim() : null;
}

export interface PlaceOptions {
  /** Baton's data directory, absolute; PostgreSQL's files lie in its folder `postgres`. */
  readonly directory: string;
  /** Where files go that PostgreSQL's account can't reach otherwise. */
  readonly fallback: string;
  readonly log: Log;
}

/** Makes `<directory>/postgres`, owned by the account and reachable for it, and returns its real path. */
export async function preparePlace(
  options: PlaceOptions,
): Promise<{ home: string; account: Account | null }> {
  const { directory } = options;
  const home = join(directory, "postgres");
  // PostgreSQL's account must be able to walk through a directory that root made.
  await mkdir(directory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 }).catch(
    refuse(directory),
  );
  await refuseDanglingLink(home);
  const account = await accountFor(await ownerOf(join(home, "data")));
  await mkdir(home, { recursive: true, mode: 0o700 }).catch(refuse(home));
  if (account === null) {
    if (!(await canUse(home, null))) throw new UserError(notOurs(home));
    return { home: await realpath(home), account };
  }
  await chown(home, account.uid, account.gid);
  // The link may lie in a closed folder: what counts is where it leads.
  if (!(await canUse(await realpath(home), account))) await moveHome(home, account, options);
  return { home: await realpath(home), account };
}

/** The binaries as the account can reach them: in place, or copied once to the fallback folder. */
export async function reachBinaries(
  native: string,
  account: Account | null,
  options: PlaceOptions,
): Promise<Binaries> {
  const binaries = await prepareBinaries(native);
  const inPlace = await run(binaries.postgres, ["--version"], account);
  if (inPlace.code === 0) return binaries;
  const denied =
    inPlace.code === "EACCES" || inPlace.code === 126 || /permission denied/i.test(inPlace.stderr);
  if (account === null || !denied) {
    throw new UserError(
      explainExit(binaries.postgres, inPlace.code, inPlace.stderr) ??
        `${binaries.postgres} can't run (${inPlace.code ?? "killed"}): ${lastLine(inPlace.stderr)}; set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
  const copy = join(
    options.fallback,
    `postgresql-${hashOf(`${native} ${(await stat(binaries.postgres)).mtimeMs}`)}`,
  );
  if ((await ownerOf(copy)) === null) {
    await openFolder(options.fallback);
    const partial = `${copy}.${randomBytes(4).toString("hex")}`;
    await cp(native, join(partial, "native"), { recursive: true, verbatimSymlinks: true });
    await run("chown", ["-R", `${account.uid}:${account.gid}`, partial], null);
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }));
    options.log(
      "info",
      `user ${account.name}, who runs PostgreSQL, can't read ${native}: copied it to ${copy}`,
    );
  }
  return prepareBinaries(join(copy, "native"));
}

/** Root's own folders (mode 700) are closed to PostgreSQL's account: the files move out and a link stays. */
async function moveHome(home: string, account: Account, options: PlaceOptions): Promise<void> {
  if ((await readdir(home)).length > 0) {
    throw new UserError(
      `user ${account.name}, who runs PostgreSQL, can't reach ${home}: let others pass through the folders above it (chmod o+x), or set BATON_DATA_DIR`,
    );
  }
  const base = join(options.fallback, hashOf(options.directory));
  let target = base;
  for (let n = 2; (await ownerOf(target)) !== null; n += 1) target = `${base}-${n}`;
  await openFolder(options.fallback);
  await openFolder(target);
  const moved = join(target, "postgres");
  await mkdir(moved, { mode: 0o700 });
  await chown(moved, account.uid, account.gid);
  if (!(await canUse(moved, account))) {
    throw new UserError(`user ${account.name}, who runs PostgreSQL, can reach neither ${home} nor ${moved}`);
  }
  await rmdir(home);
  await symlink(moved, home);
  options.log(
    "info",
    `user ${account.name}, who runs PostgreSQL, can't reach ${home}: its files are in ${moved}`,
  );
}

/** A folder that every account may pass through, whatever umask this process has. */
async function openFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) await chmod(path, 0o755);
}

async function refuseDanglingLink(home: string): Promise<void> {
  const link = await lstat(home).catch(() => null);
  if (link?.isSymbolicLink() !== true || (await ownerOf(home)) !== null) return;
  throw new UserError(
    `${home} links to a folder that is gone, and the database with it: restore that folder, or remove the link to begin with an empty database`,
  );
}

/** Asks the operating system itself, as the account: modes, ACLs and mounts all count. */
async function canUse(folder: string, account: Account | null): Promise<boolean> {
  if (process.platform === "win32") return true;
  const asked = await run("/bin/sh", ["-c", 'cd "$1" && test -r . && test -w .', "sh", folder], account);
  return asked.code === 0;
}

function refuse(folder: string): (error: unknown) => never {
  return (error) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(
      `the data directory ${folder} can't be made (${code}): set BATON_DATA_DIR to a folder of yours`,
      {
        cause: error,
      },
    );
  };
}

function notOurs(folder: string): string {
  return `the data directory ${folder} belongs to another user: start Baton as that user (or as root), or set BATON_DATA_DIR to a folder of yours`;
}

async function ownerOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.uid,
    () => null,
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

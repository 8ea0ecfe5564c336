/**
 * PostgreSQL's own lock on a data directory, `postmaster.pid`: who holds it, and giving it back to PostgreSQL when its
 * holder is certainly no PostgreSQL of this directory.
 */
import { chown, link, readFile, readlink, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Account } from "./embedded-account.ts";
import { run } from "./embedded-account.ts";

export interface LockFile {
  readonly text: string;
  readonly pid: number;
  /** 0 while the server has not yet opened its port. */
  readonly port: number;
}

/** Lines of the file (PostgreSQL's miscinit.c): pid, data directory, start time, port, socket directory, address, shared memory, status. */
export async function readLockFile(data: string): Promise<LockFile | null> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => null);
  if (text === null) return null;
  const [pid = "", , , port = ""] = text.split("\n");
  return { text, pid: Number(pid), port: Number(port) };
}

/** True while a process runs; a zombie, which nobody has reaped yet, does not run. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/\) [ZX] /.test(status);
}

export type Holder =
  | { readonly kind: "ours" }
  | { readonly kind: "foreign"; readonly program: string }
  | { readonly kind: "unknown" };

/** Whether the process in the lock file can be a PostgreSQL of this directory; "unknown" when nothing tells. */
export async function holderOf(lock: LockFile, data: string): Promise<Holder> {
  if (!(await isRunning(lock.pid))) return { kind: "foreign", program: "a process that has ended" };
  const program = await programOf(lock.pid);
  if (program === null) return { kind: "unknown" };
  if (!program.startsWith("postgres")) return { kind: "foreign", program };
  // A PostgreSQL server works in its data directory.
  const folder = await readlink(`/proc/${lock.pid}/cwd`).catch(() => null);
  if (folder === null) return { kind: "unknown" };
  return folder === (await realpath(data))
    ? { kind: "ours" }
    : { kind: "foreign", program: `PostgreSQL of ${folder}` };
}

async function programOf(pid: number): Promise<string | null> {
  const linux = await readlink(`/proc/${pid}/exe`).catch(() => null);
  if (linux !== null) return basename(linux);
  const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
  if (name !== "") return name;
  const listed = await run("ps", ["-p", String(pid), "-o", "comm="], null);
  return listed.code === 0 && listed.stdout.trim() !== "" ? basename(listed.stdout.trim()) : null;
}

/**
 * Frees a lock whose process number now belongs to a stranger. The file is not deleted: our own process number is put
 * in its first line, which PostgreSQL, as our child, ignores by design, while it still checks for itself that no
 * server process is attached to the shared memory named in the other lines.
 * Returns false when the file changed meanwhile; then somebody else is starting a server.
 */
export async function takeOverLock(data: string, stale: LockFile, account: Account | null): Promise<boolean> {
  const file = join(data, "postmaster.pid");
  const aside = join(data, `postmaster.pid.stale.${process.pid}`);
  const claimed = join(data, `postmaster.pid.claimed.${process.pid}`);
  try {
    const moved = await rename(file, aside).then(
      () => true,
      () => false,
    );
    if (!moved) return false;
    if ((await readFile(aside, "utf8")) !== stale.text) {
      await link(aside, file).catch(() => {});
      return false;
    }
    const { mode } = await stat(aside);
    await writeFile(claimed, stale.text.replace(/^\d+/, String(process.pid)), { mode });
    if (account !== null) await chown(claimed, account.uid, account.gid);
    return await link(claimed, file).then(
      () => true,
      () => false,
    );
  } finally {
    await rm(aside, { force: true });
    await rm(claimed, { force: true });
  }
}

/** CPU time of other processes, where Linux tells it under /proc; null elsewhere. */
import { readFile } from "node:fs/promises";
import type { Pool } from "pg";

const TICK_MS = 10;

/** CPU time of a process so far, in milliseconds; null where the system does not tell. */
export async function cpuOf(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** CPU time of each PostgreSQL process so far; null where the server runs on another machine. */
export async function postgresCpu(pool: Pool): Promise<ReadonlyMap<number, number> | null> {
  const { rows } = await pool.query<{ pid: number }>("select pid from pg_stat_activity");
  const spent = new Map<number, number>();
  for (const { pid } of rows) {
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => null);
    if (name === null || !name.includes("postgres")) return null;
    const cpu = await cpuOf(pid);
    if (cpu !== null) spent.set(pid, cpu);
  }
  return spent;
}

/** CPU time since `before` of the PostgreSQL processes that still live. */
export async function postgresCpuSince(
  pool: Pool,
  before: ReadonlyMap<number, number> | null,
): Promise<number | null> {
  const after = await postgresCpu(pool);
  if (before === null || after === null) return null;
  return [...after].reduce((sum, [pid, spent]) => sum + spent - (before.get(pid) ?? 0), 0);
}

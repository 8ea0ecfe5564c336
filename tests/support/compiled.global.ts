/**
 * Tests start some two hundred processes of Baton; half of what a start costs is compiling. Node keeps what it compiled
 * in a folder of this run, filled by a first process that loads the whole service and ends.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const SERVICE = new URL("../../src/service.ts", import.meta.url).href;

export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "baton-compiled-"));
  process.env["NODE_COMPILE_CACHE"] = folder;
  await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    `await import(${JSON.stringify(SERVICE)}); process.exit();`,
  ]);
  // A process that ends meanwhile may still write there.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Starts one PostgreSQL for all test files, in a directory of its own, and removes both when the last file is done. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/store/embedded.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The tests' server, database `postgres`, as its superuser. */
    adminUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "baton-tests-"));
  await chmod(directory, 0o711); // run by root, PostgreSQL's own account must pass through
  const server = await startEmbeddedPostgres({
    directory,
    fallback: join(directory, "fallback"),
    log: (level, message) => {
      if (level === "error") console.error(`postgres for the tests: ${message}`);
    },
  });
  const url = new URL(server.url);
  url.pathname = "/postgres";
  project.provide("adminUrl", url.href);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

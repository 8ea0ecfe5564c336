/** Where a rehearsal takes place: a directory of its own, and a database that is gone when it is over. */
import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../store/database.ts";
import { startEmbeddedPostgres } from "../../store/embedded.ts";
import { migrate } from "../../store/migrate.ts";
import type { Terminal } from "../terminal.ts";
import { createDatabase, dropDatabase } from "./queries.ts";

const MIGRATIONS = join(import.meta.dirname, "..", "..", "..", "migrations");

export interface Site {
  readonly directory: string;
  readonly databaseUrl: string;
  /** Takes a line of a process for the log file. */
  readonly log: (line: string) => void;
  /** Stops and removes what was made, unless it shall be kept. */
  readonly remove: () => Promise<void>;
}

export interface SiteOptions {
  readonly keep: boolean;
  readonly seed: number;
  readonly terminal: Pick<Terminal, "env" | "err" | "clock">;
}

/** An embedded PostgreSQL in a temporary directory, or a new database beside that of DATABASE_URL; migrated. */
export async function makeSite({ keep, seed, terminal }: SiteOptions): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), "baton-rehearsal-"));
  // Run by root, PostgreSQL's own account must pass through.
  await chmod(directory, 0o711);
  const log: Log = (level, message) => {
    if (level === "error") terminal.err(`rehearse: ${message}`);
  };
  const given = terminal.env["DATABASE_URL"]?.trim();
  const removeDirectory = async (): Promise<void> => {
    if (keep) terminal.err(`rehearse: kept ${directory}`);
    else await rm(directory, { recursive: true, force: true });
  };
  try {
    const database =
      given === undefined || given === ""
        ? await embedded(directory, log)
        : await beside(given, `baton_rehearsal_${seed}_${terminal.clock()}`, keep);
    const written = createWriteStream(join(directory, "processes.log"));
    try {
      await migrate({ url: database.url, folder: MIGRATIONS, log });
    } catch (error) {
      await database.remove();
      throw error;
    }
    return {
      directory,
      databaseUrl: database.url,
      log: (line) => void written.write(`${line}\n`),
      remove: async () => {
        await database.remove();
        await new Promise<void>((resolve) => written.end(() => resolve()));
        await removeDirectory();
      },
    };
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

interface MadeDatabase {
  readonly url: string;
  readonly remove: () => Promise<void>;
}

async function embedded(directory: string, log: Log): Promise<MadeDatabase> {
  const server = await startEmbeddedPostgres({ directory, fallback: join(directory, "fallback"), log });
  return { url: server.url, remove: () => server.stop() };
}

async function beside(url: string, name: string, keep: boolean): Promise<MadeDatabase> {
  return {
    url: await createDatabase(url, name),
    remove: async () => {
      if (!keep) await dropDatabase(url, name);
    },
  };
}

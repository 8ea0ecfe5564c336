/** Baton as somebody starts it for the first time, with nothing in it, beside emulated vendors to connect it to. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import { prepareWorld } from "../../src/cli/emulated.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "bin", "baton.mjs");

export interface FreshHouse {
  readonly emulators: Emulators;
  /** The link that the first start prints, with which the first admin sets a password. */
  readonly link: URL;
  readonly stop: () => Promise<void>;
}

/** Resolves as soon as the first admin can come in. */
export async function startFreshHouse(settings: Readonly<Record<string, string>> = {}): Promise<FreshHouse> {
  const directory = await mkdtemp(join(tmpdir(), "baton-fresh-"));
  const emulators = await startEmulators();
  await prepareWorld(emulators, []);
  const baton = spawn(process.execPath, [PROGRAM, "start"], {
    env: { ...process.env, BATON_DATA_DIR: directory, BATON_PORT: "0", BATON_HOST: "127.0.0.1", ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const link = await new Promise<URL>((resolve, reject) => {
    baton.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (said.includes("could not be built")) reject(new Error(said));
      const [found] = /http\S+\/welcome#\S+/.exec(said) ?? [];
      if (found !== undefined) resolve(new URL(found));
    });
    baton.once("exit", () => reject(new Error(`baton ended:\n${said}`)));
  });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => baton.once("exit", resolve));
    baton.kill("SIGTERM");
    await ended;
    await emulators.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { emulators, link, stop };
}

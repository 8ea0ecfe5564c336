/** Builds the web admin as it is written now, once, before the first browser test. */
import { join } from "node:path";
import { Readable } from "node:stream";
import { ensureWeb } from "../../src/cli/web.ts";

export async function setup(): Promise<void> {
  const err = (text: string): void => {
    if (text.includes("could not be built")) throw new Error(text);
  };
  const silent = { out: () => {}, exit: () => {}, stdin: Readable.from([]), interactive: false };
  await ensureWeb(
    { ...silent, err, clock: Date.now, env: {} },
    { folder: join(import.meta.dirname, "..", "..", "web"), node: process.execPath },
  );
}

/** A command, called as a person calls it, with what it printed and how it exited. */
import { Readable } from "node:stream";
import type { Command } from "commander";
import type { Terminal } from "../../src/cli/terminal.ts";

export interface Called {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** Runs the command over a terminal that keeps what is written; rejects as the command does. */
export async function called(
  command: (terminal: Terminal) => Command,
  args: readonly string[],
  over: Partial<Terminal> = {},
): Promise<Called> {
  const out: string[] = [];
  const err: string[] = [];
  let code = 0;
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    stdin: Readable.from([]),
    interactive: false,
    clock: () => 0,
    env: {},
    exit: (given) => {
      code = given;
    },
    ...over,
  };
  await command(terminal).exitOverride().parseAsync(args, { from: "user" });
  return { out: out.join("\n"), err: err.join("\n"), code };
}

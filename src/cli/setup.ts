/** What the set-up commands share: findings as lines, and where a connection comes from. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { CheckedAccount, ConnectionSource, Finding } from "../accounts/account.ts";
import { UserError } from "../kernel/failure.ts";
import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

export interface SourceOptions {
  readonly environment: string;
  readonly settings?: string;
  readonly json?: boolean;
}

interface CheckOptions extends SourceOptions {
  readonly strict?: boolean;
}

/** Reads `--settings FILE` (JSON, - for standard input), else names the environment. Throws UserError. */
export async function sourceOf(options: SourceOptions, terminal: Terminal): Promise<ConnectionSource> {
  const { environment, settings: file } = options;
  if (file === undefined) return { kind: "environment", environment };
  const json = await (file === "-" ? text(terminal.stdin) : readFile(file, "utf8")).catch(
    (cause: unknown) => {
      throw new UserError(`${file}: cannot be read`, { cause });
    },
  );
  try {
    return { kind: "settings", settings: JSON.parse(json) as unknown };
  } catch (cause) {
    throw new UserError(`${file}: is no JSON; expected an object with the settings of the connection`, {
      cause,
    });
  }
}

export const SETTINGS_OPTION = [
  "--settings <file>",
  "settings of a connection as JSON instead of a stored one; - for standard input",
] as const;

/** Adds `check` to a vendor's command. Exit code 1 when something is missing. */
export function addCheck(
  command: Command,
  { vendor, what }: { readonly vendor: string; readonly what: string },
  terminal: Terminal,
  connect: (source: ConnectionSource) => Promise<CheckedAccount>,
): void {
  command
    .command("check")
    .description(`say what ${what} for handoffs, one line each`)
    .option("--environment <name>", `whose stored ${vendor} connection to use`, "production")
    .option(...SETTINGS_OPTION)
    .option("--strict", "exit with 1 on a warning, too: for a job that watches")
    .option("--json", "one JSON object")
    .action(async (options: CheckOptions) => {
      const account = await connect(await sourceOf(options, terminal));
      try {
        report(await account.check(), options, terminal);
      } finally {
        account.close();
      }
    });
}

const MARKS = { ok: "ok     ", warning: "warning", missing: "missing" } as const;

/** Prints one line per finding, or one JSON object; the exit code is 1 when something is missing, with `strict` on a warning, too. */
function report(
  findings: readonly Finding[],
  { json, strict }: Pick<CheckOptions, "json" | "strict">,
  terminal: Terminal,
): void {
  const isReady = findings.every(({ level }) => level !== "missing");
  const isClean = findings.every(({ level }) => level === "ok");
  if (json === true) terminal.out(JSON.stringify({ ready: isReady, findings }));
  else {
    for (const { level, what, fix } of findings) {
      terminal.out(`${MARKS[level]}  ${what}${fix === null ? "" : `. ${fix}`}`);
    }
  }
  if (!isReady || (strict === true && !isClean)) terminal.exit(1);
}

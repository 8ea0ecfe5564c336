/** `baton emulators`: the five emulators alone, until somebody stops them. */
import { Command, InvalidArgumentError } from "commander";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import { UserError } from "../kernel/failure.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly intercomPort: number;
  readonly salesforcePort: number;
  readonly slackPort: number;
  readonly smtpPort: number;
  readonly enrichmentPort: number;
  readonly eventsPort: number;
  readonly host: string;
  readonly json?: boolean;
}

/**
 * The command. It prints one line for each emulator (with `--json` one object) as soon as all of them listen, and
 * ends when `untilStopped` resolves: by default at SIGINT or SIGTERM.
 */
export function emulatorsCommand(
  terminal: Terminal,
  untilStopped: () => Promise<void> = stopSignal,
): Command {
  const command = new Command("emulators")
    .description("run the emulators of Intercom, Salesforce, Slack, mail and enrichment alone")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--json", "print addresses and credentials as one JSON object");
  for (const name of ["intercom", "salesforce", "slack", "enrichment"]) {
    command.option(`--${name}-port <port>`, `port of ${name}; 0 takes a free one`, portOf, 0);
  }
  return command
    .option("--smtp-port <port>", "port of mail, its control plane on the next; 0 takes free ones", portOf, 0)
    .option("--events-port <port>", "port of Salesforce's event bus; 0 takes a free one", portOf, 0)
    .action(async (options: Options) => {
      const emulators = await startAll(options, terminal);
      try {
        terminal.out(options.json === true ? JSON.stringify(emulators.connections()) : linesOf(emulators));
        await untilStopped();
      } finally {
        await emulators.stop();
      }
    });
}

async function startAll(options: Options, terminal: Terminal): Promise<Emulators> {
  try {
    return await startEmulators({
      host: options.host,
      now: terminal.clock,
      ports: {
        intercom: options.intercomPort,
        salesforce: options.salesforcePort,
        slack: options.slackPort,
        smtp: options.smtpPort,
        enrichment: options.enrichmentPort,
      },
      salesforce: { eventsPort: options.eventsPort },
    });
  } catch (error) {
    const { code, port, address } = error as { code?: string; port?: number; address?: string };
    if (code === "EADDRINUSE") {
      throw new UserError(`emulators: port ${port} is taken; name another with --<emulator>-port, or 0.`);
    }
    if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
      throw new UserError(
        `emulators: cannot listen on ${address ?? options.host}${port === undefined ? "" : `:${port}`} (${code}); name another --host or port.`,
      );
    }
    throw error;
  }
}

/** "salesforce  http://127.0.0.1:4001  clientId=... clientSecret=..." */
function linesOf(emulators: Emulators): string {
  const rows = Object.entries(emulators.connections());
  return rows
    .map(([name, { url, ...rest }]) => {
      const details = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
      return [name.padEnd(10), url, ...details].join("  ");
    })
    .join("\n");
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return port;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

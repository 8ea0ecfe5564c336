/** `baton start` and `baton worker`: the service until somebody stops it. */
import { Command } from "commander";
import type { FirstAdmin } from "../access/users.ts";
import type { Ms } from "../kernel/time.ts";
import type { Terminal } from "./terminal.ts";

export interface RunningService {
  readonly url: string | null;
  readonly firstAdmin: () => Promise<FirstAdmin | null>;
  readonly close: (graceMs: Ms) => Promise<void>;
}

export interface StartDeps {
  readonly start: (parts: { readonly serves: boolean; readonly works: boolean }) => Promise<RunningService>;
  /** The address of a one-time link's page, given where the service listens. */
  readonly linkTo: (token: string, listens: string | null) => string;
  /** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
  readonly untilStopped: () => Promise<void>;
}

/** Time that running steps get to end; what does not end in it is taken up by another worker, or at the next start. */
const GRACE_MS: Ms = 8_000;

export function startCommand(terminal: Terminal, deps: StartDeps): Command {
  return new Command("start")
    .description("take webhooks in, show health and figures, and run the work")
    .option("--serve-only", "serve, and leave the work to `baton worker` processes")
    .option("--json", "print the address as one JSON object as soon as it listens")
    .action(async (options: { readonly serveOnly?: boolean; readonly json?: boolean }) => {
      const service = await deps.start({ serves: true, works: options.serveOnly !== true });
      if (options.json === true) terminal.out(JSON.stringify({ url: service.url }));
      const admin = await service.firstAdmin();
      if (admin !== null) terminal.err(`Nobody can sign in yet. ${firstWords(admin, service, deps)}`);
      terminal.err(
        `Baton listens on ${service.url}. Point Intercom's webhooks to <public address>/webhooks/intercom/<connection>. Ctrl-C stops it.`,
      );
      await untilEnd(terminal, service, deps);
    });
}

function firstWords(admin: FirstAdmin, { url }: RunningService, { linkTo }: StartDeps): string {
  switch (admin.kind) {
    case "link":
      return `Set the password of ${admin.email}, within a week, at ${linkTo(admin.token, url)} (shown this once; \`baton user link ${admin.email}\` makes another).`;
    case "provider":
      return `\`baton user create --email YOU --role admin\`, with the address that ${admin.name} knows you by, makes the first admin.`;
  }
}

export function workerCommand(terminal: Terminal, deps: StartDeps): Command {
  return new Command("worker")
    .description("run work only, beside a `baton start`")
    .option("--json", "print one JSON object as soon as it works")
    .action(async (options: { readonly json?: boolean }) => {
      const service = await deps.start({ serves: false, works: true });
      if (options.json === true) terminal.out(JSON.stringify({ url: service.url }));
      terminal.err("Baton works. Ctrl-C stops it.");
      await untilEnd(terminal, service, deps);
    });
}

async function untilEnd(terminal: Terminal, service: RunningService, deps: StartDeps): Promise<void> {
  await deps.untilStopped();
  terminal.err("stopping: no new work, what runs may end");
  await service.close(GRACE_MS);
}

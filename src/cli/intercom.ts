/** `baton intercom check`: is the workspace ready. */
import { Command } from "commander";
import { report, sourceOf, type ConnectionSource, type SetupFinding, type SourceOptions } from "./setup.ts";
import type { Terminal } from "./terminal.ts";

/** What the command needs of a connected workspace; `main.ts` makes it. */
export interface IntercomSetup {
  check(): Promise<readonly SetupFinding[]>;
  close(): void;
}

export interface IntercomDeps {
  connect(source: ConnectionSource): Promise<IntercomSetup>;
}

/** The command. Exit code 1 when something is missing. */
export function intercomCommand(terminal: Terminal, deps: IntercomDeps): Command {
  const command = new Command("intercom").description("check an Intercom workspace");
  command
    .command("check")
    .description("say what the workspace and its app lack for handoffs, one line each")
    .option("--environment <name>", "whose stored Intercom connection to use", "production")
    .option(
      "--settings <file>",
      "settings of a connection as JSON instead of a stored one; - for standard input",
    )
    .option("--json", "one JSON object")
    .action(async (options: SourceOptions) => {
      const workspace = await deps.connect(await sourceOf(options, terminal));
      try {
        report(await workspace.check(), options.json === true, terminal);
      } finally {
        workspace.close();
      }
    });
  return command;
}

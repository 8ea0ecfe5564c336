/** `baton salesforce check` and `install`: is the org ready, and make it so. */
import { Command } from "commander";
import { report, sourceOf, type ConnectionSource, type SetupFinding, type SourceOptions } from "./setup.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands need of a connected org; `main.ts` makes it. */
export interface SalesforceSetup {
  check(): Promise<readonly SetupFinding[]>;
  install(options: {
    readonly checkOnly: boolean;
  }): Promise<{ readonly components: number; readonly problems: readonly string[] }>;
  close(): void;
}

export interface SalesforceDeps {
  connect(source: ConnectionSource): Promise<SalesforceSetup>;
}

interface InstallOptions extends SourceOptions {
  readonly dryRun?: boolean;
}

const ENVIRONMENT = [
  "--environment <name>",
  "whose stored Salesforce connection to use",
  "production",
] as const;
const SETTINGS = [
  "--settings <file>",
  "settings of a connection as JSON instead of a stored one; - for standard input",
] as const;

/** The commands. Exit code 1 when something is missing or the deploy was refused. */
export function salesforceCommand(terminal: Terminal, deps: SalesforceDeps): Command {
  const command = new Command("salesforce").description("check and set up a Salesforce org");
  command
    .command("check")
    .description("say what the org lacks for handoffs, one line each")
    .option(...ENVIRONMENT)
    .option(...SETTINGS)
    .option("--json", "one JSON object")
    .action((options: SourceOptions) => check(options, terminal, deps));
  command
    .command("install")
    .description("deploy Baton's fields, objects and permission set; needs an admin's connection")
    .option(...ENVIRONMENT)
    .option(...SETTINGS)
    .option("--dry-run", "let Salesforce validate the deploy without changing anything")
    .option("--json", "one JSON object")
    .action((options: InstallOptions) => install(options, terminal, deps));
  return command;
}

async function check(options: SourceOptions, terminal: Terminal, deps: SalesforceDeps): Promise<void> {
  const org = await deps.connect(await sourceOf(options, terminal));
  try {
    report(await org.check(), options.json === true, terminal);
  } finally {
    org.close();
  }
}

async function install(options: InstallOptions, terminal: Terminal, deps: SalesforceDeps): Promise<void> {
  const org = await deps.connect(await sourceOf(options, terminal));
  const checkOnly = options.dryRun === true;
  try {
    if (options.json !== true) terminal.err("deploying Baton's metadata ...");
    const { components, problems } = await org.install({ checkOnly });
    if (options.json === true) terminal.out(JSON.stringify({ components, problems, checkOnly }));
    else if (problems.length === 0) {
      const done = checkOnly
        ? "would be deployed"
        : "are deployed; assign the permission set Baton_Integration to the integration user";
      terminal.out(`${components} components ${done}`);
    } else problems.forEach((problem) => terminal.out(`refused  ${problem}`));
    if (problems.length > 0) terminal.exit(1);
  } finally {
    org.close();
  }
}

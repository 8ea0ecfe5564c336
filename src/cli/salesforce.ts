/** `baton salesforce check` and `install`: is the org ready, and make it so. */
import { Command } from "commander";
import type { ConnectionSource, OrgAccount } from "../accounts/account.ts";
import { addCheck, SETTINGS_OPTION, sourceOf, type SourceOptions } from "./setup.ts";
import type { Terminal } from "./terminal.ts";

export interface SalesforceDeps {
  connect(source: ConnectionSource): Promise<OrgAccount>;
}

interface InstallOptions extends SourceOptions {
  readonly dryRun?: boolean;
}

/** The commands. Exit code 1 when something is missing or the deploy was refused. */
export function salesforceCommand(terminal: Terminal, deps: SalesforceDeps): Command {
  const command = new Command("salesforce").description("check and set up a Salesforce org");
  addCheck(command, { vendor: "Salesforce", what: "the org lacks" }, terminal, (source) =>
    deps.connect(source),
  );
  command
    .command("install")
    .description("deploy Baton's fields, objects and permission set; needs an admin's connection")
    .option("--environment <name>", "whose stored Salesforce connection to use", "production")
    .option(...SETTINGS_OPTION)
    .option("--dry-run", "let Salesforce validate the deploy without changing anything")
    .option("--json", "one JSON object")
    .action((options: InstallOptions) => install(options, terminal, deps));
  return command;
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

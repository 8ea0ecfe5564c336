/** `baton slack manifest` and `check`: the app to make in Slack, and whether it is ready. */
import { Command } from "commander";
import { stringify } from "yaml";
import { UserError } from "../kernel/failure.ts";
import type { CheckedAccount, ConnectionSource } from "../accounts/account.ts";
import { addCheck } from "./setup.ts";
import type { Terminal } from "./terminal.ts";

export interface SlackDeps {
  connect(source: ConnectionSource): Promise<CheckedAccount>;
  /** The app manifest; `requestUrl` is where Slack posts what people press. */
  manifest(requestUrl: string): Promise<unknown>;
  /** BATON_BASE_URL; null when it is not set. */
  baseUrl(): string | null;
}

interface ManifestOptions {
  readonly environment: string;
  readonly baseUrl?: string;
  readonly json?: true;
}

export function slackCommand(terminal: Terminal, deps: SlackDeps): Command {
  const command = new Command("slack").description("make and check the app in Slack");
  command
    .command("manifest")
    .description("print the manifest to make the app from: scopes, bot user, where presses are posted")
    .option("--environment <name>", "for whose Slack connection the app is", "production")
    .option("--base-url <url>", "the address under which Slack reaches Baton; BATON_BASE_URL when left out")
    .option("--json", "as JSON instead of YAML")
    .action(async ({ environment, baseUrl, json }: ManifestOptions) => {
      const address = addressOf(baseUrl ?? deps.baseUrl());
      const manifest = await deps.manifest(`${address}/webhooks/slack/${environment}-slack`);
      terminal.out(json === true ? JSON.stringify(manifest, null, 2) : stringify(manifest).trimEnd());
    });
  const words = { vendor: "Slack", what: "the workspace and its app lack" };
  addCheck(command, words, terminal, (source) => deps.connect(source));
  return command;
}

/** Without a slash at its end. Slack posts to public https addresses only (docs.slack.dev/reference/app-manifest). */
function addressOf(given: string | null): string {
  if (given === null)
    throw new UserError(
      "slack manifest: nobody has said under which address Slack reaches Baton: give --base-url https://baton.example.com, or set BATON_BASE_URL",
    );
  if (!URL.canParse(given) || new URL(given).protocol !== "https:")
    throw new UserError(
      `slack manifest: ${given} is no https address, and Slack posts to no other: give one with --base-url or BATON_BASE_URL`,
    );
  return given.replace(/\/+$/, "");
}

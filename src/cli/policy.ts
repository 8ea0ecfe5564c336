/** `baton policy lint|diff|template`. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { differenceText, diffPolicies } from "../policy/diff.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { loadPolicy } from "./policy-file.ts";
import { lintCommand } from "./policy-lint.ts";
import type { LintDeps } from "./policy-lint.ts";
import type { Terminal } from "./terminal.ts";

const templates: Readonly<Record<string, string>> = { "saas-default": saasDefault };

interface Options {
  readonly json?: boolean;
}

/** The command with its parts. */
export function policyCommand(terminal: Terminal, deps: LintDeps): Command {
  const policy = new Command("policy").description("check, compare and start policy files");
  policy.addCommand(lintCommand(terminal, deps));
  policy
    .command("diff")
    .description("say what differs between two policies")
    .argument("<before>", "policy in YAML or JSON")
    .argument("<after>", "policy in YAML or JSON, - for standard input")
    .option("--json", "print one JSON array")
    .action((before: string, after: string, options: Options) => diff(before, after, options, terminal));
  policy
    .command("template")
    .description("print a policy to start from")
    .argument("[name]", `one of: ${Object.keys(templates).join(", ")}`, "saas-default")
    .option("--json", "print one JSON object")
    .action((name: string, options: Options) => template(name, options, terminal));
  return policy;
}

async function diff(before: string, after: string, options: Options, terminal: Terminal): Promise<void> {
  const differences = diffPolicies(await loadPolicy(before, terminal), await loadPolicy(after, terminal));
  if (options.json === true) terminal.out(JSON.stringify(differences));
  else if (differences.length === 0) terminal.out("both policies say the same");
  else for (const difference of differences) terminal.out(differenceText(difference));
}

function template(name: string, options: Options, terminal: Terminal): void {
  const text = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (text === undefined) {
    throw new UserError(
      `policy template: there is no "${name}"; there is ${Object.keys(templates).join(", ")}.`,
    );
  }
  terminal.out(options.json === true ? JSON.stringify({ name, text }) : text.trimEnd());
}

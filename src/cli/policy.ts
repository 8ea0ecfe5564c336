/** `baton policy lint|recipe|diff|template|schema`. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { changesOf } from "../policy/diff-words.ts";
import { policyJsonSchema } from "../policy/json-schema.ts";
import { templates } from "../policy/templates/templates.ts";
import { loadPolicy } from "./policy-file.ts";
import { lintCommand } from "./policy-lint.ts";
import type { LintDeps } from "./policy-lint.ts";
import { recipeCommand } from "./policy-recipe.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly json?: boolean;
}

interface TemplateOptions extends Options {
  readonly list?: boolean;
}

/** The command with its parts. */
export function policyCommand(terminal: Terminal, deps: LintDeps): Command {
  const policy = new Command("policy").description("check, compare and start policy files");
  policy.addCommand(lintCommand(terminal, deps));
  policy.addCommand(recipeCommand(terminal));
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
    .option("--list", "say which there are")
    .option("--json", "print one JSON object; with --list one JSON array")
    .action((name: string, options: TemplateOptions) => template(name, options, terminal));
  policy
    .command("schema")
    .description("print the format as JSON Schema, for editors that complete and check")
    .option("--json", "the same: a JSON Schema is JSON")
    .action(() => terminal.out(JSON.stringify(policyJsonSchema(), null, 2)));
  return policy;
}

async function diff(before: string, after: string, options: Options, terminal: Terminal): Promise<void> {
  const differences = changesOf(await loadPolicy(before, terminal), await loadPolicy(after, terminal));
  if (options.json === true) terminal.out(JSON.stringify(differences));
  else if (differences.length === 0) terminal.out("both policies say the same");
  else for (const difference of differences) terminal.out(difference.words);
}

function template(name: string, options: TemplateOptions, terminal: Terminal): void {
  if (options.list === true) {
    const list = Object.entries(templates).map(([known, { about }]) => ({ name: known, about }));
    if (options.json === true) terminal.out(JSON.stringify(list));
    else for (const one of list) terminal.out(`${one.name.padEnd(18)}${one.about}`);
    return;
  }
  const text = Object.hasOwn(templates, name) ? templates[name]?.text : undefined;
  if (text === undefined) {
    throw new UserError(
      `policy template: there is no "${name}"; there is ${Object.keys(templates).join(", ")}.`,
    );
  }
  terminal.out(options.json === true ? JSON.stringify({ name, text }) : text.trimEnd());
}

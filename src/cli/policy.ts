/** `baton policy lint|diff|template`. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { differenceText, diffPolicies } from "../policy/diff.ts";
import { readPolicy } from "../policy/read.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { faultLines, loadPolicy, readPolicyText } from "./policy-file.ts";
import type { Terminal } from "./terminal.ts";

const templates: Readonly<Record<string, string>> = { "saas-default": saasDefault };

interface Options {
  readonly json?: boolean;
}

/** The command with its three parts. */
export function policyCommand(terminal: Terminal): Command {
  const policy = new Command("policy").description("check, compare and start policy files");
  policy
    .command("lint")
    .description("check a policy: faults make it unusable, warnings are probable slips")
    .argument("<file>", "policy in YAML or JSON, - for standard input")
    .option("--json", "print one JSON object")
    .action((file: string, options: Options) => lint(file, options, terminal));
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

async function lint(file: string, options: Options, terminal: Terminal): Promise<void> {
  const reading = readPolicy(await readPolicyText(file, terminal));
  const isOk = reading.kind === "ok";
  const faults = isOk ? [] : reading.faults;
  const warnings = isOk ? reading.warnings : [];
  if (options.json === true) terminal.out(JSON.stringify({ file, ok: isOk, faults, warnings }));
  else {
    for (const line of faultLines(file, reading)) terminal.out(isOk ? `warning: ${line}` : line);
    terminal.out(
      `${file}: ${isOk ? "ok" : "not usable"}, ${counted(faults.length, "fault")}, ${counted(warnings.length, "warning")}`,
    );
  }
  if (!isOk) terminal.exit(1);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
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

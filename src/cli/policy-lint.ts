/** `baton policy lint`: every finding with its line, its proof, and what to do about it. */
import { Command } from "commander";
import type { Finding, Severity } from "../policy/lint/finding.ts";
import type { Owners } from "../policy/lint/routes.ts";
import { readPolicy } from "../policy/read.ts";
import { lintReading } from "../qualify/lint-reading.ts";
import { readPolicyText } from "./policy-file.ts";
import type { Terminal } from "./terminal.ts";

export interface LintDeps {
  /** Users and queues of the environment's Salesforce org. Throws a UserError when there is no such environment. */
  owners(environment: string): Promise<Owners>;
}

interface Options {
  readonly environment?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** The command. Exit code 1 on a fault, with `--strict` on a warning, too. */
export function lintCommand(terminal: Terminal, deps: LintDeps): Command {
  return new Command("lint")
    .description("check a policy: what makes it unusable, what can never happen, what is probably not meant")
    .argument("<file>", "policy in YAML or JSON, - for standard input")
    .option("--environment <name>", "ask this environment's Salesforce for users and queues, too")
    .option("--strict", "exit with 1 on a warning, too")
    .option("--json", "print one JSON object")
    .action((file: string, options: Options) => run(file, options, terminal, deps));
}

async function run(file: string, options: Options, terminal: Terminal, deps: LintDeps): Promise<void> {
  const reading = readPolicy(await readPolicyText(file, terminal));
  const owners = options.environment === undefined ? null : await deps.owners(options.environment);
  const findings = lintReading(reading, { now: terminal.clock(), owners });
  const count = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  const isUsable = reading.kind === "ok";
  const isOk = count("fault") === 0 && (options.strict !== true || count("warning") === 0);
  if (options.json === true) terminal.out(JSON.stringify({ file, ok: isOk, usable: isUsable, findings }));
  else {
    for (const line of findings.flatMap((finding) => linesOf(file, finding))) terminal.out(line);
    const counts = (["fault", "warning", "note"] as const).map((one) => counted(count(one), one)).join(", ");
    terminal.out(`${file}: ${isUsable ? (isOk ? "ok" : "usable, but not ok") : "not usable"}, ${counts}`);
  }
  if (!isOk) terminal.exit(1);
}

function linesOf(
  file: string,
  { severity, rule, path, line, message, proof, next }: Finding,
): readonly string[] {
  const place = `${file}${line === undefined ? "" : `:${line}`}: ${path === "" ? "" : `${path}: `}`;
  return [
    `${place}${severity}: ${message} (${rule})`,
    ...(proof === null ? [] : [`    why: ${proof}`]),
    ...(next === null ? [] : [`    next: ${next}`]),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** `baton validate`: a policy held against conversations that people have labelled. No database, no network. */
import { Command } from "commander";
import { z } from "zod";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { type Judged, judgedBy, validationReport } from "../insights/validation/report.ts";
import { UserError } from "../kernel/failure.ts";
import { compile } from "../qualify/compile.ts";
import { loadPolicy } from "./policy-file.ts";
import { openInput, readRows, type RowParser, schemaParser } from "./rows.ts";
import type { Terminal } from "./terminal.ts";
import { validationLines } from "./validate-text.ts";

interface Options {
  readonly policy?: string;
  readonly score?: string;
  readonly right?: string;
  readonly json?: true;
}

const labelSchema = z.object({
  label: z.union(
    [z.string(), z.boolean(), z.number()],
    "is missing: what a person says of this conversation",
  ),
  weight: z.number().positive("must be above 0").default(1),
});

const RIGHT = new Set(["qualified", "right", "good", "yes", "true", "1"]);
const WRONG = new Set(["not qualified", "not", "wrong", "bad", "no", "false", "0"]);

export function validateCommand(terminal: Terminal): Command {
  return new Command("validate")
    .description(
      "precision and recall of a policy on labelled conversations, with intervals and what to change",
    )
    .argument(
      "<file>",
      "lines as for `baton score`, each with a label (and a weight where others were left out); - for standard input",
    )
    .option("--policy <file>", "policy in YAML or JSON; the default policy when absent")
    .option(
      "--right <labels>",
      "labels that mean: this should qualify, such as buying,upgrade; all others mean no",
    )
    .option("--score <name>", "the score whose threshold is swept; the policy's first when absent")
    .option("--json", "print one JSON object")
    .action((file: string, options: Options) => run(file, options, terminal));
}

async function run(file: string, options: Options, terminal: Terminal): Promise<void> {
  const policy = await loadPolicy(options.policy, terminal);
  const compiled = compile(policy);
  const names = Object.keys(policy.scores);
  const scoreName = options.score ?? names[0] ?? null;
  if (scoreName !== null && !names.includes(scoreName))
    throw new UserError(`validate: --score ${scoreName}: the policy has ${names.join(", ")}.`);
  const input = await openInput(file, terminal.stdin);
  const judged: Judged[] = [];
  const now = terminal.clock();
  let bad = 0;
  for await (const reading of readRows(input, labelled(options.right))) {
    if (reading.kind === "bad") {
      bad += 1;
      terminal.err(`${file}:${reading.line}: ${reading.message}`);
      continue;
    }
    const { row, isRight, weight } = reading.row;
    const last = Math.max(...row.turns.map(({ at }) => at ?? 0), 0) || now;
    judged.push(judgedBy(compiled, evidenceOfRow(row, last), { id: String(row.id), isRight, weight }, last));
  }
  if (judged.length === 0)
    throw new UserError(`validate: ${file} holds no labelled conversation; each line needs a label.`);
  const report = validationReport(judged, scoreName);
  if (options.json === true) terminal.out(JSON.stringify(report));
  else for (const line of validationLines(report)) terminal.out(line);
  if (bad > 0) terminal.exit(1);
}

/** The row with its label; one that is neither yes nor no is a fault unless `--right` says which are right. */
function labelled(right: string | undefined) {
  const wanted = right?.split(",").map((label) => label.trim().toLowerCase());
  const asRow = schemaParser(rowSchema);
  const asLabel = schemaParser(labelSchema);
  type Row = z.infer<typeof rowSchema>;
  const parse: RowParser<{ readonly row: Row; readonly isRight: boolean; readonly weight: number }> = (
    value,
  ) => {
    const row = asRow(value);
    if ("message" in row) return row;
    const label = asLabel(value);
    if ("message" in label) return label;
    const word = String(label.row.label).trim().toLowerCase();
    const isRight = wanted === undefined ? RIGHT.has(word) : wanted.includes(word);
    if (wanted === undefined && !isRight && !WRONG.has(word))
      return { message: `label "${word}" is neither yes nor no; --right says which labels mean yes` };
    return { row: { row: row.row, isRight, weight: label.row.weight } };
  };
  return parse;
}

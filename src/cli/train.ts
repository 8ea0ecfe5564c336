/** `baton policy train`: a text model from conversations that people have reviewed. */
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { z } from "zod";
import { UserError } from "../kernel/failure.ts";
import { learn } from "../qualify/meaning/learn.ts";
import type { ModelFile } from "../qualify/meaning/model.ts";
import { openInput, readRows, schemaParser } from "./rows.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly labels: string;
  readonly out: string;
  readonly json?: boolean;
}

const labelledSchema = z.object({ text: z.string().min(1), signals: z.array(z.string().min(1)) });

/** The command; it writes the model file and says how sure the model is of rows it has not seen. */
export function trainCommand(terminal: Terminal): Command {
  return new Command("train")
    .description("learn a text model from reviewed messages, for signals with `meaning: true`")
    .requiredOption(
      "--labels <file>",
      "one {text, signals: [name, ...]} a line, no names for a message that means none; - for standard input",
    )
    .option("--out <file>", "where the model is written", "model.json")
    .option("--json", "print one JSON array of the signals and their figures")
    .action((options: Options) => train(options, terminal));
}

async function train(options: Options, terminal: Terminal): Promise<void> {
  const input = await openInput(options.labels, terminal.stdin);
  const rows: z.infer<typeof labelledSchema>[] = [];
  for await (const reading of readRows(input, schemaParser(labelledSchema))) {
    if (reading.kind === "bad")
      throw new UserError(`policy train: ${options.labels}:${reading.line}: ${reading.message}`);
    rows.push(reading.row);
  }
  const model = learn(rows);
  if (model.signals.length === 0) {
    throw new UserError(
      `policy train: ${rows.length} rows teach nothing: a signal needs ten messages that mean it, and others that do not.`,
    );
  }
  await writeFile(options.out, modelText(model));
  const figures = model.signals.map(({ name, atLeast, crossValidated }) => ({
    name,
    atLeast,
    ...crossValidated,
  }));
  if (options.json === true) terminal.out(JSON.stringify(figures));
  else for (const one of figures) terminal.out(figureLine(one));
  terminal.err(`${options.out}: ${model.signals.length} signals from ${rows.length} rows`);
}

/** The file as it is written: one feature a line, so that two models can be compared. */
export function modelText({ weights, ...head }: ModelFile): string {
  const lines = Object.entries(weights).map(
    ([feature, values]) => `${JSON.stringify(feature)}:${JSON.stringify(values)}`,
  );
  return `${JSON.stringify(head).slice(0, -1)},"weights":{\n${lines.join(",\n")}\n}}\n`;
}

function figureLine(one: {
  readonly name: string;
  readonly atLeast: number;
  readonly precision: number;
  readonly recall: number;
}): string {
  return `${one.name}: counts from ${one.atLeast} on; of left-out rows ${one.precision} of what it named meant something, and it named ${one.recall} of those that meant it`;
}

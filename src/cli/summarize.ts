/** `baton summarize`: conversations in, three cited sentences out, line by line. No database, no network. */
import { Command } from "commander";
import { summarize } from "../context/summary.ts";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import type { Row } from "../conversation/row.ts";
import type { EpochMs } from "../kernel/time.ts";
import { compile } from "../qualify/compile.ts";
import type { CompiledPolicy } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import { loadPolicy } from "./policy-file.ts";
import { openInput, readRows, schemaParser } from "./rows.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly policy?: string;
  readonly json?: boolean;
}

/** One line of the answer: `turn` counts from 0, `start` and `end` are UTF-16 offsets into that turn's text. */
interface SummarizedRow {
  readonly id: string | number;
  readonly sentences: readonly {
    readonly text: string;
    readonly cites: readonly { readonly turn: number; readonly start: number; readonly end: number }[];
  }[];
}

/** The command; the answer is JSON lines in any case, `--json` is accepted because every command has it. */
export function summarizeCommand(terminal: Terminal): Command {
  return new Command("summarize")
    .description("summarize conversations in three cited sentences (JSON lines in and out); needs no network")
    .argument("[file]", "the same lines as for `baton score`; - for standard input", "-")
    .option("--policy <file>", "policy that says what a signal is; the default policy when absent")
    .option("--json", "JSON lines, as without it")
    .action((file: string, options: Options) => run(file, options, terminal));
}

async function run(file: string, options: Options, terminal: Terminal): Promise<void> {
  const compiled = compile(await loadPolicy(options.policy, terminal));
  const input = await openInput(file, terminal.stdin);
  const now = terminal.clock();
  const counts = { rows: 0, bad: 0 };
  for await (const reading of readRows(input, schemaParser(rowSchema))) {
    if (reading.kind === "bad") {
      counts.bad += 1;
      terminal.err(`${file}:${reading.line}: ${reading.message}`);
      continue;
    }
    counts.rows += 1;
    terminal.out(JSON.stringify(summarizeRow(reading.row, compiled, now)));
    await terminal.drained?.();
  }
  terminal.err(`${counts.rows} summarized, ${counts.bad} bad lines`);
  if (counts.bad > 0) terminal.exit(1);
}

/** The answer to one row; the policy's signals decide which words are the key ones. */
function summarizeRow(row: Row, compiled: CompiledPolicy, now: EpochMs): SummarizedRow {
  const evidence = evidenceOfRow(row, now);
  const { sentences } = summarize(evidence.snapshot, score(evidence, compiled, now).signals);
  return {
    id: row.id,
    sentences: sentences.map(({ text, cites }) => ({
      text,
      cites: cites.map(({ turn, start, end }) => ({ turn, start, end })),
    })),
  };
}

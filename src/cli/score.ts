/** `baton score`: conversations in, scores out, line by line. No database, no network. */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import type { Row } from "../conversation/row.ts";
import { preview, triggersOf } from "../decide/preview.ts";
import { UserError } from "../kernel/failure.ts";
import { parseInstant } from "../kernel/time.ts";
import type { EpochMs, Ms } from "../kernel/time.ts";
import { compile } from "../qualify/compile.ts";
import type { CompiledPolicy } from "../qualify/compile.ts";
import { compileModel, modelSchema } from "../qualify/meaning/model.ts";
import type { Model } from "../qualify/meaning/model.ts";
import { type Embedder, hasExamples, understand } from "../qualify/meaning/understand.ts";
import { score } from "../qualify/score.ts";
import type { Evidence, FoundSignal, Scores } from "../qualify/scores.ts";
import type { ClosableEmbedder } from "../meaning/embedder.ts";
import { loadPolicy } from "./policy-file.ts";
import { openInput, readRows, schemaParser } from "./rows.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly policy?: string;
  readonly model?: string;
  readonly at?: string;
  readonly meaning?: true;
  readonly json?: boolean;
}

/** One line of the answer. */
interface ScoredRow {
  readonly id: string | number;
  readonly scores: Readonly<Record<string, number>>;
  readonly signals: readonly Pick<
    FoundSignal,
    "signal" | "kind" | "text" | "points" | "turn" | "start" | "end" | "because"
  >[];
  readonly contributions: Scores["contributions"];
  readonly excluded: string | null;
  readonly recipe: string | null;
  readonly qualified: boolean;
  /** Whether the examples of signals were compared; absent when the policy has none. */
  readonly meaning?: "on" | "off";
}

/** The command; the answer is JSON lines in any case, `--json` is accepted because every command has it. */
export function scoreCommand(terminal: Terminal): Command {
  return new Command("score")
    .description("score conversations (JSON lines in, JSON lines out); needs no database and no network")
    .argument(
      "[file]",
      "one {id, text} or {id, turns: [{role, text, at?}]} a line; - for standard input",
      "-",
    )
    .option("--policy <file>", "policy in YAML or JSON; the default policy when absent")
    .option(
      "--model <file>",
      "text model made by `baton policy train`; the one that comes with Baton when absent",
    )
    .option(
      "--at <instant>",
      'score as of this time (ISO 8601 or unix), or "last": as of each last message; default: now, and for ' +
        "conversations that ended over 30 days ago their last message",
    )
    .option("--meaning", "compare the `examples` of signals too; takes about 40 ms a sentence")
    .option("--json", "JSON lines, as without it")
    .action((file: string, options: Options) => run(file, options, terminal));
}

async function run(file: string, options: Options, terminal: Terminal): Promise<void> {
  const policy = await loadPolicy(options.policy, terminal);
  const model = options.model === undefined ? undefined : await loadModel(options.model);
  const compiled = compile(policy, model);
  const input = await openInput(file, terminal.stdin);
  const instant = instantOf(options.at, terminal.clock());
  const embedder = options.meaning === true && hasExamples(compiled) ? await openedEmbedder(terminal) : null;
  const counts = { rows: 0, bad: 0, qualified: 0, excluded: 0 };
  for await (const reading of readRows(input, schemaParser(rowSchema))) {
    if (reading.kind === "bad") {
      counts.bad += 1;
      terminal.err(`${file}:${reading.line}: ${reading.message}`);
      continue;
    }
    const now = instant(reading.row);
    const scored =
      embedder === null
        ? scoreRow(reading.row, compiled, now)
        : await scoreRowByMeaning(reading.row, compiled, now, embedder);
    counts.rows += 1;
    counts.qualified += scored.qualified ? 1 : 0;
    counts.excluded += scored.excluded === null ? 0 : 1;
    terminal.out(JSON.stringify(scored));
    await terminal.drained?.();
  }
  await embedder?.close();
  if (options.meaning !== true && hasExamples(compiled))
    terminal.err("the examples of the policy's signals were not compared; --meaning does");
  terminal.err(
    `${counts.rows} scored, ${counts.qualified} qualified, ${counts.excluded} excluded, ${counts.bad} bad lines`,
  );
  if (counts.bad > 0) terminal.exit(1);
}

/** Loaded only where it is asked for: the encoder costs a second and much memory. */
async function openedEmbedder(terminal: Terminal): Promise<ClosableEmbedder> {
  const { openEmbedder } = await import("../meaning/embedder.ts");
  return openEmbedder({ warn: (sentence) => terminal.err(`score: ${sentence}`) });
}

async function loadModel(file: string): Promise<Model> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new UserError(`score: --model ${file}: there is no such file, or it cannot be read.`);
  }
  const read = modelSchema.safeParse(jsonOf(text));
  if (read.success) return compileModel(read.data);
  throw new UserError(`score: --model ${file}: is no text model; \`baton policy train\` makes one.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A conversation that ended longer ago belongs to the past: it is scored as it was then, today and tomorrow alike. */
const PAST_MS: Ms = 30 * 86_400_000;

/** The time to score a row at: a fixed one, that of its last message, or now unless the conversation is long over. */
function instantOf(at: string | undefined, now: EpochMs): (row: Row) => EpochMs {
  const lastOf = (row: Row): EpochMs => Math.max(...row.turns.map((turn) => turn.at ?? 0), 0) || now;
  if (at === undefined) return (row) => (now - lastOf(row) > PAST_MS ? lastOf(row) : now);
  if (at === "last") return lastOf;
  const fixed = parseInstant(at);
  if (fixed === null)
    throw new UserError(`score: --at ${at}: write a time such as 2026-01-31T12:00:00Z, or last.`);
  return () => fixed;
}

/** The answer to one row; times in the row are compared with `now`. Examples are not compared. */
export function scoreRow(row: Row, compiled: CompiledPolicy, now: EpochMs): ScoredRow {
  return answerTo(row, evidenceOfRow(row, now), compiled, now);
}

async function scoreRowByMeaning(
  row: Row,
  compiled: CompiledPolicy,
  now: EpochMs,
  embedder: Embedder,
): Promise<ScoredRow> {
  const evidence = evidenceOfRow(row, now);
  const meaning = await understand(evidence.snapshot, compiled, embedder);
  return answerTo(row, { ...evidence, meaning }, compiled, now);
}

function answerTo(row: Row, evidence: Evidence, compiled: CompiledPolicy, now: EpochMs): ScoredRow {
  const scores = score(evidence, compiled, now);
  const verdict = preview({ evidence, scores, policy: compiled.policy, triggers: triggersOf(evidence), now });
  return {
    id: row.id,
    scores: Object.fromEntries(Object.entries(scores.values).map(([name, { value }]) => [name, value])),
    signals: scores.signals.map(({ signal, kind, text, points, turn, start, end, because }) => ({
      signal,
      kind,
      text,
      points,
      turn,
      start,
      end,
      because,
    })),
    contributions: scores.contributions,
    ...verdict,
    ...(hasExamples(compiled) && { meaning: evidence.meaning?.examples === "on" ? "on" : "off" }),
  };
}

/** `baton policy train`: a text model from conversations that people have reviewed. */
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { z } from "zod";
import { UserError } from "../kernel/failure.ts";
import { type Labelled, learn } from "../qualify/meaning/learn.ts";
import { compileModel } from "../qualify/meaning/model.ts";
import type { ModelFile } from "../qualify/meaning/model.ts";
import { insertTextModel } from "../meaning/queries.ts";
import { policyOf } from "../policy/read.ts";
import { trainingIn } from "../review/rounds.ts";
import type { Training } from "../review/training.ts";
import type { Db } from "../store/database.ts";
import { liveVersion } from "../versions/queries.ts";
import type { Store } from "./connect.ts";
import { trainingLines } from "./review.ts";
import { openInput, readRows, schemaParser } from "./rows.ts";
import { requireEnvironment } from "./stored.ts";
import type { Terminal } from "./terminal.ts";

export interface TrainDeps {
  readonly openStore: () => Promise<Store>;
  /** Who runs the command when `--author` says nothing else. */
  readonly user: string;
}

interface Options {
  readonly labels?: string;
  readonly reviews?: true;
  readonly out?: string;
  readonly environment?: string;
  readonly author: string;
  readonly json?: true;
}

const labelledSchema = z.object({ text: z.string().min(1), signals: z.array(z.string().min(1)) });

/** The command; it writes the model file or stores it, and says how sure the model is of rows it has not seen. */
export function trainCommand(terminal: Terminal, deps: TrainDeps): Command {
  return new Command("train")
    .description("learn a text model from reviewed messages, for signals with `meaning: true`")
    .option(
      "--labels <file>",
      "one {text, signals: [name, ...]} a line, no names for a message that means none; - for standard input",
    )
    .option("--reviews", "what the environment's reviewers say of messages, beside --labels or alone")
    .option("--out <file>", "where the model is written; model.json without --environment")
    .option(
      "--environment <name>",
      "store the model: from then on it reads what this environment's customers write",
    )
    .option("--author <name>", "who does it", deps.user)
    .option("--json", "print one JSON array of the signals and their figures; with --environment one object")
    .action((options: Options) => train(options, terminal, deps));
}

async function train(options: Options, terminal: Terminal, deps: TrainDeps): Promise<void> {
  const { environment, labels } = options;
  const { out = environment === undefined ? "model.json" : undefined } = options;
  const labelled = labels === undefined ? [] : await labelledRows(labels, terminal);
  const training = await reviewed(options, deps);
  if (training !== null) tellSources(labelled.length, training, terminal);
  const rows = [...labelled, ...(training?.rows ?? [])];
  const model = learnt(rows, terminal);
  const text = modelText(model);
  if (out !== undefined) await writeFile(out, text);
  const figures = model.signals.map(({ name, atLeast, crossValidated }) => ({
    name,
    atLeast,
    ...crossValidated,
  }));
  const stored =
    environment === undefined
      ? null
      : await keep({ environment, model, text, labels: rows.length, author: options.author }, deps);
  const sources = training === null ? {} : { reviewed: { ...training, rows: training.rows.length } };
  if (options.json === true)
    terminal.out(JSON.stringify(stored === null ? figures : { ...stored, ...sources, signals: figures }));
  else for (const one of figures) terminal.out(figureLine(one));
  if (stored !== null) tellStored(stored, terminal);
  if (out !== undefined) terminal.err(`${out}: ${model.signals.length} signals from ${rows.length} rows`);
}

/** What the environment's reviewers teach; null where nobody asks. */
async function reviewed(
  { labels, reviews, environment }: Options,
  deps: TrainDeps,
): Promise<Training | null> {
  if (reviews !== true && labels === undefined)
    throw new UserError("policy train: say what to learn from: --labels FILE, --reviews, or both.");
  if (reviews !== true) return null;
  if (environment === undefined)
    throw new UserError("policy train: --reviews needs --environment NAME: the one whose reviews they are.");
  return inEnvironment(environment, deps, (db) => trainingIn(db, environment));
}

function tellSources(labels: number, training: Training, terminal: Terminal): void {
  for (const line of trainingLines(training)) terminal.err(line);
  if (labels > 0) terminal.err(`and ${labels} ${labels === 1 ? "row" : "rows"} of the file`);
}

/** The model of the rows. Throws a UserError where they are too few, or hold nothing to tell a signal from. */
function learnt(rows: readonly Labelled[], terminal: Terminal): ModelFile {
  const model = learn(rows);
  const missing = [...new Set(rows.flatMap(({ signals }) => signals))].filter(
    (name) => !model.signals.some((signal) => signal.name === name),
  );
  for (const name of missing)
    terminal.err(`policy train: ${name}: too few messages mean it to learn from; ten are the least`);
  if (model.signals.length === 0)
    throw new UserError(
      `policy train: ${rows.length} rows teach nothing, so nothing is kept: a signal needs ten messages that mean it, and others that do not.`,
    );
  if (rows.every(({ signals }) => signals.length > 0))
    throw new UserError(
      "policy train: every row means a signal, so nothing is kept: who never reads what means nothing takes everything for something.",
    );
  return model;
}

async function labelledRows(file: string, terminal: Terminal): Promise<readonly Labelled[]> {
  const input = await openInput(file, terminal.stdin);
  const rows: Labelled[] = [];
  for await (const reading of readRows(input, schemaParser(labelledSchema))) {
    if (reading.kind === "bad")
      throw new UserError(`policy train: ${file}:${reading.line}: ${reading.message}`);
    rows.push(reading.row);
  }
  return rows;
}

interface Stored {
  readonly environment: string;
  /** Number of the stored model, and the fingerprint by which decisions name it. */
  readonly textModel: number;
  readonly fingerprint: string;
  readonly labels: number;
  /** Signals with `meaning` in the live policy that the model does not know. */
  readonly unread: readonly string[];
}

async function keep(
  trained: {
    readonly environment: string;
    readonly model: ModelFile;
    readonly text: string;
    readonly labels: number;
    readonly author: string;
  },
  deps: TrainDeps,
): Promise<Stored> {
  const { environment, model, text, labels, author } = trained;
  return inEnvironment(environment, deps, async (db) => {
    const live = await liveVersion(db, environment);
    const asking = live === null ? [] : Object.entries(policyOf(live.document, "the live policy").signals);
    const unread = asking.flatMap(([name, { meaning }]) =>
      meaning && !model.signals.some((signal) => signal.name === name) ? [name] : [],
    );
    const figures = model.signals.map(({ name, atLeast, crossValidated }) => ({
      name,
      atLeast,
      crossValidated,
    }));
    const textModel = await insertTextModel(db, {
      environment,
      model: text,
      labels,
      figures,
      trainedBy: author,
    });
    return { environment, textModel, fingerprint: compileModel(model).id, labels, unread };
  });
}

/** Does the work where there is such an environment. */
async function inEnvironment<T>(
  environment: string,
  { openStore }: TrainDeps,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const { db, close } = await openStore();
  try {
    await requireEnvironment(db, environment);
    return await work(db);
  } finally {
    await close();
  }
}

function tellStored(
  { environment, textModel, fingerprint, labels, unread }: Stored,
  terminal: Terminal,
): void {
  terminal.err(
    `text model ${textModel} (${fingerprint}), learnt from ${labels} rows, reads for ${environment} from now on`,
  );
  if (unread.length > 0)
    terminal.err(
      `it does not know ${unread.join(", ")}, which the live policy looks for by meaning: add rows for them (training/saas-default.jsonl holds those of the model that comes with Baton)`,
    );
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

/** `baton audit`: what leaks between Intercom and sales, out of past conversations. Of a file: no database, no network. */
import { stat, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { type AskCrm, countAll } from "../insights/audit/count.ts";
import type { Assumptions, GivenRange, Range } from "../insights/audit/inputs.ts";
import { liveItems, type PastTalks } from "../insights/audit/live.ts";
import { pageOf } from "../insights/audit/page.ts";
import { type AuditReport, namesIn, reportOf } from "../insights/audit/report.ts";
import type { Tally } from "../insights/audit/tally.ts";
import type { Snapshot } from "../conversation/snapshot.ts";
import { UserError } from "../kernel/failure.ts";
import { type EpochMs, type Ms, parseDuration } from "../kernel/time.ts";
import { compile } from "../qualify/compile.ts";
import type { Policy } from "../policy/schema.ts";
import { auditItems } from "./audit-input.ts";
import { auditLines } from "./audit-text.ts";
import { namedColumns } from "./csv-items.ts";
import { loadPolicy } from "./policy-file.ts";
import { progressOf } from "./progress.ts";
import { openInput } from "./rows.ts";
import { whole } from "./stored.ts";
import type { Terminal } from "./terminal.ts";
import { CANCELLED } from "./window.ts";

interface Options {
  readonly live?: true;
  readonly environment?: string;
  readonly days: number;
  readonly policy?: string;
  readonly within: string;
  readonly dealSize?: string;
  readonly closeRate?: string;
  readonly currency: string;
  readonly columns?: string;
  readonly report?: string;
  readonly json?: true;
}

export interface AuditDeps {
  readonly fromIntercom: (value: unknown) => Snapshot | null;
  /** Opens the past of an environment, and whatever that takes. */
  readonly livePlace: (environment: string, signal: AbortSignal) => Promise<LivePlace>;
  /** Resolves when somebody asked to stop. */
  readonly untilStopped: () => Promise<void>;
}

export interface LivePlace {
  readonly talks: PastTalks;
  readonly askCrm: AskCrm | null;
  readonly policy: Policy;
  readonly policyName: string;
  readonly close: () => Promise<void>;
}

/** Faults of the file that are told one by one; the rest is counted. */
const TOLD = 20;

/** The example of money in a report whose reader has given none: a deal of 12,000, of which 15 in 100 close. */
const EXAMPLE = { dealSize: "12000", closeRate: "15%" } as const;

export function auditCommand(terminal: Terminal, deps: AuditDeps): Command {
  return new Command("audit")
    .description(
      "what leaked between Intercom and sales: past conversations that would have qualified, and who answered them",
    )
    .argument(
      "[file]",
      "an Intercom export (JSON or CSV), or lines as for `baton score`; - for standard input",
    )
    .option("--live", "instead of a file: the connected Intercom, and Salesforce where it is connected")
    .option("--environment <name>", "of --live: whose Intercom is read")
    .option("--days <n>", "of --live: conversations that began in the last so many days", whole, 90)
    .option(
      "--policy <file>",
      "policy in YAML or JSON; when absent the environment's live one with --live, else the default policy",
    )
    .option("--within <span>", "an answer within this time is in time", "24h")
    .option(
      "--deal-size <money>",
      `average deal, or a range such as 9000-15000 (example: ${EXAMPLE.dealSize})`,
    )
    .option(
      "--close-rate <percent>",
      `share of leads that are won, or a range such as 10-20% (example: ${EXAMPLE.closeRate})`,
    )
    .option("--currency <code>", "of the deal size", "USD")
    .option("--columns <names>", "heads of a CSV by what they hold, such as text=Body,id=Ref")
    .option("--report <file>", "also write the report as a page that prints on A4")
    .option("--json", "print the report as one JSON object")
    .action((file: string | undefined, options: Options) => run(file, options, terminal, deps));
}

async function run(
  file: string | undefined,
  options: Options,
  terminal: Terminal,
  deps: AuditDeps,
): Promise<void> {
  const withinMs = withinOf(options.within);
  const question = { withinMs, currency: options.currency, ...moneyOf(options) };
  if (options.live === true) {
    if (file !== undefined) throw new UserError("audit: name a file or --live, not both.");
    await runLive(options, question, terminal, deps);
    return;
  }
  if (file === undefined)
    throw new UserError("audit: name an export, - for standard input, or --live for the connected Intercom.");
  const policy = await loadPolicy(options.policy, terminal);
  const now = terminal.clock();
  const { tally, bad } = await countedFile(file, { policy, withinMs, now, options }, terminal, deps);
  if (tally.in === 0)
    throw new UserError(
      `audit: ${file} holds no conversation; give an Intercom export or lines as for \`baton score\`.`,
    );
  const report = reportOf(
    tally,
    { ...question, asksSalesforce: false },
    {
      source: file === "-" ? "standard input" : file,
      policy: options.policy ?? "the default policy",
      ...namesIn(policy),
      now,
    },
  );
  await tell(report, options, terminal);
  if (bad > 0) terminal.exit(1);
}

function moneyOf({ dealSize, closeRate }: Options): Pick<Assumptions, "dealSize" | "closeRate"> {
  const given = (option: string, text: string | undefined, example: string, unit: number): GivenRange => ({
    ...rangeOf(option, text ?? example, unit),
    mark: "assumed",
    source: text === undefined ? `an example; ${option} sets yours` : `given with ${option}`,
  });
  const rate = given("--close-rate", closeRate, EXAMPLE.closeRate, 0.01);
  if (rate.high > 1)
    throw new UserError(`audit: --close-rate ${closeRate}: no more than 100 % of leads can close.`);
  return { dealSize: given("--deal-size", dealSize, EXAMPLE.dealSize, 1), closeRate: rate };
}

interface CountedFile {
  readonly policy: Policy;
  readonly withinMs: Ms;
  readonly now: EpochMs;
  readonly options: Options;
}

async function countedFile(
  file: string,
  { policy, withinMs, now, options }: CountedFile,
  terminal: Terminal,
  { fromIntercom }: AuditDeps,
): Promise<{ readonly tally: Tally; readonly bad: number }> {
  const input = await openInput(file, terminal.stdin, "name an Intercom export or a file of JSON lines");
  const size = file === "-" ? 0 : (await stat(file)).size;
  const progress = progressOf(terminal, Math.ceil(size / 1_024), "KB");
  let read = 0;
  if (size > 0) {
    input.on("data", (chunk: Buffer) => {
      read += chunk.length;
    });
    input.pause();
  }
  let bad = 0;
  const columns = namedColumns(options.columns);
  const items = auditItems(input, { fromIntercom, columns, now });
  const question = { compiled: compile(policy), withinMs, now, askCrm: null };
  const tally = await countAll(items, question, {
    onItem: () => {
      if (size > 0) progress(Math.floor(read / 1_024));
    },
    onBad: (line, message) => {
      bad += 1;
      if (bad <= TOLD) terminal.err(`${file}:${line}: ${message}`);
    },
  });
  if (bad > TOLD)
    terminal.err(`${file}: ${bad - TOLD} more places like these; they are counted as unreadable`);
  return { tally, bad };
}

const DAY_MS: Ms = 86_400_000;

/** The connected Intercom instead of a file; and Salesforce, where it is connected. Nothing is written to either. */
async function runLive(
  options: Options,
  question: Omit<Assumptions, "asksSalesforce">,
  terminal: Terminal,
  deps: AuditDeps,
): Promise<void> {
  const { environment, days } = options;
  if (environment === undefined)
    throw new UserError("audit: --live needs --environment NAME: whose Intercom is read.");
  const given = options.policy === undefined ? null : await loadPolicy(options.policy, terminal);
  const stop = new AbortController();
  void deps.untilStopped().then(() => stop.abort());
  const now = terminal.clock();
  const place = await deps.livePlace(environment, stop.signal);
  try {
    const { askCrm, talks } = place;
    const policy = given ?? place.policy;
    let progress: ((done: number) => void) | null = null;
    const onTotal = (total: number | null): void => {
      progress ??= progressOf(terminal, total ?? 0, "conversations");
    };
    const sleep = (ms: Ms): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const items = liveItems(talks, now - days * DAY_MS, { signal: stop.signal, sleep, onTotal });
    const tally = await countAll(
      items,
      { compiled: compile(policy), withinMs: question.withinMs, now, askCrm },
      { onItem: (n) => progress?.(n), onBad: (_, message) => terminal.err(`audit: ${message}`) },
    );
    if (stop.signal.aborted) {
      terminal.err(`audit: stopped after ${tally.in} conversations; nothing was written anywhere`);
      terminal.exit(CANCELLED);
      return;
    }
    if (tally.in === 0)
      throw new UserError(`audit: no conversation of ${environment} began in the last ${days} days.`);
    const subject = {
      source: `Intercom of ${environment}, the last ${days} days`,
      policy: options.policy ?? place.policyName,
      ...namesIn(policy),
      now,
    };
    await tell(reportOf(tally, { ...question, asksSalesforce: askCrm !== null }, subject), options, terminal);
  } finally {
    await place.close();
  }
}

async function tell(report: AuditReport, options: Options, terminal: Terminal): Promise<void> {
  if (options.report !== undefined) {
    try {
      await writeFile(options.report, pageOf(report));
    } catch (error) {
      throw new UserError(
        `audit: --report ${options.report}: cannot be written (${String(error)}); name another file.`,
      );
    }
  }
  if (options.json === true) terminal.out(JSON.stringify(report));
  else for (const line of auditLines(report)) terminal.out(line);
  if (options.report !== undefined)
    terminal.err(`the report stands in ${options.report}; open it in a browser to print it`);
}

function withinOf(text: string): Ms {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0)
    throw new UserError(`audit: --within ${text}: write a time such as 30m, 4h or 2d.`);
  return ms;
}

/** "9000-15000", "12,000", "10-20%"; `unit` is what 1 stands for. */
function rangeOf(option: string, text: string, unit: number): Range {
  const found = /^\s*(\d[\d,_]*(?:\.\d+)?)\s*%?\s*(?:-\s*(\d[\d,_]*(?:\.\d+)?)\s*%?\s*)?$/.exec(text);
  const [low, high] = [found?.[1], found?.[2] ?? found?.[1]].map((part) =>
    part === undefined ? Number.NaN : Number(part.replaceAll(/[,_]/g, "")) * unit,
  );
  if (low === undefined || high === undefined || Number.isNaN(low) || high < low)
    throw new UserError(
      `audit: ${option} ${text}: write a number such as 12000, or a range from low to high such as 10-20.`,
    );
  return { low, high };
}

/** `baton audit`: what leaks between Intercom and sales, out of past conversations. No database, no network. */
import { stat, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { counting } from "../insights/audit/tally.ts";
import { findingOf } from "../insights/audit/finding.ts";
import { pageOf } from "../insights/audit/page.ts";
import { type AuditReport, reportOf, type Range } from "../insights/audit/report.ts";
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
import type { Terminal } from "./terminal.ts";

interface Options {
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
      "<file>",
      "an Intercom export (JSON or CSV), or lines as for `baton score`; - for standard input",
    )
    .option("--policy <file>", "policy in YAML or JSON; the default policy when absent")
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
    .action((file: string, options: Options) => run(file, options, terminal, deps));
}

async function run(file: string, options: Options, terminal: Terminal, deps: AuditDeps): Promise<void> {
  const withinMs = withinOf(options.within);
  const { dealSize = EXAMPLE.dealSize, closeRate = EXAMPLE.closeRate } = options;
  const assumptions = {
    withinMs,
    dealSize: rangeOf("--deal-size", dealSize, 1),
    closeRate: rangeOf("--close-rate", closeRate, 0.01),
    currency: options.currency,
    given: { dealSize: options.dealSize !== undefined, closeRate: options.closeRate !== undefined },
  };
  if (assumptions.closeRate.high > 1)
    throw new UserError(`audit: --close-rate ${closeRate}: no more than 100 % of leads can close.`);
  const policy = await loadPolicy(options.policy, terminal);
  const now = terminal.clock();
  const { tally, bad } = await counted(file, policy, { ...deps, options, withinMs, now }, terminal);
  if (tally.in === 0)
    throw new UserError(
      `audit: ${file} holds no conversation; give an Intercom export or lines as for \`baton score\`.`,
    );
  const report = reportOf(tally, assumptions, {
    source: file === "-" ? "standard input" : file,
    policy: options.policy ?? "the default policy",
    recipeNames: new Map(policy.recipes.map(({ id, name }) => [id, name])),
    signalNames: new Map(Object.entries(policy.signals).map(([id, { label }]) => [id, label ?? id])),
    now,
  });
  await tell(report, options, terminal);
  if (bad > 0) terminal.exit(1);
}

interface CountDeps extends AuditDeps {
  readonly options: Options;
  readonly withinMs: Ms;
  readonly now: EpochMs;
}

async function counted(
  file: string,
  policy: Policy,
  { options, withinMs, now, fromIntercom }: CountDeps,
  terminal: Terminal,
) {
  const compiled = compile(policy);
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
  const count = counting(withinMs);
  const seen = new Set<string>();
  let bad = 0;
  const columns = namedColumns(options.columns);
  for await (const item of auditItems(input, { fromIntercom, columns, now })) {
    if (item.kind === "bad") {
      bad += 1;
      count.skip("unreadable");
      if (bad <= TOLD) terminal.err(`${file}:${item.line}: ${item.message}`);
      continue;
    }
    if (seen.has(item.id)) {
      count.skip("seen before");
      continue;
    }
    seen.add(item.id);
    count.add(findingOf(item.evidence, compiled, now), timesOf(item.evidence.snapshot));
    if (size > 0) progress(Math.floor(read / 1_024));
  }
  if (bad > TOLD)
    terminal.err(`${file}: ${bad - TOLD} more places like these; they are counted as unreadable`);
  return { tally: count.result(), bad };
}

function timesOf({ messages }: Snapshot): { readonly from: EpochMs | null; readonly to: EpochMs | null } {
  let from: EpochMs | null = null;
  let to: EpochMs | null = null;
  for (const { at } of messages) {
    if (at === null) continue;
    from = from === null ? at : Math.min(from, at);
    to = to === null ? at : Math.max(to, at);
  }
  return { from, to };
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

/** `baton backtest`: a draft over the stored decisions of a window; what a change would do before anybody publishes it. */
import { Command } from "commander";
import { listEnvironments } from "../decide/queries.ts";
import { type BacktestQuestion, backtest, liveSideOf } from "../insights/backtest.ts";
import { UserError } from "../kernel/failure.ts";
import { changesAlone } from "../policy/alone.ts";
import { policyOf } from "../policy/read.ts";
import type { Policy } from "../policy/schema.ts";
import type { Db } from "../store/database.ts";
import { listDrafts, loadDraft } from "../versions/queries.ts";
import { backtestLines } from "./backtest-text.ts";
import { loadPolicy } from "./policy-file.ts";
import { progressOf } from "./progress.ts";
import type { StoredDeps } from "./replay.ts";
import type { Terminal } from "./terminal.ts";
import { CANCELLED, sinceOf } from "./window.ts";

interface Options {
  readonly policy?: string;
  readonly draft?: string;
  readonly since: string;
  readonly environment?: string;
  readonly against: string;
  readonly rule?: string;
  readonly each?: true;
  readonly limit: string;
  readonly json?: true;
}

export function backtestCommand(terminal: Terminal, deps: StoredDeps): Command {
  return new Command("backtest")
    .description(
      "run a draft over the stored decisions of a window: who enters, who leaves, whose owner changes",
    )
    .option("--policy <file>", "the draft in YAML or JSON, - for standard input")
    .option("--draft <name>", "a draft of the environment instead of a file")
    .option("--since <span>", 'how far back, as in "30d", or an instant', "30d")
    .option("--environment <name>", "whose decisions; needed where there are several")
    .option(
      "--against <what>",
      '"stored": what happened; "live": what the live policy makes of the same',
      "stored",
    )
    .option("--each", "also each difference from the live policy alone, against the live policy")
    .option(
      "--rule <path>",
      "of the draft only this difference, as `baton policy diff` names it, against the live policy",
    )
    .option("--limit <n>", "examples of each kind of change", "5")
    .option("--json", "print one JSON object")
    .action((options: Options) => run(options, terminal, deps));
}

async function run(options: Options, terminal: Terminal, deps: StoredDeps): Promise<void> {
  const now = terminal.clock();
  const since = sinceOf("backtest", options.since, now);
  const examples = Number(options.limit);
  if (!/^\d{1,6}$/.test(options.limit))
    throw new UserError(`backtest: --limit ${options.limit}: write a whole number.`);
  const { against } = options;
  if (against !== "stored" && against !== "live")
    throw new UserError(`backtest: --against ${against}: write stored or live.`);
  const { policy: file } = options;
  if ((file === undefined) === (options.draft === undefined))
    throw new UserError("backtest: name the draft: --policy FILE, or --draft NAME for one that is stored.");
  const written = file === undefined ? null : await loadPolicy(file, terminal);
  const { db, url, close } = await deps.openStore();
  const stop = new AbortController();
  void deps.untilStopped().then(() => stop.abort());
  try {
    const { environment, live, asksSalesforce } = await placeOf(db, options.environment);
    const draft = written ?? (await draftNamed(db, environment, options.draft ?? ""));
    const question: BacktestQuestion = {
      window: { environment, since, until: now },
      draft: options.rule === undefined ? draft : oneRule(live, draft, options.rule),
      live,
      against: options.rule === undefined ? against : "live",
      each: options.each === true,
      asksSalesforce,
      examples,
    };
    let tell: ((done: number) => void) | null = null;
    const ending = await backtest({ db, url }, question, {
      signal: stop.signal,
      onProgress: (done, of) => {
        tell ??= progressOf(terminal, of, "decisions");
        tell(done);
      },
    });
    if (ending.kind === "stopped") {
      terminal.err(`backtest: stopped after ${ending.done} of ${ending.of} decisions; nothing was changed`);
      terminal.exit(CANCELLED);
    } else if (options.json === true) terminal.out(JSON.stringify(ending.report));
    else for (const line of backtestLines(ending.report)) terminal.out(line);
  } finally {
    await close();
  }
}

async function placeOf(
  db: Db,
  named: string | undefined,
): Promise<{ readonly environment: string; readonly live: Policy; readonly asksSalesforce: boolean }> {
  const all = await listEnvironments(db);
  const names = all.map(({ name }) => name).join(", ");
  const found = named === undefined && all.length === 1 ? all[0] : all.find(({ name }) => name === named);
  if (found === undefined) {
    if (all.length === 0)
      throw new UserError("backtest: there is no environment yet: make one with `baton connect`.");
    throw new UserError(
      named === undefined
        ? `backtest: there are several environments: add --environment with one of ${names}.`
        : `backtest: there is no environment "${named}"; there is ${names}.`,
    );
  }
  return { environment: found.name, ...(await liveSideOf(db, found)) };
}

async function draftNamed(db: Db, environment: string, name: string): Promise<Policy> {
  const draft = await loadDraft(db, environment, name);
  if (draft !== null) return policyOf(draft.document, `draft "${name}"`);
  const names = (await listDrafts(db, environment)).map((one) => one.name).join(", ");
  throw new UserError(
    `backtest: ${environment} has no draft "${name}"; ${names === "" ? "it has none" : `there is ${names}`}.`,
  );
}

/** The live policy with one of the draft's differences. */
function oneRule(live: Policy, draft: Policy, path: string): Policy {
  const changes = changesAlone(live, draft);
  const change = changes.find((one) => one.path === path);
  if (change?.policy != null) return change.policy;
  if (change !== undefined)
    throw new UserError(`backtest: ${path} can't stand alone: ${change.problem ?? "the policy has faults"}.`);
  const paths = changes.map((one) => `  ${one.path}`).join("\n");
  throw new UserError(
    changes.length === 0
      ? "backtest: the draft says the same as the live policy."
      : `backtest: the draft does not differ from the live policy at ${path}; it differs at\n${paths}`,
  );
}

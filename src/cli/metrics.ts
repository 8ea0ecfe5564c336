/** `baton metrics`: response time, leakage and what became of the handoffs, each figure with its definition. */
import { Command } from "commander";
import { compareWith } from "../insights/metrics/baseline.ts";
import { baselineOf, keepBaseline } from "../insights/metrics/baseline-queries.ts";
import { readMetrics } from "../insights/metrics/queries.ts";
import { UserError } from "../kernel/failure.ts";
import { type EpochMs, type Ms, parseDuration, parseInstant } from "../kernel/time.ts";
import { readBaseline } from "./baseline-file.ts";
import { comparisonLines, metricsLines } from "./metrics-text.ts";
import { type AuthoredDeps, requireEnvironment, withStore } from "./stored.ts";
import { sinceOf } from "./window.ts";

interface Options {
  readonly environment: string;
  readonly since: string;
  readonly until?: string;
  readonly within: string;
  readonly baseline?: string;
  readonly keep?: true;
  readonly author: string;
  readonly json?: true;
}

export function metricsCommand(deps: AuthoredDeps): Command {
  return new Command("metrics")
    .description("response time, leakage, SLA and outcomes of live handoffs, each with its definition")
    .requiredOption("--environment <name>", "the environment, as `baton environment list` prints it")
    .option("--since <span>", 'how far back, as in "30d", or an instant', "30d")
    .option("--until <instant>", "handoffs before then alone; now when absent")
    .option("--within <span>", "a contact within this time is in time", "24h")
    .option(
      "--baseline <file>",
      "how it was before Baton, in JSON or CSV: adds the difference of each figure with its interval",
    )
    .option("--keep", "keep the baseline: later calls and the screen Metrics compare with it")
    .option("--author <name>", "who keeps it", deps.user)
    .option("--json", "print one JSON object")
    .action((options: Options) => run(options, deps));
}

async function run(options: Options, deps: AuthoredDeps): Promise<void> {
  const { terminal } = deps;
  const { environment } = options;
  const now = terminal.clock();
  const since = sinceOf("metrics", options.since, now);
  const until = untilOf(options.until, now);
  const withinMs = withinOf(options.within);
  if (options.keep === true && options.baseline === undefined)
    throw new UserError("metrics: --keep keeps a baseline: name its file with --baseline.");
  const given = options.baseline === undefined ? null : await readBaseline(options.baseline, terminal.stdin);
  await withStore(deps, options.json === true, async ({ db }) => {
    await requireEnvironment(db, environment);
    if (given !== null && options.keep === true)
      await keepBaseline(db, environment, given, { actor: options.author, now });
    const baseline = given ?? (await baselineOf(db, environment));
    const found = await readMetrics(db, { environment, since, until }, withinMs, now);
    const comparison = baseline === null ? [] : compareWith(baseline, found, withinMs);
    return {
      json: {
        environment,
        since: new Date(since).toISOString(),
        until: new Date(until).toISOString(),
        within: options.within,
        ...found,
        baseline: baseline === null ? null : { name: baseline.name, comparison },
      },
      lines: [
        ...metricsLines(environment, found),
        ...(baseline === null ? [] : comparisonLines(baseline.name, comparison)),
      ],
    };
  });
}

function withinOf(text: string): Ms {
  const withinMs = parseDuration(text);
  if (withinMs === null || withinMs <= 0)
    throw new UserError(`metrics: --within ${text}: write a time such as 30m, 4h or 2d.`);
  return withinMs;
}

function untilOf(text: string | undefined, now: EpochMs): EpochMs {
  const until = text === undefined ? now : parseInstant(text);
  if (until === null) throw new UserError(`metrics: --until ${text ?? ""}: write a time such as 2026-01-31.`);
  return until;
}

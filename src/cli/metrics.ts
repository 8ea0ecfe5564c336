/** `baton metrics`: response time, leakage and what became of the handoffs, each figure with its definition. */
import { Command } from "commander";
import { type Metrics, metricsOf, type Part, type Spread } from "../insights/metrics/metrics.ts";
import { measured } from "../insights/metrics/queries.ts";
import type { Share } from "../insights/share.ts";
import { UserError } from "../kernel/failure.ts";
import { type Ms, parseDuration } from "../kernel/time.ts";
import { columns } from "./columns.ts";
import { requireEnvironment, type StoredDeps, withStore } from "./stored.ts";
import { sinceOf } from "./window.ts";

interface Options {
  readonly environment: string;
  readonly since: string;
  readonly within: string;
  readonly json?: true;
}

export function metricsCommand(deps: StoredDeps): Command {
  const { terminal } = deps;
  return new Command("metrics")
    .description("response time, leakage, SLA and outcomes of live handoffs, each with its definition")
    .requiredOption("--environment <name>", "the environment, as `baton environment list` prints it")
    .option("--since <span>", 'how far back, as in "30d", or an instant', "30d")
    .option("--within <span>", "a contact within this time is in time", "24h")
    .option("--json", "print one JSON object")
    .action((options: Options) => {
      const now = terminal.clock();
      const since = sinceOf("metrics", options.since, now);
      const withinMs = parseDuration(options.within);
      if (withinMs === null || withinMs <= 0)
        throw new UserError(`metrics: --within ${options.within}: write a time such as 30m, 4h or 2d.`);
      return withStore(deps, options.json === true, async ({ db }) => {
        const { environment } = options;
        await requireEnvironment(db, environment);
        const found = metricsOf(await measured(db, environment, { since, until: now }), withinMs, now);
        return {
          json: { environment, since: new Date(since).toISOString(), within: options.within, ...found },
          lines: linesOf(environment, found),
        };
      });
    });
}

function linesOf(environment: string, found: Metrics): readonly string[] {
  if (found.handoffs === 0)
    return [`${environment} handed nothing off in this time; nothing live can be measured yet`];
  const { signalToAlert, responseTime, leakage, slaBreaches, toOpportunity, winRate } = found;
  return [
    `${found.handoffs} live handoffs of ${environment}`,
    "",
    `signal to alert    ${spreadText(signalToAlert.value)}`,
    `response time      ${spreadText(responseTime.value)}`,
    ...responseTime.value.within.map(
      ({ minutes, contacted }) => `  within ${String(minutes).padStart(2)} min    ${shareText(contacted)}`,
    ),
    `leakage            ${shareText(leakage.value)}`,
    `SLA breaches       ${shareText(slaBreaches.value)}`,
    `to Opportunity     ${shareText(toOpportunity.value)}`,
    ...winRate.value.map(({ band, won }) => `won, ${band}: ${shareText(won)}`),
    "",
    ...table("recipe", found.byRecipe),
    "",
    ...table("owner", found.byOwner),
    "",
    ...Object.entries({
      "signal to alert": signalToAlert,
      "response time": responseTime,
      leakage,
      "SLA breaches": slaBreaches,
      "to Opportunity": toOpportunity,
      won: winRate,
    }).map(([name, { definition }]) => `${name}: ${definition}`),
  ];
}

function spreadText({ n, p50Ms, p90Ms }: Spread): string {
  return p50Ms === null || p90Ms === null
    ? "not known yet"
    : `half within ${spanText(p50Ms)}, nine of ten within ${spanText(p90Ms)} (${n})`;
}

/** "850 ms", "12 s", "4.5 min", "3.2 h", "2 d". */
function spanText(ms: Ms): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ] as const;
  const [size, unit] = units.find(([one]) => ms >= one) ?? [1, "ms"];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}

function shareText({ k, of, share, low, high }: Share): string {
  if (share === null) return "not known yet";
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  return `${k} of ${of}, ${percent(share)} (95 %: ${percent(low)} to ${percent(high)})`;
}

function table(title: string, parts: readonly Part[]): readonly string[] {
  return columns(
    [title, "handoffs", "half within", "leaked"],
    parts.map(({ name, handoffs, p50Ms, leaked }) => [
      name,
      String(handoffs),
      p50Ms === null ? "-" : spanText(p50Ms),
      leaked.share === null ? "-" : `${leaked.k} of ${leaked.of}`,
    ]),
  );
}

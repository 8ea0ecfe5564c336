/** `baton routing ledger` and `simulate`: who got what and why, and who would. */
import { Command } from "commander";
import { type Ledger, readLedger } from "../decide/pools/read-ledger.ts";
import type { MemberShare, PoolShares } from "../decide/shares.ts";
import { type Simulated, simulate } from "../decide/simulate.ts";
import { UserError } from "../kernel/failure.ts";
import { type EpochMs, type Ms, parseDuration, parseInstant } from "../kernel/time.ts";
import { policyOf } from "../policy/read.ts";
import type { Policy } from "../policy/schema.ts";
import { liveVersion } from "../versions/queries.ts";
import { columns } from "./columns.ts";
import type { Store } from "./connect.ts";
import { loadPolicy } from "./policy-file.ts";
import type { Terminal } from "./terminal.ts";
import { sinceOf } from "./window.ts";

interface LedgerOptions {
  readonly environment: string;
  readonly since: string;
  readonly newest: string;
  readonly json?: true;
}

interface SimulateOptions {
  readonly policy?: string;
  readonly leads: string;
  readonly route?: string;
  readonly from?: string;
  readonly every: string;
  readonly closedAfter: string;
  readonly json?: true;
}

export function routingCommand(
  terminal: Terminal,
  deps: { readonly openStore: () => Promise<Store> },
): Command {
  const command = new Command("routing").description("who gets the leads, and why");
  command
    .command("ledger")
    .description("say who got what, beside their share, their caps, and who was passed over why")
    .option("--environment <name>", "whose ledger", "production")
    .option("--since <span>", 'how far back, as in "30d", or an instant', "30d")
    .option("--newest <number>", "how many single leads to list", "10")
    .option("--json", "print one JSON object")
    .action((options: LedgerOptions) => ledger(options, terminal, deps));
  command
    .command("simulate")
    .description("let leads of strangers come over time: who would get how many; no database, no network")
    .option("--policy <file>", "the policy, - for standard input; the default one without it")
    .option("--leads <number>", "how many come", "100")
    .option("--route <name>", "the route they take; default, or the policy's only one, without it")
    .option("--from <time>", "when the first comes, as in 2026-03-09T08:00Z; now without it")
    .option("--every <span>", "from one to the next", "10m")
    .option("--closed-after <span>", "how long each counts as open work", "2d")
    .option("--json", "print one JSON object")
    .action((options: SimulateOptions) => simulation(options, terminal));
  return command;
}

// --- Ledger -------------------------------------------------------------------------------------------------------

async function ledger(
  options: LedgerOptions,
  terminal: Terminal,
  deps: { readonly openStore: () => Promise<Store> },
): Promise<void> {
  const { environment } = options;
  const now = terminal.clock();
  const since = sinceOf("routing ledger", options.since, now);
  const most = wholeNumber("routing ledger: --newest", options.newest, 0, 1_000);
  const { db, close } = await deps.openStore();
  try {
    const live = await liveVersion(db, environment);
    if (live === null)
      throw new UserError(
        `routing ledger: ${environment} has no live policy: name an environment with --environment, or publish one with \`baton policy publish\`.`,
      );
    const policy = policyOf(live.document, `the live policy of ${environment}`);
    const read = await readLedger(db, policy, { environment, since, now, most });
    if (options.json === true)
      terminal.out(JSON.stringify({ environment, policyVersion: live.number, ...read }));
    else for (const line of ledgerLinesOf(environment, read)) terminal.out(line);
  } finally {
    await close();
  }
}

/** The ledger as a person reads it. */
function ledgerLinesOf(environment: string, read: Ledger): readonly string[] {
  const head = `${environment} since ${timeText(read.since)}`;
  if (read.pools.length === 0)
    return [head, "The policy has no pool, so nobody takes turns; `routing.pools` of the policy adds one."];
  const isEmpty = read.lines.length === 0 && read.pools.every((pool) => pool.members.every(isUntouched));
  return [
    head,
    ...read.pools.flatMap((pool) => ["", ...poolLinesOf(pool)]),
    ...(isEmpty
      ? ["", "Nothing was given yet. `baton routing simulate --policy FILE` shows what a policy would do."]
      : []),
    ...(read.skips.length === 0
      ? []
      : [
          "",
          "passed over",
          ...columns(
            ["pool", "member", "times", "last", "why"],
            read.skips.map((skip) => [
              skip.pool,
              skip.member,
              String(skip.times),
              timeText(skip.lastAt),
              skip.reason,
            ]),
          ),
        ]),
    ...(read.lines.length === 0
      ? []
      : [
          "",
          "newest leads",
          ...columns(
            ["given", "owner", "route", "pool", "why"],
            read.lines.map((line) => [
              timeText(line.at),
              line.owner,
              line.route,
              line.pool ?? "-",
              [
                ...line.receipts
                  .filter(({ kind }) => kind === "assigned")
                  .slice(-1)
                  .map(({ candidate, reason }) => `${candidate}, ${reason}`),
                line.creditReason === null ? "" : `given back: ${line.creditReason}`,
                line.closedReason === null || line.creditReason !== null
                  ? ""
                  : `closed: ${line.closedReason}`,
              ]
                .filter((word) => word !== "")
                .join("; "),
            ]),
          ),
        ]),
  ];
}

function isUntouched({ served, taken, sticky, open }: MemberShare): boolean {
  return served + taken + sticky + open === 0;
}

function poolLinesOf({ pool, members, left }: PoolShares): readonly string[] {
  if (members.length === 0) return [`pool ${pool}, which the policy has no more`, ...leftLines(left)];
  const rows = members.map((one) => [
    one.member,
    String(one.weight),
    String(one.got),
    figure(one.due),
    one.share === null ? "-" : percent(one.share),
    percent(one.target),
    figure(one.level),
    figure(one.adjustment),
    loadText(one.open, one.cap.open),
    loadText(one.today, one.cap.perDay),
    String(one.sticky),
    String(one.credited),
    one.out ?? (one.isNext ? "next" : "can take one"),
  ]);
  const head = [
    "member",
    "weight",
    "got",
    "due",
    "share",
    "target",
    "level",
    "adjustment",
    "open",
    "today",
    "stayed",
    "given back",
    "now",
  ];
  return [`pool ${pool}`, ...columns(head, rows), ...leftLines(left)];
}

function leftLines(left: PoolShares["left"]): readonly string[] {
  return left.map(
    ({ member, taken, credited, open }) => `${member} left: got ${taken - credited}, ${open} open`,
  );
}

function loadText(load: number, cap: number | null): string {
  return cap === null ? String(load) : `${load} of ${cap}`;
}

// --- Simulation ---------------------------------------------------------------------------------------------------

async function simulation(options: SimulateOptions, terminal: Terminal): Promise<void> {
  const policy = await loadPolicy(options.policy, terminal);
  const everyMs = spanOf("--every", options.every);
  const from = options.from === undefined ? terminal.clock() : parseInstant(options.from);
  if (from === null)
    throw new UserError(`routing simulate: --from ${options.from}: write a time such as 2026-03-09T08:00Z.`);
  const asked = {
    policy,
    route: routeOf(options.route, policy),
    leads: wholeNumber("routing simulate: --leads", options.leads, 1, 10_000),
    from,
    everyMs,
    openForMs: spanOf("--closed-after", options.closedAfter),
  };
  const result = simulate(asked);
  const { policy: _, ...question } = asked;
  if (options.json === true) terminal.out(JSON.stringify({ ...question, ...result }));
  else for (const line of simulationLines(question, result)) terminal.out(line);
}

function routeOf(named: string | undefined, { routing }: Policy): string {
  const routes = Object.keys(routing.routes);
  const route = named ?? (routes.includes("default") || routes.length !== 1 ? "default" : routes[0]);
  if (route === undefined || !routes.includes(route))
    throw new UserError(
      `routing simulate: the policy has no route "${route}"; --route takes one of: ${routes.join(", ") || "none, the policy has no route"}.`,
    );
  return route;
}

function spanOf(option: string, text: string): Ms {
  const span = parseDuration(text);
  if (span === null || span <= 0)
    throw new UserError(`routing simulate: ${option} ${text}: write a span such as 10m or 2d.`);
  return span;
}

function simulationLines(
  { route, leads, from }: { readonly route: string; readonly leads: number; readonly from: EpochMs },
  result: Simulated,
): readonly string[] {
  const members = result.members.map((one) => [
    one.pool,
    one.member,
    String(one.weight),
    String(one.got),
    figure(one.ideal),
    Object.entries(one.out)
      .map(([why, times]) => `${why} ${times}`)
      .join(", "),
  ]);
  const gaps = result.gaps.map(({ from: begins, until, leads: count }) => [
    timeText(begins),
    until === null ? "the end" : timeText(until),
    String(count),
  ]);
  return [
    `${leads} leads on route ${route} from ${timeText(from)} to ${timeText(result.endedAt)}`,
    ...(members.length === 0
      ? ["The route reaches no pool."]
      : ["", ...columns(["pool", "member", "weight", "got", "ideal", "times out"], members)]),
    ...Object.entries(result.others).map(([via, count]) => `${via} got ${count}`),
    ...(gaps.length === 0
      ? ["", "somebody was there for every lead"]
      : ["", "nobody was there", ...columns(["from", "until", "leads"], gaps)]),
    `held ${result.held}, the longest ${hoursText(result.longestHeldMs)}; still held ${result.stillHeld}; without anybody ${result.nobody}`,
  ];
}

// --- Words --------------------------------------------------------------------------------------------------------

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most))
    throw new UserError(`${what} ${text}: write a whole number from ${least} to ${most}.`);
  return value;
}

function figure(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function hoursText(span: Ms): string {
  const minutes = Math.round(span / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** To the minute, UTC. */
function timeText(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

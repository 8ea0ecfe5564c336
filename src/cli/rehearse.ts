/**
 * `baton rehearse`: the real service, as processes of its own, against the emulators: conversations come in, vendors
 * fail, workers are killed, and a checker compares what happened outside with what Baton decided.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import type { FaultPlan } from "../../emulators/core/faults.ts";
import { seededRandom } from "../../emulators/core/random.ts";
import { UserError } from "../kernel/failure.ts";
import { type Ms, parseDuration } from "../kernel/time.ts";
import { policyOf } from "../policy/read.ts";
import { saasDefault } from "../policy/templates/saas-default.ts";
import { type CompiledPolicy, compile } from "../qualify/compile.ts";
import { type Db, openDatabase } from "../store/database.ts";
import { openVault } from "../vault/vault.ts";
import {
  connectEmulators,
  DEMO_ENVIRONMENT,
  type KnownToSalesforce,
  prepareWorld,
  type Replayable,
  roundTheClock,
} from "./emulated.ts";
import { readPolicyText } from "./policy-file.ts";
import { caughtUp } from "./rehearsal/caught-up.ts";
import { check } from "./rehearsal/check.ts";
import { collect } from "./rehearsal/collect.ts";
import { type Conversations, loadConversations } from "./rehearsal/conversations.ts";
import { type Deals, dealsAtWork } from "./rehearsal/deals.ts";
import { type Driven, drive, type Shown } from "./rehearsal/drive.ts";
import { expectationOf } from "./rehearsal/expect.ts";
import type { ContactFact, Expectation } from "./rehearsal/facts.ts";
import { faultPlanOf } from "./rehearsal/fault-plan.ts";
import { type Crew, startCrew } from "./rehearsal/processes.ts";
import { quickened } from "./rehearsal/quick-policy.ts";
import { repsAtWork } from "./rehearsal/reps.ts";
import { type Report, reportOf } from "./rehearsal/report.ts";
import { makeSite, type Site } from "./rehearsal/site.ts";
import { tableOf } from "./rehearsal/table.ts";
import { openInput } from "./rows.ts";
import type { Terminal } from "./terminal.ts";

export interface RehearseDeps {
  /** Path of main.ts. */
  readonly entry: string;
  readonly node: string;
  /** Resolves at the first SIGINT or SIGTERM. */
  readonly untilStopped: () => Promise<void>;
}

interface Options {
  readonly conversations?: string;
  readonly demo: number;
  readonly recipes: number;
  readonly hoursAs?: Ms;
  readonly policy?: string;
  readonly rate?: number;
  readonly faults?: string;
  readonly kills: number;
  readonly workers: number;
  readonly seed?: number;
  readonly report: string;
  readonly json?: true;
  readonly keep?: true;
}

/** Vendor minutes pass in two seconds, so that nobody sits through Intercom's wait before it sends again. */
const SCALE = 30;
/** Salesforce has an event bus, on any free port. */
const EVENTS = { eventsPort: 0 } as const;
/** Longer than any late commit of the built-in plan. */
const SETTLE_MS: Ms = 2_500;
const SWEEP_MS: Ms = 3_000;
const HEARTBEAT_MS: Ms = 1_000;
const SAY_EVERY_MS: Ms = 5_000;
/** Facts of a long rehearsal are read in one go at its end: nothing is lost to a slow machine. */
const READER = { poolSize: 4, statementTimeoutMs: 300_000, log: () => {} };

export function rehearseCommand(terminal: Terminal, deps: RehearseDeps): Command {
  return new Command("rehearse")
    .description(
      "run the real service against emulated vendors, break things, and check that nothing is lost or doubled",
    )
    .option(
      "--conversations <file>",
      "conversations to replay, one line each as for `baton score`; - for standard input",
    )
    .option(
      "--demo <n>",
      "how many of the demo's conversations to replay, each with other people",
      wholeNumber,
      0,
    )
    .option(
      "--recipes <n>",
      "how many conversations to replay for each of: trial to paid, enterprise inbound, churn risk",
      wholeNumber,
      0,
    )
    .option(
      "--hours-as <span>",
      "how long an hour of the policy's follow-ups and SLA takes, as in 1s; the rehearsal then waits for them all, and moves deals",
      aSpan,
    )
    .option("--policy <file>", "policy in YAML or JSON; the default policy when absent")
    .option("--rate <n>", "conversations a second; as fast as the service keeps up when absent", aboveZero)
    .option("--faults <plan>", "a fault plan's file, or mixed:<share> for the built-in plan")
    .option("--kills <n>", "how many times a worker is killed without warning", wholeNumber, 0)
    .option("--workers <n>", "processes that work", atLeastOne, 1)
    .option("--seed <n>", "makes faults, kills and people the same again", wholeNumber)
    .requiredOption("--report <file>", "where the report goes, as JSON")
    .option("--json", "print the report instead of a table")
    .option("--keep", "leave the database and the processes' logs for a look")
    .action((options: Options) => rehearse(terminal, deps, options));
}

interface Prepared {
  readonly options: Options;
  readonly seed: number;
  readonly policyText: string;
  readonly policy: CompiledPolicy;
  readonly faults: FaultPlan | null;
  readonly loaded: Conversations;
}

async function rehearse(terminal: Terminal, deps: RehearseDeps, options: Options): Promise<void> {
  const prepared = await prepare(terminal, options);
  const stopped = { yet: false };
  void noteStop(deps, stopped);
  const undo: (() => Promise<void>)[] = [];
  let report: Report;
  try {
    report = await inSite(terminal, deps, prepared, stopped, undo);
  } finally {
    // What cannot be taken down is said; the rest still is.
    for (const step of undo.toReversed())
      await step().catch((error: unknown) => terminal.err(`rehearse: ${String(error)}`));
  }
  await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
  terminal.out(options.json === true ? JSON.stringify(report) : tableOf(report));
  const { lost, doubled, outOfOrder, failed, drained } = report;
  if (lost + doubled + outOfOrder + failed > 0 || !drained) terminal.exit(1);
}

async function noteStop(deps: RehearseDeps, stopped: { yet: boolean }): Promise<void> {
  await deps.untilStopped();
  stopped.yet = true;
}

async function prepare(terminal: Terminal, options: Options): Promise<Prepared> {
  const now = terminal.clock();
  const seed = options.seed ?? now % 1_000_000;
  const written =
    options.policy === undefined
      ? roundTheClock(saasDefault)
      : await readPolicyText(options.policy, terminal);
  const named = options.policy ?? "the default policy";
  policyOf(written, named);
  const policyText = options.hoursAs === undefined ? written : quickened(written, options.hoursAs);
  const policy = compile(policyOf(policyText, named));
  const faults = options.faults === undefined ? null : await faultPlanOf(options.faults, seed);
  // Appends nothing: an earlier report stays until this rehearsal has one.
  await writeFile(options.report, "", { flag: "a" }).catch((error: unknown) => {
    throw new UserError(
      `--report ${options.report}: cannot be written (${error instanceof Error ? error.message : String(error)})`,
    );
  });
  const name = options.conversations;
  const file = name === undefined ? null : { name, input: await openInput(name, terminal.stdin) };
  const { demo, recipes } = options;
  const loaded = await loadConversations({ file, demo, recipes, seed, now });
  for (const line of loaded.badLines) terminal.err(line);
  if (loaded.conversations.length === 0)
    throw new UserError(
      "rehearse: there is nothing to replay; name --conversations FILE, --demo N, --recipes N, or several",
    );
  return { options, seed, policyText, policy, faults, loaded };
}

/** Everything that must be taken down again is put on `undo`. */
async function inSite(
  terminal: Terminal,
  deps: RehearseDeps,
  prepared: Prepared,
  stopped: { readonly yet: boolean },
  undo: (() => Promise<void>)[],
): Promise<Report> {
  const { options, seed, policyText, policy, faults, loaded } = prepared;
  const { conversations } = loaded;
  terminal.err(`rehearsing ${conversations.length} conversations, seed ${seed}`);
  const site = await makeSite({ keep: options.keep === true, seed, terminal });
  undo.push(site.remove);
  const emulators = await startEmulators({ now: terminal.clock, scale: SCALE, salesforce: EVENTS });
  undo.push(emulators.stop);
  const database = openDatabase({ url: site.databaseUrl, ...READER });
  undo.push(() => database.close());

  const key = createHash("sha256").update(`rehearsal ${seed}`).digest("base64");
  const vault = openVault({ key });
  const webhooks = await connectEmulators({
    db: database.db,
    vault,
    emulators,
    environment: DEMO_ENVIRONMENT,
    mode: "live",
    policy: policyText,
  });
  const known = await prepareWorld(emulators, conversations, policy.policy);
  if (faults !== null) emulators.applyFaults(faults);
  const random = seededRandom(seed);
  const env = childEnv(terminal, site, key);
  const crew = await startCrew({ ...deps, env, workers: options.workers, random, log: site.log });
  undo.push(crew.stop);
  emulators.intercom.setWebhooks(`${crew.url}${webhooks}`);

  const startedAt = terminal.clock();
  const reps = repsAtWork({ db: database.db, emulators, policy: policy.policy, clock: terminal.clock });
  const deals = dealsAtWork({ db: database.db, emulators, clock: terminal.clock });
  const work = async (): Promise<void> => {
    await reps.work();
    await deals.work();
  };
  const isLong = options.hoursAs !== undefined;
  const driven = await drive({
    emulators,
    db: database.db,
    crew,
    conversations,
    rate: options.rate ?? null,
    kills: options.kills,
    random,
    clock: terminal.clock,
    isStopped: () => stopped.yet,
    onProgress: progressLines(terminal, conversations.length),
    caughtUp: caughtUp({ db: database.db, emulators, sweepMs: SWEEP_MS, deals: isLong ? deals : null }),
    ...(isLong && { meanwhile: work, waitsForTimers: true }),
  });
  if (stopped.yet) throw new UserError("rehearse: stopped before its end; there is no report");
  const seconds = (terminal.clock() - startedAt) / 1_000;
  const ended = { driven, crew, startedAt, seconds, known, contacts: reps.contacts, deals: deals.facts };
  return judged({ terminal, prepared, emulators, db: database.db, ...ended });
}

async function judged(end: {
  readonly terminal: Terminal;
  readonly prepared: Prepared;
  readonly emulators: Emulators;
  readonly db: Db;
  readonly driven: Driven;
  readonly crew: Crew;
  readonly startedAt: number;
  readonly seconds: number;
  readonly known: ReadonlyMap<string, KnownToSalesforce>;
  readonly contacts: readonly ContactFact[];
  readonly deals: Deals["facts"];
}): Promise<Report> {
  const { prepared, emulators, db, driven, crew, known } = end;
  const { loaded, policy, seed } = prepared;
  const expectations = loaded.conversations.flatMap((conversation, i): Expectation[] => {
    const replayed = driven.replayed[i];
    return replayed === null || replayed === undefined
      ? []
      : [{ ...expectedOf(conversation, policy, end.startedAt, known), conversation: replayed.conversation }];
  });
  const facts = await collect({
    db,
    emulators,
    environment: DEMO_ENVIRONMENT,
    policy: policy.policy,
    expectations,
    contacts: end.contacts,
    deals: end.deals,
    endedAt: end.terminal.clock(),
  });
  return reportOf(facts, check(facts), {
    kills: crew.kills(),
    seconds: end.seconds,
    seed,
    badLines: loaded.badLines,
    hanging: driven.hanging,
    accidents: crew.accidents(),
  });
}

function expectedOf(
  conversation: Replayable,
  policy: CompiledPolicy,
  now: number,
  known: ReadonlyMap<string, KnownToSalesforce>,
): Omit<Expectation, "conversation"> {
  const { contact, company } = conversation;
  return {
    name: conversation.id,
    person: { email: contact.email, domain: company?.domain ?? null },
    ...expectationOf(conversation, policy, now, known.get(contact.email ?? "")),
  };
}

function childEnv(terminal: Terminal, site: Site, key: string): Readonly<Record<string, string | undefined>> {
  const {
    BATON_SECRET_KEY_FILE: _file,
    BATON_BASE_URL: _base,
    BATON_CRASH_AT: _crash,
    ...env
  } = terminal.env;
  return {
    ...env,
    DATABASE_URL: site.databaseUrl,
    BATON_DATA_DIR: site.directory,
    BATON_SECRET_KEY: key,
    BATON_HOST: "127.0.0.1",
    BATON_PORT: "0",
    BATON_LOG: "warn",
    BATON_SETTLE_MS: String(SETTLE_MS),
    BATON_SWEEP_MS: String(SWEEP_MS),
    BATON_HEARTBEAT_MS: String(HEARTBEAT_MS),
  };
}

/** A bar that renews itself on a terminal, elsewhere a line every few seconds. */
function progressLines(terminal: Terminal, total: number): (shown: Shown) => void {
  let saidAt = terminal.clock();
  let isFirst = true;
  return ({ replayed, progress, kills }) => {
    const now = terminal.clock();
    if (!terminal.interactive && now - saidAt < SAY_EVERY_MS) return;
    saidAt = now;
    const done = Math.round((Math.min(progress.standings, total) / total) * 20);
    const bar = terminal.interactive ? `[${"#".repeat(done)}${".".repeat(20 - done)}] ` : "";
    const open = progress.untaken + progress.runsOpen + progress.effectsOpen;
    const line = `${bar}${replayed}/${total} replayed, ${progress.standings} decided, ${progress.handoffs - progress.handoffsRunning}/${progress.handoffs} handed off, ${open} open, ${kills} kills`;
    terminal.err(terminal.interactive && !isFirst ? `\u001b[1A\u001b[2K${line}` : line);
    isFirst = false;
  };
}

function wholeNumber(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write a whole number from 0 to 9999999.");
}

function aSpan(text: string): Ms {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new InvalidArgumentError('write a span as in "1s" or "250ms".');
}

function atLeastOne(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write a whole number from 1 to 99.");
}

function aboveZero(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("write a number above 0.");
}

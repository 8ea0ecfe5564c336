/**
 * The composition root: the only file that reads the environment and the clock, and the list of all commands.
 * Commands load what they need when they run, so that `baton score` starts without a database.
 */
import { userInfo } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { pino } from "pino";
import { PermanentFailure, RetryableFailure, UserError } from "./kernel/failure.ts";
import type { Log } from "./store/database.ts";
import { type Config, configCommand, describeFault, originOf, readConfig } from "./cli/config.ts";
import { welcomeLink } from "./access/welcome.ts";
import type { Store } from "./cli/connect.ts";
import type { StartDeps } from "./cli/start.ts";
import type { Terminal } from "./cli/terminal.ts";
import { crashPointOf } from "./crash.ts";
import { collectAfterStart, keepNursery } from "./memory.ts";
import type { Service, ServiceOptions } from "./service.ts";

keepNursery();

const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  drained: async () => {
    if (process.stdout.writableNeedDrain)
      await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
  },
  stdin: process.stdin,
  interactive: process.stderr.isTTY,
  clock: () => Date.now(),
  env: process.env,
  exit: (code) => {
    process.exitCode = code;
  },
};

/** What a process ended by SIGPIPE leaves: `baton score FILE | head` is no fault to tell of. */
const READER_GONE = 141;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? READER_GONE : 1);
  });
}

function configuration(): Config {
  const read = readConfig(process.env);
  if (read.kind === "ok") return read.config;
  throw new UserError(
    `the configuration has faults:\n${read.faults.map((fault) => `  ${describeFault(fault)}`).join("\n")}`,
  );
}

function loggerOf(config: Config): Log {
  const logger = pino({ level: config.log, base: null }, pino.destination({ dest: 2, sync: false }));
  return (level, message, facts) => logger[level](facts ?? {}, message);
}

async function startService(
  parts: Pick<ServiceOptions, "serves" | "works" | "fresh">,
  config = configuration(),
): Promise<Service> {
  const service = await import("./service.ts");
  collectAfterStart();
  return service.startService({
    config,
    clock: terminal.clock,
    log: loggerOf(config),
    concurrency: config.concurrency,
    settleMs: config.settleMs,
    sweepMs: config.sweepMs,
    beatMs: config.beatMs,
    crashPoint: crashPointOf(process.env["BATON_CRASH_AT"], () => process.kill(process.pid, "SIGKILL")),
    ...parts,
  });
}

/** Resolves at the first SIGINT or SIGTERM; the second ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on("SIGINT", ask);
    process.on("SIGTERM", ask);
  });
}

async function openStore(): Promise<Store> {
  const config = configuration();
  const { openStore: open } = await import("./service.ts");
  return open(config, loggerOf({ ...config, log: config.log === "info" ? "warn" : config.log }));
}

/** Who runs the command, as the machine calls them; stands beside what they change unless they say otherwise. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return "unknown";
  }
}

const authoredDeps = { terminal, openStore, user: userName() };
const setupDeps = { clock: terminal.clock, openStore };
const webDeps = { folder: join(import.meta.dirname, "..", "web"), node: process.execPath };

/** The web admin comes first: a service that serves has its pages. */
async function startWithWeb(
  parts: Parameters<typeof startService>[0],
  ...rest: [config?: Config]
): Promise<Service> {
  if (parts.serves) await (await import("./cli/web.ts")).ensureWeb(terminal, webDeps);
  return startService(parts, ...rest);
}

const deps: StartDeps = {
  start: startService,
  untilStopped,
  linkTo: (token, listens) => welcomeLink(originOf(configuration(), listens), token),
};

/** Every command by its name. Only the one that is called is loaded: a worker needs no emulator in its memory. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () =>
    (await import("./cli/start.ts")).startCommand(terminal, { ...deps, start: startWithWeb }),
  worker: async () => (await import("./cli/start.ts")).workerCommand(terminal, deps),
  demo: async () =>
    (await import("./cli/demo.ts")).demoCommand(terminal, {
      start: startWithWeb,
      configuration,
      untilStopped,
    }),
  rehearse: async () =>
    (await import("./cli/rehearse.ts")).rehearseCommand(terminal, {
      entry: join(import.meta.dirname, "..", "bin", "baton.mjs"),
      node: process.execPath,
      untilStopped,
    }),
  web: async () => (await import("./cli/web.ts")).webCommand(terminal, webDeps),
  emulators: async () => (await import("./cli/emulators.ts")).emulatorsCommand(terminal, untilStopped),
  score: async () => (await import("./cli/score.ts")).scoreCommand(terminal),
  validate: async () => (await import("./cli/validate.ts")).validateCommand(terminal),
  summarize: async () => (await import("./cli/summarize.ts")).summarizeCommand(terminal),
  policy: async () => {
    const command = (await import("./cli/policy.ts")).policyCommand(terminal, {
      owners: async (environment) => (await import("./setup.ts")).ownersOf(environment, setupDeps),
    });
    const { addVersionCommands } = await import("./cli/policy-versions.ts");
    addVersionCommands(command, {
      terminal,
      openStore,
      user: userName(),
      targetLook: async ({ db, vault }) =>
        (await import("./setup.ts")).targetLook({ db, vault, clock: terminal.clock }),
    });
    const { trainCommand } = await import("./cli/train.ts");
    command.addCommand(trainCommand(terminal, { openStore, user: userName() }));
    return command;
  },
  audit: async () =>
    (await import("./cli/audit.ts")).auditCommand(terminal, {
      fromIntercom: (await import("./connectors/intercom/exported.ts")).exportedConversation,
      untilStopped,
      livePlace: async (environment, signal) => {
        const { db, vault, close } = await openStore();
        const { auditPlaceOf } = await import("./auditing.ts");
        const place = await auditPlaceOf({ db, vault, clock: terminal.clock }, environment, signal);
        return {
          ...place,
          close: async () => {
            place.close();
            await close();
          },
        };
      },
    }),
  backtest: async () =>
    (await import("./cli/backtest.ts")).backtestCommand(terminal, { openStore, untilStopped }),
  census: async () =>
    (await import("./cli/census.ts")).censusCommand(terminal, {
      openStore,
      crm: async (store, environment) =>
        (await import("./setup.ts")).crmOf(environment, {
          ...setupDeps,
          openStore: async () => ({ ...store, close: async () => {} }),
        }),
    }),
  metrics: async () => (await import("./cli/metrics.ts")).metricsCommand(authoredDeps),
  review: async () => (await import("./cli/review.ts")).reviewCommand(authoredDeps),
  winners: async () =>
    (await import("./cli/winners.ts")).winnersCommand({ terminal, openStore, untilStopped }),
  suggest: async () =>
    (await import("./cli/suggest.ts")).suggestCommand({ terminal, openStore, untilStopped }),
  environment: async () => (await import("./cli/environment.ts")).environmentCommand(authoredDeps),
  replay: async () => (await import("./cli/replay.ts")).replayCommand(terminal, { openStore, untilStopped }),
  routing: async () => (await import("./cli/routing.ts")).routingCommand(terminal, { openStore }),
  issues: async () => (await import("./cli/issues.ts")).issuesCommand(authoredDeps),
  pause: async () => (await import("./cli/pauses.ts")).pauseCommand(authoredDeps),
  resume: async () => (await import("./cli/pauses.ts")).resumeCommand(authoredDeps),
  pauses: async () => (await import("./cli/pauses.ts")).pausesCommand(authoredDeps),
  sync: async () =>
    (await import("./cli/sync.ts")).syncCommand(terminal, {
      openStore,
      untilStopped,
      place: async ({ db, vault }, environment) =>
        (await import("./setup.ts")).syncPlaceOf({ db, vault, clock: terminal.clock }, environment),
    }),
  config: async () => configCommand(terminal),
  salesforce: async () =>
    (await import("./cli/salesforce.ts")).salesforceCommand(terminal, {
      connect: async (source) => (await import("./setup.ts")).salesforceSetup(source, setupDeps),
    }),
  intercom: async () =>
    (await import("./cli/intercom.ts")).intercomCommand(terminal, {
      connect: async (source) => (await import("./setup.ts")).intercomSetup(source, setupDeps),
    }),
  slack: async () =>
    (await import("./cli/slack.ts")).slackCommand(terminal, {
      connect: async (source) => (await import("./setup.ts")).slackSetup(source, setupDeps),
      manifest: async (requestUrl) => (await import("./connectors/slack/manifest.ts")).manifestOf(requestUrl),
      baseUrl: () => configuration().baseUrl,
    }),
  connect: async () =>
    (await import("./cli/connect.ts")).connectCommand(terminal, {
      openStore,
      split: async () => (await import("./connections.ts")).splitConnection,
      clock: terminal.clock,
      user: userName(),
    }),
  erase: async () => (await import("./cli/erase.ts")).eraseCommand({ terminal, openStore, user: userName() }),
  retention: async () =>
    (await import("./cli/erase.ts")).retentionCommand({ terminal, openStore, user: userName() }),
  keys: async () => (await import("./cli/keys.ts")).keysCommand(terminal, openStore),
  user: async () =>
    (await import("./cli/user.ts")).userCommand({
      ...authoredDeps,
      linkTo: (token) => welcomeLink(originOf(configuration()), token),
      onlyBy: () => {
        const { oidc } = configuration();
        return oidc?.isOnly === true ? oidc.name : null;
      },
    }),
  "audit-log": async () => (await import("./cli/audit-log.ts")).auditLogCommand(authoredDeps),
  token: async () => (await import("./cli/token.ts")).tokenCommand(terminal, { openStore, user: userName() }),
};

const program = new Command("baton").description(
  "Carries a buying or churn signal from an Intercom conversation to the right person in Salesforce.",
);
const called = COMMANDS[process.argv[2] ?? ""];
for (const load of called === undefined ? Object.values(COMMANDS) : [called])
  program.addCommand(await load());
oneLinePerFault(program, "baton");

try {
  await program.parseAsync(process.argv);
  // Commands end when they return; handles that vendors' clients keep open must not hold the process.
  if (process.stdout.writableLength > 0)
    await new Promise((resolve) => process.stdout.once("drain", resolve));
  process.exit(process.exitCode ?? 0);
} catch (error) {
  process.exitCode = report(error);
  process.exit(process.exitCode);
}

/** For the command and all below it: a mistyped call is one line that says where to look; `report` sets the exit code. */
function oneLinePerFault(command: Command, call: string): void {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const fault = text
        .replace(/^error: /, "")
        .trim()
        .replaceAll(/\s*\n\s*/g, " ")
        .replace(/\.$/, "");
      write(`baton: ${fault}; see \`${call} --help\`\n`);
    },
  });
  for (const part of command.commands) oneLinePerFault(part, `${call} ${part.name()}`);
}

/** One readable line for people's mistakes and the world's failures; a stack only for bugs. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  const isPlain =
    error instanceof UserError || error instanceof RetryableFailure || error instanceof PermanentFailure;
  terminal.err(
    isPlain
      ? `baton: ${error.message}`
      : `baton: unexpected ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return 1;
}

/**
 * `baton demo`: the whole product on one machine with emulated vendors. Starts everything, connects it, replays the
 * demo's conversations as signed webhooks, and shows what becomes of them until somebody stops it.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { type Emulators, startEmulators } from "../../emulators/all.ts";
import { type DemoConversation, demoConversations, demoFileLength } from "../../demo/conversations.ts";
import { funnel, type Funnel } from "../handoff/queries.ts";
import type { Ms } from "../kernel/time.ts";
import type { Database, Db } from "../store/database.ts";
import type { Vault } from "../vault/vault.ts";
import type { Config } from "./config.ts";
import { connectEmulators, deliverTo, DEMO_ENVIRONMENT, prepareWorld, replay } from "./emulated.ts";
import type { RunningService } from "./start.ts";
import { SCOPES } from "../access/scopes.ts";
import { createToken } from "../access/tokens.ts";
import type { Terminal } from "./terminal.ts";

export interface DemoService extends RunningService {
  readonly vault: Vault;
  readonly house: { readonly database: Database };
}

export interface DemoDeps {
  readonly start: (
    parts: { readonly serves: boolean; readonly works: boolean; readonly fresh: boolean },
    config: Config,
  ) => Promise<DemoService>;
  readonly configuration: () => Config;
  readonly untilStopped: () => Promise<void>;
}

interface Options {
  readonly conversations: number;
  readonly perSecond: number;
  readonly exit?: true;
  readonly json?: true;
}

const GRACE_MS: Ms = 5_000;
const LOOK_EVERY_MS: Ms = 1_000;
/** How long the link into the web admin lets somebody in. */
const LINK_MS: Ms = 86_400_000;
/** Everything heard and nothing under way for this long means that all is dealt with. */
const QUIET_MS: Ms = 3_000;
/** Nothing moved for this long although something is open: that is said, and not waited for for ever. */
const STUCK_MS: Ms = 90_000;

export function demoCommand(terminal: Terminal, deps: DemoDeps): Command {
  return new Command("demo")
    .description("start the service with emulated vendors and replay the demo's conversations through it")
    .option("--conversations <n>", "how many conversations to replay", atLeastOne, demoFileLength())
    .option("--per-second <n>", "conversations a second", atLeastOne, 8)
    .option("--exit", "stop when every conversation is dealt with")
    .option("--json", "print the summary as one JSON object at the end")
    .action((options: Options) => demo(terminal, deps, options));
}

async function demo(terminal: Terminal, deps: DemoDeps, options: Options): Promise<void> {
  const given = deps.configuration();
  // A data directory of its own, embedded and emptied at each start: the demo never stands among real conversations.
  const config: Config = {
    ...given,
    database: { kind: "embedded" },
    dataDirectory: join(given.dataDirectory, "demo"),
    secretKey: { kind: "made", path: join(given.dataDirectory, "demo", "secret.key") },
    log: given.log === "info" ? "warn" : given.log,
  };
  const stopped = { yet: false };
  const stop = noted(deps.untilStopped(), stopped);

  terminal.err("Starting the emulated Intercom, Salesforce, Slack, mail and enrichment ...");
  const emulators = await startEmulators({ now: terminal.clock, salesforce: { eventsPort: 0 } });
  try {
    terminal.err("Starting PostgreSQL and the service ...");
    const service = await deps.start({ serves: true, works: true, fresh: true }, config);
    try {
      await run(terminal, options, { emulators, service, stopped, stop });
    } finally {
      await service.close(GRACE_MS);
    }
  } finally {
    await emulators.stop();
    terminal.err("Everything is stopped.");
  }
}

async function noted(stop: Promise<void>, stopped: { yet: boolean }): Promise<void> {
  await stop;
  stopped.yet = true;
}

interface Running {
  readonly emulators: Emulators;
  readonly service: DemoService;
  readonly stopped: { readonly yet: boolean };
  readonly stop: Promise<void>;
}

async function run(terminal: Terminal, options: Options, running: Running): Promise<void> {
  const { emulators, service, stopped, stop } = running;
  const { db } = service.house.database;
  const webhooks = await connectEmulators({
    db,
    vault: service.vault,
    emulators,
    environment: DEMO_ENVIRONMENT,
    mode: "live",
  });
  const conversations = demoConversations({
    count: options.conversations,
    seed: terminal.clock() % 1_000_000,
    now: terminal.clock(),
  });
  await prepareWorld(emulators, conversations);
  deliverTo(emulators, service.url, webhooks);
  terminal.err(
    `Connected. Baton listens on ${service.url} - replaying ${conversations.length} conversations.\nLook at it: ${service.url}/sign-in#token=${await tokenFor(db, terminal.clock())}\n`,
  );

  const screen = board(terminal);
  const replayed = { count: 0 };
  const playing = play(emulators, conversations, options.perSecond, replayed, stopped);
  const look = async (): Promise<Funnel> => {
    const now = await funnel(db, DEMO_ENVIRONMENT);
    screen(lineOf(now, replayed.count, emulators), service.url);
    return now;
  };
  let quietSince = terminal.clock();
  let last = "";
  let isDone = false;
  while (!stopped.yet) {
    const shown = await look();
    const state = `${replayed.count} ${shown.handoffs} ${shown.finished} ${shown.conversations}`;
    if (state !== last) quietSince = terminal.clock();
    last = state;
    const isOver = replayed.count === conversations.length && isAtRest(shown, replayed.count);
    const isQuiet = terminal.clock() - quietSince > (isOver ? QUIET_MS : STUCK_MS);
    if (isQuiet && !isDone && options.exit !== true)
      terminal.err(
        `\nAll conversations are dealt with. Baton goes on listening on ${service.url}; Ctrl-C stops everything.`,
      );
    isDone ||= isQuiet;
    if (isDone && options.exit === true) break;
    await Promise.race([stop, sleep(isDone ? 5 * LOOK_EVERY_MS : LOOK_EVERY_MS)]);
  }
  await playing;
  const end = await look();
  if (options.json === true)
    terminal.out(
      JSON.stringify({
        ...end,
        replayed: replayed.count,
        salesforceCalls: emulators.salesforce.state.calls.total,
        url: service.url,
      }),
    );
}

/** A token that opens the web admin of this demo. */
async function tokenFor(db: Db, now: number): Promise<string> {
  const asked = { holder: "demo", scopes: SCOPES, environments: null, lifeMs: LINK_MS, createdBy: "demo" };
  return (await createToken(db, asked, now)).token;
}

async function play(
  emulators: Emulators,
  conversations: readonly DemoConversation[],
  perSecond: number,
  replayed: { count: number },
  stopped: { readonly yet: boolean },
): Promise<void> {
  for (const conversation of conversations) {
    if (stopped.yet) return;
    await replay(emulators, conversation);
    replayed.count += 1;
    await sleep(1_000 / perSecond);
  }
}

function isAtRest(shown: Funnel, replayed: number): boolean {
  return shown.conversations >= replayed && shown.finished + shown.failed + shown.maybe === shown.handoffs;
}

function lineOf(shown: Funnel, replayed: number, emulators: Emulators): string {
  const { signalToAlertMs: speed } = shown;
  const perHandoff =
    shown.handoffs === 0 ? "-" : (emulators.salesforce.state.calls.total / shown.handoffs).toFixed(1);
  const told =
    speed === null ? "" : `, told in p50 ${Math.round(speed.p50)} ms, p95 ${Math.round(speed.p95)} ms`;
  const trouble = shown.failed + shown.maybe === 0 ? "" : `, ${shown.failed} failed, ${shown.maybe} unsure`;
  return `${replayed} conversations replayed, ${shown.conversations} heard, ${shown.handoffs} qualified, ${shown.finished} handed off${trouble}${told}, ${perHandoff} Salesforce calls per handoff`;
}

/** One line that renews itself on a terminal; elsewhere a line whenever it changed. */
function board(terminal: Terminal): (line: string, url: string | null) => void {
  let last = "";
  return (line) => {
    if (line === last) return;
    last = line;
    terminal.err(terminal.interactive ? `\u001b[1A\u001b[2K${line}` : line);
  };
}

function atLeastOne(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write a whole number from 1");
}

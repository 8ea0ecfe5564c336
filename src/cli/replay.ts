/** `baton replay`: stored decisions made again from their frozen inputs, each difference named by its place. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { countDecisions, type Scope } from "../insights/queries.ts";
import { divergenceText } from "../insights/replay.ts";
import { type Replayed, replays } from "../insights/replays.ts";
import type { Store } from "./connect.ts";
import { progressOf } from "./progress.ts";
import { CANCELLED, sinceOf } from "./window.ts";
import type { Terminal } from "./terminal.ts";

export interface StoredDeps {
  readonly openStore: () => Promise<Store>;
  readonly untilStopped: () => Promise<void>;
}

interface Options {
  readonly conversation?: string;
  readonly all?: true;
  readonly since?: string;
  readonly environment?: string;
  readonly json?: true;
}

export function replayCommand(terminal: Terminal, deps: StoredDeps): Command {
  return new Command("replay")
    .description("make stored decisions again from their frozen inputs and compare, bit for bit")
    .argument("[decision]", "id of one decision")
    .option("--conversation <id>", "all decisions about this conversation of Intercom")
    .option("--all", "all decisions of a window; see --since")
    .option("--since <span>", 'with --all: how far back, as in "30d", or an instant', "30d")
    .option("--environment <name>", "only this environment's")
    .option("--json", "print one JSON object")
    .action((decision: string | undefined, options: Options) =>
      run(scopeOf(decision, options, terminal), options, terminal, deps),
    );
}

function scopeOf(decision: string | undefined, options: Options, terminal: Terminal): Scope {
  const environment = options.environment ?? null;
  const asked = [decision, options.conversation, options.all].filter((one) => one !== undefined);
  if (asked.length !== 1)
    throw new UserError("replay: name one decision by its id, or --conversation ID, or --all --since 30d.");
  if (options.conversation !== undefined)
    return { kind: "conversation", conversation: options.conversation, environment };
  if (decision === undefined)
    return { kind: "window", since: sinceOf("replay", options.since, terminal.clock()), environment };
  if (!/^\d{1,15}$/.test(decision))
    throw new UserError(
      `replay: ${decision} is no decision's id, which is a number; for a conversation write --conversation ${decision}.`,
    );
  return { kind: "decision", id: Number(decision) };
}

const MOST_TOLD = 20;

async function run(scope: Scope, options: Options, terminal: Terminal, deps: StoredDeps): Promise<void> {
  const { db, close } = await deps.openStore();
  const stop = new AbortController();
  void deps.untilStopped().then(() => stop.abort());
  try {
    const total = await countDecisions(db, scope);
    if (total === 0)
      throw new UserError(
        "replay: no decision is stored there; `baton replay --help` says what can be named.",
      );
    const tell = progressOf(terminal, total, "decisions");
    const others: Replayed[] = [];
    let done = 0;
    let differing = 0;
    for await (const one of replays(db, scope, stop.signal)) {
      done += 1;
      tell(done);
      if (one.replay.kind === "same") continue;
      differing += 1;
      if (others.length < MOST_TOLD) others.push(one);
    }
    const answer = { replayed: done, of: total, same: done - differing, differing, decisions: others };
    if (options.json === true) terminal.out(JSON.stringify(answer));
    else for (const line of linesOf(answer)) terminal.out(line);
    if (differing > 0) terminal.exit(1);
    if (stop.signal.aborted) {
      terminal.err(`replay: stopped after ${done} of ${total} decisions`);
      terminal.exit(CANCELLED);
    }
  } finally {
    await close();
  }
}

interface Answer {
  readonly replayed: number;
  readonly same: number;
  readonly differing: number;
  readonly decisions: readonly Replayed[];
}

function linesOf({ replayed, same, differing, decisions }: Answer): readonly string[] {
  const told = decisions.flatMap((one) => [
    `decision ${one.id} (${one.environment}, conversation ${one.conversation}, state ${one.version}, ${one.kind}, policy version ${one.policyVersion}):`,
    ...whyOf(one).map((line) => `  ${line}`),
  ]);
  const more = differing > decisions.length ? [`and ${differing - decisions.length} more that differ`] : [];
  const verdict =
    differing === 0 ? "every one came out the same" : `${same} came out the same, ${differing} differ`;
  return [...told, ...more, `${replayed} replayed: ${verdict}`];
}

const MOST_PLACES = 12;

function whyOf({ replay }: Replayed): readonly string[] {
  switch (replay.kind) {
    case "same":
      return [];
    case "impossible":
      return [`can't be replayed: ${replay.why}`];
    case "differs": {
      const { divergences } = replay;
      const rest = divergences.length - MOST_PLACES;
      return [
        ...divergences.slice(0, MOST_PLACES).map(divergenceText),
        ...(rest > 0 ? [`and ${rest} more places`] : []),
      ];
    }
  }
}

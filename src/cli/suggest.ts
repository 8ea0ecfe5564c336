/** `baton suggest`: points of the policy weighed anew by won and lost deals. Nothing is ever applied. */
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { type Proposal, propose } from "../insights/suggest/look.ts";
import type { WeighedAnew } from "../insights/suggest/suggest.ts";
import { UserError } from "../kernel/failure.ts";
import { backtestLines } from "./backtest-text.ts";
import { columns } from "./columns.ts";
import { environmentNamed, whole } from "./stored.ts";
import { watched, type WatchedDeps } from "./watched.ts";

interface Options {
  readonly environment: string;
  readonly score?: string;
  readonly days: number;
  readonly out?: string;
  readonly json?: true;
}

const DAY_MS = 86_400_000;

export function suggestCommand(deps: WatchedDeps): Command {
  return new Command("suggest")
    .description(
      "points of a score weighed anew by won and lost deals, with intervals and what they would have done; nothing is applied",
    )
    .requiredOption("--environment <name>", "the environment, as `baton environment list` prints it")
    .option("--score <name>", "the score; the one that most of the closed conversations reached when absent")
    .option("--days <n>", "how far back conversations are looked at", whole, 365)
    .option("--out <file>", "also write the policy with the suggested points, for `baton policy draft save`")
    .option("--json", "print one JSON object")
    .action((options: Options) => run(options, deps));
}

async function run({ environment, score, days, out, json }: Options, deps: WatchedDeps): Promise<void> {
  const now = deps.terminal.clock();
  return watched(
    deps,
    { command: "suggest", things: "conversations", json: json === true },
    async ({ db, url }, watch) => {
      const found = await environmentNamed(db, environment);
      const question = { environment: found, score: score ?? null, since: now - days * DAY_MS, now };
      const proposal = await propose({ db, url }, question, watch);
      if (out !== undefined && typeof proposal?.document === "string") await written(out, proposal.document);
      return proposal;
    },
    (proposal) => linesOf(proposal, out ?? null),
  );
}

async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UserError(`suggest: --out ${file}: cannot be written (${String(error)}); name another file.`);
  }
}

function linesOf(proposal: Proposal, out: string | null): readonly string[] {
  const { score, won, lost, needed, weights, why, backtest, unreadable } = proposal;
  return [
    `score ${score ?? "-"}: ${won} conversations won, ${lost} lost; ${needed} of each are needed`,
    ...(unreadable > 0 ? [`${unreadable} more cannot be read any more`] : []),
    ...(why === null ? [] : [why]),
    "",
    ...columns(
      ["what gives points", "seen", "won", "today", "fitted", "interval", "suggested"],
      weights.map(row),
    ),
    ...(backtest === null ? [] : ["", ...backtestLines(backtest)]),
    ...(why !== null
      ? []
      : [
          "",
          out === null
            ? "nothing was changed; --out FILE writes the policy with these points"
            : `the policy with these points stands in ${out}; nothing was changed`,
        ]),
  ];
}

function row({ label, seen, won, points, fitted, suggested }: WeighedAnew): readonly string[] {
  return [
    label,
    String(seen),
    String(won),
    String(points),
    fitted === null ? "-" : String(fitted.points),
    fitted === null ? "" : `${fitted.low} to ${fitted.high}`,
    suggested === points ? "" : String(suggested),
  ];
}

/** `baton review`: samples of what was decided, judged by people in the web admin; what their labels say, and the labels. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { parseInstant } from "../kernel/time.ts";
import { findRound, listRounds, type Round } from "../review/queries.ts";
import { beginRound, labelLines, roundResults, type RoundResults, trainingIn } from "../review/rounds.ts";
import { LEFT_OUT, rowsBySignal, type Training } from "../review/training.ts";
import type { Db } from "../store/database.ts";
import { columns } from "./columns.ts";
import { type AuthoredDeps, requireEnvironment, whole, withStore } from "./stored.ts";
import { estimateText, percent, validationLines } from "./validate-text.ts";
import { sinceOf } from "./window.ts";

interface Place {
  readonly environment: string;
  readonly json?: true;
}

interface BeginOptions extends Place {
  readonly since: string;
  readonly until?: string;
  readonly size: number;
  readonly seed?: number;
  readonly blind?: true;
  readonly author: string;
}

export function reviewCommand(deps: AuthoredDeps): Command {
  const review = new Command("review").description(
    "samples of what was decided, for people to judge in the web admin; what their labels say",
  );
  review.addCommand(beginCommand(deps));
  review.addCommand(listCommand(deps));
  review.addCommand(resultsCommand(deps));
  review.addCommand(labelsCommand(deps));
  review.addCommand(rowsCommand(deps));
  return review;
}

function placed(name: string): Command {
  return new Command(name).requiredOption(
    "--environment <name>",
    "the environment, as `baton environment list` prints it",
  );
}

function beginCommand(deps: AuthoredDeps): Command {
  return placed("begin")
    .description("draw a sample, half of it from what qualified and half from the rest")
    .option("--since <span>", 'how far back, as in "14d", or an instant', "14d")
    .option("--until <instant>", "where it ends; now when absent")
    .option("--size <n>", "how many conversations", whole, 60)
    .option("--seed <n>", "the same seed draws the same; the number of the round when absent", whole)
    .option("--blind", "reviewers say what they would do before they see what was decided")
    .option("--author <name>", "who does it", deps.user)
    .option("--json", "print one JSON object")
    .action((options: BeginOptions) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment, size, seed = null, blind = false, author } = options;
        await requireEnvironment(db, environment);
        const now = deps.terminal.clock();
        const until = options.until === undefined ? now : parseInstant(options.until);
        if (until === null)
          throw new UserError(`review: --until ${options.until}: write a time such as 2026-01-31.`);
        const since = sinceOf("review", options.since, now);
        const asked = { environment, since, until, size, seed, isBlind: blind };
        const round = await beginRound(db, asked, author, now);
        return { json: round, lines: beginLines(round) };
      }),
    );
}

function beginLines({ id, environment, seed, strata }: Round): readonly string[] {
  return [
    `round ${id} of ${environment}, seed ${seed}: reviewers find it on the Review screen`,
    ...columns(
      ["stratum", "conversations", "drawn"],
      strata.map(({ name, size, drawn }) => [name, String(size), String(drawn)]),
    ),
  ];
}

function listCommand(deps: AuthoredDeps): Command {
  return placed("list")
    .description("the rounds, the newest first, and how far each is")
    .option("--json", "print one JSON array")
    .action(({ environment, json }: Place) =>
      withStore(deps, json === true, async ({ db }) => {
        await requireEnvironment(db, environment);
        const rounds = await listRounds(db, environment, deps.user);
        const none = [`${environment} has no review round; begin one with \`baton review begin\``];
        const rows = rounds.map(({ id, since, until, conversations, voted, madeBy }) => [
          String(id),
          `${day(since)} to ${day(until)}`,
          `${voted} of ${conversations}`,
          madeBy,
        ]);
        return {
          json: rounds,
          lines: rows.length === 0 ? none : columns(["round", "of", "judged", "by"], rows),
        };
      }),
    );
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

async function roundOf(db: Db, { environment }: Place, id: number): Promise<Round> {
  await requireEnvironment(db, environment);
  const round = await findRound(db, environment, id);
  if (round === null)
    throw new UserError(
      `${environment} has no review round ${id}; \`baton review list --environment ${environment}\` names them`,
    );
  return round;
}

function resultsCommand(deps: AuthoredDeps): Command {
  return placed("results")
    .description("precision, recall and context completeness by a round's labels, and what to change")
    .argument("<round>", "as `baton review list` prints it", whole)
    .option("--score <name>", "the score whose threshold is swept; the first when absent")
    .option("--json", "print one JSON object")
    .action((id: number, options: Place & { readonly score?: string }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const round = await roundOf(db, options, id);
        const found = await roundResults(db, round, options.score ?? null, null);
        return { json: found, lines: resultLines(found) };
      }),
    );
}

function resultLines(found: RoundResults): readonly string[] {
  const { strata, agreement, disputed, routed, complete, afterwards } = found;
  if (found.labels === 0)
    return ["nobody has judged a conversation of this round yet; reviewers find it on the Review screen"];
  const { moved, rejected } = afterwards;
  return [
    ...validationLines(found),
    "",
    `went to the right person ${estimateText(routed)}`,
    `told all they need       ${estimateText(complete)}`,
    moved.share === null
      ? "no live handoff in that time: what people do with them is not known"
      : `of ${moved.of} live handoffs of that time ${moved.k} are with somebody else now, ${rejected.k} were rejected`,
    "",
    ...columns(
      ["stratum", "conversations", "drawn", "labelled"],
      strata.map(({ name, size, drawn, labelled }) => [name, String(size), String(drawn), String(labelled)]),
    ),
    ...agreement.map(
      ({ reviewers, question, same, kappa, why }) =>
        `${reviewers.join(" and ")} on ${question}: the same on ${same.k} of ${same.of} (${percent(same.share)}), ${kappa === null ? (why ?? "") : `kappa ${kappa.toFixed(2)}`}`,
    ),
    ...disputed.map(
      ({ conversation, votes }) =>
        `conversation ${conversation}: ${votes.map(({ reviewer, qualified }) => `${reviewer} says ${qualified}`).join(", ")}`,
    ),
  ];
}

function labelsCommand(deps: AuthoredDeps): Command {
  return placed("labels")
    .description("print the labelled conversations, one a line, as `baton validate` reads them")
    .argument("<round>", "as `baton review list` prints it", whole)
    .action(async (id: number, options: Place) => {
      const { db, close } = await deps.openStore();
      try {
        for await (const line of labelLines(db, await roundOf(db, options, id))) {
          deps.terminal.out(line.trimEnd());
          await deps.terminal.drained?.();
        }
      } finally {
        await close();
      }
    });
}

function rowsCommand(deps: AuthoredDeps): Command {
  return placed("rows")
    .description(
      "print the messages that reviewers spoke of, one a line, as `baton policy train --labels` reads them",
    )
    .action(async ({ environment }: Place) => {
      const { db, close } = await deps.openStore();
      try {
        await requireEnvironment(db, environment);
        const training = await trainingIn(db, environment);
        for (const line of trainingLines(training)) deps.terminal.err(line);
        for (const row of training.rows) {
          deps.terminal.out(JSON.stringify(row));
          await deps.terminal.drained?.();
        }
      } finally {
        await close();
      }
    });
}

/** How many rows there are of what, and what is left out, for people. */
export function trainingLines({ rows, conversations, leftOut, disputed }: Training): readonly string[] {
  const none = rows.filter(({ signals }) => signals.length === 0).length;
  const kinds = [
    ...rowsBySignal(rows).map((one) => `${one.rows} mean ${one.signal}`),
    `${none} mean nothing`,
  ];
  return [
    `${count(rows.length, "row")} of ${count(conversations, "reviewed conversation")}: ${kinds.join(", ")}`,
    ...leftOut.map((one) => `left out: ${count(one.conversations, "conversation")} ${LEFT_OUT[one.why]}`),
    ...(disputed > 0
      ? [`left out: ${count(disputed, "message")} of which reviewers say different things`]
      : []),
  ];
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}

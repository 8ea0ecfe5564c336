/** `baton winners`: people who bought although nothing they wrote qualified, and the words that would have caught them. */
import { Command } from "commander";
import type { Share } from "../insights/share.ts";
import { lookForWinners } from "../insights/winners/look.ts";
import type { MissedConversation, MissedWinners } from "../insights/winners/winners.ts";
import { columns } from "./columns.ts";
import { environmentNamed, whole } from "./stored.ts";
import { watched, type WatchedDeps } from "./watched.ts";

interface Options {
  readonly environment: string;
  readonly days: number;
  readonly json?: true;
}

const DAY_MS = 86_400_000;

export function winnersCommand(deps: WatchedDeps): Command {
  return new Command("winners")
    .description(
      "who bought although nothing they wrote qualified, the phrases that would have caught them, and their noise",
    )
    .requiredOption("--environment <name>", "the environment, as `baton environment list` prints it")
    .option("--days <n>", "how far back conversations are looked at", whole, 90)
    .option("--json", "print one JSON object")
    .action(({ environment, days, json }: Options) => {
      const until = deps.terminal.clock();
      const window = { environment, since: until - days * DAY_MS, until };
      return watched(
        deps,
        { command: "winners", things: "conversations", json: json === true },
        async ({ db }, watch) => lookForWinners(db, await environmentNamed(db, environment), window, watch),
        (found) => linesOf(environment, days, found),
      );
    });
}

function linesOf(environment: string, days: number, found: MissedWinners): readonly string[] {
  const { missed, phrases, examples, exclusions, others } = found;
  if (missed.of === 0)
    return [
      `nobody who wrote to ${environment} in ${days} days has won a deal since, as far as Baton heard; it hears of deals where the policy has feedback`,
    ];
  const first = `of ${missed.of} people who bought after they wrote, ${missed.k} were missed: nothing they wrote qualified (${range(missed)})`;
  if (missed.k === 0) return [first];
  return [
    first,
    "",
    ...(phrases.length === 0
      ? ["no phrase stands out in what they wrote"]
      : columns(
          ["phrase", "caught", "noise", "of", "points", "already in"],
          phrases.map(({ phrase, caught, noise, points, signal }) => [
            phrase,
            String(caught),
            String(noise.k),
            String(others),
            points === null ? "-" : String(points),
            signal ?? "",
          ]),
        )),
    "",
    "caught: missed winners who wrote it; noise: others who wrote it and did not qualify or were lost;",
    "points: what it must give for all of them to reach a threshold",
    ...exclusions.map(({ exclusion, winners }) => `exclusion ${exclusion} kept ${winners} of them out`),
    "",
    ...columns(
      ["missed", "why"],
      examples.map((one) => [one.conversation, whyMissed(one)]),
    ),
  ];
}

function range({ low, high }: Share): string {
  return `95 %: ${(low * 100).toFixed(0)} to ${(high * 100).toFixed(0)} %`;
}

function whyMissed({ exclusion, score }: MissedConversation): string {
  if (exclusion !== null) return `excluded by ${exclusion}`;
  return score === null ? "no score" : `${score.name} ${score.value} of ${score.threshold}`;
}

/** `baton issues`: what did not go through, why, and what a person does about it. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import type { EpochMs } from "../kernel/time.ts";
import { answerIssue, retryIssue, skipIssue } from "../issues/act.ts";
import {
  type Affected,
  DESTINATION_NAMES,
  doneWords,
  type Issue,
  type IssueChange,
  nextStep,
} from "../issues/issue.ts";
import { affectedBy, findIssue, listIssues } from "../issues/queries.ts";
import { columns } from "./columns.ts";
import { type AuthoredDeps, requireEnvironment, type Told, withStore } from "./stored.ts";

interface Json {
  readonly json?: true;
}
interface Acting extends Json {
  readonly author: string;
  readonly effect?: string;
}

/** So many of what an issue happened to are shown. */
const MOST_SHOWN = 50;

/** The command with its parts; `baton issues` alone lists. */
export function issuesCommand(deps: AuthoredDeps): Command {
  const command = new Command("issues").description("what did not go through, and what to do about it");
  command
    .command("list", { isDefault: true })
    .description("say which issues are open, the newest first")
    .option("--environment <name>", "of this environment only")
    .option("--all", "the resolved and the skipped, too")
    .option("--json", "print one JSON array")
    .action((options: Json & { readonly environment?: string; readonly all?: true }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment = null, all = false } = options;
        if (environment !== null) await requireEnvironment(db, environment);
        const issues = await listIssues(db, { environment, all });
        return { json: issues, lines: listLines(issues) };
      }),
    );
  command
    .command("show")
    .description("say what an issue is, what it happened to, and what to do next")
    .argument("<id>", "the issue, as `baton issues` prints it")
    .option("--json", "print one JSON object")
    .action((id: string, { json }: Json) =>
      withStore(deps, json === true, async ({ db }) => {
        const issue = await findIssue(db, id);
        if (issue === null) throw unknown(id);
        const affected = await affectedBy(db, issue, MOST_SHOWN);
        return {
          json: { ...issue, next: nextStep(issue), things: affected },
          lines: showLines(issue, affected),
        };
      }),
    );
  addActions(command, deps);
  return command;
}

function addActions(command: Command, deps: AuthoredDeps): void {
  const { user, terminal } = deps;
  command
    .command("retry")
    .description("try again what failed: everything of the issue, or one effect; safe to do twice")
    .argument("<id>", "the issue")
    .option("--effect <key>", "this one alone, as `baton issues show` prints it")
    .option("--author <name>", "who does it", user)
    .option("--json", "print one JSON object")
    .action((issue: string, { effect, author, json }: Acting) =>
      withStore(deps, json === true, async ({ db }) =>
        told(issue, "tried again", await retryIssue(db, { issue, effect: effect ?? null }, author)),
      ),
    );
  command
    .command("skip")
    .description("let what failed be, with the reason")
    .argument("<id>", "the issue")
    .requiredOption("--reason <text>", "why it may be")
    .option("--effect <key>", "this one alone")
    .option("--author <name>", "who does it", user)
    .option("--json", "print one JSON object")
    .action((issue: string, { effect, reason, author, json }: Acting & { readonly reason: string }) =>
      withStore(deps, json === true, async ({ db }) => {
        const asked = { issue, effect: effect ?? null, reason };
        return told(issue, "skipped", await skipIssue(db, asked, author, terminal.clock()));
      }),
    );
  command
    .command("answer")
    .description("say of what may have arrived that it did, or have it sent once more")
    .argument("<id>", "the issue")
    .requiredOption("--effect <key>", "which one")
    .option("--arrived", "it arrived")
    .option("--again", "it did not: send it once more")
    .option("--author <name>", "who says so", user)
    .option("--json", "print one JSON object")
    .action(
      (
        issue: string,
        options: Json & {
          readonly effect: string;
          readonly arrived?: true;
          readonly again?: true;
          readonly author: string;
        },
      ) =>
        withStore(deps, options.json === true, async ({ db }) => {
          const { effect, author } = options;
          const arrived = options.arrived === true;
          if (arrived === (options.again === true))
            throw new UserError("issues answer: say one of --arrived and --again");
          const asked = { issue, effect, arrived };
          const words = arrived ? "noted as arrived" : "sent again";
          return told(issue, words, await answerIssue(db, asked, author, terminal.clock()));
        }),
    );
}

function unknown(id: string): UserError {
  return new UserError(`there is no issue ${id}; \`baton issues --all\` lists them`);
}

function told(id: string, words: string, change: IssueChange | null): Told {
  if (change === null) throw unknown(id);
  const { changed, left } = change;
  const none = changed.length === 0 && left.length === 0;
  return {
    json: change,
    lines: [
      none ? "nothing of it is open" : `${changed.length} ${words}`,
      ...left.map(({ subject, why }) => `left alone: ${subject}: ${why}`),
    ],
  };
}

function listLines(issues: readonly Issue[]): readonly string[] {
  if (issues.length === 0) return ["no issue is open; `baton issues --all` lists those that are over"];
  return columns(
    ["id", "status", "environment", "destination", "code", "open", "times", "last seen", "what"],
    issues.map((one) => [
      one.id,
      one.status,
      one.environment,
      one.destination,
      one.code,
      String(one.open),
      String(one.times),
      timeText(one.lastSeen),
      one.message,
    ]),
  );
}

function showLines(issue: Issue, affected: readonly Affected[]): readonly string[] {
  return [
    `${issue.id}  ${issue.status}`,
    `where     ${DESTINATION_NAMES[issue.destination]}, ${issue.environment}`,
    `cause     ${issue.code}: ${issue.message}`,
    `seen      ${issue.times} times, ${timeText(issue.firstSeen)} to ${timeText(issue.lastSeen)}`,
    `affected  ${issue.affected}, ${issue.open} of them still; ${issue.handoffs} handoffs`,
    `next      ${nextStep(issue)}`,
    ...affected.flatMap((one) => [
      "",
      `${one.subject}  ${one.state}`,
      ...(one.handoff === null ? [] : [`  handoff ${one.handoff}, conversation ${one.conversation ?? "-"}`]),
      `  ${one.message}`,
      ...(doneWords(one) === "" ? [] : [`  ${doneWords(one)}`]),
    ]),
    ...(issue.affected > affected.length ? ["", `and ${issue.affected - affected.length} more`] : []),
  ];
}

function timeText(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

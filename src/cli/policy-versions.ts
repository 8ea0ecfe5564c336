/** `baton policy draft ...`, `publish`, `history`, `show`, `rollback`: what an environment's policy was, is and will be. */
import type { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import type { Db } from "../store/database.ts";
import { discardDraft, rebaseDraft, saveDraft } from "../versions/drafts.ts";
import { publishDraft, rollBack, versionOf } from "../versions/publish.ts";
import { isPublished, type PublishOutcome } from "../versions/publish-outcome.ts";
import { listDrafts, listVersions, liveVersion, loadDraft } from "../versions/queries.ts";
import { comparisonLines, conflictLines, rebaseLines, refusalLines, timeText } from "../versions/telling.ts";
import type { Draft } from "../versions/version.ts";
import type { Store } from "./connect.ts";
import { readPolicyText } from "./policy-file.ts";
import type { Terminal } from "./terminal.ts";

export interface VersionDeps {
  readonly terminal: Terminal;
  readonly openStore: () => Promise<Store>;
  /** Who runs the command when `--author` says nothing else. */
  readonly user: string;
}

interface Options {
  readonly environment: string;
  readonly author: string;
  readonly comment: string;
  readonly revision?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

type Work = (db: Db, options: Options, argument: string, second?: string) => Promise<unknown>;

/** Adds the commands to `baton policy`. What a command returns is its JSON; its lines are told on the way. */
export function addVersionCommands(policy: Command, deps: VersionDeps): void {
  const { terminal, user } = deps;
  const add = (parent: Command, call: string, description: string, work: Work): void => {
    parent
      .command(call)
      .description(description)
      .option("--environment <name>", "whose policy", "production")
      .option("--author <name>", "who does it", user)
      .option("--comment <text>", "why, for the history", "")
      .option("--revision <number>", "only if the draft is still at this revision")
      .option("--dry-run", "look at everything, write nothing")
      .option("--json", "print one JSON value")
      .action(async (...given: unknown[]) => {
        const [options, second = "", argument = ""] = given.slice(0, -1).toReversed() as [
          Options,
          ...string[],
        ];
        const [first, last] = argument === "" ? [second, undefined] : [argument, second];
        await carriedOut(deps, options, (db) => work(db, options, first, last));
      });
  };
  const say = (options: Options, lines: readonly string[]): void => {
    if (options.json !== true) for (const line of lines) terminal.out(line);
  };
  const draft = policy.command("draft").description("texts in work");
  add(
    draft,
    "save <name> <file>",
    "save a draft; - for standard input",
    async (db, options, name, file = "-") =>
      save(deps, db, options, name, await readPolicyText(file, terminal)),
  );
  add(draft, "list", "say which drafts there are", async (db, options) => {
    const drafts = await listDrafts(db, options.environment);
    say(options, drafts.length === 0 ? ["there is no draft"] : drafts.map(draftLine));
    return drafts;
  });
  add(draft, "show <name>", "print a draft", async (db, options, name) => {
    const found = await loadDraft(db, options.environment, name);
    if (found === null) throw new UserError(`there is no draft "${name}" of ${options.environment}`);
    say(options, [found.document.trimEnd()]);
    return found;
  });
  add(draft, "rebase <name>", "take what went live meanwhile into a draft", async (db, options, name) => {
    const { environment, author: person } = options;
    const outcome = await rebaseDraft(db, { environment, name, person });
    if (outcome.kind !== "rebased" && outcome.kind !== "current")
      throw new UserError(rebaseLines(outcome).join("\n"));
    say(options, [draftLine(outcome.draft)]);
    return outcome;
  });
  add(draft, "discard <name>", "end a draft; its texts stay in the history", async (db, options, name) => {
    const left = await discardDraft(db, options.environment, name, revisionOf(options) ?? null);
    if (left !== "discarded") throw new UserError(`not discarded: ${draftLine(left)}`);
    say(options, [`Draft "${name}" is discarded.`]);
    return { discarded: name };
  });
  add(policy, "publish <draft>", "make a draft the live version", async (db, options, name) => {
    const { environment, author: publisher, comment, dryRun = false } = options;
    const asked = { environment, draft: name, publisher, comment, dryRun, revision: revisionOf(options) };
    return published(await publishDraft(db, asked), options, say);
  });
  add(policy, "history", "say what was live when, newest first", async (db, options) => {
    const versions = await listVersions(db, options.environment, 100);
    say(
      options,
      versions.map(
        (one) =>
          `${one.number}  ${timeText(one.publishedAt)}  ${one.kind}  by ${one.publisher}, written by ${one.authors.join(", ")}${one.comment === "" ? "" : `  ${one.comment}`}`,
      ),
    );
    return versions.map(({ document: _, ...rest }) => rest);
  });
  add(policy, "show [number]", "print a version, the live one by default", async (db, options, number) => {
    const { environment } = options;
    const version =
      number === "" ? await liveVersion(db, environment) : await versionOf(db, environment, wholeOf(number));
    if (version === null) throw new UserError(`${environment} has no live policy`);
    say(options, [version.document.trimEnd()]);
    return version;
  });
  add(
    policy,
    "rollback <number>",
    "make an earlier version's text live again; --comment says why",
    async (db, options, number) => {
      const { environment, author: publisher, comment, dryRun = false } = options;
      const asked = { environment, number: wholeOf(number), publisher, comment, dryRun };
      return published(await rollBack(db, asked), options, say);
    },
  );
}

async function carriedOut(
  deps: VersionDeps,
  options: Options,
  work: (db: Db) => Promise<unknown>,
): Promise<void> {
  const store = await deps.openStore();
  try {
    const result = await work(store.db);
    if (options.json === true) deps.terminal.out(JSON.stringify(result));
  } finally {
    await store.close();
  }
}

/** Over the draft as it is now, unless `--revision` says what was edited. */
async function save(
  deps: VersionDeps,
  db: Db,
  options: Options,
  name: string,
  document: string,
): Promise<Draft> {
  const { environment, author: person, comment } = options;
  const expected = revisionOf(options) ?? (await loadDraft(db, environment, name))?.revision ?? null;
  const outcome = await saveDraft(db, { environment, name, document, person, comment, expected });
  if (outcome.kind === "conflict") throw new UserError(conflictLines(outcome).join("\n"));
  if (outcome.kind === "gone")
    throw new UserError(`draft "${name}" is gone: save it without --revision as a new one`);
  if (options.json !== true) deps.terminal.out(draftLine(outcome.draft));
  return outcome.draft;
}

function published(
  outcome: PublishOutcome,
  options: Options,
  say: (options: Options, lines: readonly string[]) => void,
): PublishOutcome {
  if (!isPublished(outcome)) throw new UserError(refusalLines(outcome).join("\n"));
  const verb = outcome.kind === "would" ? "would be" : "is";
  say(options, [
    `Version ${outcome.number} of ${options.environment} ${verb} live.`,
    ...(outcome.changes === null ? [] : comparisonLines(outcome.changes)),
  ]);
  return outcome;
}

function draftLine(draft: Draft): string {
  const base = draft.base === null ? "no version" : `version ${draft.base.number}`;
  return `${draft.name}  revision ${draft.revision}  from ${base}  saved by ${draft.savedBy} ${timeText(draft.savedAt)}${draft.comment === "" ? "" : `  ${draft.comment}`}`;
}

function revisionOf({ revision }: Options): number | undefined {
  return revision === undefined ? undefined : wholeOf(revision);
}

function wholeOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UserError(`"${text}" is no number`);
}

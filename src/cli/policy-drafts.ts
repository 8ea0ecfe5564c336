/** `baton policy draft save|list|show|rebase|discard`: texts in work. */
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { faultText, readPolicy } from "../policy/read.ts";
import type { Db } from "../store/database.ts";
import { discardDraft, rebaseDraft, type SaveOutcome, saveDraft } from "../versions/drafts.ts";
import { listDrafts, loadDraft, loadRevision } from "../versions/queries.ts";
import { conflictLines, rebaseLines, timeText } from "../versions/telling.ts";
import type { Draft } from "../versions/version.ts";
import { readPolicyText } from "./policy-file.ts";
import { type AuthoredDeps, requireEnvironment, type Told, whole, withoutText, withStore } from "./stored.ts";

interface Options {
  readonly environment: string;
  readonly json?: true;
}
type Authored = Options & { readonly author: string };
type Guarded = Options & { readonly revision?: number };

const ENVIRONMENT = ["--environment <name>", "whose draft", "production"] as const;
const JSON_FLAG = ["--json", "print one JSON value"] as const;
const GUARD = ["--revision <number>", "only if the draft is still at this revision", whole] as const;

/** The command with its parts. */
export function draftCommand(deps: AuthoredDeps): Command {
  const draft = new Command("draft").description("texts in work");
  const authored = ["--author <name>", "who does it", deps.user] as const;
  draft
    .command("save")
    .description("save a draft over what is there, or begin one from the live version")
    .argument("<name>", "lower-case letters, digits and hyphens")
    .argument("[file]", "policy in YAML or JSON, - for standard input", "-")
    .option(...ENVIRONMENT)
    .option(...authored)
    .option("--comment <text>", "what it is for; goes into the history when it is published", "")
    .option(...GUARD)
    .option(...JSON_FLAG)
    .action((name: string, file: string, options: Authored & Guarded & { readonly comment: string }) =>
      withStore(deps, options.json === true, async ({ db }) =>
        saved(name, await save(db, options, name, await readPolicyText(file, deps.terminal))),
      ),
    );
  draft
    .command("list")
    .description("say which drafts there are, the last saved first")
    .option(...ENVIRONMENT)
    .option(...JSON_FLAG)
    .action((options: Options) =>
      withStore(deps, options.json === true, async ({ db }) => {
        await requireEnvironment(db, options.environment);
        const drafts = await listDrafts(db, options.environment);
        const lines = drafts.length === 0 ? [`${options.environment} has no draft`] : drafts.map(draftLine);
        return { json: drafts.map(withoutText), lines };
      }),
    );
  addOne(draft, deps);
  return draft;
}

function addOne(draft: Command, deps: AuthoredDeps): void {
  draft
    .command("show")
    .description("print a draft")
    .argument("<name>")
    .option(...ENVIRONMENT)
    .option("--revision <number>", "as it was then; also of a draft that was published or discarded", whole)
    .option(...JSON_FLAG)
    .action((name: string, options: Guarded) =>
      withStore(deps, options.json === true, ({ db }) => show(db, options, name)),
    );
  draft
    .command("rebase")
    .description("take what went live meanwhile into a draft")
    .argument("<name>")
    .option(...ENVIRONMENT)
    .option("--author <name>", "who does it; the words stay their authors'", deps.user)
    .option(...JSON_FLAG)
    .action((name: string, options: Authored) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment, author: person } = options;
        const outcome = await rebaseDraft(db, { environment, name, person });
        return outcome.kind === "rebased" || outcome.kind === "current"
          ? { json: outcome, lines: [draftLine(outcome.draft)] }
          : { json: outcome, lines: rebaseLines(outcome), isRefused: true };
      }),
    );
  draft
    .command("discard")
    .description("end a draft; its texts stay in its history")
    .argument("<name>")
    .option(...ENVIRONMENT)
    .option(...GUARD)
    .option("--author <name>", "who does it", deps.user)
    .option(...JSON_FLAG)
    .action((name: string, options: Guarded & Authored) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment, revision = null, author } = options;
        const left = await discardDraft(db, { environment, name, revision }, author);
        return left === "discarded"
          ? { json: { discarded: name }, lines: [`Draft "${name}" is discarded.`] }
          : {
              json: { discarded: null, draft: left },
              lines: [`not discarded, for it was saved again: ${draftLine(left)}`],
              isRefused: true,
            };
      }),
    );
}

/** Over the draft as it is now, unless `--revision` says what was edited. */
async function save(
  db: Db,
  options: Authored & Guarded & { readonly comment: string },
  name: string,
  document: string,
): Promise<SaveOutcome> {
  const { environment, author: person, comment, revision } = options;
  const expected = revision ?? (await loadDraft(db, environment, name))?.revision ?? null;
  return saveDraft(db, { environment, name, document, person, comment, expected });
}

function saved(name: string, outcome: SaveOutcome): Told {
  switch (outcome.kind) {
    case "saved":
      return { json: outcome, lines: [draftLine(outcome.draft), ...faultLines(outcome.draft)] };
    case "conflict":
      return { json: outcome, lines: conflictLines(outcome), isRefused: true };
    case "gone":
      return {
        json: outcome,
        lines: [`draft "${name}" is gone: save it without --revision as a new one`],
        isRefused: true,
      };
  }
}

async function show(db: Db, { environment, revision }: Guarded, name: string): Promise<Told> {
  await requireEnvironment(db, environment);
  const found =
    revision === undefined
      ? await loadDraft(db, environment, name)
      : await loadRevision(db, environment, name, revision);
  if (found === null)
    throw new UserError(
      `there is no draft "${name}" of ${environment}${revision === undefined ? "" : ` with a revision ${revision}`}`,
    );
  return { json: found, lines: [found.document.trimEnd()] };
}

/** A draft may have faults; who saves one hears at once what must be repaired. */
function faultLines({ document }: Draft): readonly string[] {
  const reading = readPolicy(document);
  if (reading.kind === "ok") return [];
  return ["it cannot go live yet:", ...reading.faults.map((fault) => `  ${faultText(fault)}`)];
}

function draftLine(draft: Draft): string {
  const { name, revision, base, savedBy, savedAt, comment } = draft;
  const from = base === null ? "no version" : `version ${base.number}`;
  const why = comment === "" ? "" : `  ${comment}`;
  return `${name}  revision ${revision}  from ${from}  saved by ${savedBy} ${timeText(savedAt)}${why}`;
}

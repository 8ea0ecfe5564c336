/** `baton policy publish|history|show|rollback|promote`: what an environment's policy was, is and will be. */
import type { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import type { Db } from "../store/database.ts";
import { promote } from "../versions/promote.ts";
import { isPromoted, promotionLines } from "../versions/promotion.ts";
import { publishDraft, rollBack, versionOf } from "../versions/publish.ts";
import { isPublished, type PublishOutcome } from "../versions/publish-outcome.ts";
import { listVersions, liveVersion } from "../versions/queries.ts";
import type { LookAtTarget } from "../versions/target.ts";
import { comparisonLines, refusalLines, timeText } from "../versions/telling.ts";
import type { Version } from "../versions/version.ts";
import type { Store } from "./connect.ts";
import { draftCommand } from "./policy-drafts.ts";
import { type AuthoredDeps, requireEnvironment, type Told, whole, withoutText, withStore } from "./stored.ts";

export interface VersionDeps extends AuthoredDeps {
  /** Asks an environment's own accounts whether they have what a policy names. */
  readonly targetLook: (store: Store) => Promise<LookAtTarget>;
}

interface Options {
  readonly environment: string;
  readonly json?: true;
}

interface Publishing {
  readonly author: string;
  readonly comment: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const ENVIRONMENT = ["--environment <name>", "whose policy", "production"] as const;
const JSON_FLAG = ["--json", "print one JSON value"] as const;
const DRY_RUN = ["--dry-run", "look at everything, write nothing"] as const;

/** Adds the commands to `baton policy`. Exit code 1 where nothing was done. */
export function addVersionCommands(policy: Command, deps: VersionDeps): void {
  policy.addCommand(draftCommand(deps));
  addPublish(policy, deps);
  addReading(policy, deps);
  addRollback(policy, deps);
  addPromote(policy, deps);
}

function addPublish(policy: Command, deps: VersionDeps): void {
  policy
    .command("publish")
    .description("make a draft the live version")
    .argument("<draft>", "its name, as `baton policy draft list` prints it")
    .option(...ENVIRONMENT)
    .option("--author <name>", "who publishes it", deps.user)
    .option("--comment <text>", "why, for the history; the draft's own by default", "")
    .option("--revision <number>", "only if the draft is still at this revision", whole)
    .option(...DRY_RUN)
    .option(...JSON_FLAG)
    .action((draft: string, options: Options & Publishing & { readonly revision?: number }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment, author: publisher, comment, revision, dryRun = false } = options;
        return published(
          environment,
          await publishDraft(db, { environment, draft, publisher, comment, dryRun, revision }),
        );
      }),
    );
}

function addReading(policy: Command, deps: VersionDeps): void {
  policy
    .command("history")
    .description("say what was live when, newest first")
    .option(...ENVIRONMENT)
    .option("--limit <number>", "how many versions", whole, 100)
    .option(...JSON_FLAG)
    .action((options: Options & { readonly limit: number }) =>
      withStore(deps, options.json === true, async ({ db }) => {
        await requireEnvironment(db, options.environment);
        const versions = await listVersions(db, options.environment, options.limit);
        const none = [`${options.environment} has no version: nothing was published`];
        return {
          json: versions.map(withoutText),
          lines: versions.length === 0 ? none : versions.map(versionLine),
        };
      }),
    );
  policy
    .command("show")
    .description("print a version")
    .argument("[number]", "which one; the live one without it", whole)
    .option(...ENVIRONMENT)
    .option(...JSON_FLAG)
    .action((number: number | undefined, options: Options) =>
      withStore(deps, options.json === true, ({ db }) => show(db, options.environment, number)),
    );
}

function addRollback(policy: Command, deps: VersionDeps): void {
  policy
    .command("rollback")
    .description("make an earlier version's text live again, as a new version")
    .argument("<number>", "its number, as `baton policy history` prints it", whole)
    .requiredOption("--comment <text>", "why, for the history")
    .option(...ENVIRONMENT)
    .option("--author <name>", "who does it", deps.user)
    .option(...DRY_RUN)
    .option(...JSON_FLAG)
    .action((number: number, options: Options & Publishing) =>
      withStore(deps, options.json === true, async ({ db }) => {
        const { environment, author: publisher, comment, dryRun = false } = options;
        return published(
          environment,
          await rollBack(db, { environment, number, publisher, comment, dryRun }),
        );
      }),
    );
}

function addPromote(policy: Command, deps: VersionDeps): void {
  policy
    .command("promote")
    .description("take a version to another environment, once everything it names is there")
    .requiredOption("--from <environment>", "where it is now")
    .requiredOption("--to <environment>", "where it shall be live")
    .option("--number <number>", "which version; the live one without it", whole)
    .option("--author <name>", "who promotes it", deps.user)
    .option("--comment <text>", "why, for the history; the version's own by default", "")
    .option("--force", "pass warnings; faults stop it all the same")
    .option(...DRY_RUN)
    .option(...JSON_FLAG)
    .action((options: Publishing & Ends) =>
      withStore(deps, options.json === true, async (store) => {
        const { from, to, number, author: publisher, comment, force = false, dryRun = false } = options;
        const asked = { from, to, number, publisher, comment, force, dryRun };
        const promotion = await promote(store.db, asked, await deps.targetLook(store));
        return { json: promotion, lines: promotionLines(promotion), isRefused: !isPromoted(promotion) };
      }),
    );
}

interface Ends {
  readonly from: string;
  readonly to: string;
  readonly number?: number;
  readonly force?: true;
}

async function show(db: Db, environment: string, number: number | undefined): Promise<Told> {
  await requireEnvironment(db, environment);
  const version =
    number === undefined ? await liveVersion(db, environment) : await versionOf(db, environment, number);
  if (version === null) throw new UserError(`${environment} has no live policy`);
  return { json: version, lines: [version.document.trimEnd()] };
}

function published(environment: string, outcome: PublishOutcome): Told {
  if (!isPublished(outcome)) return { json: outcome, lines: refusalLines(outcome), isRefused: true };
  const verb = outcome.kind === "would" ? "would be" : "is";
  const changes = outcome.changes === null ? [] : comparisonLines(outcome.changes);
  return { json: outcome, lines: [`Version ${outcome.number} of ${environment} ${verb} live.`, ...changes] };
}

function versionLine(version: Version): string {
  const { number, publishedAt, kind, source, publisher, authors, comment } = version;
  const origin = source === null ? "" : ` from version ${source.number} of ${source.environment}`;
  const why = comment === "" ? "" : `  ${comment}`;
  return `${number}  ${timeText(publishedAt)}  ${kind}${origin}  by ${publisher}, written by ${authors.join(", ")}${why}`;
}

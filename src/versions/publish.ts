/** Makes texts live: a draft, a text as it stands, or what an earlier version said. */
import { createHash } from "node:crypto";
import { type Act, record } from "../access/audit-log.ts";
import { UserError } from "../kernel/failure.ts";
import { readPolicy } from "../policy/read.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { type Comparison, compareTexts } from "./comparison.ts";
import { isPublished, type PublishOutcome } from "./publish-outcome.ts";
import { rebase, type Rebase } from "./rebase.ts";
import { refusalLines } from "./telling.ts";
import {
  deleteDraft,
  insertVersion,
  liveVersion,
  loadDraft,
  loadVersion,
  lockEnvironment,
  type NewVersion,
} from "./queries.ts";
import { judgePublish, type PublishQuestion, type Version } from "./version.ts";

interface Asked {
  readonly environment: string;
  readonly publisher: string;
  readonly comment: string;
  readonly dryRun?: boolean;
}

/** Publishes a draft and ends it. `revision`: only if it is still this one. Throws a UserError when it is not there. */
export function publishDraft(
  db: Db,
  asked: Asked & { readonly draft: string; readonly revision?: number | undefined },
): Promise<PublishOutcome> {
  return underLock(db, publishing(asked, "policy.publish", { draft: asked.draft }), async (tx, review) => {
    const draft = await loadDraft(tx, asked.environment, asked.draft);
    if (draft === null)
      throw new UserError(
        `there is no draft "${asked.draft}" of ${asked.environment}; \`draft list\` names them`,
      );
    if (asked.revision !== undefined && asked.revision !== draft.revision)
      throw new UserError(
        `draft "${draft.name}" is at revision ${draft.revision} now, saved by ${draft.savedBy}: look at it again`,
      );
    const comment = asked.comment === "" ? draft.comment : asked.comment;
    const outcome = await makeLive(
      tx,
      {
        ...asked,
        comment,
        document: draft.document,
        authors: draft.authors,
        kind: "published",
        source: null,
      },
      { review, base: draft.base?.number ?? null },
    );
    if (outcome.kind === "published") await deleteDraft(tx, asked.environment, draft.name);
    return outcome;
  });
}

/**
 * Publishes a text that was given whole; the same text as the live one changes nothing. A UserError says why it cannot
 * go live.
 */
export async function publishGiven(db: Db, asked: Asked & { readonly document: string }): Promise<void> {
  const outcome = await publishText(db, asked);
  if (!isPublished(outcome) && outcome.kind !== "unchanged")
    throw new UserError(`${asked.environment}: ${refusalLines(outcome).join("\n")}`);
}

/** Publishes a text over whatever is live; its author is who publishes it. */
function publishText(db: Db, asked: Asked & { readonly document: string }): Promise<PublishOutcome> {
  const { document, publisher } = asked;
  return underLock(db, publishing(asked, "policy.publish"), (tx, review) =>
    makeLive(
      tx,
      { ...asked, document, authors: [publisher], kind: "published", source: null },
      { review, base: "any" },
    ),
  );
}

/**
 * Makes what an earlier version said live again, as a version of its own. Its text was published once, so an
 * environment that asks for review does not ask again.
 */
export function rollBack(db: Db, asked: Asked & { readonly number: number }): Promise<PublishOutcome> {
  if (asked.comment.trim() === "") throw new UserError("a rollback needs a reason: say it with --comment");
  return underLock(db, publishing(asked, "policy.roll-back", { to: asked.number }), async (tx) => {
    const { document, authors, id } = await versionOf(tx, asked.environment, asked.number);
    return makeLive(
      tx,
      { ...asked, document, authors, kind: "rolled-back", source: id },
      { review: "optional", base: "any" },
    );
  });
}

/** The version with this number, or a UserError. */
export async function versionOf(db: Db | Tx, environment: string, number: number): Promise<Version> {
  const version = await loadVersion(db, environment, number);
  if (version !== null) return version;
  throw new UserError(
    `${environment} has no version ${number}; \`baton policy history --environment ${environment}\` lists them`,
  );
}

/** What the audit log says of a text that went live, but for its number. */
interface Publishing extends Omit<Act, "subject" | "environment"> {
  readonly environment: string;
}

function publishing(
  { publisher, environment, comment }: Asked,
  action: string,
  more: Act["facts"] = {},
): Publishing {
  return { actor: publisher, action, environment, facts: { ...more, comment } };
}

/**
 * Runs `body` while nobody else publishes in the environment, and records what went live; a UserError when there is no
 * environment of this name.
 */
export function underLock(
  db: Db,
  act: Publishing,
  body: (tx: Tx, review: PublishQuestion["review"]) => Promise<PublishOutcome>,
): Promise<PublishOutcome> {
  const { environment } = act;
  return inTransaction(db, async (tx) => {
    const locked = await lockEnvironment(tx, environment);
    if (locked === null) throw new UserError(`there is no environment "${environment}"`);
    const outcome = await body(tx, locked.review);
    if (outcome.kind === "published") await record(tx, { ...act, subject: `v${outcome.number}` });
    return outcome;
  });
}

/** Makes the text the next version if nothing speaks against it; the environment must be locked. */
export async function makeLive(
  tx: Tx,
  text: Omit<NewVersion, "sha256"> & { readonly dryRun?: boolean },
  { review, base }: Pick<PublishQuestion, "review" | "base">,
): Promise<PublishOutcome> {
  const { environment, document, authors, publisher } = text;
  const sha256 = createHash("sha256").update(document).digest("hex");
  const live = await liveVersion(tx, environment);
  const reading = readPolicy(document);
  const verdict = judgePublish({ reading, sha256, authors, publisher, review, base, live });
  if (verdict.kind === "stale")
    return { ...verdict, ...(await sinceBase(tx, environment, verdict, text, live)) };
  if (verdict.kind !== "publish") return verdict;
  const changes = live === null ? null : compareTexts(live.document, document);
  if (text.dryRun === true) return { kind: "would", number: (live?.number ?? 0) + 1, changes };
  return { kind: "published", number: await insertVersion(tx, { ...text, sha256 }), changes };
}

async function sinceBase(
  tx: Tx,
  environment: string,
  { base }: { readonly base: number | null },
  { document }: { readonly document: string },
  live: Version | null,
): Promise<{ readonly since: Comparison | null; readonly rebase: Rebase | null }> {
  if (base === null || live === null) return { since: null, rebase: null };
  const from = await versionOf(tx, environment, base);
  return {
    since: compareTexts(from.document, live.document),
    rebase: rebase({ base: from.document, live: live.document, draft: document }),
  };
}

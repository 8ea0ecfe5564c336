/** Saves, rebases and discards drafts. Nobody's words are written over unseen, and every text that was saved is kept. */
import { record } from "../access/audit-log.ts";
import { UserError } from "../kernel/failure.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { type Comparison, compareTexts } from "./comparison.ts";
import { deleteDraft, liveVersion, loadDraft, lockEnvironment, writeDraft } from "./queries.ts";
import { versionOf } from "./publish.ts";
import { type Rebase, rebase } from "./rebase.ts";
import { type Draft, judgeSave } from "./version.ts";

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const LONGEST_DOCUMENT = 2_000_000;

export type SaveOutcome =
  | { readonly kind: "saved"; readonly draft: Draft }
  | {
      /** Somebody else saved meanwhile; nothing was written. */
      readonly kind: "conflict";
      readonly theirs: Draft;
      /** From theirs to what was to be saved. */
      readonly changes: Comparison;
    }
  | { readonly kind: "gone" };

export interface SaveAsked {
  readonly environment: string;
  readonly name: string;
  readonly document: string;
  readonly person: string;
  /** Empty: what it was before. */
  readonly comment: string;
  /** The revision that was edited; null for a new draft. */
  readonly expected: number | null;
  /** Number of the version a new draft is made from; the live one when absent. */
  readonly base?: number | undefined;
}

/** Saves if the draft is still at the expected revision. A draft may have faults; publishing refuses them. */
export function saveDraft(db: Db, asked: SaveAsked): Promise<SaveOutcome> {
  const { environment, name, document, person } = asked;
  if (!NAME.test(name))
    throw new UserError(`"${name}" is no name of a draft: use lower-case letters, digits and hyphens`);
  if (document.length > LONGEST_DOCUMENT) throw new UserError("the policy is larger than 2 MB");
  return locked(db, environment, async (tx) => {
    const found = await loadDraft(tx, environment, name);
    const verdict = judgeSave(found, asked.expected, person);
    switch (verdict.kind) {
      case "gone":
        return verdict;
      case "conflict":
        return { ...verdict, changes: compareTexts(verdict.theirs.document, document) };
      case "save": {
        const base = found === null ? await baseOf(tx, environment, asked.base) : (found.base?.id ?? null);
        const comment = asked.comment === "" ? (found?.comment ?? "") : asked.comment;
        const { authors } = verdict;
        await writeDraft(tx, { environment, name, document, authors, comment, savedBy: person, base });
        const draft = await draftOf(tx, environment, name);
        await recordDraft(tx, draft, person, found === null ? "draft.begin" : "draft.save");
        return { kind: "saved", draft };
      }
    }
  });
}

async function baseOf(tx: Tx, environment: string, number: number | undefined): Promise<number | null> {
  if (number !== undefined) return (await versionOf(tx, environment, number)).id;
  return (await liveVersion(tx, environment))?.id ?? null;
}

export type RebaseOutcome =
  | { readonly kind: "rebased"; readonly draft: Draft }
  | { readonly kind: "current"; readonly draft: Draft }
  | Exclude<Rebase, { readonly kind: "clean" }>;

/**
 * Takes what became live since the draft was begun into the draft, as a revision of its own. Who does that does not
 * become an author: the words are those of others. Conflicts are told and nothing is written.
 */
export function rebaseDraft(
  db: Db,
  asked: { readonly environment: string; readonly name: string; readonly person: string },
): Promise<RebaseOutcome> {
  const { environment, name, person } = asked;
  return locked(db, environment, async (tx) => {
    const draft = await draftOf(tx, environment, name);
    const live = await liveVersion(tx, environment);
    if (live === null || live.id === draft.base?.id) return { kind: "current", draft };
    const base = draft.base === null ? null : await versionOf(tx, environment, draft.base.number);
    const merged = rebase({
      base: base?.document ?? null,
      live: live.document,
      draft: draft.document,
    });
    if (merged.kind !== "clean") return merged;
    const { document } = merged;
    await writeDraft(tx, { ...draft, document, savedBy: person, base: live.id });
    const rebased = await draftOf(tx, environment, name);
    await recordDraft(tx, rebased, person, "draft.rebase");
    return { kind: "rebased", draft: rebased };
  });
}

/** Ends a draft; its texts stay in its history. `revision`: only if it is still this one. */
export async function discardDraft(
  db: Db,
  asked: { readonly environment: string; readonly name: string; readonly revision: number | null },
  person: string,
): Promise<"discarded" | Draft> {
  const { environment, name, revision } = asked;
  return locked(db, environment, async (tx) => {
    const draft = await draftOf(tx, environment, name);
    if (revision !== null && revision !== draft.revision) return draft;
    await deleteDraft(tx, environment, name);
    await recordDraft(tx, draft, person, "draft.discard");
    return "discarded" as const;
  });
}

/** The revision names the text: every one is kept. */
function recordDraft(tx: Tx, draft: Draft, actor: string, action: string): Promise<void> {
  const { environment, name, revision } = draft;
  return record(tx, { actor, action, subject: name, environment, facts: { revision } });
}

/** The draft, or a UserError. */
async function draftOf(db: Db | Tx, environment: string, name: string): Promise<Draft> {
  const draft = await loadDraft(db, environment, name);
  if (draft !== null) return draft;
  throw new UserError(
    `there is no draft "${name}" of ${environment}; \`baton policy draft list --environment ${environment}\` names them`,
  );
}

function locked<T>(db: Db, environment: string, body: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(db, async (tx) => {
    if ((await lockEnvironment(tx, environment)) === null)
      throw new UserError(`there is no environment "${environment}"`);
    return body(tx);
  });
}

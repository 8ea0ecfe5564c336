/** SQL of the versions room: drafts, published versions, and what an environment asks of a publisher. */
import { sql } from "kysely";
import type { Db, Tx } from "../store/database.ts";
import type { Draft, Review, Version, VersionKind } from "./version.ts";

const versionColumns = sql`
  p.version as id, p.environment, p.number, p.document, p.sha256, p.authors, p.publisher, p.comment, p.kind,
  b.number as base, (extract(epoch from p.published_at) * 1000)::bigint as "publishedAt",
  case when s.version is null then null
    else jsonb_build_object('environment', s.environment, 'number', s.number) end as source`;
const fromVersions = sql`
  from policies p left join policies b on b.version = p.base left join policies s on s.version = p.source`;

export async function loadVersion(db: Db | Tx, environment: string, number: number): Promise<Version | null> {
  const { rows } = await sql<Version>`
    select ${versionColumns} ${fromVersions} where p.environment = ${environment} and p.number = ${number}`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** The live version; null where nothing was published yet. */
export async function liveVersion(db: Db | Tx, environment: string): Promise<Version | null> {
  const { rows } = await sql<Version>`
    select ${versionColumns} ${fromVersions}
    where p.version = (select policy_version from environments where name = ${environment})`.execute(db);
  return rows[0] ?? null;
}

/** Newest first. */
export async function listVersions(db: Db, environment: string, limit: number): Promise<readonly Version[]> {
  const { rows } = await sql<Version>`
    select ${versionColumns} ${fromVersions} where p.environment = ${environment}
    order by p.number desc limit ${limit}`.execute(db);
  return rows;
}

/** The text of a version by its id, as decisions name it. */
export async function documentOf(db: Db, id: number): Promise<string | null> {
  const { rows } = await sql<{ document: string }>`
    select document from policies where version = ${id}`.execute(db);
  return rows[0]?.document ?? null;
}

/** Holds the environment until the transaction ends, so that two publishers come one after the other. */
export async function lockEnvironment(
  tx: Tx,
  environment: string,
): Promise<{ readonly review: Review } | null> {
  const { rows } = await sql<{ review: Review }>`
    select review from environments where name = ${environment} for update`.execute(tx);
  return rows[0] ?? null;
}

export interface NewVersion {
  readonly environment: string;
  readonly document: string;
  readonly sha256: string;
  readonly authors: readonly string[];
  readonly publisher: string;
  readonly comment: string;
  readonly kind: VersionKind;
  readonly source: number | null;
}

/** Stores the version under the next number of its environment and makes it live; the environment must be locked. */
export async function insertVersion(tx: Tx, version: NewVersion): Promise<number> {
  const { environment } = version;
  const { rows } = await sql<{ number: number }>`
    with made as (
      insert into policies (environment, number, document, sha256, authors, publisher, comment, kind, base, source)
      values (${environment}, (select coalesce(max(number), 0) + 1 from policies where environment = ${environment}),
        ${version.document}, ${version.sha256}, ${version.authors}::text[], ${version.publisher}, ${version.comment},
        ${version.kind}, (select policy_version from environments where name = ${environment}), ${version.source})
      returning version, number),
    live as (
      update environments set policy_version = made.version from made where name = ${environment})
    select number from made`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("an insert that returned nothing");
  return row.number;
}

const draftColumns = sql`
  d.environment, d.name, d.revision, d.document, d.authors, d.comment, d.saved_by as "savedBy",
  (extract(epoch from d.saved_at) * 1000)::bigint as "savedAt",
  case when b.version is null then null else jsonb_build_object('id', b.version, 'number', b.number) end as base`;

export async function loadDraft(db: Db | Tx, environment: string, name: string): Promise<Draft | null> {
  const { rows } = await sql<Draft>`
    select ${draftColumns} from policy_drafts d left join policies b on b.version = d.base
    where d.environment = ${environment} and d.name = ${name}`.execute(db);
  return rows[0] ?? null;
}

export type DraftRevision = Omit<Draft, "authors">;

/** A draft as it was saved then, whatever became of it. */
export async function loadRevision(
  db: Db,
  environment: string,
  name: string,
  revision: number,
): Promise<DraftRevision | null> {
  const { rows } = await sql<DraftRevision>`
    select d.environment, d.name, d.revision, d.document, d.comment, d.saved_by as "savedBy",
      (extract(epoch from d.saved_at) * 1000)::bigint as "savedAt",
      case when b.version is null then null else jsonb_build_object('id', b.version, 'number', b.number) end as base
    from policy_draft_revisions d left join policies b on b.version = d.base
    where d.environment = ${environment} and d.name = ${name} and d.revision = ${revision}`.execute(db);
  return rows[0] ?? null;
}

/** The last saved first. */
export async function listDrafts(db: Db, environment: string): Promise<readonly Draft[]> {
  const { rows } = await sql<Draft>`
    select ${draftColumns} from policy_drafts d left join policies b on b.version = d.base
    where d.environment = ${environment} order by d.saved_at desc, d.name`.execute(db);
  return rows;
}

export interface DraftToSave {
  readonly environment: string;
  readonly name: string;
  readonly document: string;
  readonly authors: readonly string[];
  readonly comment: string;
  readonly savedBy: string;
  /** Id of the version it is made from. */
  readonly base: number | null;
}

/** Writes the text as the next revision, in the draft and in its history; the environment must be locked. */
export async function writeDraft(tx: Tx, draft: DraftToSave): Promise<void> {
  await sql`
    with saved as (
      insert into policy_drafts as d (environment, name, revision, base, document, authors, comment, saved_by)
      values (${draft.environment}, ${draft.name},
        (select coalesce(max(revision), 0) + 1 from policy_draft_revisions
         where environment = ${draft.environment} and name = ${draft.name}),
        ${draft.base}, ${draft.document}, ${draft.authors}::text[], ${draft.comment}, ${draft.savedBy})
      on conflict (environment, name) do update set revision = excluded.revision, base = excluded.base,
        document = excluded.document, authors = excluded.authors, comment = excluded.comment,
        saved_by = excluded.saved_by, saved_at = now()
      returning *)
    insert into policy_draft_revisions (environment, name, revision, base, document, comment, saved_by, saved_at)
    select environment, name, revision, base, document, comment, saved_by, saved_at from saved`.execute(tx);
}

export async function deleteDraft(tx: Tx, environment: string, name: string): Promise<void> {
  await sql`delete from policy_drafts where environment = ${environment} and name = ${name}`.execute(tx);
}

export interface EnvironmentState {
  readonly name: string;
  readonly mode: "shadow" | "live";
  readonly review: Review;
  /** Number of the live version. */
  readonly live: number | null;
  readonly drafts: number;
}

export async function listEnvironmentStates(db: Db | Tx): Promise<readonly EnvironmentState[]> {
  const { rows } = await sql<EnvironmentState>`
    select e.name, e.mode, e.review, p.number as live,
      (select count(*) from policy_drafts d where d.environment = e.name) as drafts
    from environments e left join policies p on p.version = e.policy_version order by e.name`.execute(db);
  return rows;
}

export interface EnvironmentChange {
  readonly mode?: "shadow" | "live" | undefined;
  readonly review?: Review | undefined;
}

/** What is not named stays. */
export async function changeEnvironment(tx: Tx, name: string, change: EnvironmentChange): Promise<void> {
  await sql`
    update environments set mode = coalesce(${change.mode ?? null}, mode), review = coalesce(${change.review ?? null}, review)
    where name = ${name}`.execute(tx);
}

/** SQL of conversations as people look for them: everything that was heard, and all decisions about one. Nothing here writes. */
import { type RawBuilder, sql } from "kysely";
import type { Snapshot } from "../../conversation/snapshot.ts";
import type { Bucket } from "../../decide/bucket.ts";
import type { EpochMs } from "../../kernel/time.ts";
import type { Db } from "../../store/database.ts";
import { heardConversations } from "../census/queries.ts";
import { containing, type Search } from "./search.ts";

export interface ConversationFilter {
  readonly environment: string;
  readonly bucket: Bucket | null;
  readonly search: Search | null;
  /** Heard last since then. */
  readonly since: EpochMs | null;
}

/** One line of the list. */
export interface ConversationLine {
  readonly id: string;
  readonly bucket: Bucket;
  readonly heardAt: EpochMs;
  readonly person: string | null;
  readonly email: string | null;
  readonly company: string | null;
  /** The recipe or the exclusion that stands for it. */
  readonly recipe: string | null;
  readonly exclusion: string | null;
  readonly decidedAt: EpochMs | null;
  readonly handoff: string | null;
  /** Its place in the order of time. */
  readonly mark: string;
}

const ms = (column: string): RawBuilder<number> =>
  sql`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

/** One page of the list, the last heard first, with how many lines all pages hold. */
export async function listConversations(
  db: Db,
  filter: ConversationFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: readonly ConversationLine[]; readonly total: number }> {
  const rows = await pageOf(db, filter, sql`true`, page);
  const { rows: counted } = await sql<{ n: number }>`
    select count(*) as n from ${heardConversations(filter.environment)} c where ${within(filter)}`.execute(
    db,
  );
  return { rows, total: counted[0]?.n ?? 0 };
}

/** Lines behind `after`: pages of a list that is read to its end. */
export function conversationsBehind(
  db: Db,
  filter: ConversationFilter,
  after: Pick<ConversationLine, "mark" | "id"> | null,
  limit: number,
): Promise<readonly ConversationLine[]> {
  const behind =
    after === null ? sql`true` : sql`(c.heard_at, c.id) < (${after.mark}::timestamptz, ${after.id})`;
  return pageOf(db, filter, behind, { limit, offset: 0 });
}

/** Lines of these conversations, the last heard first; of those that the environment heard of. */
export function conversationsOf(
  db: Db,
  environment: string,
  ids: readonly string[],
): Promise<readonly ConversationLine[]> {
  const filter = { environment, bucket: null, search: null, since: null };
  return pageOf(db, filter, sql`c.id = any(${ids}::text[])`, { limit: ids.length, offset: 0 });
}

/** Those of these conversations of which the environment has not heard. */
export async function unknownConversations(
  db: Db,
  environment: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select asked.id from unnest(${ids}::text[]) as asked(id)
    where asked.id not in (select c.id from ${heardConversations(environment)} c where c.id = any(${ids}::text[]))`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

async function pageOf(
  db: Db,
  filter: ConversationFilter,
  behind: RawBuilder<unknown>,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<readonly ConversationLine[]> {
  const { rows } = await sql<ConversationLine>`
    select c.id, c.bucket, ${ms("c.heard_at")} as "heardAt", c.person, c.email, c.company, d.recipe, d.exclusion,
      ${ms("d.decided_at")} as "decidedAt", (
        select h.id from handoffs h where h.environment = ${filter.environment} and h.workspace = c.workspace
          and h.conversation_id = c.id order by h.decision_id desc limit 1) as handoff,
      c.heard_at::text as mark
    from (select * from ${heardConversations(filter.environment)} c where ${within(filter)} and ${behind}
      order by c.heard_at desc, c.id desc limit ${limit} offset ${offset}) c
    left join decisions d on d.id = c.decision_id
    order by c.heard_at desc, c.id desc`.execute(db);
  return rows;
}

function within({ environment, bucket, search, since }: ConversationFilter): RawBuilder<unknown> {
  const conditions = [
    sql`true`,
    ...(bucket === null ? [] : [sql`c.bucket = ${bucket}`]),
    ...(since === null ? [] : [sql`c.heard_at >= to_timestamp(${since / 1_000})`]),
    ...(search === null ? [] : [matching(search, environment)]),
  ];
  return sql.join(conditions, sql` and `);
}

function matching(search: Search, environment: string): RawBuilder<unknown> {
  switch (search.kind) {
    case "handoff":
      return sql`c.id in (select h.conversation_id from handoffs h where h.id = ${search.id} and h.environment = ${environment})`;
    case "email":
      return sql`c.email = ${search.email}`;
    case "id":
      return sql`(c.id = ${search.id} or c.id in (
        select h.conversation_id from effects w join handoffs h on h.id = w.handoff_id
        where h.environment = ${environment} and w.kind = 'crm-write'
          and jsonb_path_query_array(w.result, '$.ids.*') ? ${search.record ?? ""}))`;
    case "words": {
      const like = containing(search.words);
      return sql`(c.person ilike ${like} or c.company ilike ${like} or c.email ilike ${like})`;
    }
  }
}

export interface FoundConversation {
  readonly id: string;
  readonly workspace: string;
  readonly bucket: Bucket;
  readonly heardAt: EpochMs;
  /** Null while nothing of it could be folded. */
  readonly snapshot: Snapshot | null;
}

/** The conversation as it is now; null where the environment has not heard of it. */
export async function findConversation(
  db: Db,
  environment: string,
  id: string,
): Promise<FoundConversation | null> {
  const { rows } = await sql<FoundConversation>`
    select h.id, h.workspace, h.bucket, ${ms("h.heard_at")} as "heardAt", c.state -> 'snapshot' as snapshot
    from ${heardConversations(environment)} h left join conversations c on c.workspace = h.workspace and c.id = h.id
    where h.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** One decision in the list of a conversation's. */
export interface DecisionLine {
  readonly id: number;
  readonly kind: string;
  readonly recipe: string | null;
  readonly exclusion: string | null;
  /** Number of the policy version in its environment. */
  readonly policy: number;
  readonly decidedAt: EpochMs;
  readonly isErased: boolean;
  readonly handoff: string | null;
}

/** So many decisions of one conversation are listed, the newest. */
const MOST_DECISIONS = 100;

export async function decisionsAbout(
  db: Db,
  environment: string,
  { workspace, id }: Pick<FoundConversation, "workspace" | "id">,
): Promise<readonly DecisionLine[]> {
  const { rows } = await sql<DecisionLine>`
    select d.id, d.kind, d.recipe, d.exclusion, p.number as policy, ${ms("d.decided_at")} as "decidedAt",
      d.erased_at is not null as "isErased", (select h.id from handoffs h where h.decision_id = d.id) as handoff
    from decisions d join policies p on p.version = d.policy_version
    where d.environment = ${environment} and d.workspace = ${workspace} and d.conversation_id = ${id}
    order by d.id desc limit ${MOST_DECISIONS}`.execute(db);
  return rows;
}

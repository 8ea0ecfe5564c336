/** SQL of the review room: rounds, the conversations in them, and what people say of them. */
import { type RawBuilder, sql } from "kysely";
import type { Message } from "../conversation/snapshot.ts";
import type { EpochMs } from "../kernel/time.ts";
import type { Evidence, Scores } from "../qualify/scores.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Candidate, Sample, Stratum } from "./sample.ts";
import type { Ballot, CastVote, Guess, Reviewed } from "./votes.ts";

const ms = (column: string): RawBuilder<number> =>
  sql`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;
const at = (instant: EpochMs): RawBuilder<Date> => sql`to_timestamp(${instant / 1_000})`;

export interface Stretch {
  readonly environment: string;
  readonly since: EpochMs;
  /** Left out of it. */
  readonly until: EpochMs;
}

/** So many decisions are opened by one statement: each holds a whole conversation. */
const CHUNK = 2_000;

/**
 * Every conversation that was decided about in the stretch, by its last handoff there, else by its last decision.
 * Those that were handed off before are left out: what they said then was judged then.
 */
export async function candidates(
  db: Db,
  { environment, since, until }: Stretch,
): Promise<readonly Candidate[]> {
  const { rows } = await sql<Omit<Candidate, "strength">>`
    select c.id as decision, c.kind, c.recipe
    from (
      select distinct on (d.workspace, d.conversation_id) d.id, d.kind, d.recipe, d.workspace, d.conversation_id
      from decisions d
      where d.environment = ${environment} and d.decided_at >= ${at(since)} and d.decided_at < ${at(until)}
        and d.erased_at is null and d.kind in ('handoff', 'held', 'excluded', 'below-threshold')
      order by d.workspace, d.conversation_id, (d.kind = 'handoff') desc, d.decided_at desc, d.id desc) c
    where c.kind = 'handoff' or not exists (
      select 1 from handoffs h where h.environment = ${environment} and h.workspace = c.workspace
        and h.conversation_id = c.conversation_id and h.started_at < ${at(since)})
    order by c.id`.execute(db);
  const below = rows.filter(({ kind }) => kind === "below-threshold").map(({ decision }) => decision);
  const strengths = new Map<number, number>();
  for (let from = 0; from < below.length; from += CHUNK)
    for (const { id, strength } of await strengthsOf(db, below.slice(from, from + CHUNK)))
      strengths.set(id, strength);
  return rows.map((row) => ({ ...row, strength: strengths.get(row.decision) ?? null }));
}

async function strengthsOf(
  db: Db,
  decisions: readonly number[],
): Promise<readonly { readonly id: number; readonly strength: number }[]> {
  const { rows } = await sql<{ id: number; strength: number }>`
    select d.id, max((v.value ->> 'value')::float8 / (v.value ->> 'threshold')::float8) as strength
    from decisions d cross join lateral json_each(d.inputs #> '{scores,values}') v
    where d.id = any(${decisions}::bigint[]) and (v.value ->> 'threshold')::float8 > 0 group by 1`.execute(
    db,
  );
  return rows;
}

export interface Round extends Stretch {
  readonly id: number;
  readonly seed: number;
  readonly isBlind: boolean;
  readonly strata: readonly Stratum[];
  readonly madeBy: string;
  readonly madeAt: EpochMs;
}

export async function countRounds(db: Db, environment: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from review_rounds where environment = ${environment}`.execute(db);
  return rows[0]?.n ?? 0;
}

export async function insertRound(
  tx: Tx,
  round: Omit<Round, "id" | "strata">,
  { strata, items }: Sample,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into review_rounds (environment, since, until, seed, blind, strata, made_by, made_at)
    values (${round.environment}, ${at(round.since)}, ${at(round.until)}, ${round.seed}, ${round.isBlind},
      ${JSON.stringify(strata)}::jsonb, ${round.madeBy}, ${at(round.madeAt)})
    returning id`.execute(tx);
  const id = rows[0]?.id ?? 0;
  await sql`
    insert into review_items (round_id, position, decision_id, stratum)
    select ${id}, i.place, (i.item ->> 'decision')::bigint, i.item ->> 'stratum'
    from jsonb_array_elements(${JSON.stringify(items)}::jsonb) with ordinality as i (item, place)`.execute(
    tx,
  );
  return id;
}

const roundColumns = sql`
  r.id, r.environment, ${ms("r.since")} as since, ${ms("r.until")} as until, r.seed, r.blind as "isBlind", r.strata,
  r.made_by as "madeBy", ${ms("r.made_at")} as "madeAt"`;

/** Null where the environment has no such round. */
export async function findRound(db: Db, environment: string, id: number): Promise<Round | null> {
  const { rows } = await sql<Round>`
    select ${roundColumns} from review_rounds r where r.environment = ${environment} and r.id = ${id}`.execute(
    db,
  );
  return rows[0] ?? null;
}

export interface Progress {
  /** Conversations that can be judged or were: those whose words were erased before anybody judged them are gone. */
  readonly conversations: number;
  /** Of them, how many anybody voted on, how many this reviewer voted on, and how many they set aside. */
  readonly voted: number;
  readonly mine: number;
  readonly setAside: number;
}

const progressColumns = (reviewer: string): RawBuilder<unknown> => sql`
  count(*) filter (where d.erased_at is null or v.any_vote) as conversations, count(*) filter (where v.any_vote) as voted,
  count(*) filter (where v.mine) as mine, count(*) filter (where v.set_aside and d.erased_at is null) as "setAside"
  from review_items i join decisions d on d.id = i.decision_id
    cross join lateral (
      select coalesce(bool_or(v.qualified is not null), false) as any_vote,
        coalesce(bool_or(v.reviewer = ${reviewer} and v.qualified is not null), false) as mine,
        coalesce(bool_or(v.reviewer = ${reviewer} and v.qualified is null and v.skipped_at is not null), false) as set_aside
      from review_votes v where v.round_id = i.round_id and v.position = i.position) v`;

/** The rounds of an environment, the newest first, each with how far it is. */
export async function listRounds(
  db: Db,
  environment: string,
  reviewer: string,
): Promise<readonly (Round & Progress)[]> {
  const { rows } = await sql<Round & Progress>`
    select ${roundColumns}, p.* from review_rounds r cross join lateral (
      select ${progressColumns(reviewer)} where i.round_id = r.id) p
    where r.environment = ${environment} order by r.id desc`.execute(db);
  return rows;
}

export async function progressOf(db: Db, round: number, reviewer: string): Promise<Progress> {
  const { rows } = await sql<Progress>`
    select ${progressColumns(reviewer)} where i.round_id = ${round}`.execute(db);
  return rows[0] ?? { conversations: 0, voted: 0, mine: 0, setAside: 0 };
}

/** One conversation of a round, and what the reviewer has said of it. */
export interface Item {
  readonly position: number;
  readonly decision: number;
  readonly kind: Reviewed["kind"];
  readonly guess: Guess | null;
}

const itemOf = (reviewer: string): RawBuilder<unknown> => sql`
  select i.position, i.decision_id as decision, d.kind, v.guess
  from review_items i join decisions d on d.id = i.decision_id
    left join review_votes v on v.round_id = i.round_id and v.position = i.position and v.reviewer = ${reviewer}`;

/** What the reviewer is to judge next: in order, and what they set aside after everything else. Null: nothing is left. */
export async function nextItem(db: Db, round: number, reviewer: string): Promise<Item | null> {
  const { rows } = await sql<Item>`
    ${itemOf(reviewer)} where i.round_id = ${round} and v.qualified is null and d.erased_at is null
    order by v.skipped_at nulls first, i.position limit 1`.execute(db);
  return rows[0] ?? null;
}

/** Null where there is no such place, or its words are erased. */
export async function findItem(
  db: Db,
  round: number,
  position: number,
  reviewer: string,
): Promise<Item | null> {
  const { rows } = await sql<Item>`
    ${itemOf(reviewer)} where i.round_id = ${round} and i.position = ${position} and d.erased_at is null`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** Whose saying of what it is about. */
export interface Saying {
  readonly round: number;
  readonly position: number;
  readonly reviewer: string;
}

export async function saveVote(
  db: Db,
  { round, position, reviewer }: Saying,
  { qualified, routed, complete, note, meanings }: Ballot,
): Promise<void> {
  await sql`
    insert into review_votes (round_id, position, reviewer, qualified, routed, complete, note, meanings, acted_at)
    values (${round}, ${position}, ${reviewer}, ${qualified}, ${routed}, ${complete}, ${note},
      ${JSON.stringify(meanings)}::jsonb, clock_timestamp())
    on conflict (round_id, position, reviewer) do update set qualified = excluded.qualified, routed = excluded.routed,
      complete = excluded.complete, note = excluded.note, meanings = excluded.meanings, skipped_at = null,
      acted_at = excluded.acted_at`.execute(db);
}

/** The first guess stays: what is said after the decision was seen is none. */
export async function saveGuess(db: Db, { round, position, reviewer }: Saying, guess: Guess): Promise<void> {
  await sql`
    insert into review_votes (round_id, position, reviewer, guess) values (${round}, ${position}, ${reviewer}, ${guess})
    on conflict (round_id, position, reviewer) do update set guess = coalesce(review_votes.guess, excluded.guess)`.execute(
    db,
  );
}

export async function saveSkip(db: Db, { round, position, reviewer }: Saying): Promise<void> {
  await sql`
    insert into review_votes (round_id, position, reviewer, skipped_at, acted_at)
    values (${round}, ${position}, ${reviewer}, clock_timestamp(), clock_timestamp())
    on conflict (round_id, position, reviewer) do update set skipped_at = excluded.skipped_at, acted_at = excluded.acted_at
      where review_votes.qualified is null`.execute(db);
}

/** Takes the reviewer's last vote or setting aside in the round back; false where there is none. Their guess stays. */
export async function undoLast(db: Db, round: number, reviewer: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update review_votes set qualified = null, routed = null, complete = null, note = '', meanings = '[]', skipped_at = null, acted_at = null
    where round_id = ${round} and reviewer = ${reviewer} and position = (
      select position from review_votes where round_id = ${round} and reviewer = ${reviewer} and acted_at is not null
      order by acted_at desc limit 1)`.execute(db);
  return numAffectedRows === 1n;
}

/** Whether the reviewer has something to take back. */
export async function hasActed(db: Db, round: number, reviewer: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from review_votes where round_id = ${round} and reviewer = ${reviewer} and acted_at is not null limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

const reviewedColumns = sql`
  i.position, i.stratum, d.conversation_id as conversation, d.kind, d.recipe, (
    select json_agg(json_build_object('reviewer', v.reviewer, 'qualified', v.qualified, 'routed', v.routed,
      'complete', v.complete, 'note', v.note, 'meanings', v.meanings) order by v.reviewer)
    from review_votes v where v.round_id = i.round_id and v.position = i.position and v.qualified is not null) as votes`;
const votedItems = sql`
  from review_items i join decisions d on d.id = i.decision_id
  where exists (select 1 from review_votes v
    where v.round_id = i.round_id and v.position = i.position and v.qualified is not null)`;

/** The conversations of a round that somebody voted on. */
export async function reviewedItems(db: Db, round: number): Promise<readonly Reviewed[]> {
  const { rows } = await sql<Reviewed & { readonly votes: readonly CastVote[] }>`
    select ${reviewedColumns} ${votedItems} and i.round_id = ${round} order by i.position`.execute(db);
  return rows;
}

/** The same with what was found in them; null where the words are erased. */
export async function evidencedItems(
  db: Db,
  round: number,
): Promise<
  readonly (Reviewed & {
    readonly words: { readonly scores: Scores; readonly messages: readonly Message[] } | null;
  })[]
> {
  const { rows } = await sql<
    Reviewed & { readonly words: { readonly scores: Scores; readonly messages: readonly Message[] } | null }
  >`
    select ${reviewedColumns}, case when d.erased_at is null then json_build_object('scores', d.inputs -> 'scores',
      'messages', d.inputs #> '{evidence,snapshot,messages}') end as words
    ${votedItems} and i.round_id = ${round} order by i.position`.execute(db);
  return rows;
}

/** What was known of a conversation of a round; null once its words are erased. */
export async function evidenceOf(db: Db, round: number, position: number): Promise<Evidence | null> {
  const { rows } = await sql<{ evidence: Evidence }>`
    select d.inputs -> 'evidence' as evidence from review_items i join decisions d on d.id = i.decision_id
    where i.round_id = ${round} and i.position = ${position} and d.erased_at is null`.execute(db);
  return rows[0]?.evidence ?? null;
}

/** What people did with the live handoffs of a stretch, as far as Baton knows. */
export interface Afterwards {
  readonly handoffs: number;
  /** Given to somebody else afterwards: taken over, claimed, or moved in Salesforce. */
  readonly moved: number;
  /** Rejected, junk: the turn was given back. */
  readonly rejected: number;
}

export async function afterwards(db: Db, { environment, since, until }: Stretch): Promise<Afterwards> {
  const { rows } = await sql<Afterwards>`
    select count(*) as handoffs, count(*) filter (where a.credited_at is not null) as rejected,
      count(*) filter (where a.credited_at is null and (a.moves <> '[]' or exists (
        select 1 from owner_watches w where w.handoff_id = h.id and w.seen @> '[{"what": "owner"}]'))) as moved
    from handoffs h left join assignments a on a.handoff_id = h.id
    where h.environment = ${environment} and h.mode = 'live' and h.started_at >= ${at(since)} and h.started_at < ${at(until)}`.execute(
    db,
  );
  return rows[0] ?? { handoffs: 0, moved: 0, rejected: 0 };
}

/** The id of the handoff that a decision made; null where it made none. */
export async function handoffOfDecision(db: Db, decision: number): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from handoffs where decision_id = ${decision} limit 1`.execute(db);
  return rows[0]?.id ?? null;
}

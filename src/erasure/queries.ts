/** SQL of the erasure room. It names the tables of all rooms that hold what customers said or who they are. */
import { type RawBuilder, sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";

/** A person or a conversation of Intercom, by its id. */
export interface Subject {
  readonly workspace: string;
  readonly kind: "contact" | "conversation";
  readonly subject: string;
}

/** Everything that is one person's, by workspace. */
export interface Belongings {
  readonly workspace: string;
  readonly contacts: readonly string[];
  readonly conversations: readonly string[];
}

/** Ids of the people whom this address is known of, in any workspace. */
export async function contactsByAddress(db: Db, email: string): Promise<readonly Subject[]> {
  const { rows } = await sql<Subject>`
    select distinct workspace, 'contact' as kind, subject from (
      select workspace, coalesce(contact_id, state -> 'snapshot' -> 'contact' ->> 'id') as subject from conversations
        where lower(state -> 'snapshot' -> 'contact' ->> 'email') = lower(${email})
      union all
      select c.settings ->> 'workspace', p.intercom_id from sync_pairs p
        join environments e on e.name = p.environment join connections c on c.id = e.intercom_connection
        where p.kind = 'person' and lower(p.looked_for) = lower(${email})
      union all
      select workspace, contact_id from events
        where contact_id is not null and lower(body #>> '{data,item,email}') = lower(${email})) known
    where subject is not null`.execute(db);
  return rows;
}

/** Notes that somebody's words are to be gone; known ones are done again. */
export async function askErasure(
  db: Db,
  subjects: readonly Subject[],
  askedBy: string,
  now: EpochMs,
): Promise<void> {
  for (const { workspace, kind, subject } of subjects)
    await sql`
      insert into erasures (workspace, kind, subject, asked_by, asked_at, due_at)
      values (${workspace}, ${kind}, ${subject}, ${askedBy}, to_timestamp(${now / 1_000}), to_timestamp(${now / 1_000}))
      on conflict (workspace, kind, subject) do update set passes = 0, due_at = excluded.due_at, asked_by = excluded.asked_by`.execute(
      db,
    );
}

/** Notes what Intercom says it deleted, once each. */
export async function askDeleted(db: Db, now: EpochMs): Promise<void> {
  const at = sql`to_timestamp(${now / 1_000})`;
  await sql`
    insert into erasures (workspace, kind, subject, asked_by, asked_at, due_at)
    select workspace, 'conversation', id, 'intercom', ${at}, ${at} from conversations c
      where (state -> 'snapshot' ->> 'deleted') = 'true' and not exists (select 1 from erasures e
        where e.workspace = c.workspace and e.kind = 'conversation' and e.subject = c.id)
    union
    select distinct workspace, 'contact', contact_id, 'intercom', ${at}, ${at} from events v
      where topic = 'contact.deleted' and contact_id is not null and not exists (select 1 from erasures e
        where e.workspace = v.workspace and e.kind = 'contact' and e.subject = v.contact_id)
    on conflict do nothing`.execute(db);
}

/** Erasures whose next pass is due, the longest waiting first. */
export async function dueErasures(
  db: Db,
  now: EpochMs,
): Promise<readonly (Subject & { readonly passes: number })[]> {
  const { rows } = await sql<Subject & { readonly passes: number }>`
    select workspace, kind, subject, passes from erasures where due_at <= to_timestamp(${now / 1_000})
    order by due_at limit 100`.execute(db);
  return rows;
}

export async function endPass(
  tx: Tx,
  { workspace, kind, subject }: Subject,
  passes: number,
  dueAt: EpochMs | null,
): Promise<void> {
  await sql`
    update erasures set passes = ${passes}, due_at = to_timestamp(${dueAt === null ? null : dueAt / 1_000}::float8)
    where workspace = ${workspace} and kind = ${kind} and subject = ${subject}`.execute(tx);
}

/** The conversations of a person under every id they had, and those ids; or the one conversation. */
export async function belongingsOf(db: Db | Tx, { workspace, kind, subject }: Subject): Promise<Belongings> {
  if (kind === "conversation") return { workspace, contacts: [], conversations: [subject] };
  const { rows } = await sql<{ contacts: string[]; conversations: string[] }>`
    with recursive ids (id) as (
      select ${subject}::text
      union
      select case when a.old_id = ids.id then a.current_id else a.old_id end from contact_aliases a
        join ids on a.workspace = ${workspace} and ids.id in (a.old_id, a.current_id))
    select array(select id from ids) as contacts, array(
      select id from conversations where workspace = ${workspace} and contact_id in (select id from ids)
      union
      select conversation_id from events where workspace = ${workspace} and conversation_id is not null
        and contact_id in (select id from ids)) as conversations`.execute(db);
  return { workspace, contacts: rows[0]?.contacts ?? [], conversations: rows[0]?.conversations ?? [] };
}

/** What was written to other systems for these conversations, as it is known there. */
export interface Written {
  readonly handoff: string;
  readonly target: string;
  readonly kind: string;
  readonly state: string;
  readonly ids: Readonly<Record<string, string>> | null;
  readonly id: string | null;
}

export async function writtenFor(
  db: Db | Tx,
  { workspace, conversations }: Belongings,
): Promise<readonly Written[]> {
  const { rows } = await sql<Written>`
    select e.handoff_id as handoff, e.target, e.kind, e.state, e.result -> 'ids' as ids, e.result ->> 'id' as id
    from effects e join handoffs h on h.id = e.handoff_id
    where h.workspace = ${workspace} and h.conversation_id = any(${conversations}::text[]) and e.state in ('done', 'maybe')
    order by e.handoff_id, e.ordinal`.execute(db);
  return rows;
}

/**
 * Takes the words and the person out of every table, and ends what was still to be sent; ids and keys that keep things
 * from happening twice stay. `stateOf` is what a conversation is afterwards. Returns how many rows held something.
 */
export async function scrub(
  tx: Tx,
  whose: Belongings,
  stateOf: (conversation: string) => unknown,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const states = whose.conversations.map((id) => JSON.stringify(stateOf(id)));
  const emails = await addressesOf(tx, whose);
  const all = {
    ...heard(whose, states),
    ...handedOff(whose),
    ...synced(whose),
    ...dealt(whose, emails),
    ...audited(whose),
  };
  for (const [table, statement] of Object.entries(all))
    counts[table] = Number((await statement.execute(tx)).numAffectedRows ?? 0);
  return counts;
}

type Statements = Readonly<Record<string, RawBuilder<unknown>>>;

/** What was heard, and what was decided about it. */
function heard({ workspace, contacts, conversations }: Belongings, states: readonly string[]): Statements {
  return {
    conversations: sql`
      update conversations c set state = s.state::jsonb, version = c.version + 1, contact_id = null
      from unnest(${conversations}::text[], ${states}::text[]) as s (id, state)
      where c.workspace = ${workspace} and c.id = s.id and c.state <> s.state::jsonb`,
    events: sql`
      update events set body = null, raw = null, taken_at = coalesce(taken_at, now()),
        parked_reason = case when parked_reason is null then null else 'erased' end
      where workspace = ${workspace} and (conversation_id = any(${conversations}::text[]) or contact_id = any(${contacts}::text[]))
        and (body is not null or raw is not null)`,
    usage_events: sql`
      delete from usage_events where workspace = ${workspace} and contact_id = any(${contacts}::text[])`,
    decisions: sql`
      update decisions set inputs = '{}', brief = null, answer = jsonb_build_object('kind', kind, 'erased', true), erased_at = now()
      where workspace = ${workspace} and conversation_id = any(${conversations}::text[]) and erased_at is null`,
    standings: sql`
      update standings set pending = '{}', held_until = null,
        bucket = case when bucket in ('held', 'new') then 'below-threshold' else bucket end
      where workspace = ${workspace} and conversation_id = any(${conversations}::text[])
        and (pending <> '{}' or bucket in ('held', 'new'))`,
  };
}

/** What was written to others for it, and is still to be. */
function handedOff({ workspace, conversations }: Belongings): Statements {
  const handoffs = sql`(select id from handoffs where workspace = ${workspace} and conversation_id = any(${conversations}::text[]))`;
  return {
    effects: sql`
      update effects set request = jsonb_build_object('kind', kind, 'erased', true),
        result = case when result is null then null
          else jsonb_strip_nulls(jsonb_build_object('ids', result -> 'ids', 'id', result -> 'id')) end,
        error = case when error is null then null else jsonb_build_object('code', error -> 'code', 'message', 'erased') end,
        state = case when state in ('planned', 'sending') then 'skipped' else state end
      where handoff_id in ${handoffs} and not request ? 'erased'`,
    follow_ups: sql`
      update follow_ups set seen = '[]', state = case when state = 'armed' then 'skipped' else state end,
        reason = 'erased', error = null
      where handoff_id in ${handoffs} and (state = 'armed' or reason is distinct from 'erased')`,
    assignments: sql`
      update assignments set company = null, person = null, closed_at = coalesce(closed_at, now()),
        closed_reason = coalesce(closed_reason, 'erased')
      where handoff_id in ${handoffs} and (company is not null or person is not null)`,
    alert_boards: sql`delete from alert_boards where handoff_id in ${handoffs}`,
    presses: sql`
      update presses p set body = '{}', answer = null, answered_at = coalesce(answered_at, now())
      where p.body <> '{}' and exists (
        select 1 from effects e where e.handoff_id in ${handoffs} and position(e.key in p.body::text) > 0)`,
    review_votes: sql`
      update review_votes v set note = '', meanings = '[]' from review_items i join decisions d on d.id = i.decision_id
      where v.round_id = i.round_id and v.position = i.position and (v.note <> '' or v.meanings <> '[]')
        and d.workspace = ${workspace} and d.conversation_id = any(${conversations}::text[])`,
    failures: sql`
      update failures set message = 'erased', state = case when state in ('open', 'retrying') then 'skipped' else state end
      where handoff_id in ${handoffs} and message <> 'erased'`,
  };
}

/** What is kept the same in both systems. */
function synced({ workspace, contacts }: Belongings): Statements {
  const ofPerson = sql`p.kind = 'person' and p.intercom_id = any(${contacts}::text[]) and exists (
    select 1 from environments e join connections c on c.id = e.intercom_connection
    where e.name = p.environment and c.settings ->> 'workspace' = ${workspace})`;
  return {
    sync_changes: sql`
      update sync_changes p set before = 'null', after = 'null', looked_for = null, error = null,
        state = case when state = 'planned' then 'lost' else state end
      where ${ofPerson} and (before <> 'null' or after <> 'null' or looked_for is not null)`,
    sync_pairs: sql`delete from sync_pairs p where ${ofPerson}`,
  };
}

/** Addresses of these people, in lower case, as long as they stand in a conversation of theirs or beside a record. */
async function addressesOf(tx: Tx, { workspace, contacts }: Belongings): Promise<readonly string[]> {
  const { rows } = await sql<{ email: string }>`
    select email from conversations
      where workspace = ${workspace} and contact_id = any(${contacts}::text[]) and email is not null
    union
    select lower(p.looked_for) from sync_pairs p join environments e on e.name = p.environment
      join connections c on c.id = e.intercom_connection
      where p.kind = 'person' and p.intercom_id = any(${contacts}::text[]) and p.looked_for is not null
        and c.settings ->> 'workspace' = ${workspace}`.execute(tx);
  return rows.map(({ email }) => email);
}

/** Whose deals they were, and what those asked of Intercom: by address, since Salesforce knows no ids of Intercom. */
function dealt({ workspace }: Belongings, emails: readonly string[]): Statements {
  const fedByIt = sql`environment in (
    select e.name from environments e join connections c on c.id = e.intercom_connection
    where c.settings ->> 'workspace' = ${workspace})`;
  return {
    feedback_effects: sql`
      update feedback_effects set request = jsonb_build_object('kind', request -> 'kind', 'erased', true),
        result = null, error = null, state = case when state = 'planned' then 'skipped' else state end
      where ${fedByIt} and lower(request ->> 'email') = any(${emails}::text[])`,
    deal_people: sql`delete from deal_people where ${fedByIt} and email = any(${emails}::text[])`,
  };
}

/** Samples of audits: the only words of customers that a report keeps. */
function audited({ conversations }: Belongings): Statements {
  const ofThem = sql`s ->> 'id' = any(${conversations}::text[])`;
  return {
    audits: sql`
      update audits set report = jsonb_set(report, '{samples}', coalesce(
        (select jsonb_agg(s) from jsonb_array_elements(report -> 'samples') s where not ${ofThem}), '[]'))
      where report is not null and exists (select 1 from jsonb_array_elements(report -> 'samples') s where ${ofThem})`,
  };
}

/** Columns of every table that hold this text anywhere, with how many rows; table by table, since it is rarely asked. */
export async function mentionsOf(
  db: Db,
  text: string,
): Promise<readonly { readonly table: string; readonly rows: number }[]> {
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select schemaname as schema, tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2`.execute(db);
  const found: { table: string; rows: number }[] = [];
  for (const { schema, name } of tables) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from ${sql.table(`${schema}.${name}`)} t where position(lower(${text}) in lower(t::text)) > 0`.execute(
      db,
    );
    const n = rows[0]?.n ?? 0;
    if (n > 0) found.push({ table: schema === "public" ? name : `${schema}.${name}`, rows: n });
  }
  return found;
}

/** Days that an admin set, by class. */
export async function retentionSet(db: Db): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ class: string; days: number }>`select class, days from retention`.execute(db);
  return new Map(rows.map((row) => [row.class, row.days]));
}

export async function setRetention(
  db: Db,
  name: string,
  days: number,
  by: string,
  now: EpochMs,
): Promise<void> {
  await sql`
    insert into retention (class, days, set_by, set_at) values (${name}, ${days}, ${by}, to_timestamp(${now / 1_000}))
    on conflict (class) do update set days = excluded.days, set_by = excluded.set_by, set_at = excluded.set_at`.execute(
    db,
  );
}

/** Rows at one time: locks are short, and nothing that arrives waits for them. */
const BATCH = 500;

/** Notifications' own text, of those that a run has taken. Returns how many rows of at most a batch. */
export async function forgetEvents(db: Db, olderThanMs: Ms): Promise<number> {
  const { numAffectedRows } = await sql`
    update events set body = null, raw = null where seq in (
      select seq from events where received_at < now() - make_interval(secs => ${olderThanMs / 1_000})
        and taken_at is not null and (body is not null or raw is not null) order by seq limit ${BATCH})`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

/** With them goes what those who judged them noted and marked. */
export async function forgetDecisions(db: Db, olderThanMs: Ms): Promise<number> {
  const { numAffectedRows } = await sql`
    with old as (
      select d.id from decisions d where d.erased_at is null and d.decided_at < now() - make_interval(secs => ${olderThanMs / 1_000})
        and not exists (select 1 from handoffs h join follow_ups f on f.handoff_id = h.id where h.decision_id = d.id and f.state = 'armed')
      order by d.decided_at limit ${BATCH}),
    notes as (
      update review_votes v set note = '', meanings = '[]' from review_items i
      where i.decision_id in (select id from old) and v.round_id = i.round_id and v.position = i.position
        and (v.note <> '' or v.meanings <> '[]'))
    update decisions set inputs = '{}', brief = null, answer = jsonb_build_object('kind', kind, 'erased', true), erased_at = now()
    where id in (select id from old)`.execute(db);
  return Number(numAffectedRows ?? 0);
}

export async function forgetEffects(db: Db, olderThanMs: Ms): Promise<number> {
  const { numAffectedRows } = await sql`
    update effects set request = jsonb_build_object('kind', kind, 'erased', true) where key in (
      select e.key from effects e join handoffs h on h.id = e.handoff_id
      where h.started_at < now() - make_interval(secs => ${olderThanMs / 1_000}) and h.status <> 'running'
        and e.state in ('done', 'would', 'skipped') and not e.request ? 'erased' limit ${BATCH})`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** The words of an audit's samples; its figures stay. */
export async function forgetAudits(db: Db, olderThanMs: Ms): Promise<number> {
  const { numAffectedRows } = await sql`
    update audits set report = jsonb_set(report, '{samples}', '[]') where id in (
      select id from audits where asked_at < now() - make_interval(secs => ${olderThanMs / 1_000})
        and jsonb_array_length(report -> 'samples') > 0 limit ${BATCH})`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Conversations that nobody has touched for so long and that still hold words, by workspace. */
export async function oldConversations(db: Db, olderThanMs: Ms): Promise<readonly Belongings[]> {
  const { rows } = await sql<{ workspace: string; conversations: string[] }>`
    select workspace, array_agg(id) as conversations from (
      select workspace, id from conversations c
      where updated_at < now() - make_interval(secs => ${olderThanMs / 1_000})
        and (jsonb_array_length(state -> 'snapshot' -> 'messages') > 0 or state -> 'snapshot' ->> 'contact' is not null)
        and not exists (select 1 from follow_ups f where f.workspace = c.workspace and f.conversation_id = c.id and f.state = 'armed')
      limit ${BATCH}) old
    group by workspace`.execute(db);
  return rows.map((row) => ({ ...row, contacts: [] }));
}

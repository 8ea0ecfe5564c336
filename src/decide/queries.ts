/** SQL of the decide room: environments, decisions, and where conversations stand. */
import { sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Trigger } from "../conversation/fold.ts";
import type { Bucket } from "./bucket.ts";
import { briefOf } from "./brief.ts";
import type { DecisionInputs } from "./decide.ts";
import type { Decision } from "./decision.ts";

export interface Environment {
  readonly name: string;
  readonly mode: "shadow" | "live";
  /** Intercom's workspace id, from the Intercom connection's settings. */
  readonly workspace: string;
  readonly intercomConnection: string;
  readonly salesforceConnection: string | null;
  readonly slackConnection: string | null;
  readonly emailConnection: string | null;
  readonly enrichmentConnection: string | null;
  readonly policyVersion: number | null;
  /** The newest text model learnt from its conversations; null where the one that comes with Baton reads. */
  readonly textModel: number | null;
}

const environmentColumns = sql`
  e.name, e.mode, c.settings ->> 'workspace' as workspace, e.intercom_connection as "intercomConnection",
  e.salesforce_connection as "salesforceConnection", e.slack_connection as "slackConnection",
  e.email_connection as "emailConnection", e.enrichment_connection as "enrichmentConnection",
  e.policy_version::int as "policyVersion",
  (select max(m.id) from text_models m where m.environment = e.name)::int as "textModel"`;

export async function listEnvironments(db: Db): Promise<readonly Environment[]> {
  const { rows } = await sql<Environment>`
    select ${environmentColumns} from environments e join connections c on c.id = e.intercom_connection order by e.name`.execute(
    db,
  );
  return rows;
}

export async function saveEnvironment(
  db: Db | Tx,
  environment: Omit<Environment, "workspace" | "policyVersion" | "textModel">,
): Promise<void> {
  const e = environment;
  await sql`
    insert into environments (name, mode, intercom_connection, salesforce_connection, slack_connection, email_connection, enrichment_connection)
    values (${e.name}, ${e.mode}, ${e.intercomConnection}, ${e.salesforceConnection}, ${e.slackConnection}, ${e.emailConnection}, ${e.enrichmentConnection})
    on conflict (name) do update set mode = excluded.mode, intercom_connection = excluded.intercom_connection,
      salesforce_connection = excluded.salesforce_connection, slack_connection = excluded.slack_connection,
      email_connection = excluded.email_connection, enrichment_connection = excluded.enrichment_connection`.execute(
    db,
  );
}

export interface DecisionRow {
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly version: number;
  readonly policyVersion: number;
  readonly decision: Decision;
  readonly inputs: Omit<DecisionInputs, "policy">;
}

/**
 * Stores the decision of one conversation state, and where the conversation stands with it. Null when that state was
 * decided before (a repeat after a crash); then nothing changes.
 */
export async function insertDecision(
  tx: Tx,
  row: DecisionRow,
  bucket: Bucket,
  heldUntil: EpochMs | null,
): Promise<string | null> {
  const { decision } = row;
  const recipe = "recipe" in decision ? decision.recipe : null;
  const exclusion = decision.kind === "excluded" ? decision.exclusion : null;
  const { rows } = await sql<{ id: string }>`
    with decided as (
      insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, recipe, exclusion, inputs, answer, brief)
      values (${row.environment}, ${row.workspace}, ${row.conversation}, ${row.version}, ${row.policyVersion}, ${decision.kind},
        ${recipe}, ${exclusion}, ${JSON.stringify(row.inputs)}::json, ${JSON.stringify(decision)}::jsonb,
        ${JSON.stringify(briefOf(row.inputs, decision))}::json)
      on conflict (environment, workspace, conversation_id, version) do nothing
      returning id),
    standing as (
      insert into standings as s (environment, workspace, conversation_id, bucket, decision_id, held_until)
      select ${row.environment}, ${row.workspace}, ${row.conversation}, ${bucket}, id,
        to_timestamp(${heldUntil === null ? null : heldUntil / 1_000}::double precision) from decided
      ${keepingHandedOff})
    select id::text from decided`.execute(tx);
  return rows[0]?.id ?? null;
}

/** Notes for each environment what has been heard of a conversation and waits for a decision. */
export async function notePending(
  tx: Tx,
  place: { readonly workspace: string; readonly conversation: string },
  environments: readonly string[],
  triggers: readonly Trigger[],
): Promise<void> {
  await sql`
    insert into standings (environment, workspace, conversation_id, bucket, pending)
    select unnest(${environments}::text[]), ${place.workspace}, ${place.conversation}, 'new', ${triggers}::text[]
    on conflict (environment, workspace, conversation_id) do update
      set pending = array(select distinct unnest(standings.pending || excluded.pending) order by 1)`.execute(
    tx,
  );
}

/** What waits for a decision, by environment; environments for which nothing waits are left out. */
export async function pendingOf(
  db: Db,
  place: { readonly workspace: string; readonly conversation: string },
): Promise<readonly { readonly environment: string; readonly triggers: readonly Trigger[] }[]> {
  const { rows } = await sql<{ environment: string; triggers: Trigger[] }>`
    select environment, pending as triggers from standings
    where workspace = ${place.workspace} and conversation_id = ${place.conversation} and pending <> '{}'
    order by environment`.execute(db);
  return rows;
}

/** Nothing waits any more. A conversation that was handed off stays so, whatever later states of it say. */
const keepingHandedOff = sql`
  on conflict (environment, workspace, conversation_id) do update set
    pending = '{}',
    (bucket, decision_id, since, held_until) = (
      select case when keeps then s.bucket else excluded.bucket end,
             case when keeps then s.decision_id else coalesce(excluded.decision_id, s.decision_id) end,
             case when keeps or s.bucket = excluded.bucket then s.since else now() end,
             case when keeps then null else excluded.held_until end
      from (select s.bucket in ('handed-off', 'failed') and excluded.bucket not in ('handed-off', 'failed') as keeps) as was)`;

/**
 * Conversations in which something has waited for a decision since before `olderThanMs` ago, the longest waiting first;
 * without those whose environment's Salesforce is paused: they have their place in the line.
 * `isDecided`: a decision about this very state stands already, so only a state of its own can be decided.
 */
export async function undecided(
  db: Db,
  olderThanMs: Ms,
  limit = 200,
): Promise<
  readonly { readonly workspace: string; readonly conversation: string; readonly isDecided: boolean }[]
> {
  const { rows } = await sql<{ workspace: string; conversation: string; isDecided: boolean }>`
    select s.workspace, s.conversation_id as conversation, coalesce(bool_or(d.version = c.version), false) as "isDecided"
    from standings s join conversations c on c.workspace = s.workspace and c.id = s.conversation_id
    left join decisions d on d.id = s.decision_id
    where s.pending <> '{}' and not exists (
        select 1 from pauses p where p.environment = s.environment and p.destination = 'salesforce')
      and c.updated_at < now() - make_interval(secs => ${olderThanMs / 1_000})
    group by 1, 2 order by min(c.updated_at) limit ${limit}`.execute(db);
  return rows;
}

/** A held conversation whose time has come. */
export interface Released {
  readonly environment: string;
  readonly workspace: string;
  readonly conversation: string;
  /** The decision that held it. */
  readonly decision: string;
}

/**
 * Takes the conversation that has been held longest of those whose time has come, or whose policy has changed since, and
 * notes that it waits for a decision again, as it did when it was held. Null when there is none. It keeps its place
 * until it is decided otherwise.
 */
export async function releaseOldest(tx: Tx, now: EpochMs): Promise<Released | null> {
  const { rows } = await sql<Released>`
    with oldest as (
      select s.environment, s.workspace, s.conversation_id, s.decision_id from standings s
      join decisions d on d.id = s.decision_id join environments e on e.name = s.environment
      where s.bucket = 'held' and s.pending = '{}'
        and (s.held_until <= to_timestamp(${now / 1_000}) or d.policy_version <> e.policy_version)
      order by s.since, s.decision_id limit 1 for update of s skip locked)
    update standings s set held_until = null,
      pending = array(select json_array_elements_text(d.inputs -> 'triggers') from decisions d where d.id = s.decision_id)
    from oldest o
    where s.environment = o.environment and s.workspace = o.workspace and s.conversation_id = o.conversation_id
    returning s.environment, s.workspace, s.conversation_id as conversation, s.decision_id::text as decision`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** True as long as a released conversation waits for its decision. */
export async function isUndecided(db: Db, released: Released): Promise<boolean> {
  const { rows } = await sql`
    select 1 from standings where environment = ${released.environment} and workspace = ${released.workspace}
      and conversation_id = ${released.conversation} and pending <> '{}'`.execute(db);
  return rows.length > 0;
}

/** Where the conversation stands now, whatever decision put it there. */
export async function setStanding(
  tx: Tx | Db,
  place: { readonly environment: string; readonly workspace: string; readonly conversation: string },
  bucket: Bucket,
): Promise<void> {
  await sql`
    insert into standings as s (environment, workspace, conversation_id, bucket)
    values (${place.environment}, ${place.workspace}, ${place.conversation}, ${bucket})
    ${keepingHandedOff}`.execute(tx);
}

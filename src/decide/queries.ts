/** SQL of the decide room: environments, decisions, where conversations stand, and the fairness ledger. */
import { sql } from "kysely";
import type { EpochMs, Ms } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Trigger } from "../conversation/fold.ts";
import type { Decision, OwnerPlan } from "./decision.ts";
import type { MemberState } from "./route.ts";

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
}

const environmentColumns = sql`
  e.name, e.mode, c.settings ->> 'workspace' as workspace, e.intercom_connection as "intercomConnection",
  e.salesforce_connection as "salesforceConnection", e.slack_connection as "slackConnection",
  e.email_connection as "emailConnection", e.enrichment_connection as "enrichmentConnection",
  e.policy_version::int as "policyVersion"`;

export async function listEnvironments(db: Db): Promise<readonly Environment[]> {
  const { rows } = await sql<Environment>`
    select ${environmentColumns} from environments e join connections c on c.id = e.intercom_connection order by e.name`.execute(
    db,
  );
  return rows;
}

export async function saveEnvironment(
  db: Db | Tx,
  environment: Omit<Environment, "workspace" | "policyVersion">,
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
  readonly inputs: unknown;
}

/**
 * Stores the decision of one conversation state, and where the conversation stands with it. Null when that state was
 * decided before (a repeat after a crash); then nothing changes.
 */
export async function insertDecision(tx: Tx, row: DecisionRow, bucket: Bucket): Promise<string | null> {
  const { decision } = row;
  const recipe = "recipe" in decision ? decision.recipe : null;
  const exclusion = decision.kind === "excluded" ? decision.exclusion : null;
  const { rows } = await sql<{ id: string }>`
    with decided as (
      insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, recipe, exclusion, inputs, answer)
      values (${row.environment}, ${row.workspace}, ${row.conversation}, ${row.version}, ${row.policyVersion}, ${decision.kind},
        ${recipe}, ${exclusion}, ${JSON.stringify(row.inputs)}::jsonb, ${JSON.stringify(decision)}::jsonb)
      on conflict (environment, workspace, conversation_id, version) do nothing
      returning id),
    standing as (
      insert into standings as s (environment, workspace, conversation_id, bucket, decision_id)
      select ${row.environment}, ${row.workspace}, ${row.conversation}, ${bucket}, id from decided
      ${keepingHandedOff})
    select id::text from decided`.execute(tx);
  return rows[0]?.id ?? null;
}

export type Bucket = "new" | "excluded" | "below-threshold" | "held" | "handed-off" | "failed";

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
    (bucket, decision_id, since) = (
      select case when keeps then s.bucket else excluded.bucket end,
             case when keeps then s.decision_id else coalesce(excluded.decision_id, s.decision_id) end,
             case when keeps or s.bucket = excluded.bucket then s.since else now() end
      from (select s.bucket in ('handed-off', 'failed') and excluded.bucket not in ('handed-off', 'failed') as keeps) as was)`;

/** Conversations in which something has waited for a decision since before `olderThanMs` ago, the longest waiting first. */
export async function undecided(
  db: Db,
  olderThanMs: Ms,
  limit = 200,
): Promise<readonly { readonly workspace: string; readonly conversation: string }[]> {
  const { rows } = await sql<{ workspace: string; conversation: string }>`
    select s.workspace, s.conversation_id as conversation
    from standings s join conversations c on c.workspace = s.workspace and c.id = s.conversation_id
    where s.pending <> '{}' and c.updated_at < now() - make_interval(secs => ${olderThanMs / 1_000})
    group by 1, 2 order by min(c.updated_at) limit ${limit}`.execute(db);
  return rows;
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

/** Holds the pools until the transaction ends, so that two decisions never take the same turn. Names must come sorted. */
export async function lockPools(tx: Tx, environment: string, pools: readonly string[]): Promise<void> {
  await sql`
    insert into pools (environment, pool) select ${environment}, unnest(${pools}::text[])
    on conflict (environment, pool) do update set version = pools.version + 1`.execute(tx);
}

export interface PoolLine extends MemberState {
  readonly pool: string;
  /** Got the company's last lead from this pool. */
  readonly isSticky: boolean;
}

/** The members' lines of these pools; one who has only ever got the company's lead is among them. */
export async function poolLines(
  tx: Tx,
  environment: string,
  pools: readonly string[],
  company: string | null,
): Promise<readonly PoolLine[]> {
  const { rows } = await sql<PoolLine>`
    with sticky as (
      select distinct on (pool) pool, owner as member from assignments
      where environment = ${environment} and pool = any(${pools}::text[]) and company = ${company}
      order by pool, at desc)
    select m.pool, m.member, m.served::float8 as served, m.adjustment::float8 as adjustment,
      (extract(epoch from m.last_at) * 1000)::bigint as "lastAt",
      exists (select 1 from sticky s where s.pool = m.pool and s.member = m.member) as "isSticky"
    from pool_members m where m.environment = ${environment} and m.pool = any(${pools}::text[])`.execute(tx);
  return rows;
}

export async function recordAssignment(
  tx: Tx,
  assignment: {
    readonly handoff: string;
    readonly environment: string;
    readonly company: string | null;
    readonly plan: OwnerPlan;
    readonly now: EpochMs;
  },
): Promise<void> {
  const { plan, environment, company } = assignment;
  const at = assignment.now / 1_000;
  await sql`
    with turn as (
      insert into pool_members (environment, pool, member, served, last_at)
      select ${environment}, ${plan.pool?.pool ?? null}, ${plan.pool?.member ?? null}, 1, to_timestamp(${at})
      where ${plan.pool !== null}
      on conflict (environment, pool, member) do update
        set served = pool_members.served + 1, last_at = excluded.last_at)
    insert into assignments (handoff_id, environment, route, pool, owner, company, receipts, at)
    values (${assignment.handoff}, ${environment}, ${plan.route}, ${plan.pool?.pool ?? null},
      ${plan.pool?.member ?? plan.owner.id}, ${company}, ${JSON.stringify(plan.receipts)}::jsonb, to_timestamp(${at}))
    on conflict (handoff_id) do nothing`.execute(tx);
}

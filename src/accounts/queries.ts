/** SQL of the accounts: what stands in an environment's connections, how they do, and what came to their doors. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { ConnectionKind, ConnectionRow } from "../vault/queries.ts";
import type { Checked, SecretMarks } from "./account.ts";

export interface StoredAccount extends ConnectionRow {
  readonly marks: SecretMarks;
  readonly checked: Checked | null;
}

const POINTERS = sql`
  (values ('intercom', e.intercom_connection), ('salesforce', e.salesforce_connection), ('slack', e.slack_connection),
    ('email', e.email_connection), ('enrichment', e.enrichment_connection)) as p (kind, id)`;

/** The connections of an environment. */
export async function accountsOf(db: Db | Tx, environment: string): Promise<readonly StoredAccount[]> {
  const { rows } = await sql<StoredAccount>`
    select c.id, c.kind, c.settings, c.secret, c.secrets as marks, c.checked
    from environments e cross join lateral ${POINTERS} join connections c on c.id = p.id
    where e.name = ${environment}`.execute(db);
  return rows;
}

/** Takes the environment's row until the transaction ends; false when there is none. */
export async function lockPointers(tx: Tx, environment: string): Promise<boolean> {
  const { rows } = await sql`select 1 from environments where name = ${environment} for update`.execute(tx);
  return rows.length > 0;
}

const COLUMNS: Readonly<Record<ConnectionKind, string>> = {
  intercom: "intercom_connection",
  salesforce: "salesforce_connection",
  slack: "slack_connection",
  email: "email_connection",
  enrichment: "enrichment_connection",
};

/** From now on the environment works with this connection; null: with none. */
export async function pointTo(
  tx: Tx,
  environment: string,
  kind: ConnectionKind,
  connection: string | null,
): Promise<void> {
  await sql`update environments set ${sql.ref(COLUMNS[kind])} = ${connection} where name = ${environment}`.execute(
    tx,
  );
}

/** What may be told of its secrets; what a look at it found before counts no more. */
export async function markSecrets(tx: Tx, connection: string, marks: SecretMarks): Promise<void> {
  await sql`
    update connections set secrets = ${JSON.stringify(marks)}::jsonb, checked = null where id = ${connection}`.execute(
    tx,
  );
}

/** Forgets a connection, with its secrets, that no environment works with any more. */
export async function dropUnused(tx: Tx, connection: string): Promise<void> {
  await sql`
    delete from connections c where c.id = ${connection} and not exists (
      select 1 from environments e where c.id in (e.intercom_connection, e.salesforce_connection, e.slack_connection,
        e.email_connection, e.enrichment_connection))`.execute(tx);
}

export async function noteCheck(tx: Tx, connection: string, checked: Checked): Promise<void> {
  await sql`update connections set checked = ${JSON.stringify(checked)}::jsonb where id = ${connection}`.execute(
    tx,
  );
}

export interface Health {
  readonly kind: ConnectionKind;
  readonly lastSuccessAt: EpochMs | null;
  readonly lastError: { readonly at: EpochMs; readonly code: string; readonly message: string } | null;
}

/** When each system last took or brought something, and what last failed there. */
export async function healthOf(db: Db, environment: string): Promise<readonly Health[]> {
  const { rows } = await sql<Health>`
    select p.kind, (extract(epoch from greatest(done.at, heard.at)) * 1000)::bigint as "lastSuccessAt",
      (select json_build_object('at', (extract(epoch from f.last_seen) * 1000)::bigint, 'code', f.code, 'message', f.message)
        from failures f where f.environment = e.name and f.destination = p.kind
        order by f.last_seen desc limit 1) as "lastError"
    from environments e cross join lateral ${POINTERS}
    left join connections c on c.id = p.id
    left join lateral (
      select max(x.done_at) as at from effects x join handoffs h on h.id = x.handoff_id
      where h.environment = e.name and x.target = p.kind and x.state = 'done') done on true
    left join lateral (
      select v.received_at as at from events v where p.kind = 'intercom' and v.workspace = c.settings ->> 'workspace'
      order by v.seq desc limit 1) heard on true
    where e.name = ${environment}`.execute(db);
  return rows;
}

export interface Arrival {
  readonly topic: string;
  readonly at: EpochMs;
}

/** The newest notifications of a workspace. */
export async function arrivalsOf(db: Db, workspace: string, limit: number): Promise<readonly Arrival[]> {
  const { rows } = await sql<Arrival>`
    select topic, (extract(epoch from received_at) * 1000)::bigint as at from events
    where workspace = ${workspace} order by seq desc limit ${limit}`.execute(db);
  return rows;
}

/** Counts what came to the door of a connection; one that does not exist has no door. */
export async function noteAtDoor(
  db: Db,
  note: {
    readonly connection: string;
    readonly result: string;
    readonly times: number;
    readonly at: EpochMs;
  },
): Promise<void> {
  await sql`
    insert into door_notes as n (connection, result, times, last_at)
    select id, ${note.result}, ${note.times}, to_timestamp(${note.at / 1_000}) from connections where id = ${note.connection}
    on conflict (connection, result) do update
      set times = n.times + excluded.times, last_at = greatest(n.last_at, excluded.last_at)`.execute(db);
}

export interface DoorNote {
  readonly result: string;
  readonly times: number;
  readonly at: EpochMs;
}

export async function doorNotesOf(db: Db, connection: string): Promise<readonly DoorNote[]> {
  const { rows } = await sql<DoorNote>`
    select result, times, (extract(epoch from last_at) * 1000)::bigint as at from door_notes
    where connection = ${connection} order by last_at desc`.execute(db);
  return rows;
}

/** The first sweep of a workspace that nobody swept yet takes in what changed since then. */
export async function lookBack(tx: Tx, workspace: string, since: EpochMs): Promise<void> {
  const at = sql`to_timestamp(${since / 1_000})`;
  await sql`
    insert into sweeps (workspace, began_at, swept_until) values (${workspace}, ${at}, ${at})
    on conflict (workspace) do nothing`.execute(tx);
}

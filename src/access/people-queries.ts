/** SQL of the people who sign in: users, roles, invitations, attempts. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Role } from "./roles.ts";

export interface RoleRow {
  /** Null: every environment. */
  readonly environment: string | null;
  readonly role: Role;
}

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly RoleRow[];
  readonly twoFactor: boolean;
  /** Whether they have set a password, or come in with the provider. */
  readonly isSetUp: boolean;
  readonly sessions: number;
  readonly createdAt: EpochMs;
  readonly lastSeenAt: EpochMs | null;
  readonly disabledAt: EpochMs | null;
}

const at = (ms: EpochMs) => sql`to_timestamp(${ms / 1_000}::double precision)`;

const userColumns = sql`
  u.id, u.email, u.name, coalesce(u.two_factor_enabled, false) as "twoFactor",
  exists (select from accounts a where a.user_id = u.id) as "isSetUp",
  (select count(*)::int from sessions s where s.user_id = u.id and s.expires_at > now()) as sessions,
  (extract(epoch from u.created_at) * 1000)::bigint as "createdAt",
  (select (extract(epoch from max(s.updated_at)) * 1000)::bigint from sessions s where s.user_id = u.id) as "lastSeenAt",
  (extract(epoch from u.disabled_at) * 1000)::bigint as "disabledAt",
  coalesce((select jsonb_agg(jsonb_build_object('environment', r.environment, 'role', r.role)
    order by r.environment nulls first) from user_roles r where r.user_id = u.id), '[]') as roles`;

export async function listUsers(db: Db): Promise<readonly UserRow[]> {
  const { rows } = await sql<UserRow>`select ${userColumns} from users u order by u.email`.execute(db);
  return rows;
}

/** By id or address; null when there is none. */
export async function findUser(db: Db | Tx, idOrEmail: string): Promise<UserRow | null> {
  const { rows } = await sql<UserRow>`
    select ${userColumns} from users u where u.id = ${idOrEmail} or u.email = ${idOrEmail.toLowerCase()}`.execute(
    db,
  );
  return rows[0] ?? null;
}

export async function countUsers(db: Db | Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from users`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Held until the transaction ends by whoever changes users, so that the last admin cannot be taken away twice at once. */
export async function lockUsers(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('users'))`.execute(tx);
}

/** Admins of every environment who may sign in. */
export async function countAdmins(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from user_roles r join users u on u.id = r.user_id
    where r.environment is null and r.role = 'admin' and u.disabled_at is null`.execute(tx);
  return rows[0]?.count ?? 0;
}

export async function insertUser(
  tx: Tx,
  user: { readonly id: string; readonly email: string; readonly name: string },
): Promise<void> {
  await sql`
    insert into users (id, name, email, email_verified) values (${user.id}, ${user.name}, ${user.email}, true)`.execute(
    tx,
  );
}

/** Gives the role, or with null takes away whatever they have there. */
export async function putRole(
  tx: Tx,
  user: string,
  environment: string | null,
  role: Role | null,
): Promise<void> {
  if (role === null)
    await sql`
      delete from user_roles where user_id = ${user} and environment is not distinct from ${environment}`.execute(
      tx,
    );
  else
    await sql`
      insert into user_roles (user_id, environment, role) values (${user}, ${environment}, ${role})
      on conflict (user_id, environment) do update set role = excluded.role`.execute(tx);
}

export async function putDisabled(tx: Tx, user: string, isDisabled: boolean): Promise<void> {
  await sql`
    update users set disabled_at = case when ${isDisabled} then coalesce(disabled_at, now()) end where id = ${user}`.execute(
    tx,
  );
  if (isDisabled) await endSessions(tx, user);
}

async function endSessions(tx: Tx, user: string): Promise<void> {
  await sql`delete from sessions where user_id = ${user}`.execute(tx);
}

export interface InvitationRow {
  readonly id: string;
  readonly sha256: string;
  readonly user: string;
  readonly email: string;
  readonly expiresAt: EpochMs;
  readonly usedAt: EpochMs | null;
}

/** Stores a link; those that the person had before stop working. */
export async function insertInvitation(
  tx: Tx,
  row: {
    readonly id: string;
    readonly sha256: string;
    readonly user: string;
    readonly createdBy: string;
    readonly now: EpochMs;
    readonly expiresAt: EpochMs;
  },
): Promise<void> {
  await sql`delete from invitations where user_id = ${row.user} and used_at is null`.execute(tx);
  await sql`
    insert into invitations (id, sha256, user_id, created_by, created_at, expires_at)
    values (${row.id}, ${row.sha256}, ${row.user}, ${row.createdBy}, ${at(row.now)}, ${at(row.expiresAt)})`.execute(
    tx,
  );
}

/** Held until the transaction ends: a link works once. */
export async function lockInvitation(tx: Tx, id: string): Promise<InvitationRow | null> {
  const { rows } = await sql<InvitationRow>`
    select i.id, i.sha256, i.user_id as user, u.email, (extract(epoch from i.expires_at) * 1000)::bigint as "expiresAt",
      (extract(epoch from i.used_at) * 1000)::bigint as "usedAt"
    from invitations i join users u on u.id = i.user_id
    where i.id = ${id} and u.disabled_at is null for update of i`.execute(tx);
  return rows[0] ?? null;
}

/** Sets the password that the link's holder chose, uses the link up, and ends whatever sessions there are. */
export async function usePassword(
  tx: Tx,
  invitation: InvitationRow,
  password: { readonly hash: string; readonly accountId: string },
  now: EpochMs,
): Promise<void> {
  const { user } = invitation;
  await sql`update invitations set used_at = ${at(now)} where id = ${invitation.id}`.execute(tx);
  await sql`delete from accounts where user_id = ${user} and provider_id = 'credential'`.execute(tx);
  await sql`
    insert into accounts (id, account_id, provider_id, user_id, password, updated_at)
    values (${password.accountId}, ${user}, 'credential', ${user}, ${password.hash}, now())`.execute(tx);
  await endSessions(tx, user);
}

export interface AttemptRow {
  readonly failures: number;
  readonly lastAt: EpochMs;
  readonly blockedUntil: EpochMs;
}

/** The attempts under a key, held until the transaction ends. */
export async function lockAttempts(tx: Tx, key: string): Promise<AttemptRow | null> {
  await sql`select pg_advisory_xact_lock(hashtext(${`sign-in ${key}`}))`.execute(tx);
  const { rows } = await sql<AttemptRow>`
    select failures, (extract(epoch from last_at) * 1000)::bigint as "lastAt",
      (extract(epoch from blocked_until) * 1000)::bigint as "blockedUntil"
    from sign_in_attempts where key = ${key}`.execute(tx);
  return rows[0] ?? null;
}

export async function putAttempts(tx: Tx, key: string, row: AttemptRow): Promise<void> {
  await sql`
    insert into sign_in_attempts (key, failures, last_at, blocked_until)
    values (${key}, ${row.failures}, ${at(row.lastAt)}, ${at(row.blockedUntil)})
    on conflict (key) do update
      set failures = excluded.failures, last_at = excluded.last_at, blocked_until = excluded.blocked_until`.execute(
    tx,
  );
}

/** An attempt that succeeded was none. */
export async function takeBackAttempt(db: Db, key: string, all: boolean): Promise<void> {
  if (all) await sql`delete from sign_in_attempts where key = ${key}`.execute(db);
  else
    await sql`
      update sign_in_attempts set failures = greatest(failures - 1, 0), blocked_until = last_at where key = ${key}`.execute(
      db,
    );
}

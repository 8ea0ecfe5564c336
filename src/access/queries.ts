/** SQL of the access room: API tokens. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db, Tx } from "../store/database.ts";
import type { Scope } from "./scopes.ts";

export interface TokenRow {
  readonly id: string;
  readonly sha256: string;
  readonly holder: string;
  readonly scopes: readonly Scope[];
  readonly environments: readonly string[] | null;
  readonly createdBy: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly revokedAt: EpochMs | null;
  readonly lastUsedAt: EpochMs | null;
}

const ms = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`;
const columns = sql`
  id, sha256, holder, scopes, environments, created_by as "createdBy", ${ms("created_at")} as "createdAt",
  ${ms("expires_at")} as "expiresAt", ${ms("revoked_at")} as "revokedAt", ${ms("last_used_at")} as "lastUsedAt"`;

export async function insertToken(db: Tx, token: Omit<TokenRow, "revokedAt" | "lastUsedAt">): Promise<void> {
  await sql`
    insert into api_tokens (id, sha256, holder, scopes, environments, created_by, created_at, expires_at)
    values (${token.id}, ${token.sha256}, ${token.holder}, ${token.scopes}::text[], ${token.environments}::text[],
      ${token.createdBy}, to_timestamp(${token.createdAt / 1_000}), to_timestamp(${token.expiresAt / 1_000}))`.execute(
    db,
  );
}

export async function loadToken(db: Db, id: string): Promise<TokenRow | null> {
  const { rows } = await sql<TokenRow>`select ${columns} from api_tokens where id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function listTokens(db: Db): Promise<readonly TokenRow[]> {
  const { rows } = await sql<TokenRow>`select ${columns} from api_tokens order by created_at, id`.execute(db);
  return rows;
}

/** Notes the use, at most once a minute: a busy caller must not make a write of each read. */
export async function noteUse(db: Db, id: string, now: EpochMs): Promise<void> {
  const at = sql`to_timestamp(${now / 1_000}::double precision)`;
  await sql`
    update api_tokens set last_used_at = ${at}
    where id = ${id} and (last_used_at is null or last_used_at < ${at} - interval '1 minute')`.execute(db);
}

/** False when there is no such token; revoking twice keeps the first time. */
export async function revokeToken(db: Tx, id: string, now: EpochMs): Promise<boolean> {
  const { rows } = await sql`
    update api_tokens set revoked_at = coalesce(revoked_at, to_timestamp(${now / 1_000}::double precision))
    where id = ${id} returning id`.execute(db);
  return rows.length > 0;
}

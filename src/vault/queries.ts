/** SQL of the vault: connections with their sealed secrets. */
import { sql } from "kysely";
import type { Db, Tx } from "../store/database.ts";
import type { SecretContext } from "./vault.ts";

export type ConnectionKind = "intercom" | "salesforce" | "slack" | "email" | "enrichment";

export interface ConnectionRow {
  readonly id: string;
  readonly kind: ConnectionKind;
  /** Nothing secret. */
  readonly settings: unknown;
  /** Sealed JSON; null where the connection needs no secret. */
  readonly secret: string | null;
}

/** What a connection's secret is bound to: it opens on no other row. */
export function secretContext(connection: string): SecretContext {
  return { table: "connections", row: connection, column: "secret", environment: "" };
}

export async function listConnections(db: Db): Promise<readonly ConnectionRow[]> {
  const { rows } =
    await sql<ConnectionRow>`select id, kind, settings, secret from connections order by id`.execute(db);
  return rows;
}

export async function saveConnection(db: Db | Tx, row: ConnectionRow): Promise<void> {
  await sql`
    insert into connections (id, kind, settings, secret)
    values (${row.id}, ${row.kind}, ${JSON.stringify(row.settings)}::jsonb, ${row.secret})
    on conflict (id) do update
      set kind = excluded.kind, settings = excluded.settings, secret = excluded.secret, updated_at = now()`.execute(
    db,
  );
}

/** What a secret of Baton's own is bound to. */
export function serviceSecretContext(name: string): SecretContext {
  return { table: "service_secrets", row: name, column: "sealed", environment: "" };
}

export async function listServiceSecrets(
  db: Db,
): Promise<readonly { readonly name: string; readonly sealed: string }[]> {
  const { rows } = await sql<{ name: string; sealed: string }>`
    select name, sealed from service_secrets order by name`.execute(db);
  return rows;
}

export async function loadServiceSecret(db: Db, name: string): Promise<string | null> {
  return (await listServiceSecrets(db)).find((one) => one.name === name)?.sealed ?? null;
}

/** Stores it and returns what is stored now: what was there before, unless it is to be replaced. */
export async function saveServiceSecret(
  db: Db,
  name: string,
  sealed: string,
  { replace }: { readonly replace: boolean },
): Promise<string> {
  const { rows } = await sql<{ sealed: string }>`
    insert into service_secrets as s (name, sealed) values (${name}, ${sealed})
    on conflict (name) do update set sealed = case when ${replace} then excluded.sealed else s.sealed end
    returning sealed`.execute(db);
  return rows[0]?.sealed ?? sealed;
}

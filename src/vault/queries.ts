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
